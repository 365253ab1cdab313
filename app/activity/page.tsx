import { titled } from '../i18n/titles';
import { ActivityPage } from './ActivityPage';

export const metadata = titled('/activity');

export default function Page() {
  return <ActivityPage />;
}
