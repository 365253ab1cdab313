import { titled } from '../i18n/titles';
import { KeysPage } from './KeysPage';

export const metadata = titled('/keys');

export default function Page() {
  return <KeysPage />;
}
