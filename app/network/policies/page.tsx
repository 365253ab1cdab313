import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Ready } from '../../components/Ready';
import { Policies } from '../Policies';

export const metadata: Metadata = { title: 'Policies' };

/** All policies of the network, or one by `?id=`. */
export default function PoliciesPage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Suspense>
          <Policies />
        </Suspense>
      </Ready>
    </div>
  );
}
