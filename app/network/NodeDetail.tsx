'use client';

import { useSearchParams } from 'next/navigation';
import { Suspense, useMemo } from 'react';
import { ButtonLink } from '../components/Button';
import { Figure } from '../components/Figure';
import { Notice } from '../components/Notice';
import { nickname } from '../components/nickname';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { useProbes } from '../hooks/useProbes';
import { numberFormat } from '../i18n/formats';
import { useLanguage, useText } from '../i18n/useText';
import { BeatsPanel } from '../operate/BeatsPanel';
import { earningsByPolicy } from '../operate/earnings';
import { convictionsOf } from './convictions';
import { StakePlot } from './NetworkPlots';
import { Health } from './NodesTable';
import { type NodeRow, nodesOf } from './nodes';
import { NetworkHead } from './Parts';
import { Penalties } from './Penalties';
import { networkTexts } from './texts';
import { useChronicle } from './useChronicle';
import { PolicyLink } from './Who';
import { amount, clock, fromNow } from './words';

const figures = 'grid grid-cols-2 gap-4 md:grid-cols-4';

/** One node, by the address in the address bar: what everyone can know of it. */
export function NodeDetail() {
  return (
    <Suspense fallback={<Soon />}>
      <Node />
    </Suspense>
  );
}

/** The page while its address, or what the chain says of it, is on its way. */
function Soon({ address }: { readonly address?: string | undefined }) {
  const t = useText(networkTexts);
  return (
    <>
      <Head address={address} />
      <div className="flex flex-col gap-6">
        <dl className={figures}>
          {(['stake', 'earned', 'slashedTimes', 'answers'] as const).map((name) => (
            <Figure key={name} name={t(name)} value={undefined} />
          ))}
        </dl>
        <Panel title={t('heartbeats')}>
          <Skeleton rows={12} />
        </Panel>
      </div>
    </>
  );
}

function Head({ address }: { readonly address: string | undefined }) {
  const t = useText(networkTexts);
  return (
    <NetworkHead title={address === undefined ? t('node') : t('nodePage', { name: nickname(address) })}>
      {t('nodeLead')}
      <span className="mt-1 block min-h-5 break-all font-mono text-[0.8rem] leading-5">{address}</span>
    </NetworkHead>
  );
}

function Node() {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const address = useSearchParams().get('at')?.toLowerCase() ?? '';
  const { chronicle } = useChronicle();
  const node = useMemo(
    () => (chronicle === undefined ? undefined : nodesOf(chronicle).find((one) => one.address === address)),
    [chronicle, address],
  );
  if (chronicle === undefined) return <Soon address={address === '' ? undefined : address} />;
  if (node === undefined) {
    return (
      <>
        <Head address={undefined} />
        <Notice title={t('unknownNode')} action={<ButtonLink href="/network">{t('overview')}</ButtonLink>}>
          {t('unknownNodeNote')}
        </Notice>
      </>
    );
  }
  const convictions = convictionsOf(chronicle.facts, address);
  const earned = earningsByPolicy(chronicle.facts, node.address);
  const facts = [
    [t('webAddress'), node.url],
    [t('operator'), node.operators.at(-1)?.operator ?? ''],
    [t('since'), clock(node.bondedAt, language)],
    [t('promised'), numberFormat(language).format(node.availableUntil)],
  ];
  return (
    <>
      <Head address={address} />
      <div className="flex flex-col gap-6">
        <dl className={figures}>
          <Figure name={t('stake')} value={amount(node.stake, language, 0)} unit="DNTL" />
          <Figure name={t('earned')} value={amount(node.feesWei, language, 5)} unit="ETH" />
          <Figure name={t('slashedTimes')} value={String(node.slashes)} />
          <div className="min-w-0 rounded-card border border-line bg-raised px-4 py-4 sm:px-5">
            <dt className="text-quiet text-sm">{t('answers')}</dt>
            <dd className="mt-1 flex min-h-9 items-center">
              <Answer node={node} />
            </dd>
          </div>
        </dl>
        <BeatsPanel chronicle={chronicle} node={address}>
          <dl className="grid gap-x-8 gap-y-2 border-line border-t px-5 py-4 text-sm sm:grid-cols-2">
            {facts.map(([name, value]) => (
              <div key={name} className="min-w-0">
                <dt className="text-quiet">{name}</dt>
                <dd className="break-all">{value}</dd>
              </div>
            ))}
          </dl>
        </BeatsPanel>
        <StakePlot chronicle={chronicle} node={address} />
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <Panel title={t('feesByPolicy')} empty={earned.length === 0 ? t('noFees') : undefined}>
            <ul>
              {earned.slice(0, 12).map((one) => (
                <li
                  key={one.policyId}
                  className="grid grid-cols-[1fr_auto] gap-x-4 border-line border-b px-5 py-3 text-sm last:border-0 sm:grid-cols-[8rem_1fr_7rem] [&>:last-child]:text-right"
                >
                  <PolicyLink id={one.policyId} />
                  <span className="text-quiet">
                    {t('settlements', { n: one.settlements })}, {fromNow(one.last, chronicle.timestamp, language)}
                  </span>
                  <span>{amount(one.wei, language, 6)} ETH</span>
                </li>
              ))}
            </ul>
          </Panel>
          <Panel title={t('slashes')} empty={convictions.length === 0 ? t('noSlashesHere') : undefined}>
            <Penalties chronicle={chronicle} convictions={convictions} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function Answer({ node }: { readonly node: NodeRow }) {
  const probes = useProbes(node.state === 'gone' ? [] : [node.url]);
  return <Health probe={node.state === 'gone' ? 'none' : probes.get(node.url)} />;
}
