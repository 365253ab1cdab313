'use client';

import type { ReactNode } from 'react';
import { Notice } from '../components/Notice';
import { Ready } from '../components/Ready';
import { Skeleton } from '../components/Skeleton';
import { useText } from '../i18n/useText';
import { KeyGate } from '../keys/KeyGate';
import { useMe } from '../session/me';
import { sharingTexts } from './texts';

/** Shows its children to whoever has a wallet that pays and open keys. */
export function PayGate({ children }: { readonly children: ReactNode }) {
  return (
    <Ready fallback={<Skeleton rows={1} shape="cards" />}>
      <Gate>{children}</Gate>
    </Ready>
  );
}

function Gate({ children }: { readonly children: ReactNode }) {
  const t = useText(sharingTexts);
  const { account, settled } = useMe();
  if (!settled) return <Skeleton rows={1} shape="cards" />;
  if (account === undefined) return <Notice title={t('needWallet')}>{t('needWalletNote')}</Notice>;
  return <KeyGate>{children}</KeyGate>;
}
