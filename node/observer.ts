/**
 * What a node counts and logs about itself. Owns: names of metrics and of log lines. Owns not: the values.
 * Nothing here names a policy, reader, capsule or key: rows are bounded and tell no stranger who reads what (T-R15).
 */
import { type Clock, type Head, headAgeS, type Observer } from 'dintel/ursula';
import type { WorkerPool } from './pool/pool.ts';
import type { Log } from './server/log.ts';
import type { Metrics } from './server/metrics.ts';
import type { Exchange } from './server/server.ts';
import type { Challenges } from './tasks/challenges.ts';
import type { Fees } from './tasks/fees.ts';
import type { Heartbeat } from './tasks/heartbeat.ts';
import type { Watcher } from './watcher/watcher.ts';

/** What gauges read when they are asked. */
export interface Gauged {
  readonly head: () => Head | undefined;
  readonly clock: Clock;
  readonly pool: WorkerPool;
  readonly watcher: Watcher;
  readonly heartbeat: Heartbeat;
  readonly fees: Fees;
  readonly challenges: Challenges;
  readonly startedMs: number;
}

export class NodeObserver implements Observer {
  readonly #metrics: Metrics;
  readonly #log: Log;
  readonly #served;
  readonly #secrets;
  readonly #alarms;
  readonly #requests;
  readonly #refusals;
  readonly #seconds;

  constructor(metrics: Metrics, log: Log) {
    this.#metrics = metrics;
    this.#log = log;
    this.#served = metrics.counter('dintel_capsules_total', 'Capsules re-encrypted and signed for.');
    this.#served.add({}, 0);
    this.#secrets = metrics.counter('dintel_secret_uses_total', 'Uses of secrets by kind; kfrag is one per capsule.');
    this.#alarms = metrics.counter('dintel_alarms_total', 'Things that must not happen and did.');
    this.#requests = metrics.counter('dintel_requests_total', 'Requests answered, by route and status.');
    this.#refusals = metrics.counter('dintel_refusals_total', 'Requests refused, by code.');
    this.#seconds = metrics.histogram('dintel_request_seconds', 'Time from the first byte of a request to its answer.');
  }

  /** Capsules re-encrypted since start. */
  get servedCapsules(): number {
    return this.#served.value();
  }

  served(capsules: number): void {
    this.#served.add({}, capsules);
  }

  secretUsed(kind: 'seal' | 'kfrag' | 'operator'): void {
    this.#secrets.add({ kind });
  }

  alarm(event: string, fields: Readonly<Record<string, string | number>>): void {
    this.#alarms.add({ event });
    this.#log.error(`alarm: ${event}`, fields);
  }

  exchange({ route, status, code, seconds, requestId }: Exchange): void {
    this.#requests.add({ route, status: String(status) });
    if (code !== undefined) this.#refusals.add({ code });
    this.#seconds.observe(seconds, { route });
    if (route === 'health' || route === 'ready') return;
    const fields = { route, status, code, ms: Math.round(seconds * 1000), requestId };
    if (status >= 500) this.#log.warn('request', fields);
    else this.#log.info('request', fields);
  }

  /** An error that the client heard as E_INTERNAL: its place in the code is for the log. */
  internal(error: unknown, requestId: string): void {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#log.error('internal error', { requestId, stack });
  }

  gauges({ head, clock, pool, watcher, heartbeat, fees, challenges, startedMs }: Gauged): void {
    const gauge = (name: string, help: string, read: () => number | undefined): void =>
      this.#metrics.gauge(name, help, read);
    gauge('dintel_start_time_seconds', 'When the process started.', () => Math.floor(startedMs / 1000));
    gauge('dintel_head_block', 'Newest block of the index.', () => Number(head()?.number ?? 0));
    gauge('dintel_head_age_seconds', 'Age of the view of the chain; above 60 nothing is served.', () => {
      const now = head();
      return now === undefined ? undefined : headAgeS(now, clock.nowMs());
    });
    gauge('dintel_queue_weight', 'Capsules waiting or in work, and one for each job.', () => pool.load);
    gauge('dintel_reorgs_total', 'Re-orgs seen.', () => watcher.state.reorgs);
    gauge('dintel_chain_failures_in_a_row', 'Failed looks at the chain since the last good one.', () => {
      return watcher.state.failuresInARow;
    });
    gauge('dintel_covered_epochs', 'How many of the next 8 epochs have their activity bit.', () => {
      return heartbeat.state.coveredEpochs;
    });
    gauge('dintel_heartbeat_alarm', '1 if somebody should look at the heartbeat.', () => +heartbeat.state.alarm);
    gauge('dintel_operator_balance_wei', 'What the operator can pay gas with.', () => {
      const { balanceWei } = heartbeat.state;
      return balanceWei === undefined ? undefined : Number(balanceWei);
    });
    gauge(
      'dintel_challenges_open',
      'Challenges of this node that nobody has answered or excused.',
      () => challenges.state.open,
    );
    gauge('dintel_challenge_seconds_left', 'Until the most urgent of them is lost; below 0 it is.', () => {
      return challenges.state.secondsLeft;
    });
    gauge('dintel_challenges_answered', 'Challenges answered since start.', () => challenges.state.answered);
    gauge('dintel_fees_unsettled_wei', 'Fees of final epochs that are not settled, at most.', () =>
      Number(fees.state.unsettledWei),
    );
    gauge('dintel_fees_settled_wei', 'Fees settled since start.', () => Number(fees.state.settledWei));
    gauge('dintel_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  }
}
