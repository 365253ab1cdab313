import type { Metadata } from 'next';
import { Ready } from '../../components/Ready';
import { Skeleton } from '../../components/Skeleton';
import { MyCard } from './MyCard';

export const metadata: Metadata = { title: 'My card' };

export default function Page() {
  return (
    <Ready fallback={<Skeleton rows={6} />}>
      <MyCard />
    </Ready>
  );
}
