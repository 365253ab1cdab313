import { titled } from '../i18n/titles';
import { InvitedPage } from './InvitedPage';

export const metadata = titled('/invited');

export default function Page() {
  return <InvitedPage />;
}
