'use client';

import type { Address } from 'dintel/chain';
import { useMemo } from 'react';
import { Panel } from '../components/Panel';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from '../network/facts';
import { amount, clock, moment, short } from '../network/words';
import { Bars } from '../plots/Bars';
import { Key, Plot } from '../plots/Plot';
import { asNumber } from '../plots/scale';
import { type EarningsBucket, earningsOf } from './earnings';
import { operateTexts } from './texts';

const spans = 32;

/** Fees and rewards over time, one above the other on the same time, with the epochs that were missed. */
export function EarningsPlots({ chronicle, node }: { readonly chronicle: Chronicle; readonly node: Address }) {
  const t = useText(operateTexts);
  const rows = useMemo(() => earningsOf(chronicle, node, spans), [chronicle, node]);
  return (
    <div className="grid grid-cols-1 gap-6 lg:grid-cols-2">
      <Earnings
        chronicle={chronicle}
        rows={rows}
        name={t('fees')}
        unit="ETH"
        title="feesTitle"
        colour={0}
        of={({ feesWei }) => feesWei}
      />
      <Earnings
        chronicle={chronicle}
        rows={rows}
        name={t('rewards')}
        unit="DNTL"
        title="rewardsTitle"
        colour={1}
        of={({ rewards }) => rewards}
      />
    </div>
  );
}

function Earnings({
  chronicle,
  rows,
  name,
  unit,
  title,
  colour,
  of,
}: {
  readonly chronicle: Chronicle;
  readonly rows: readonly EarningsBucket[];
  readonly name: string;
  readonly unit: string;
  readonly title: 'feesTitle' | 'rewardsTitle';
  readonly colour: 0 | 1;
  readonly of: (row: EarningsBucket) => bigint;
}) {
  const t = useText(operateTexts);
  const [language] = useLanguage();
  const { epochLength } = chronicle.rules;
  const all = rows.reduce((sum, row) => sum + of(row), 0n);
  const from = (rows[0]?.first ?? 0) * epochLength;
  const until = chronicle.timestamp;
  const missed = rows.some(({ asleep }) => asleep > 0);
  const words = (row: EarningsBucket) =>
    `${clock(row.first * epochLength, language)}: ${amount(of(row), language, 6)} ${unit}${row.asleep > 0 ? `, ${row.asleep} ${t('missed')}` : ''}`;
  return (
    <Panel title={name} note={`${amount(all, language, 4)} ${unit}`}>
      <Plot
        title={t(title, { amount: amount(all, language, 6) })}
        legend={
          <>
            <Key colour={colour === 0 ? 'teal' : 'grey'}>{unit}</Key>
            {missed && <Key colour="amber">{t('missed')}</Key>}
          </>
        }
        table={{
          name: t('asTable'),
          head: [t('when'), `${name}, ${unit}`, t('missed')],
          rows: rows.map((row) => [
            clock(row.first * epochLength, language),
            amount(of(row), language, 6),
            String(row.asleep),
          ]),
        }}
        draw={(area) => (
          <Bars
            area={area}
            bars={rows.map((row) => ({
              key: row.first,
              parts: [asNumber(of(row))],
              missing: row.asleep > 0,
              title: words(row),
            }))}
            colours={[colour === 0 ? 0 : 3]}
            marks={[0, rows.length / 2, rows.length].map((at) => ({
              at,
              text: moment(from + (at / rows.length) * (until - from), until - from, language),
            }))}
            text={(value) => short(value, language)}
          />
        )}
      />
    </Panel>
  );
}
