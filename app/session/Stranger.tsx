'use client';

import type { ReactNode } from 'react';
import { useMeSoon } from './me';

/**
 * What a page says to somebody who is not connected: it stands in the export, is on the screen with the first paint and stays. Whoever was
 * connected before (`layout.tsx` has marked the page) has `soon` in its place, until the wallet of the last visit has answered.
 */
export function Stranger({ soon, children }: { readonly soon: ReactNode; readonly children: ReactNode }) {
  const settled = useMeSoon()?.settled === true;
  return (
    <>
      {!settled && <div className="hidden in-data-known:block">{soon}</div>}
      <div className={settled ? '' : 'in-data-known:hidden'}>{children}</div>
    </>
  );
}
