import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { InboxPage } from './InboxPage';

export const metadata: Metadata = { title: 'Inbox' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <InboxPage />
    </Ready>
  );
}
