'use client';

import { ButtonLink } from '../components/Button';
import { Fault } from '../components/Fault';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { useText } from '../i18n/useText';
import { useAsk } from '../session/useAsk';
import { PayGate } from '../sharing/PayGate';
import { SharingTabs } from '../sharing/SharingTabs';
import { sharingTexts } from '../sharing/texts';
import { GrantCard } from './GrantCard';

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
  if (grants.isError && grants.data === undefined) return <Fault fault={grants.error} />;
  if (grants.data === undefined) return <Skeleton rows={6} />;
  if (grants.data.length === 0) {
    return (
      <Notice title={t('noGrants')} action={<ButtonLink href="/share">{t('share')}</ButtonLink>}>
        {t('noGrantsNote')}
      </Notice>
    );
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      {grants.data.map((grant) => (
        <GrantCard key={grant.policyId} grant={grant} onChange={() => grants.refetch()} />
      ))}
    </div>
  );
}
