'use client';

import type { ReactNode } from 'react';
import { useSiteState } from '../providers';
import { Notice } from './Notice';

/**
 * Shows its children once the network is known, `fallback` until then, and why not when there is none. `early`: the children are their
 * own fallback, and stay as they are when the network comes.
 */
export function Ready({
  children,
  fallback,
  early = false,
}: {
  readonly children: ReactNode;
  readonly fallback?: ReactNode;
  readonly early?: boolean;
}) {
  const site = useSiteState();
  if (site === undefined) return early ? children : fallback;
  if (typeof site === 'string') return <Notice title="No network to show">{site}</Notice>;
  return children;
}
