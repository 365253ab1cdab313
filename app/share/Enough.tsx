'use client';

import { useEffect, useState } from 'react';
import { Button } from '../components/Button';
import { useText } from '../i18n/useText';
import { useMe } from '../session/me';
import { sharingTexts } from '../sharing/texts';
import type { Terms } from '../worker/sharing';
import { untilEnough } from './enough';

/** How often it is looked for nodes that were missing. Milliseconds. */
const everyMs = 10_000;

/** Asks the browser for the right to notify, if it can be asked; only after a click. */
export async function mayNotify(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false;
  const said = Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission;
  return said === 'granted';
}

/** Looks for nodes that were too few, for as long as this page is open, and tells when there are enough. */
export function Enough({
  terms,
  notifies,
  onTake,
  onStop,
}: {
  /** What was wanted and could not be had. */
  readonly terms: Terms;
  /** Whether the browser lets this page notify. */
  readonly notifies: boolean;
  /** Chooses what was wanted; undefined where it is chosen. */
  readonly onTake: (() => void) | undefined;
  readonly onStop: () => void;
}) {
  const t = useText(sharingTexts);
  const { session } = useMe();
  const [found, setFound] = useState(false);
  const { threshold, shares, until } = terms;
  const values = { m: threshold, n: shares };
  // biome-ignore lint/correctness/useExhaustiveDependencies: one search for each wish; the words are those of its end.
  useEffect(() => {
    if (session === undefined) return;
    const controller = new AbortController();
    const { signal } = controller;
    const polled = { signal, polled: true } as const;
    void (async () => {
      // For as long as was wanted, from whenever there are enough.
      const lasts = until - (await session.call('chainTime', undefined, polled)).timestamp;
      const ask = async () => {
        const { timestamp } = await session.call('chainTime', undefined, polled);
        await session.call('quote', { threshold, shares, until: timestamp + lasts }, polled);
      };
      await untilEnough(ask, { everyMs, signal });
      setFound(true);
      if (notifies) new Notification(t('enough', values), { body: t('enoughNote'), tag: 'dintel-enough' });
    })().catch(() => undefined);
    return () => controller.abort();
  }, [session, threshold, shares, until, notifies]);
  return (
    <div
      role="status"
      data-testid="enough"
      data-found={found}
      className={`rise mb-4 flex flex-col items-start gap-3 rounded-[10px] px-4 py-3 text-sm ${found ? 'bg-teal-wash' : 'bg-sunk'}`}
    >
      <p className="text-pretty">
        <span className={`font-medium ${found ? 'text-teal' : ''}`}>{t(found ? 'enough' : 'waitsEnough', values)}</span>{' '}
        <span className="text-quiet">{t(found ? 'enoughNote' : notifies ? 'tellsBrowser' : 'tellsHere')}</span>
      </p>
      <div className="flex flex-wrap gap-2">
        {found && onTake !== undefined && <Button onClick={onTake}>{t('takeFewer', values)}</Button>}
        <button type="button" className="min-h-8 text-quiet underline underline-offset-4" onClick={onStop}>
          {t(found ? 'enoughSeen' : 'stopLooking')}
        </button>
      </div>
    </div>
  );
}
