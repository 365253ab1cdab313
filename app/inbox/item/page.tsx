import { titled } from '../../i18n/titles';
import { ItemPage } from '../ItemPage';

export const metadata = titled('/inbox/item');

/** Something that was shared with me, by `?id=`. */
export default function Page() {
  return (
    <div className="min-h-dvh">
      <ItemPage />
    </div>
  );
}
