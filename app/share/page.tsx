import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { SharePage } from './SharePage';

export const metadata: Metadata = { title: 'Share' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <SharePage />
    </Ready>
  );
}
