import { titled } from '../i18n/titles';
import { SharePage } from './SharePage';

export const metadata = titled('/share');

export default function Page() {
  return <SharePage />;
}
