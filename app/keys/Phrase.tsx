'use client';

import { useText } from '../i18n/useText';
import { keysTexts } from './texts';

/** The recovery words, to be written down in their order. */
export function Phrase({ words }: { readonly words: string }) {
  const t = useText(keysTexts);
  return (
    <div className="rounded-[10px] border border-amber p-4">
      <p className="mb-3 text-amber text-sm">{t('shown')}</p>
      <ol className="grid grid-cols-2 gap-x-6 gap-y-1 font-mono text-sm sm:grid-cols-3">
        {Object.entries(words.split(' ')).map(([place, word]) => (
          <li key={place}>
            <span className="inline-block w-6 text-quiet">{Number(place) + 1}</span> {word}
          </li>
        ))}
      </ol>
    </div>
  );
}
