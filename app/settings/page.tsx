import { titled } from '../i18n/titles';
import { SettingsPage } from './SettingsPage';

export const metadata = titled('/settings');

export default function Page() {
  return <SettingsPage />;
}
