import { titled } from '../../i18n/titles';
import { GrantPage } from '../GrantPage';

export const metadata = titled('/grants/grant');

/** One grant by `?id=`. */
export default function Page() {
  return (
    <div className="min-h-dvh">
      <GrantPage />
    </div>
  );
}
