import { Ready } from '../../components/Ready';
import { titled } from '../../i18n/titles';
import { Events } from '../Events';

export const metadata = titled('/network/events');

/** Everything that the contracts have said. */
export default function EventsPage() {
  return (
    <div className="min-h-dvh">
      <Ready early>
        <Events />
      </Ready>
    </div>
  );
}
