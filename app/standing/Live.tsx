'use client';

import { lazy, Suspense } from 'react';
import { useSiteState } from '../providers';

/** Both stand on wagmi, and come with it. */
const Standing = lazy(() => import('./Standing').then(({ Standing }) => ({ default: Standing })));
const Underway = lazy(() => import('../transactions/Underway').then(({ Underway }) => ({ default: Underway })));

/** What every page may have to say beside its content: how network and wallet stand, what is on its way. */
export function Live() {
  if (typeof useSiteState() !== 'object') return null;
  return (
    <Suspense>
      <Standing />
      <Underway />
    </Suspense>
  );
}
