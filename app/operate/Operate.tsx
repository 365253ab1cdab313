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
import { BeatsPanel } from './BeatsPanel';
import { EarningsPlots } from './EarningsPlots';
import { earningsByPolicy } from './earnings';
import { Leaving } from './Leaving';
import { Position, ToDo } from './Position';
import { Rate } from './Rate';
import { operateTexts } from './texts';
import { type Holdings, useHoldings } from './useNode';
import { Withdraw } from './Withdraw';

/** The operator's page: the connected wallet's node, or the way to one. */
export function Operate() {
  const t = useText(operateTexts);
  const { chronicle } = useChronicle();
  const { account, holdings } = useHoldings();
  if (account === undefined) {
    return (
      <>
        <PageHead title={t('title')}>{t('lead')}</PageHead>
        <Panel title={t('becomeTitle')}>
          <Notice title={t('connectFirst')}>{t('connectNote')}</Notice>
          {chronicle !== undefined && <Needs chronicle={chronicle} held={undefined} />}
        </Panel>
      </>
    );
  }
  if (chronicle === undefined || holdings === undefined) return <OperateSoon />;
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

/** The page while it is on its way: needs no network. */
export function OperateSoon() {
  const t = useText(operateTexts);
  return (
    <>
      <PageHead title={t('title')}>{t('lead')}</PageHead>
      <Panel title={t('title')}>
        <Skeleton rows={10} />
      </Panel>
    </>
  );
}

/** What it takes to run a node. */
function Needs({ chronicle, held }: { readonly chronicle: Chronicle; readonly held: bigint | undefined }) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { minStake, unbonding, epochLength } = chronicle.rules;
  const needs = [
    t('need1', {
      amount: amount(minStake, language, 0),
      held: held === undefined ? '–' : amount(held, language, 0),
    }),
    t('need2'),
    t('need3', { time: span(unbonding * epochLength, language) }),
  ];
  return (
    <ol className="grid gap-px overflow-hidden rounded-b-card bg-line sm:grid-cols-3">
      {needs.map((need, i) => (
        <li key={need} className="flex gap-4 bg-raised p-5">
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
