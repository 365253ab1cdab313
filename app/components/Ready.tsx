'use client';

import type { ReactNode } from 'react';
import { useSiteState } from '../providers';
import { Notice } from './Notice';

/** Shows its children once the network is known, `fallback` until then, and why not when there is none. */
export function Ready({ children, fallback }: { readonly children: ReactNode; readonly fallback?: ReactNode }) {
  const site = useSiteState();
  if (site === undefined) return fallback;
  if (typeof site === 'string') return <Notice title="No network to show">{site}</Notice>;
  return children;
}
