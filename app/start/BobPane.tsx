'use client';

import { useEffect, useState } from 'react';
import { Button } from '../components/Button';
import { Dial } from '../components/Dial';
import { Fault } from '../components/Fault';
import { Icon } from '../components/Icon';
import { nickname } from '../components/nickname';
import { codeOf } from '../errors/sentence';
import { bytes, units18 } from '../format';
import { useTask } from '../hooks/useTask';
import { useText } from '../i18n/useText';
import { Preview } from '../receiving/Preview';
import { marksOf, type useRetrieval } from '../receiving/useRetrieval';
import type { Session } from '../session/session';
import { RemoteError } from '../worker/fault';
import { Pane } from './Pane';
import type { Shared } from './Story';
import { startTexts } from './texts';

export type Outcome = 'opened' | 'caught' | 'revoked';

/** Bob's side: what has come, the live dial, the file, and what to do about a liar. */
export function BobPane({
  session,
  shared,
  retrieval: { retrieval, open },
  onOutcome,
}: {
  readonly session: Session | undefined;
  readonly shared: Shared | undefined;
  readonly retrieval: ReturnType<typeof useRetrieval>;
  readonly onOutcome: (outcome: Outcome) => void;
}) {
  const t = useText(startTexts);
  const report = useTask();
  const [said, setSaid] = useState<string>();
  const { state } = retrieval;
  const evidence =
    state === 'opened'
      ? retrieval.opened.evidence
      : state === 'failed' && retrieval.error instanceof RemoteError
        ? retrieval.error.evidence
        : 0;
  const code = state === 'failed' ? codeOf(retrieval.error) : undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: told once for each end of a retrieval.
  useEffect(() => {
    if (state === 'opened') onOutcome('opened');
    if (evidence > 0) onOutcome('caught');
    if (code === 'POLICY_REVOKED') onOutcome('revoked');
  }, [retrieval]);

  const start = () => {
    setSaid(undefined);
    report.clear();
    if (shared !== undefined) void open(shared.link);
  };
  const tell = () =>
    report.run(async (signal) => {
      if (session === undefined) return;
      const { node, penalty, reward } = await session.call('report', undefined, { signal, title: t('report') });
      setSaid(t('reported', { node: nickname(node), penalty: units18(penalty, 0), reward: units18(reward, 0) }));
    });

  if (shared === undefined) {
    return (
      <Pane name={t('bob')} role={t('bobRole')}>
        <div className="flex flex-1 flex-col items-center justify-center gap-4 text-quiet">
          <Dial shares={5} threshold={3} lit={0} size={72} />
          <p>{t('nothing')}</p>
        </div>
      </Pane>
    );
  }
  return (
    <Pane name={t('bob')} role={t('bobRole')}>
      <div className="flex flex-1 flex-col gap-4">
        <div className="rise flex items-center gap-3">
          <span className="flex size-11 shrink-0 items-center justify-center rounded-[10px] bg-teal-wash text-teal">
            <Icon name={state === 'opened' ? 'open' : 'lock'} size={22} />
          </span>
          <p className="min-w-0">
            <span className="block text-quiet text-sm">{t('arrived')}</span>
            <span className="block truncate font-medium">{shared.name}</span>
          </p>
          <span className="ml-auto shrink-0 text-quiet text-sm">{bytes(shared.size)}</span>
        </div>
        {state !== 'idle' && (
          <div className="flex items-center gap-4" aria-live="polite">
            <Dial
              shares={shared.shares}
              threshold={shared.threshold}
              marks={marksOf(
                shared.nodes.map(({ node }) => node),
                retrieval,
              )}
              size={state === 'opened' ? 64 : 132}
              count
            />
            <p className={state === 'opened' ? 'text-sm' : 'font-medium'} data-testid="outcome" data-state={state}>
              {state === 'asking' && t('asking')}
              {state === 'opened' &&
                t('openedWith', {
                  have: retrieval.nodes.filter((one) => one.state === 'verified').length,
                  shares: shared.shares,
                  seconds: (retrieval.opened.ms / 1000).toFixed(1),
                })}
              {state === 'failed' && (
                <span className="text-amber">
                  {code === 'POLICY_REVOKED'
                    ? t('failedRevoked')
                    : code === 'THRESHOLD_NOT_MET' && retrieval.error instanceof RemoteError
                      ? t('failedThreshold', { have: retrieval.error.have ?? 0, need: retrieval.error.need ?? 0 })
                      : t('stateSilent')}
                </span>
              )}
            </p>
          </div>
        )}
        {state === 'opened' && session !== undefined && (
          <Preview session={session} opened={retrieval.opened} index={0} />
        )}
        {evidence > 0 && (
          <div className="rise rounded-lg bg-brick-wash px-3 py-3 text-sm" data-testid="caught">
            <p className="text-brick">{said ?? t('caught')}</p>
            {said === undefined && (
              <Button className="mt-2" busy={report.busy} onClick={tell}>
                {t('report')}
              </Button>
            )}
            <Fault fault={report.fault} />
          </div>
        )}
        {state === 'failed' && code !== 'POLICY_REVOKED' && code !== 'THRESHOLD_NOT_MET' && (
          <Fault fault={retrieval.error} />
        )}
        <div className="mt-auto">
          <Button
            kind={state === 'opened' ? 'plain' : 'primary'}
            className="w-full"
            busy={state === 'asking'}
            disabled={session === undefined}
            onClick={start}
          >
            {state === 'idle' || state === 'asking' ? t('open') : t('again')}
          </Button>
        </div>
      </div>
    </Pane>
  );
}
