import { titled } from '../i18n/titles';
import { PeoplePage } from '../people/PeoplePage';

export const metadata = titled('/add');

/** Where a card link leads: the card stands behind the #, and `PeoplePage` takes it from there. */
export default function Page() {
  return <PeoplePage />;
}
