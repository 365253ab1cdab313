import type { Metadata } from 'next';
import { Ready } from '../../components/Ready';
import { Quorum } from '../Quorum';

export const metadata: Metadata = { title: 'Quorum' };

/** Choosing how many nodes, and how many must answer. */
export default function QuorumPage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Quorum />
      </Ready>
    </div>
  );
}
