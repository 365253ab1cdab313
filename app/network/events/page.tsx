import type { Metadata } from 'next';
import { Ready } from '../../components/Ready';
import { Events } from '../Events';

export const metadata: Metadata = { title: 'Events' };

/** Everything that the contracts have said. */
export default function EventsPage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Events />
      </Ready>
    </div>
  );
}
