'use client';

import { useMemo, useState } from 'react';
import { Button } from '../components/Button';
import { Choice } from '../components/Choice';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { useLanguage, useText } from '../i18n/useText';
import { EventList } from './EventList';
import { NetworkHead } from './Parts';
import { type Kind, kinds, sentenceOf } from './sentences';
import { networkTexts } from './texts';
import { useChronicle } from './useChronicle';

const page = 30;

/** Everything that happened, by what it is about. */
export function Events() {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const { chronicle } = useChronicle();
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const [count, setCount] = useState(page);
  const facts = chronicle?.facts;
  const found = useMemo(
    () =>
      (facts ?? [])
        .filter((fact) => {
          const said = sentenceOf(fact, language);
          return said !== undefined && (kind === 'all' || said.kind === kind);
        })
        .reverse(),
    [facts, kind, language],
  );
  return (
    <>
      <NetworkHead title={t('events')}>{t('eventsLead')}</NetworkHead>
      <div className="mb-4">
        <Choice
          label={t('kinds')}
          value={kind}
          options={(['all', ...kinds] as const).map((value) => ({ value, text: t(`kind.${value}`) }))}
          onChange={(value) => {
            setKind(value);
            setCount(page);
          }}
        />
      </div>
      <Panel
        title={t(`kind.${kind}`)}
        note={chronicle && new Intl.NumberFormat(language).format(found.length)}
        empty={chronicle !== undefined && found.length === 0 ? t('noEvents') : undefined}
      >
        {chronicle === undefined ? (
          <Skeleton rows={14} />
        ) : (
          <EventList facts={found.slice(0, count)} now={chronicle.timestamp} />
        )}
        {found.length > count && (
          <div className="border-line border-t p-4">
            <Button onClick={() => setCount(count + page)}>{t('more')}</Button>
          </div>
        )}
      </Panel>
    </>
  );
}
