import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { OpenPage } from './OpenPage';

export const metadata: Metadata = { title: 'Open' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <OpenPage />
    </Ready>
  );
}
