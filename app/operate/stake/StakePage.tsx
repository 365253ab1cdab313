'use client';

import { lazy, Suspense } from 'react';
import { PageHead } from '../../components/Page';
import { Ready } from '../../components/Ready';
import { Skeleton } from '../../components/Skeleton';
import { useText } from '../../i18n/useText';
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
      <Ready fallback={soon}>
        <Suspense fallback={soon}>
          <Stake />
        </Suspense>
      </Ready>
    </div>
  );
}
