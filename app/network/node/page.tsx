import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Ready } from '../../components/Ready';
import { NodeDetail } from '../NodeDetail';

export const metadata: Metadata = { title: 'Node' };

/** One node by `?at=`. */
export default function NodePage() {
  return (
    <div className="min-h-dvh">
      <Ready>
        <Suspense>
          <NodeDetail />
        </Suspense>
      </Ready>
    </div>
  );
}
