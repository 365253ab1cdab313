import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { FilesPage } from './FilesPage';

export const metadata: Metadata = { title: 'Files' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <FilesPage />
    </Ready>
  );
}
