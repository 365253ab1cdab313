/**
 * Asking many nodes until enough have answered well: M+1 at once, one more whenever one fails or `hedgeMs` pass, stop at
 * M. Knows nothing of cryptography or HTTP: `ask` gives a verified answer or throws the node's reason.
 *
 * Owns: who is asked when, retries, the state and reason of each node. Owns not: what an answer is (`ask.ts`).
 * Source: protocol.md section 9 (Retrieval), research/app-sdk.md 1.1 ("Node choice + failover").
 */
import { DintelError } from '../../protocol/errors.ts';
import { type Clock, systemClock } from '../clock.ts';

/** Where a node stands: never asked, asked, answered well, said no, said nothing, answered wrongly over its signature. */
export type NodeState = 'idle' | 'asked' | 'verified' | 'refused' | 'silent' | 'bad';

/** One node's part in a retrieval; kept for everybody who asks why. */
export interface NodeReport<K> {
  readonly key: K;
  readonly state: NodeState;
  /** Code of the refusal, silence or fault. */
  readonly code?: string;
  readonly error?: unknown;
  /** Times it was asked, and milliseconds from first question to its outcome. */
  readonly attempts: number;
  readonly ms?: number;
}

/** How an error of `ask` is to be read. */
export type Outcome = 'refused' | 'silent' | 'bad' | 'retry';

export interface QuorumOptions<K, R> {
  /** In the order in which they are asked: best first. */
  readonly nodes: readonly K[];
  readonly need: number;
  /** Asks one node. Must end when the signal aborts. */
  readonly ask: (node: K, signal: AbortSignal) => Promise<R>;
  /** What an error means; `retry` is honoured once per node. Default: everything is a refusal. */
  readonly judge?: (error: unknown) => Outcome;
  /** One more node each time this passes without enough answers. Default 300. */
  readonly hedgeMs?: number;
  /** Waiting before the one retry. Default 1,000, or what `retryAfter` of the error says, at most 5 s. */
  readonly retryMs?: number;
  readonly onReport?: (report: NodeReport<K>) => void;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface QuorumResult<K, R> {
  readonly answers: readonly { readonly key: K; readonly answer: R }[];
  readonly reports: readonly NodeReport<K>[];
  readonly enough: boolean;
}

/**
 * Ask until `need` nodes have answered or none is left. Never throws for a node's sake: `enough` says how it ended, and
 * each node's reason is in `reports`, in the order of `nodes`. An abort of the caller ends it early with what is there.
 */
export async function askQuorum<K, R>(options: QuorumOptions<K, R>): Promise<QuorumResult<K, R>> {
  const { nodes, need, hedgeMs = 300, clock = systemClock, signal } = options;
  const judge = options.judge ?? (() => 'refused' as const);
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });

  const reports: NodeReport<K>[] = nodes.map((key) => ({ key, state: 'idle', attempts: 0 }));
  const answers: { key: K; answer: R }[] = [];
  const running = new Set<Promise<void>>();
  let next = 0;
  /** Resolved whenever something ended, so that the loop looks again. */
  let wake: () => void = () => undefined;

  const report = (place: number, change: Partial<NodeReport<K>>) => {
    reports[place] = { ...(reports[place] as NodeReport<K>), ...change };
    options.onReport?.(reports[place]);
  };

  const askOne = async (place: number) => {
    const key = nodes[place] as K;
    const started = clock.now();
    for (let attempt = 1; ; attempt++) {
      report(place, { state: 'asked', attempts: attempt });
      try {
        const answer = await options.ask(key, stop.signal);
        if (stop.signal.aborted) return;
        answers.push({ key, answer });
        report(place, { state: 'verified', ms: clock.now() - started });
        return;
      } catch (error) {
        // Cut off because others were quicker: that is no fault of this node.
        if (stop.signal.aborted) return;
        const outcome = judge(error);
        if (outcome === 'retry' && attempt === 1) {
          await clock.sleep(retryDelayMs(error, options.retryMs ?? 1_000), stop.signal);
          if (stop.signal.aborted) return;
          continue;
        }
        const code = error instanceof DintelError ? error.code : undefined;
        const state = outcome === 'retry' ? 'refused' : outcome;
        report(place, { state, error, ms: clock.now() - started, ...(code !== undefined && { code }) });
        return;
      }
    }
  };

  const start = (count: number) => {
    for (; count > 0 && next < nodes.length; count--) {
      const task: Promise<void> = askOne(next++).finally(() => {
        running.delete(task);
        wake();
      });
      running.add(task);
    }
  };

  start(need + 1);
  let hedgeAt = clock.now() + hedgeMs;
  while (answers.length < need && running.size > 0 && !stop.signal.aborted) {
    const before = reports.filter(isLost).length;
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const hedge =
      next < nodes.length ? clock.sleep(hedgeAt - clock.now(), timer.signal).then(() => 'hedge' as const) : undefined;
    const cut = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }));
    const reason = await Promise.race([woken, cut, ...(hedge ? [hedge] : [])]);
    timer.abort();
    if (answers.length >= need || stop.signal.aborted) break;
    start(reports.filter(isLost).length - before);
    if (reason !== 'hedge') continue;
    start(1);
    hedgeAt += hedgeMs;
  }
  const enough = answers.length >= need;
  stop.abort();
  signal?.removeEventListener('abort', onAbort);
  await Promise.allSettled(running);
  return { answers, reports, enough };
}

function isLost(report: NodeReport<unknown>): boolean {
  return report.state === 'refused' || report.state === 'silent' || report.state === 'bad';
}

function retryDelayMs(error: unknown, usualMs: number): number {
  const seconds = error instanceof Error && 'retryAfter' in error ? error.retryAfter : undefined;
  return typeof seconds === 'number' ? Math.min(Math.max(seconds, 0) * 1_000, 5_000) : usualMs;
}
