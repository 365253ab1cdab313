import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { PeoplePage } from './PeoplePage';

export const metadata: Metadata = { title: 'People' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <PeoplePage />
    </Ready>
  );
}
