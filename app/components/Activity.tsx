'use client';

import { useState } from 'react';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { forgetEnded, isOpen, type Stage, type Tracked } from '../transactions/store';
import { useTracked } from '../transactions/useTracked';
import { useWatch } from '../transactions/useWatch';
import { Button } from './Button';
import { Icon } from './Icon';
import { Sheet } from './Sheet';

/** The tray: what this device asked a wallet to do and how it went. A dot tells that something is on its way. */
export function Activity() {
  const t = useText(frameTexts);
  useWatch();
  const list = useTracked();
  const running = list.filter(isOpen).length;
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="relative flex size-11 items-center justify-center rounded-[10px] text-quiet hover:bg-sunk hover:text-ink"
        aria-label={running > 0 ? `${t('activity')}: ${t('running', { n: running })}` : t('activity')}
        data-testid="activity"
        onClick={() => setOpen(true)}
      >
        <Icon name="activity" />
        {running > 0 && <span className="breathe absolute top-2 right-2 size-2.5 rounded-full bg-teal" />}
      </button>
      <Sheet open={open} onClose={() => setOpen(false)} title={t('activity')}>
        <p className="-mt-2 mb-4 text-quiet text-sm">{t('activityNote')}</p>
        {list.length === 0 ? (
          <p className="py-6 text-center text-quiet">{t('nothingYet')}</p>
        ) : (
          <ol className="mb-4 border-line border-t">
            {list.map((one) => (
              <Entry key={one.id} one={one} />
            ))}
          </ol>
        )}
        {list.length > running && (
          <Button kind="quiet" onClick={forgetEnded}>
            {t('clear')}
          </Button>
        )}
      </Sheet>
    </>
  );
}

const colours: Readonly<Record<Stage, string>> = {
  trying: 'text-quiet',
  sign: 'text-amber',
  sent: 'text-teal',
  mined: 'text-quiet',
  failed: 'text-brick',
  refused: 'text-amber',
  declined: 'text-quiet',
  dropped: 'text-amber',
  replaced: 'text-amber',
};

function Entry({ one }: { readonly one: Tracked }) {
  const t = useText(frameTexts);
  const why = one.why ?? '';
  const words: Readonly<Record<Stage, string>> = {
    trying: t('simulating'),
    sign: t('sign'),
    sent: t('sent'),
    mined: t('mined', { block: one.block ?? 0 }),
    failed: t('failed', { why }),
    refused: t('refused', { why }),
    declined: t('declinedStage'),
    dropped: t('dropped'),
    replaced: t('replaced'),
  };
  return (
    <li className="border-line border-b py-3" data-testid="tracked" data-stage={one.stage}>
      <p className="font-medium">{one.title}</p>
      <p className={`text-sm ${colours[one.stage]}`}>{words[one.stage]}</p>
      {one.hash !== undefined && <p className="break-all font-mono text-quiet text-xs">{one.hash}</p>}
    </li>
  );
}
