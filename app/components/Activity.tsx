'use client';

import { useState } from 'react';
import { frameTexts } from '../i18n/frame';
import { useText } from '../i18n/useText';
import { StageLine } from '../transactions/StageLine';
import { forgetEnded, isOpen, type Tracked } from '../transactions/store';
import { useTracked } from '../transactions/useTracked';
import { useWatch } from '../transactions/useWatch';
import { Button, ButtonLink } from './Button';
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
        {list.length > 0 && (
          <div className="flex flex-wrap gap-2">
            {/* The page that it leads to lies behind the sheet. */}
            <span className="contents" onClickCapture={() => setOpen(false)}>
              <ButtonLink href="/activity">{t('activityAll')}</ButtonLink>
            </span>
            {list.length > running && (
              <Button kind="quiet" onClick={forgetEnded}>
                {t('clear')}
              </Button>
            )}
          </div>
        )}
      </Sheet>
    </>
  );
}

function Entry({ one }: { readonly one: Tracked }) {
  return (
    <li className="border-line border-b py-3" data-testid="tracked" data-stage={one.stage}>
      <p className="font-medium">{one.title}</p>
      <StageLine one={one} />
      {one.hash !== undefined && <p className="break-all font-mono text-quiet text-xs">{one.hash}</p>}
    </li>
  );
}
