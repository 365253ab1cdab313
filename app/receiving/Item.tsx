'use client';

import Link from 'next/link';
import { type ReactNode, useCallback, useState } from 'react';
import { Button } from '../components/Button';
import { Card } from '../components/Card';
import { Dial } from '../components/Dial';
import { Fault } from '../components/Fault';
import { Icon, type IconName } from '../components/Icon';
import { Identicon } from '../components/Identicon';
import { nickname } from '../components/nickname';
import { codeOf } from '../errors/sentence';
import { bytes, timeOf } from '../format';
import { useLanguage, useText } from '../i18n/useText';
import { fromNow } from '../network/words';
import type { Session } from '../session/session';
import { RemoteError } from '../worker/fault';
import type { NodeOutcomeView } from '../worker/messages';
import type { Received } from '../worker/receiving';
import { Preview } from './Preview';
import { receivingTexts } from './texts';
import { marksOf, type Retrieval, useRetrieval } from './useRetrieval';
import { useRetry } from './useRetry';

/** Something that was shared: from whom, until when, and opening it with the live dial. */
export function Item({
  item,
  session,
  href,
  onForget,
  onAccept,
  onLook,
}: {
  readonly item: Received;
  readonly session: Session | undefined;
  /** Where it has a page of its own. */
  readonly href?: string | undefined;
  readonly onForget?: (() => unknown) | undefined;
  readonly onAccept?: (() => unknown) | undefined;
  /** Looks for what was not there. */
  readonly onLook?: (() => unknown) | undefined;
}) {
  const t = useText(receivingTexts);
  const [language] = useLanguage();
  const { retrieval, open } = useRetrieval(session);
  const { link, state } = item;
  const again = useCallback(() => open(link), [open, link]);
  const retry = useRetry(retrieval, again);
  const name = item.from ?? t('whoever');
  const until = item.startsAt ?? item.expiresAt;
  const when = until === undefined ? '' : timeOf(until, language);
  const away = item.startsAt === undefined ? '' : fromNow(item.startsAt, item.asOf, language);
  const isOver = state === 'revoked' || state === 'expired';
  const files = retrieval.state === 'opened' ? retrieval.opened.files : item.files;
  const named = files.flatMap((file) => (file.name === undefined ? [] : [file.name]));
  const size = item.files.reduce((sum, file) => sum + file.size, 0);
  const unnamed = state === 'unpaid' ? t('unpaidTitle') : t('file', { n: Math.max(1, item.files.length) });
  const title = named.length > 0 ? named.join(', ') : (item.note ?? unnamed);
  const tone = state === 'live' || state === 'expired' ? 'text-quiet' : 'text-amber';
  return (
    <Card className="flex flex-col gap-4">
      <div data-testid="received" data-state={item.state} className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <Identicon value={item.fromKey ?? item.policyId} size={44} />
        <div className="min-w-0 flex-1 basis-52">
          <h2 className="truncate font-semibold text-lg leading-tight">
            {href === undefined ? (
              title
            ) : (
              <Link href={href} className="underline decoration-line underline-offset-4 hover:decoration-teal">
                {title}
              </Link>
            )}
          </h2>
          <p className="text-quiet text-sm">
            {t('from', { name: item.from ?? strangerOf(item, t) })}
            {size > 0 && ` · ${bytes(size)}`}
            {item.openedAt !== undefined && ` · ${t('opened')}`}
          </p>
          {named.length > 0 && item.note !== undefined && <p className="mt-1">{item.note}</p>}
        </div>
        <p className={`text-sm ${tone}`}>{t(item.state, { when })}</p>
      </div>
      {state === 'pending' && <Word icon="lock">{t('pendingNote', { name, away })}</Word>}
      {state === 'revoked' && <Word icon="lock">{t('revokedNote', { name })}</Word>}
      {state === 'expired' && <Word icon="lock">{t('expiredNote', { name })}</Word>}
      {state === 'unpaid' && <Word icon="warn">{t('unpaidNote')}</Word>}
      {state === 'unreadable' && (
        <Word icon="warn">
          {t(isUnfound(item.code) ? 'unfoundNote' : 'unreadableNote')}{' '}
          <code className="font-mono text-xs">{item.code}</code>
        </Word>
      )}
      {state === 'request' && <Word icon="eye">{t('requestNote')}</Word>}
      {!(isOver && retrieval.state === 'failed') && (
        <Outcome item={item} retrieval={retrieval} name={name} retry={retry} />
      )}
      {retrieval.state === 'opened' &&
        session !== undefined &&
        retrieval.opened.files.map((file, index) => (
          <Preview
            key={`${retrieval.opened.handle}/${file.name}`}
            session={session}
            opened={retrieval.opened}
            index={index}
          />
        ))}
      <div className="flex flex-wrap gap-2">
        {retrieval.state === 'asking' ? (
          <Button onClick={retrieval.stop}>{t('stop')}</Button>
        ) : state === 'request' ? (
          <Button kind="primary" onClick={onAccept}>
            {t('accept')}
          </Button>
        ) : state === 'unpaid' || state === 'unreadable' ? (
          onLook !== undefined && <Button onClick={onLook}>{t('lookAgain')}</Button>
        ) : (
          !isOver && (
            <Button
              kind={retrieval.state === 'opened' ? 'plain' : 'primary'}
              disabled={session === undefined || state === 'pending'}
              onClick={again}
            >
              {state === 'pending'
                ? t('opensIn', { away })
                : t(retry.seconds !== undefined ? 'now' : retrieval.state === 'idle' ? 'open' : 'again')}
            </Button>
          )
        )}
        {onForget !== undefined && (
          <Button kind="quiet" onClick={onForget}>
            {t('forget')}
          </Button>
        )}
      </div>
    </Card>
  );
}

/** Who sent it, where no key of somebody who is known has signed it: a name that he gives himself is marked as that. */
function strangerOf(
  { claimedName, fromKey, state }: Received,
  t: (key: 'claims' | 'unproven' | 'unknownSender', values?: { name: string }) => string,
): string {
  if (claimedName !== undefined) return t('claims', { name: claimedName });
  return t(fromKey === undefined && state !== 'request' ? 'unproven' : 'unknownSender');
}

const isUnfound = (code: string | undefined): boolean => /^(STORAGE|NODE)_/.test(code ?? '');

/** How an item stands, where it cannot simply be opened. */
function Word({ icon, children }: { readonly icon: IconName; readonly children: ReactNode }) {
  return (
    <p className="flex gap-3 rounded-[10px] bg-sunk px-4 py-3 text-sm">
      <Icon name={icon} className="text-quiet" />
      <span className="text-pretty">{children}</span>
    </p>
  );
}

/** The dial and what it means, while it is asked and after. */
function Outcome({
  item,
  retrieval,
  name,
  retry,
}: {
  readonly item: Received;
  readonly retrieval: Retrieval;
  readonly name: string;
  readonly retry: ReturnType<typeof useRetry>;
}) {
  const t = useText(receivingTexts);
  if (retrieval.state === 'idle') return null;
  const { state } = retrieval;
  const code = state === 'failed' ? codeOf(retrieval.error) : undefined;
  const failed = state === 'failed' && retrieval.error instanceof RemoteError ? retrieval.error : undefined;
  const shares = item.shares ?? retrieval.nodes.length;
  const threshold = item.threshold ?? shares;
  const evidence = state === 'opened' ? retrieval.opened.evidence : (failed?.evidence ?? 0);
  return (
    <div className="rise flex flex-col gap-3">
      <div className={`flex gap-4 ${state === 'failed' ? 'flex-col sm:flex-row sm:items-center' : 'items-center'}`}>
        <Dial
          shares={shares}
          threshold={threshold}
          marks={marksOf(item.nodes, retrieval)}
          size={state === 'opened' ? 64 : 128}
          count
        />
        <div data-testid="outcome" data-state={state} className="min-w-0 text-pretty" aria-live="polite">
          {state === 'asking' && t('asking', { n: shares, m: threshold })}
          {state === 'opened' &&
            t('openedWith', {
              have: retrieval.nodes.filter((one) => one.state === 'verified').length,
              shares,
              seconds: (retrieval.opened.ms / 1000).toFixed(1),
            })}
          {code === 'POLICY_REVOKED' && <p className="text-amber">{t('revokedNote', { name })}</p>}
          {code === 'POLICY_EXPIRED' && <p className="text-amber">{t('expiredNote', { name })}</p>}
          {code === 'THRESHOLD_NOT_MET' && failed !== undefined && (
            <Missed failed={failed} threshold={threshold} retry={retry} />
          )}
        </div>
      </div>
      {state === 'failed' && code !== 'POLICY_REVOKED' && code !== 'POLICY_EXPIRED' && code !== 'THRESHOLD_NOT_MET' && (
        <div>
          <Fault fault={retrieval.error} />
          <Again retry={retry} />
        </div>
      )}
      {evidence > 0 && <p className="rounded-lg bg-brick-wash px-3 py-2 text-brick text-sm">{t('caught')}</p>}
      <Report nodes={retrieval.nodes} over={state !== 'asking'} />
    </div>
  );
}

/** Too few answered: who did not and why, what is kept, and when it is tried again. */
function Missed({
  failed: { have = 0, need, nodes },
  threshold,
  retry,
}: {
  readonly failed: RemoteError;
  readonly threshold: number;
  readonly retry: ReturnType<typeof useRetry>;
}) {
  const t = useText(receivingTexts);
  const [language] = useLanguage();
  const who = whyOf(nodes, language, t);
  return (
    <>
      <p className="text-amber">{t('failedThreshold', { have, need: need ?? threshold, who })}</p>
      <p className="mt-1 text-sm">{have > 0 ? t('kept', { have }) : t('noneKept')}</p>
      <Again retry={retry} />
    </>
  );
}

/** That it is tried again by itself, and a way to say no. */
function Again({ retry: { seconds, stop } }: { readonly retry: ReturnType<typeof useRetry> }) {
  const t = useText(receivingTexts);
  if (seconds === undefined) return null;
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-4 text-quiet text-sm" data-testid="retry" aria-live="off">
      {t('retryIn', { n: seconds })}
      <button type="button" className="min-h-8 underline underline-offset-4" onClick={stop}>
        {t('notAlone')}
      </button>
    </p>
  );
}

const reasons = [
  ['silent', 'offline'],
  ['refused', 'refused'],
  ['bad', 'lied'],
] as const;

/** Who did not help, by what they did: one sentence for each kind. */
function whyOf(
  nodes: readonly NodeOutcomeView[],
  language: string,
  t: (key: 'offline' | 'refused' | 'lied', values: { nodes: string }) => string,
): string {
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return reasons
    .flatMap(([state, key]) => {
      const names = nodes.filter((one) => one.state === state).map(({ node }) => nickname(node));
      return names.length === 0 ? [] : [t(key, { nodes: list.format(names) })];
    })
    .join(' ');
}

/** Every node's part: what it did and how long it took; folded away once all is well. */
function Report({ nodes, over }: { readonly nodes: readonly NodeOutcomeView[]; readonly over: boolean }) {
  const t = useText(receivingTexts);
  const [shown, setShown] = useState(false);
  const words = {
    idle: t('stateIdle'),
    asked: t(over ? 'stateIdle' : 'stateAsked'),
    verified: t('stateVerified'),
    refused: t('stateRefused'),
    silent: t('stateSilent'),
    bad: t('stateBad'),
  } as const;
  const slowest = Math.max(1, ...nodes.map(({ ms = 0 }) => ms));
  return (
    <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)} className="text-sm">
      <summary className="min-h-6 text-quiet">{t('proof')}</summary>
      <ul className="mt-2 flex flex-col gap-1.5">
        {nodes.map(({ node, state, ms, code }) => (
          <li key={node} className="grid grid-cols-[7.5rem_1fr] items-center gap-3 sm:grid-cols-[8.5rem_1fr_auto]">
            <span className="truncate">{nickname(node)}</span>
            <svg
              viewBox="0 0 100 6"
              preserveAspectRatio="none"
              className="h-1.5 w-full max-sm:hidden"
              aria-hidden="true"
            >
              <path
                d={`M0 0h${((ms ?? 0) / slowest) * 100}v6H0z`}
                className={state === 'verified' ? 'fill-teal' : 'fill-amber'}
              />
            </svg>
            <span className="text-quiet">
              {words[state]}
              {code !== undefined && ` (${code})`}
              {ms !== undefined && ` · ${ms} ms`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
