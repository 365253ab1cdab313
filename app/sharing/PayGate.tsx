'use client';

import type { ReactNode } from 'react';
import { Notice } from '../components/Notice';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { useText } from '../i18n/useText';
import { KeyGate } from '../keys/KeyGate';
import { useMeSoon } from '../session/me';
import { Stranger } from '../session/Stranger';
import { sharingTexts } from './texts';

/** Shows its children to whoever has a wallet that pays and open keys; says to others, from the first paint on, what is missing. */
export function PayGate({ children }: { readonly children: ReactNode }) {
  return (
    <Ready early>
      <Gate>{children}</Gate>
    </Ready>
  );
}

function Gate({ children }: { readonly children: ReactNode }) {
  const t = useText(sharingTexts);
  if (useMeSoon()?.account !== undefined) return <KeyGate>{children}</KeyGate>;
  return (
    <Stranger soon={<Skeleton rows={1} shape="cards" />}>
      <Notice title={t('needWallet')}>{t('needWalletNote')}</Notice>
    </Stranger>
  );
}
