import { titled } from '../i18n/titles';
import { InboxPage } from './InboxPage';

export const metadata = titled('/inbox');

export default function Page() {
  return <InboxPage />;
}
