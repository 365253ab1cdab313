import { titled } from '../../i18n/titles';
import { FilePage } from '../FilePage';

export const metadata = titled('/files/file');

/** One file of this browser by `?id=`, which says nothing of it. */
export default function Page() {
  return (
    <div className="min-h-dvh">
      <FilePage />
    </div>
  );
}
