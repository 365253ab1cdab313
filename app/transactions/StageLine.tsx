'use client';

import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import type { Stage, Tracked } from './store';
import { underwayTexts } from './texts';

const colours: Readonly<Record<Stage, string>> = {
  trying: 'text-quiet',
  sign: 'text-amber',
  sent: 'text-teal',
  proposed: 'text-amber',
  mined: 'text-quiet',
  signed: 'text-quiet',
  failed: 'text-brick',
  refused: 'text-amber',
  declined: 'text-quiet',
  dropped: 'text-amber',
  replaced: 'text-amber',
};

/** How far it is, as a sentence. */
export function StageLine({ one }: { readonly one: Tracked }) {
  const t = useText(frameTexts);
  const u = useText(underwayTexts);
  const why = one.why ?? '';
  const words: Readonly<Record<Stage, string>> = {
    trying: t('simulating'),
    sign: t('sign'),
    sent: t('sent'),
    proposed: u('proposedLine'),
    mined: t('mined', { block: one.block ?? 0 }),
    signed: t('signed'),
    failed: t('failed', { why }),
    refused: t('refused', { why }),
    declined: t('declinedStage'),
    dropped: t('dropped'),
    replaced: t('replaced'),
  };
  return <span className={`text-sm ${colours[one.stage]}`}>{words[one.stage]}</span>;
}
