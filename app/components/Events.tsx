import type { NetworkView } from '../networkView';
import { Address } from './Address';
import { Skeleton } from './Skeleton';

/** What happened, newest first, each as a sentence with its block. */
export function Events({ view }: { readonly view: NetworkView | undefined }) {
  if (view === undefined) return <Skeleton rows={6} />;
  return (
    <ol>
      {view.events.map((event) => (
        <li
          key={event.key}
          className="flex items-baseline gap-4 border-line border-b px-5 py-3 text-sm last:border-0"
          data-testid="event"
        >
          <span className="w-16 shrink-0 text-quiet">#{event.block.toString()}</span>
          <span>
            <Address value={event.subject} /> {event.sentence}
          </span>
        </li>
      ))}
    </ol>
  );
}
