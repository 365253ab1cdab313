'use client';

import { lazy, Suspense } from 'react';
import { Notice } from '../../components/Notice';
import { PageHead } from '../../components/Page';
import { Ready } from '../../components/Ready';
import { Skeleton } from '../../components/Skeleton';
import { useText } from '../../i18n/useText';
import { useMeSoon } from '../../session/me';
import { Stranger } from '../../session/Stranger';
import { operateTexts } from '../texts';

/** With it comes the arithmetic that proves a bond code: after the first paint. */
const Stake = lazy(() => import('../Stake').then(({ Stake }) => ({ default: Stake })));
const soon = <Skeleton rows={10} />;

/** From tokens to a node. */
export function StakePage() {
  const t = useText(operateTexts);
  return (
    <div className="mx-auto min-h-dvh max-w-2xl">
      <PageHead title={t('stakeTitle')}>{t('stakeLead')}</PageHead>
      <Ready early>
        <Way />
      </Ready>
    </div>
  );
}

function Way() {
  const t = useText(operateTexts);
  if (useMeSoon()?.account === undefined) {
    return (
      <Stranger soon={soon}>
        <Notice title={t('connectFirst')}>{t('connectNote')}</Notice>
      </Stranger>
    );
  }
  return (
    <Suspense fallback={soon}>
      <Stake />
    </Suspense>
  );
}
