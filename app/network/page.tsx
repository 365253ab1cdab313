import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Overview } from './Overview';

export const metadata: Metadata = { title: 'Network' };

/** The network as the chain tells it. */
export default function NetworkPage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Overview />
      </Ready>
    </div>
  );
}
