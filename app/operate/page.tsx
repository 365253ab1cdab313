import { Ready } from '../components/Ready';
import { titled } from '../i18n/titles';
import { Operate } from './Operate';

export const metadata = titled('/operate');

/** A node from its owner's side. */
export default function OperatePage() {
  return (
    <div className="min-h-dvh">
      <Ready early>
        <Operate />
      </Ready>
    </div>
  );
}
