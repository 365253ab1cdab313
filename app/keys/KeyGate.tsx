'use client';

import type { ReactNode } from 'react';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { useMe } from '../session/me';
import { CreateKeys } from './CreateKeys';
import { UnlockKeys } from './UnlockKeys';

/** Shows its children once there are open keys; until then how to make or unlock them. */
export function KeyGate({ children }: { readonly children: ReactNode }) {
  return (
    <Ready fallback={<Skeleton rows={1} shape="cards" />}>
      <Gate>{children}</Gate>
    </Ready>
  );
}

function Gate({ children }: { readonly children: ReactNode }) {
  const { keys } = useMe();
  if (keys === undefined) return <Skeleton rows={1} shape="cards" />;
  if (keys.state === 'none') return <CreateKeys />;
  if (keys.state === 'locked') return <UnlockKeys slots={keys.slots} />;
  return children;
}
