'use client';

import { useQuery } from '@tanstack/react-query';
import type { Hex } from 'dintel/chain';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense } from 'react';
import { ButtonLink } from '../components/Button';
import { Card } from '../components/Card';
import { Copy } from '../components/Copy';
import { Dial } from '../components/Dial';
import { PageFault } from '../components/Fault';
import { Notice } from '../components/Notice';
import { PageHead } from '../components/Page';
import { Skeleton } from '../components/Skeleton';
import { useLanguage, useText } from '../i18n/useText';
import { useSite } from '../providers';
import { useAsk } from '../session/useAsk';
import { PayGate } from '../sharing/PayGate';
import { SharingTabs } from '../sharing/SharingTabs';
import { sharingTexts } from '../sharing/texts';
import type { OwnGrant } from '../worker/sharing';
import { GrantActs } from './GrantActs';
import { LedgerPlace } from './LedgerPlace';
import { grantTexts } from './texts';
import { namesOf, stateOf, tones, whenOf, whomOf } from './words';

/** What is read from the chain's past: it comes after the grant itself is on the screen. */
const Ledger = lazy(() => import('./Ledger').then(({ Ledger }) => ({ default: Ledger })));

/** One of my grants, by the policy in the address. */
export function GrantPage() {
  const t = useText(grantTexts);
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <SharingTabs />
      <PayGate>
        <Chosen />
      </PayGate>
    </>
  );
}

function Chosen() {
  const t = useText(grantTexts);
  // Behind the gate, which the export never passes: the head stands in it, though its address says nothing yet.
  const id = useSearchParams().get('id')?.toLowerCase() ?? '';
  return isPolicyId(id) ? (
    <Found id={id} />
  ) : (
    <Notice title={t('noId')} action={<ButtonLink href="/grants">{t('all')}</ButtonLink>}>
      {t('noIdNote')}
    </Notice>
  );
}

const isPolicyId = (text: string): text is Hex => /^0x[0-9a-f]{64}$/.test(text);

function Found({ id }: { readonly id: Hex }) {
  const grants = useAsk('grants', undefined, { everyMs: 15_000 });
  if (grants.data === undefined) {
    if (grants.isError) return <PageFault fault={grants.error} onRetry={grants.refetch} />;
    return <Skeleton rows={1} shape="cards" />;
  }
  const grant = grants.data.find(({ policyId }) => policyId === id);
  if (grant === undefined) return <Strange id={id} />;
  return (
    <div className="flex flex-col gap-6">
      <Summary grant={grant} onChange={() => grants.refetch()} />
      <Suspense fallback={<LedgerPlace />}>
        <Ledger grant={grant} />
      </Suspense>
    </div>
  );
}

/** What, for whom, until when, and what can be done with it. */
function Summary({ grant, onChange }: { readonly grant: OwnGrant; readonly onChange: () => unknown }) {
  const s = useText(sharingTexts);
  const t = useText(grantTexts);
  const [language] = useLanguage();
  const kept = useAsk('files', undefined).data ?? [];
  const again = grant.files.find((file) => kept.some(({ id }) => id === file.id));
  const { state, threshold, shares, missing, link, note } = grant;
  return (
    <Card className="flex flex-col gap-5">
      <div data-testid="grant" data-state={state} className="flex flex-wrap items-center gap-x-5 gap-y-3">
        {threshold !== undefined && (
          <Dial shares={shares} threshold={threshold} lit={state === 'live' ? threshold : 0} size={64} />
        )}
        <div className="min-w-0 flex-1 basis-48">
          <h2 className="break-words font-semibold text-xl leading-tight">{namesOf(grant) || s('unknown')}</h2>
          <p className="mt-0.5 text-quiet">
            {missing === undefined ? whomOf(grant, s) : s('missing', { code: missing })}
            {threshold !== undefined && ` · ${s('quorum', { m: threshold, n: shares })}`}
          </p>
          {note !== undefined && <p className="mt-1 text-pretty">{note}</p>}
        </div>
        <p className={tones[state]}>
          <span className="font-medium">{stateOf(grant, s)}</span>
          <span className="block text-quiet text-sm">{whenOf(grant, language, s)}</span>
        </p>
      </div>
      <div className="flex flex-wrap gap-2 not-has-[>:is(a,button)]:contents">
        {link !== undefined && <Copy text={link} label={s('link')} />}
        {again !== undefined && <ButtonLink href={`/share#${again.id}`}>{t('shareAgain')}</ButtonLink>}
        <GrantActs grant={grant} onChange={onChange} />
      </div>
    </Card>
  );
}

/** A policy that is not among my grants: somebody else's, or of no one. */
function Strange({ id }: { readonly id: Hex }) {
  const t = useText(grantTexts);
  const { rpcUrl, deployment } = useSite();
  const policy = useQuery({
    queryKey: ['policy', rpcUrl, id],
    queryFn: async () => {
      const [{ PolicyManager }, { viemReader }] = await Promise.all([
        import('dintel/chain'),
        import('dintel/chain/viem'),
      ]);
      return (await new PolicyManager(await viemReader({ rpcUrl }), deployment.policyManager).policy(id)) ?? null;
    },
  });
  const all = <ButtonLink href="/grants">{t('all')}</ButtonLink>;
  if (policy.data === undefined) {
    if (policy.isError) return <PageFault fault={policy.error} onRetry={policy.refetch} />;
    return <Skeleton rows={1} shape="cards" />;
  }
  if (policy.data === null) {
    return (
      <Notice title={t('unknown')} action={all}>
        {t('unknownNote')}
      </Notice>
    );
  }
  return (
    <Notice
      title={t('notMine')}
      action={
        <>
          {all}
          <ButtonLink href={`/network/policies?id=${id}`}>{t('publicPart')}</ButtonLink>
        </>
      }
    >
      <span className="[overflow-wrap:anywhere]">{t('notMineNote', { owner: policy.data.owner })}</span>
    </Notice>
  );
}
