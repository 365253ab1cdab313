import type { Metadata } from 'next';
import { Network } from '../components/Network';
import { Ready } from '../components/Ready';

export const metadata: Metadata = { title: 'Network' };

/** The network as the chain tells it. */
export default function NetworkPage() {
  return (
    <Ready>
      <Network />
    </Ready>
  );
}
