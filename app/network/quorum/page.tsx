import { Ready } from '../../components/Ready';
import { titled } from '../../i18n/titles';
import { Quorum } from '../Quorum';

export const metadata = titled('/network/quorum');

/** Choosing how many nodes, and how many must answer. */
export default function QuorumPage() {
  return (
    <div className="min-h-dvh">
      <Ready early>
        <Quorum />
      </Ready>
    </div>
  );
}
