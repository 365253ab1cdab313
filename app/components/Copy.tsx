'use client';

import { useState } from 'react';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { Button } from './Button';
import { Icon } from './Icon';

/** Copies a text and says so. */
export function Copy({ text, label }: { readonly text: string; readonly label?: string }) {
  const t = useText(frameTexts);
  const [copied, setCopied] = useState(false);
  return (
    <Button
      onClick={async () => {
        await navigator.clipboard.writeText(text).catch(() => undefined);
        setCopied(true);
        setTimeout(() => setCopied(false), 2_000);
      }}
    >
      <Icon name={copied ? 'check' : 'copy'} size={18} />
      <span aria-live="polite">{copied ? t('copied') : (label ?? t('copy'))}</span>
    </Button>
  );
}
