import { titled } from '../i18n/titles';
import { OpenPage } from './OpenPage';

export const metadata = titled('/open');

export default function Page() {
  return <OpenPage />;
}
