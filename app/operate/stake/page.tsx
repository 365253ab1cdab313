import type { Metadata } from 'next';
import { Ready } from '../../components/Ready';
import { Stake } from '../Stake';

export const metadata: Metadata = { title: 'Stake' };

/** From tokens to a node. */
export default function StakePage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Stake />
      </Ready>
    </div>
  );
}
