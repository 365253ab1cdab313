'use client';

import { useDeferredValue, useMemo, useState } from 'react';
import { Choice } from '../components/Choice';
import { More } from '../components/More';
import { Panel } from '../components/Panel';
import { Skeleton } from '../components/Skeleton';
import { useSome } from '../hooks/useSome';
import { numberFormat } from '../i18n/formats';
import { useLanguage, useText } from '../i18n/useText';
import { EventList } from './EventList';
import { NetworkHead } from './Parts';
import { type Kind, kinds, sentenceOf } from './sentences';
import { networkTexts } from './texts';
import { useChronicle } from './useChronicle';

/** Everything that happened, by what it is about. */
export function Events() {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  const { chronicle } = useChronicle();
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const facts = chronicle?.facts;
  // The choice is seen at once; what it finds may come a moment later.
  const wanted = useDeferredValue(kind);
  const said = useMemo(
    () => (facts ?? []).map((fact) => ({ fact, kind: sentenceOf(fact, language)?.kind })).reverse(),
    [facts, language],
  );
  const found = useMemo(
    () => said.flatMap((one) => (one.kind !== undefined && (wanted === 'all' || one.kind === wanted) ? one.fact : [])),
    [said, wanted],
  );
  const { some, more, back } = useSome(found, 30);
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
            back();
          }}
        />
      </div>
      <Panel
        title={t(`kind.${wanted}`)}
        note={chronicle && numberFormat(language).format(found.length)}
        empty={chronicle !== undefined && found.length === 0 ? t('noEvents') : undefined}
      >
        {chronicle === undefined ? <Skeleton rows={14} /> : <EventList facts={some} now={chronicle.timestamp} />}
        {more !== undefined && (
          <div className="border-line border-t p-4">
            <More onMore={more} />
          </div>
        )}
      </Panel>
    </>
  );
}
