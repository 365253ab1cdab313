'use client';

import { useMemo } from 'react';
import { ButtonLink } from '../components/Button';
import { Notice } from '../components/Notice';
import { nickname } from '../components/nickname';
import { PageHead } from '../components/Page';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { useLanguage, useText } from '../i18n/useText';
import { convictionsOf } from '../network/convictions';
import type { Chronicle } from '../network/facts';
import { StakePlot } from '../network/NetworkPlots';
import { nodesOf } from '../network/nodes';
import { Penalties } from '../network/Penalties';
import { useChronicle } from '../network/useChronicle';
import { PolicyLink } from '../network/Who';
import { amount, fromNow, span } from '../network/words';
import { useMeSoon } from '../session/me';
import { Stranger } from '../session/Stranger';
import { BeatsPanel } from './BeatsPanel';
import { EarningsPlots } from './EarningsPlots';
import { earningsByPolicy } from './earnings';
import { Leaving } from './Leaving';
import { Position, ToDo } from './Position';
import { Rate } from './Rate';
import { operateTexts } from './texts';
import { type Holdings, useHoldings } from './useNode';
import { Withdraw } from './Withdraw';

/** In place of a figure, as wide as most of them. */
const place = '\u2007\u2007…\u2007\u2007';

/** The operator's page: the connected wallet's node, or the way to one. */
export function Operate() {
  return useMeSoon()?.account === undefined ? <Nobody /> : <Somebody />;
}

/** What it takes, for whoever is not connected. */
function Nobody() {
  const t = useText(operateTexts);
  const { chronicle } = useChronicle();
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <Stranger soon={<Soon />}>
        <Panel title={t('becomeTitle')}>
          <Notice title={t('connectFirst')}>{t('connectNote')}</Notice>
          <Needs chronicle={chronicle} />
        </Panel>
      </Stranger>
    </>
  );
}

function Somebody() {
  const t = useText(operateTexts);
  const { chronicle } = useChronicle();
  const { holdings } = useHoldings();
  if (chronicle === undefined || holdings === undefined) {
    return (
      <>
        <PageHead title={t('title')}>{t('lead')}</PageHead>
        <Soon />
      </>
    );
  }
  const { miner } = holdings;
  const isNode = miner.stake > 0n || miner.unbonding > 0n;
  return isNode ? (
    <Dashboard chronicle={chronicle} holdings={holdings} />
  ) : (
    <>
      <PageHead
        title={t('title')}
        action={
          <ButtonLink href="/operate/stake" kind="primary">
            {t('stake')}
          </ButtonLink>
        }
      >
        {t('lead')}
      </PageHead>
      <div className="flex flex-col gap-6">
        <Panel title={t('becomeTitle')} note={t('becomeNote')}>
          <Needs chronicle={chronicle} held={holdings.tokens} />
        </Panel>
        {holdings.creditWei + holdings.rewards + holdings.bondsWei > 0n && (
          <Withdraw chronicle={chronicle} holdings={holdings} />
        )}
      </div>
    </>
  );
}

/** The position while it is on its way. */
function Soon() {
  const t = useText(operateTexts);
  return (
    <Panel title={t('title')}>
      <Skeleton rows={10} />
    </Panel>
  );
}

/** What it takes to run a node; what the contracts ask has its place before they have answered. */
function Needs({ chronicle, held }: { readonly chronicle: Chronicle | undefined; readonly held?: bigint }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { minStake, unbonding, epochLength } = chronicle?.rules ?? {};
  const least = minStake === undefined ? place : amount(minStake, language, 0);
  const time = unbonding === undefined || epochLength === undefined ? place : span(unbonding * epochLength, language);
  const needs = [
    `${t('need1', { amount: least })}${held === undefined ? '' : ` ${t('holds', { amount: amount(held, language, 0) })}`}`,
    t('need2'),
    t('need3', { time }),
  ];
  return (
    <ol className="grid gap-px overflow-hidden rounded-b-card bg-line sm:grid-cols-3">
      {needs.map((need, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have numbers, and their words change with what the contracts say.
        <li key={i} className="flex gap-4 bg-raised p-5">
          <span aria-hidden="true" className="font-semibold text-2xl text-teal">
            {i + 1}
          </span>
          <span className="text-pretty">{need}</span>
        </li>
      ))}
    </ol>
  );
}

function Dashboard({ chronicle, holdings }: { readonly chronicle: Chronicle; readonly holdings: Holdings }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { account } = holdings;
  const { facts } = chronicle;
  const node = useMemo(() => nodesOf(chronicle).find(({ address }) => address === account), [chronicle, account]);
  const convictions = useMemo(() => convictionsOf(facts, account), [facts, account]);
  const earned = useMemo(() => earningsByPolicy(facts, account), [facts, account]);
  if (node === undefined) return <Skeleton rows={12} />;
  return (
    <>
      <PageHead
        title={t('yourNode', { name: nickname(account) })}
        action={<ButtonLink href="/operate/stake">{t('addStake')}</ButtonLink>}
      >
        <span className="break-all font-mono text-sm">{node.url}</span>
      </PageHead>
      <div className="flex flex-col gap-6">
        <Position chronicle={chronicle} node={node} holdings={holdings} />
        <ToDo node={node} holdings={holdings} />
        <BeatsPanel chronicle={chronicle} node={account} />
        <EarningsPlots chronicle={chronicle} node={account} />
        <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
          <Withdraw chronicle={chronicle} holdings={holdings} />
          <div className="flex flex-col gap-6">
            <Rate holdings={holdings} />
            <Leaving chronicle={chronicle} holdings={holdings} />
          </div>
        </div>
        <StakePlot chronicle={chronicle} node={account} />
        <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
          <Panel title={t('policies')} empty={earned.length === 0 ? t('nothing') : undefined}>
            <ul>
              {earned.slice(0, 10).map((one) => (
                <li
                  key={one.policyId}
                  className="flex flex-wrap justify-between gap-x-4 border-line border-b px-5 py-3 text-sm last:border-0 sm:grid sm:grid-cols-[1fr_8rem_7rem] sm:[&>:last-child]:text-right"
                >
                  <PolicyLink id={one.policyId} />
                  <span className="text-quiet">{fromNow(one.last, chronicle.timestamp, language)}</span>
                  <span>{amount(one.wei, language, 6)} ETH</span>
                </li>
              ))}
            </ul>
          </Panel>
          <Panel title={t('slashes')} empty={convictions.length === 0 ? t('noSlashes') : undefined}>
            <Penalties chronicle={chronicle} convictions={convictions} />
          </Panel>
        </div>
      </div>
    </>
  );
}
