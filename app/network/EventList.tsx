'use client';

import { Address } from '../components/Address';
import { useLanguage, useText } from '../i18n/useText';
import { type Fact, keyOf } from './facts';
import { sentenceOf } from './sentences';
import { networkTexts } from './texts';
import { NodeLink, PolicyLink } from './Who';
import { fromNow } from './words';

/** Facts as sentences, in the order given; those that say nothing to people are left out. */
export function EventList({ facts, now }: { readonly facts: readonly Fact[]; readonly now: number }) {
  const t = useText(networkTexts);
  const [language] = useLanguage();
  return (
    <ol>
      {facts.map((fact) => {
        const said = sentenceOf(fact, language);
        if (said === undefined) return null;
        return (
          <li
            key={keyOf(fact)}
            className="flex flex-wrap items-center gap-x-4 border-line border-b px-5 py-3 text-sm last:border-0"
            data-testid="event"
          >
            <span className="w-28 shrink-0 text-quiet" title={t('block', { block: fact.event.blockNumber })}>
              {fromNow(fact.time, now, language)}
            </span>
            <span className="min-w-0 basis-60 grow">
              {said.about === 'node' && <NodeLink address={said.subject} />}
              {said.about === 'policy' && <PolicyLink id={said.subject} />}
              {said.about === 'person' && <Address value={said.subject} />} {said.text}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
