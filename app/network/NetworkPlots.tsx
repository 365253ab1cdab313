'use client';

import { useMemo } from 'react';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { useLanguage, useText } from '../i18n/useText';
import { Bars } from '../plots/Bars';
import { Key, Plot } from '../plots/Plot';
import { Steps } from '../plots/Steps';
import { asNumber } from '../plots/scale';
import { type Chronicle, epochOf } from './facts';
import { activeByEpoch, policiesOverTime, stakeOverTime } from './series';
import { networkTexts } from './texts';
import { amount, clock, moment, short } from './words';

/** How many epochs of activity, and how many spans of policies, are drawn. */
const drawn = { epochs: 160, spans: 24 } as const;

/** Words under a span of time: its beginning, its middle, now. */
function timeMarks(from: number, to: number, language: 'en' | 'es') {
  return [from, (from + to) / 2, to].map((at) => ({ at, text: moment(at, to - from, language) }));
}

/** Stake at work and on its way out, of all nodes or of one. */
export function StakePlot({ chronicle, node }: { readonly chronicle: Chronicle | undefined; readonly node?: string }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const facts = chronicle?.facts;
  const points = useMemo(() => (facts === undefined ? [] : stakeOverTime(facts, node)), [facts, node]);
  const first = points[0];
  if (chronicle === undefined || first === undefined) return <PlotPlace title={t('stakeOverTime')} height={246} />;
  const last = points.at(-1) ?? first;
  const out = points.some(({ unbonding }) => unbonding > 0n);
  const tokens = (value: bigint) => amount(value, language, 0);
  const from = Math.min(first.time, chronicle.timestamp - 60);
  return (
    <Panel title={t('stakeOverTime')} note={tokens(last.stake)}>
      <Plot
        title={t('stakeTitle', { stake: tokens(last.stake), unbonding: tokens(last.unbonding) })}
        legend={
          <>
            <Key colour="tealWash">{t('working')}</Key>
            {out && <Key colour="amber">{t('unbonding')}</Key>}
          </>
        }
        table={{
          name: t('asTable'),
          head: [t('when'), t('working'), t('unbonding')],
          rows: points.map((point) => [clock(point.time, language), tokens(point.stake), tokens(point.unbonding)]),
        }}
        draw={(area) => (
          <Steps
            area={area}
            steps={points.map(({ time, stake }) => ({ at: time, value: asNumber(stake) }))}
            second={out ? points.map(({ time, unbonding }) => ({ at: time, value: asNumber(unbonding) })) : []}
            from={from}
            until={chronicle.timestamp}
            marks={timeMarks(from, chronicle.timestamp, language)}
            text={(value) => short(value, language)}
          />
        )}
      />
    </Panel>
  );
}

/** How many nodes were awake in each epoch. */
export function ActivePlot({ chronicle }: { readonly chronicle: Chronicle | undefined }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const { facts, epoch = 0, rules } = chronicle ?? {};
  const from =
    facts?.[0] === undefined || rules === undefined
      ? epoch
      : Math.max(epochOf(facts[0].time, rules), epoch - drawn.epochs);
  const counts = useMemo(
    () => (facts === undefined ? [] : activeByEpoch(facts, { from, to: epoch })),
    [facts, from, epoch],
  );
  if (rules === undefined || counts.length === 0) return <PlotPlace title={t('activeNodes')} height={246} />;
  const timeOf = (at: number) => at * rules.epochLength;
  const steps = counts.map((value, i) => ({ at: timeOf(from + i), value }));
  const changes = steps.filter(({ value }, i) => value !== steps[i - 1]?.value);
  const until = timeOf(epoch + 1);
  const now = counts.at(-1) ?? 0;
  return (
    <Panel title={t('activeNodes')} note={t('nodeCount', { n: now })}>
      <Plot
        title={t('activeTitle', { n: now })}
        legend={<Key colour="tealWash">{t('awake')}</Key>}
        table={{
          name: t('asTable'),
          head: [t('when'), t('epoch'), t('nodes')],
          rows: changes.map(({ at, value }) => [clock(at, language), String(at / rules.epochLength), String(value)]),
        }}
        draw={(area) => (
          <Steps
            area={area}
            steps={changes}
            from={timeOf(from)}
            until={until}
            marks={timeMarks(timeOf(from), until, language)}
            text={String}
          />
        )}
      />
    </Panel>
  );
}

/** Policies by what became of them. */
export function PoliciesPlot({ chronicle }: { readonly chronicle: Chronicle | undefined }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const rows = useMemo(() => (chronicle === undefined ? [] : policiesOverTime(chronicle, drawn.spans)), [chronicle]);
  const first = rows[0];
  if (chronicle === undefined || first === undefined) return <PlotPlace title={t('policiesOverTime')} height={246} />;
  const { epochLength } = chronicle.rules;
  const [from, until] = [first.first * epochLength, chronicle.timestamp];
  const all = rows.reduce((sum, { created }) => sum + created, 0);
  const words = (row: (typeof rows)[number]) =>
    `${clock(row.first * epochLength, language)}: ${t('created')} ${row.created}, ${t('ended')} ${row.ended}, ${t('revoked')} ${row.revoked}`;
  return (
    <Panel title={t('policiesOverTime')} note={String(all)}>
      <Plot
        title={t('policiesTitle', { n: all })}
        legend={
          <>
            <Key colour="teal">{t('created')}</Key>
            <Key colour="amber">{t('ended')}</Key>
            <Key colour="brick">{t('revoked')}</Key>
          </>
        }
        table={{
          name: t('asTable'),
          head: [t('when'), t('created'), t('ended'), t('revoked')],
          rows: rows.map((row) => [
            clock(row.first * epochLength, language),
            ...[row.created, row.ended, row.revoked].map(String),
          ]),
        }}
        draw={(area) => (
          <Bars
            area={area}
            bars={rows.map((row) => ({
              key: row.first,
              parts: [row.created, row.ended, row.revoked],
              title: words(row),
            }))}
            marks={[0, rows.length / 2, rows.length].map((at) => ({
              at,
              text: moment(from + (at / rows.length) * (until - from), until - from, language),
            }))}
            text={String}
          />
        )}
      />
    </Panel>
  );
}

/** The place of a plot that is still on its way, of the plot's own height. */
function PlotPlace({ title, height }: { readonly title: string; readonly height: number }) {
  return (
    <Panel title={title}>
      <div className={height > 200 ? 'h-[17rem] overflow-hidden' : 'h-40 overflow-hidden'}>
        <Skeleton rows={6} />
      </div>
    </Panel>
  );
}
