'use client';

import { lazy, Suspense, useEffect } from 'react';
import { useConnection } from 'wagmi';
import { Place } from './Place';

const Glance = lazy(() => import('./Glance').then(({ Glance }) => ({ default: Glance })));

/** What is mine, for whoever is connected; nothing for others. Tells the page which of the two it is. */
export function Mine() {
  const { status } = useConnection();
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (status === 'connected') dataset.known = '';
    if (status === 'disconnected') delete dataset.known;
  }, [status]);
  if (status === 'disconnected') return null;
  return <Suspense fallback={<Place />}>{status === 'connected' ? <Glance /> : <Place />}</Suspense>;
}
