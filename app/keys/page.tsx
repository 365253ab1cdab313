import type { Metadata } from 'next';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { KeysPage } from './KeysPage';

export const metadata: Metadata = { title: 'Keys' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <KeysPage />
    </Ready>
  );
}
