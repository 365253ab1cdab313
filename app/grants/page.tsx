import { titled } from '../i18n/titles';
import { GrantsPage } from './GrantsPage';

export const metadata = titled('/grants');

export default function Page() {
  return <GrantsPage />;
}
