'use client';

import { useSearchParams } from 'next/navigation';
import { Suspense, useMemo } from 'react';
import { ButtonLink } from '../components/Button';
import { Figure } from '../components/Figure';
import { More } from '../components/More';
import { Notice } from '../components/Notice';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { useSome } from '../hooks/useSome';
import { useLanguage, useText } from '../i18n/useText';
import { NetworkHead } from './Parts';
import { Flow, Phase, PolicyRows } from './PolicyRows';
import { leftOf, type PolicyRow, policiesOf } from './policies';
import { networkTexts } from './texts';
import { useChronicle } from './useChronicle';
import { NodeLink } from './Who';
import { amount, clock, gwei } from './words';

/** All policies, or the one whose id is in the address. */
export function Policies() {
  const t = useText(networkTexts);
  return (
    <>
      <NetworkHead title={t('policies')}>{t('policiesLead')}</NetworkHead>
      <Suspense fallback={<Soon />}>
        <Chosen />
      </Suspense>
    </>
  );
}

function Soon() {
  const t = useText(networkTexts);
  return (
    <Panel title={t('allPolicies')}>
      <Skeleton rows={12} />
    </Panel>
  );
}

function Chosen() {
  const t = useText(networkTexts);
  const id = useSearchParams().get('id')?.toLowerCase();
  const { chronicle } = useChronicle();
  const facts = chronicle?.facts;
  const policies = useMemo(() => (facts === undefined ? [] : policiesOf(facts)), [facts]);
  if (chronicle === undefined) return id === undefined ? <Soon /> : <Skeleton rows={12} />;
  const now = chronicle.timestamp;
  if (id === undefined) return <All policies={policies} now={now} />;
  const chosen = policies.find((policy) => policy.id === id);
  return chosen === undefined ? (
    <Notice title={t('unknownPolicy')} action={<ButtonLink href="/network/policies">{t('back')}</ButtonLink>}>
      {t('unknownPolicyNote')}
    </Notice>
  ) : (
    <Detail policy={chosen} now={now} />
  );
}

function All({ policies, now }: { readonly policies: readonly PolicyRow[]; readonly now: number }) {
  const t = useText(networkTexts);
  const { some, more } = useSome(policies);
  return (
    <Panel
      title={t('allPolicies')}
      note={String(policies.length)}
      empty={policies.length === 0 ? t('noPolicies') : undefined}
    >
      <PolicyRows policies={some} now={now} />
      {more !== undefined && (
        <div className="border-line border-t p-4">
          <More onMore={more} />
        </div>
      )}
    </Panel>
  );
}

/** One policy: its money and what happened to it. */
function Detail({ policy, now }: { readonly policy: PolicyRow; readonly now: number }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const ether = (wei: bigint) => amount(wei, language, 6);
  return (
    <div className="flex flex-col gap-6">
      <section className="rounded-card border border-line bg-raised px-5 py-4">
        <h2 className="break-all font-mono text-sm">{policy.id}</h2>
        <p className="mt-2 flex flex-wrap gap-x-4 text-sm">
          <Phase policy={policy} now={now} />
          <span className="text-quiet">{t('shares', { n: policy.shares, rate: gwei(policy.rateWei, language) })}</span>
          <span className="text-quiet">
            {t('by')} <span className="break-all font-mono">{policy.owner}</span>
          </span>
        </p>
        <div className="mt-3">
          <Flow policy={policy} />
        </div>
      </section>
      <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
        <Figure name={t('paid')} value={ether(policy.paidWei)} unit="ETH" />
        <Figure name={t('earnedByNodes')} value={ether(policy.earnedWei)} unit="ETH" />
        <Figure name={t('left')} value={ether(leftOf(policy))} unit="ETH" />
        <Figure name={t('returned')} value={ether(policy.returnedWei)} unit="ETH" />
      </dl>
      <Panel title={t('moments')}>
        <ol>
          {policy.moments.map((one) => (
            <li
              key={`${one.block}:${one.kind}:${one.node}`}
              className="flex flex-wrap items-center gap-x-4 border-line border-b px-5 py-3 text-sm last:border-0"
            >
              <span className="w-44 shrink-0 text-quiet">{clock(one.time, language)}</span>
              <span className="w-32 shrink-0">{ether(one.wei)} ETH</span>
              {one.node === undefined ? (
                <span>{t(`moment.${one.kind}`)}</span>
              ) : (
                <span className="flex flex-wrap gap-x-1.5">
                  {t('moment.settled', { who: '' })} <NodeLink address={one.node} />
                </span>
              )}
            </li>
          ))}
        </ol>
      </Panel>
      <div>
        <ButtonLink href="/network/policies">{t('back')}</ButtonLink>
      </div>
    </div>
  );
}
