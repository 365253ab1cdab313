'use client';

import { ButtonLink } from '../components/Button';
import { PageFault } from '../components/Fault';
import { More } from '../components/More';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { useSome } from '../hooks/useSome';
import { useText } from '../i18n/useText';
import { useAsk } from '../session/useAsk';
import { PayGate } from '../sharing/PayGate';
import { SharingTabs } from '../sharing/SharingTabs';
import { sharingTexts } from '../sharing/texts';
import { GrantCard } from './GrantCard';
import { Refunds, useCredit } from './Refunds';

/** Who may open what, and the money. */
export function GrantsPage() {
  const t = useText(sharingTexts);
  return (
    <>
      <PageHead title={t('grantsTitle')}>{t('grantsLead')}</PageHead>
      <SharingTabs />
      <PayGate>
        <Grants />
      </PayGate>
    </>
  );
}

function Grants() {
  const t = useText(sharingTexts);
  const grants = useAsk('grants', undefined, { everyMs: 15_000 });
  const { some, more } = useSome(grants.data ?? []);
  // What stands above the grants comes with them, so that they do not move.
  const credit = useCredit();
  if (grants.isError && grants.data === undefined) return <PageFault fault={grants.error} onRetry={grants.refetch} />;
  if (grants.data === undefined || credit.isLoading) return <Skeleton rows={2} shape="cards" />;
  if (grants.data.length === 0) {
    return (
      <Notice title={t('noGrants')} action={<ButtonLink href="/share">{t('share')}</ButtonLink>}>
        {t('noGrantsNote')}
      </Notice>
    );
  }
  return (
    <>
      <Refunds />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        {some.map((grant) => (
          <GrantCard key={grant.policyId} grant={grant} onChange={() => grants.refetch()} />
        ))}
      </div>
      {more !== undefined && (
        <div className="mt-4">
          <More onMore={more} />
        </div>
      )}
    </>
  );
}
