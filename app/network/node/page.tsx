import { Ready } from '../../components/Ready';
import { titled } from '../../i18n/titles';
import { NodeDetail } from '../NodeDetail';

export const metadata = titled('/network/node');

/** One node by `?at=`. */
export default function NodePage() {
  return (
    <div className="min-h-dvh">
      <Ready early>
        <NodeDetail />
      </Ready>
    </div>
  );
}
