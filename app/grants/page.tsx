import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { GrantsPage } from './GrantsPage';

export const metadata: Metadata = { title: 'Grants' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <GrantsPage />
    </Ready>
  );
}
