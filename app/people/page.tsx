import { titled } from '../i18n/titles';
import { PeoplePage } from './PeoplePage';

export const metadata = titled('/people');

export default function Page() {
  return <PeoplePage />;
}
