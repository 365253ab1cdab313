'use client';

import Link from 'next/link';
import { useMemo } from 'react';
import { Figure } from '../components/Figure';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { useProbes } from '../hooks/useProbes';
import { numberFormat } from '../i18n/formats';
import { useLanguage, useText } from '../i18n/useText';
import { convictionsOf } from './convictions';
import { EventList } from './EventList';
import { ActivePlot, PoliciesPlot, StakePlot } from './NetworkPlots';
import { NodesTable } from './NodesTable';
import { type NodeRow, nodesOf } from './nodes';
import { NetworkHead } from './Parts';
import { Penalties } from './Penalties';
import { PolicyRows } from './PolicyRows';
import { phaseOf, policiesOf } from './policies';
import { sentenceOf } from './sentences';
import { networkTexts } from './texts';
import { useChronicle } from './useChronicle';
import { amount, span } from './words';

/** How many policies and events stand here; all of them have pages of their own. */
const shown = { policies: 5, events: 9 } as const;
const more =
  'flex min-h-11 items-center border-line border-t px-5 text-sm text-teal underline decoration-line underline-offset-4 hover:decoration-teal';

/** The network at a glance: figures, plots, nodes, penalties, the newest of the rest. */
export function Overview() {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const { chronicle } = useChronicle();
  const facts = chronicle?.facts;
  const epoch = chronicle?.epoch ?? 0;
  const nodes = useMemo(() => (facts === undefined ? [] : nodesOf({ facts, epoch })), [facts, epoch]);
  const policies = useMemo(() => (facts === undefined ? [] : policiesOf(facts)), [facts]);
  const convictions = useMemo(() => (facts === undefined ? [] : convictionsOf(facts)), [facts]);
  const newest = useMemo(
    () =>
      facts
        // Heartbeats have a plot of their own, and would leave no room for anything else.
        ?.filter((fact) => fact.event.event !== 'Heartbeat' && sentenceOf(fact, language) !== undefined)
        .slice(-shown.events)
        .reverse() ?? [],
    [facts, language],
  );
  const present = nodes.filter(({ state }) => state !== 'gone');
  const staked = present.reduce((sum, { stake }) => sum + stake, 0n);
  const now = chronicle?.timestamp ?? 0;
  const length = chronicle?.rules.epochLength ?? 1;
  return (
    <>
      <NetworkHead title={t('title')}>{t('lead')}</NetworkHead>
      <div className="flex flex-col gap-6">
        <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
          {chronicle === undefined ? <Figure name={t('answering')} value={undefined} /> : <Answering nodes={present} />}
          <Figure name={t('atStake')} value={chronicle && amount(staked, language, 0)} unit={chronicle && 'DNTL'} />
          <Figure
            name={t('livePolicies')}
            value={chronicle && String(policies.filter((policy) => phaseOf(policy, now) === 'live').length)}
          />
          <Figure
            name={t('epoch')}
            value={chronicle && numberFormat(language).format(epoch)}
            unit={chronicle && t('nextIn', { time: span((epoch + 1) * length - now, language) })}
          />
        </dl>
        <Panel
          title={t('nodes')}
          note={chronicle && t('nodeCount', { n: present.length })}
          empty={chronicle !== undefined && nodes.length === 0 ? t('noNodes') : undefined}
        >
          <NodesTable chronicle={chronicle} nodes={nodes} />
        </Panel>
        <div className="grid gap-6 lg:grid-cols-2">
          <StakePlot chronicle={chronicle} />
          <ActivePlot chronicle={chronicle} />
        </div>
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <PoliciesPlot chronicle={chronicle} />
          <Panel
            title={t('slashes')}
            note={t('slashesNote')}
            empty={chronicle !== undefined && convictions.length === 0 ? t('noSlashes') : undefined}
          >
            {chronicle === undefined ? (
              <Skeleton rows={6} />
            ) : (
              <Penalties chronicle={chronicle} convictions={convictions} />
            )}
          </Panel>
        </div>
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <Panel
            title={t('policies')}
            empty={chronicle !== undefined && policies.length === 0 ? t('noPolicies') : undefined}
          >
            {chronicle === undefined ? (
              <Skeleton rows={8} />
            ) : (
              <PolicyRows policies={policies.slice(0, shown.policies)} now={now} />
            )}
            <Link href="/network/policies" className={more}>
              {t('allPolicies')}
            </Link>
          </Panel>
          <Panel title={t('recent')} empty={chronicle !== undefined && newest.length === 0 ? t('noEvents') : undefined}>
            {chronicle === undefined ? <Skeleton rows={8} /> : <EventList facts={newest} now={now} />}
            <Link href="/network/events" className={more}>
              {t('all')}
            </Link>
          </Panel>
        </div>
      </div>
    </>
  );
}

/** How many of them answer this browser. */
function Answering({ nodes }: { readonly nodes: readonly NodeRow[] }) {
  const t = useText(networkTexts);
  const up = [...useProbes(nodes.map(({ url }) => url)).values()].filter((probe) => probe.up).length;
  return <Figure name={t('answering')} value={t('ofNodes', { up, all: nodes.length })} />;
}
