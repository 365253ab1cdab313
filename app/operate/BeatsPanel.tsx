'use client';

import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { Panel } from '../components/Panel';
import { useLanguage, useText } from '../i18n/useText';
import type { Chronicle } from '../network/facts';
import { networkTexts } from '../network/texts';
import { chance, clock } from '../network/words';
import { Beats, beatsHeight, type Cell } from '../plots/Beats';
import { Key, Plot } from '../plots/Plot';
import { attendance, type Beat, heartbeatsOf } from './heartbeats';

/** How many epochs are drawn: what was, and what may be promised. */
const drawn = { past: 160, ahead: 8 } as const;
const kinds: Readonly<Record<Beat, Cell['kind']>> = {
  awake: 'full',
  promised: 'ahead',
  asleep: 'missed',
  voided: 'missed',
  open: 'open',
  absent: 'none',
};

/** Whether a node kept its word: one cell per epoch. */
export function BeatsPanel({
  chronicle,
  node,
  children,
}: {
  readonly chronicle: Chronicle;
  readonly node: string;
  readonly children?: ReactNode;
}) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const { facts, epoch, rules } = chronicle;
  const beats = useMemo(
    () => heartbeatsOf(facts, node, { from: epoch - drawn.past + 1, to: epoch + drawn.ahead, now: epoch, rules }),
    [facts, node, epoch, rules],
  );
  const share = attendance(beats.filter((one) => one.epoch <= epoch));
  const title = t('heartbeatsTitle', { share: share === undefined ? '–' : chance(share, language) });
  return (
    <Panel title={t('heartbeats')} note={title}>
      <Plot
        title={title}
        height={(width) => beatsHeight(width - 2, beats.length)}
        bare
        legend={
          <>
            <Key colour="teal">{t('beat.awake')}</Key>
            <Key colour="amber">{t('beat.asleep')}</Key>
            <Key colour="tealWash">{t('beat.promised')}</Key>
          </>
        }
        table={{
          name: t('asTable'),
          head: [t('epoch'), t('when'), t('heartbeats')],
          rows: beats
            .toReversed()
            .slice(0, 24)
            .map((one) => [String(one.epoch), clock(one.epoch * rules.epochLength, language), t(`beat.${one.beat}`)]),
        }}
        draw={(area) => (
          <Beats
            area={area}
            cells={beats.map((one) => ({
              key: one.epoch,
              kind: kinds[one.beat],
              title: `${t('epoch')} ${one.epoch}, ${clock(one.epoch * rules.epochLength, language)}: ${t(`beat.${one.beat}`)}`,
            }))}
          />
        )}
      />
      {children}
    </Panel>
  );
}
