/**
 * A whole node: config in, boot log out. Each part is opened in order and closed in the opposite one.
 * Owns: the order. Owns not: reading configuration and unlocking keys (CLI), how parts are put together (ursulaParts.ts).
 * Source: DESIGN section 8; protocol.md section 7.
 */
import { join } from 'node:path';
import type { Address, ChainReader, Deployment } from 'dintel/chain';
import { type BucketLimits, Ursula } from 'dintel/ursula';
import { ChunkFiles } from './chunks/chunkFiles.ts';
import type { NodeKeystore } from './keystore/nodeKeystore.ts';
import { NodeObserver } from './observer.ts';
import { WorkerPool } from './pool/pool.ts';
import type { ServerLimits } from './server/limits.ts';
import { type Log, silentLog } from './server/log.ts';
import { Metrics } from './server/metrics.ts';
import { startMetricsServer } from './server/metricsServer.ts';
import { startServer } from './server/server.ts';
import { Store } from './store/store.ts';
import type { Challenges } from './tasks/challenges.ts';
import type { Fees } from './tasks/fees.ts';
import type { Heartbeat } from './tasks/heartbeat.ts';
import { repeat } from './tasks/repeat.ts';
import type { Rotation } from './tasks/rotation.ts';
import { connect, lower, nameOf, statusOf, tasksOf, watcherOf } from './ursulaParts.ts';
import { WatchedChain } from './watcher/chainView.ts';
import type { Watcher } from './watcher/watcher.ts';

/** What `dintel ursula run` takes from configuration, and tests set by hand. */
export interface UrsulaRunOptions {
  /** Folder of this node alone: database, chunks, lock. */
  readonly home: string;
  readonly deployment: Deployment;
  /** Stake wallet that this node works for. */
  readonly node: Address;
  /** Unlocked; stays the caller's to wipe after `stop`. */
  readonly keystore: NodeKeystore;
  /** At least one; the others are asked when the first fails. */
  readonly rpcUrls: readonly string[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Loopback port for `/metrics`; 0 = any free one, undefined = none. */
  readonly metricsPort?: number;
  /** Creation depth c; 0 on a local chain, 1 on a layer 2, 3 on a layer 1. */
  readonly depth: number;
  /** Milliseconds between looks at the chain; default 1,000. */
  readonly pollMs?: number;
  readonly cors?: readonly string[];
  /** Addresses of reverse proxies whose X-Forwarded-For is believed; without it every client behind one shares a bucket. */
  readonly trustedProxies?: readonly string[];
  readonly limits?: ServerLimits;
  readonly perReader?: BucketLimits;
  readonly storageBytes?: number;
  readonly policyStorageBytes?: number;
  /** A running policy is settled when that pays this many times the gas; default 3. */
  readonly settleFactor?: number;
  /** Threads that re-encrypt; default one less than the machine's. */
  readonly workers?: number;
  readonly log?: Log;
  readonly version?: string;
}

/** A running node. */
export interface RunningUrsula {
  readonly url: string;
  readonly port: number;
  readonly metricsUrl: string | undefined;
  readonly metrics: Metrics;
  /** For status pages and tests; live objects, read only. */
  readonly parts: {
    readonly ursula: Ursula;
    readonly store: Store;
    readonly watcher: Watcher;
    readonly heartbeat: Heartbeat;
    readonly rotation: Rotation;
    readonly fees: Fees;
    readonly challenges: Challenges;
  };
  /** Finish what is in flight, close everything, within 5 seconds. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Start a node. Rejects before anything listens with what stands in the way: ChainError (no RPC, wrong chain, no contracts),
 * the store's OperatorErrors (E_LOCKED, E_DB_CORRUPT, E_DATA_DIR, …), the system's EADDRINUSE or EACCES.
 */
export async function startUrsula(options: UrsulaRunOptions): Promise<RunningUrsula> {
  const { keystore, log = silentLog } = options;
  const startedMs = Date.now();
  const metrics = new Metrics();
  const observer = new NodeObserver(metrics, log);
  await using opened = new AsyncDisposableStack();

  const { escrow, network, rules } = await connect(options);
  log.info('chain connected', { chainId: network.chainId, epochLength: network.epochLength, depth: network.depth });

  const hasServed = keystore.encryptingKey().keyNumber > 0;
  const store = await Store.open({ folder: options.home, network, minStake: rules.minStake, hasServed });
  opened.defer(() => store.close());
  const files = await ChunkFiles.open(join(options.home, 'chunks'));
  log.info('store open', { home: options.home, cursor: String(store.index.cursor()?.number ?? 'none') });

  const watcher = watcherOf(options, network, store, log);
  opened.defer(() => atMost(patienceMs, watcher.stop()));
  watcher.start();

  const pool = await WorkerPool.start({ keys: keystore, observer, ...definedOf({ workers: options.workers }) });
  opened.defer(() => pool.close(patienceMs));
  log.info('pool ready', { workers: pool.workers });

  const node = lower(options.node);
  const reader = async (): Promise<ChainReader> => escrow.chain;
  const chain = new WatchedChain({ index: store.index, policies: store.policies, watcher, reader });
  const clock = { nowMs: () => Date.now() };
  const { nonces, receipts, leaves, tombstones, acks, chunks, nodes: registry } = store;
  const ursula = new Ursula(
    {
      ...{ node, network, chain, policies: chain, registry, nonces, receipts, leaves, tombstones, acks, chunks },
      ...{ keys: keystore, clock, work: pool, observer },
    },
    definedOf({
      perReader: options.perReader,
      storageBytes: options.storageBytes,
      policyStorageBytes: options.policyStorageBytes,
    }),
  );

  const { settleFactor } = options;
  const { tasks, heartbeat, rotation, fees, challenges } = tasksOf({
    ...{ escrow, node, network, rules, keystore, store, files, chain, log, settleFactor, ursula, observer },
  });
  for (const { name, work, pauseMs } of tasks) {
    const running = repeat(work, pauseMs, (error) => log.error('task failed', { task: name, reason: nameOf(error) }));
    // One that waits for the chain is not waited for: each may end anywhere.
    opened.defer(() => atMost(patienceMs, running.stop()));
  }
  log.info('tasks started', { tasks: tasks.map(({ name }) => name).join(' ') });

  observer.gauges({ head: () => chain.head(), clock, pool, watcher, heartbeat, fees, challenges, startedMs });
  const metricsServer =
    options.metricsPort === undefined ? undefined : await startMetricsServer(metrics, options.metricsPort);
  if (metricsServer !== undefined) {
    opened.defer(() => metricsServer.stop());
    log.info('metrics', { url: metricsServer.url });
  }

  const server = await startServer({
    handlers: { ursula, files, status: () => statusOf(ursula, observer, startedMs, options.version) },
    host: options.host ?? '127.0.0.1',
    port: options.port,
    onExchange: (exchange) => observer.exchange(exchange),
    onInternal: (error, requestId) => observer.internal(error, requestId),
    ...definedOf({ cors: options.cors, trustedProxies: options.trustedProxies, limits: options.limits }),
  });
  // Opened last, closed first: nothing is refused for want of a part that is gone already.
  opened.defer(() => server.stop());
  log.info('serving', { url: server.url });

  const running = opened.move();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info('stopping');
    await running.disposeAsync();
    log.info('stopped');
  };
  return {
    url: server.url,
    port: server.port,
    metricsUrl: metricsServer?.url,
    metrics,
    parts: { ursula, store, watcher, heartbeat, rotation, fees, challenges },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** How long each part is waited for when the node stops; with the server's own patience all of it stays below 5 s. */
const patienceMs = 400;

/** Resolves when the work has ended or the time is over. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}

/** The members that are set: an option that is absent is not the same as one that is undefined. */
function definedOf<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
