import { titled } from '../i18n/titles';
import { FilesPage } from './FilesPage';

export const metadata = titled('/files');

export default function Page() {
  return <FilesPage />;
}
