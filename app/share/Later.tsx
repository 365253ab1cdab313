'use client';

import { useState } from 'react';
import { Choice } from '../components/Choice';
import { useLanguage, useText } from '../i18n/useText';
import { sharingTexts } from '../sharing/texts';
import { lasting } from '../sharing/times';

/** A quiet way to have it begin later: one line until it is wanted. */
export function Later({
  delays,
  delay,
  onDelay,
}: {
  readonly delays: readonly number[];
  /** Seconds; 0: at once. */
  readonly delay: number;
  readonly onDelay: (delay: number) => void;
}) {
  const t = useText(sharingTexts);
  const [language] = useLanguage();
  const [wanted, setWanted] = useState(false);
  if (delays.length === 0) return null;
  if (!wanted) {
    return (
      <button
        type="button"
        className="-mt-3 min-h-8 self-start text-quiet text-sm underline decoration-line underline-offset-4 hover:text-ink"
        onClick={() => setWanted(true)}
      >
        {t('later')}
      </button>
    );
  }
  return (
    <div className="rise" data-testid="later">
      <Choice
        label={t('begins')}
        value={delay}
        options={[
          { value: 0, text: t('atOnce') },
          ...delays.map((value) => ({ value, text: t('after', { time: lasting(value, language) }) })),
        ]}
        onChange={onDelay}
      />
      <p className="mt-2 text-pretty text-quiet text-sm">{t('laterNote')}</p>
    </div>
  );
}
