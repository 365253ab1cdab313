/**
 * A whole node: config in, boot log out. Each part is opened in order and closed in the opposite one.
 * Owns: wiring. Owns not: reading configuration and unlocking keys (CLI), what the parts do.
 * Source: DESIGN section 8; protocol.md section 7.
 */
import { join } from 'node:path';
import {
  type Address,
  type ChainReader,
  type Deployment,
  MinerEscrow,
  minerEscrowAbi,
  policyManagerAbi,
} from 'dintel/chain';
import { ethersChain, ethersReader } from 'dintel/chain/ethers';
import { ProtocolError, toHex } from 'dintel/protocol';
import { type BucketLimits, headAgeS, Ursula } from 'dintel/ursula';
import { ChunkFiles } from './chunks/chunkFiles.ts';
import { collectChunks } from './chunks/collect.ts';
import type { NodeKeystore } from './keystore/nodeKeystore.ts';
import { NodeObserver } from './observer.ts';
import { WorkerPool } from './pool/pool.ts';
import type { ServerLimits } from './server/limits.ts';
import { type Log, silentLog } from './server/log.ts';
import { Metrics } from './server/metrics.ts';
import { startMetricsServer } from './server/metricsServer.ts';
import { startServer } from './server/server.ts';
import type { Status } from './server/statusPage.ts';
import { timedEvents } from './store/fold.ts';
import { Store } from './store/store.ts';
import { Heartbeat } from './tasks/heartbeat.ts';
import { Outbox } from './tasks/outbox.ts';
import { repeat } from './tasks/repeat.ts';
import { Rotation } from './tasks/rotation.ts';
import { WatchedChain } from './watcher/chainView.ts';
import { Watcher } from './watcher/watcher.ts';

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
  };
  /** Finish what is in flight, close everything, within 5 seconds. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Start a node. Rejects before anything listens with what stands in the way: ChainError (no RPC, wrong chain, no contracts),
 * the store's OperatorErrors (E_LOCKED, E_DB_CORRUPT, E_DATA_DIR, …), the system's EADDRINUSE or EACCES.
 */
export async function startUrsula(options: UrsulaRunOptions): Promise<RunningUrsula> {
  const { deployment, node, keystore, log = silentLog } = options;
  const startedMs = Date.now();
  await using opened = new AsyncDisposableStack();

  const operator = await connectOperator(options);
  const escrow = new MinerEscrow(operator, deployment.escrow);
  const [epochLength, minStake, evidenceEpochs] = await Promise.all([
    escrow.epochLength(),
    escrow.minStake(),
    escrow.evidenceWindow(),
  ]);
  const { chainId, adjudicator, policyManager } = deployment;
  const network = {
    chainId,
    adjudicator: lower(adjudicator),
    policyManager: lower(policyManager),
    escrow: lower(deployment.escrow),
    epochLength,
    depth: options.depth,
  };
  log.info('chain connected', { chainId, epochLength, depth: options.depth });

  const store = await Store.open({ folder: options.home, network, minStake });
  opened.defer(() => store.close());
  const files = await ChunkFiles.open(join(options.home, 'chunks'));
  log.info('store open', { home: options.home, cursor: String(store.index.cursor()?.number ?? 'none') });

  const watcher = new Watcher({
    endpoints: options.rpcUrls.map((rpcUrl) => ({
      name: withoutCredentials(rpcUrl),
      connect: () => ethersReader({ rpcUrl, chainId }),
    })),
    watched: {
      chainId,
      addresses: [network.escrow, network.policyManager],
      abi: [...minerEscrowAbi, ...policyManagerAbi].filter(({ type }) => type === 'event'),
      deployedBlock: BigInt(deployment.deployedBlock),
      timedEvents,
    },
    known: store.index,
    apply: (event) => store.index.apply(event),
    pollMs: options.pollMs ?? 1_000,
    onFailure: ({ endpoint, error, retryMs }) =>
      log.warn('chain trouble', { endpoint, reason: nameOf(error), retryMs }),
  });
  opened.defer(() => watcher.stop());
  watcher.start();

  const metrics = new Metrics();
  const observer = new NodeObserver(metrics, log);
  const pool = await WorkerPool.start({
    keys: keystore,
    observer,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  });
  opened.defer(() => pool.close());
  log.info('pool ready', { workers: pool.workers });

  const chain = new WatchedChain({
    index: store.index,
    policies: store.policies,
    watcher,
    reader: async (): Promise<ChainReader> => operator,
  });
  const clock = { nowMs: () => Date.now() };
  const ursula = new Ursula(
    {
      node: lower(node),
      network,
      chain,
      policies: chain,
      registry: store.nodes,
      nonces: store.nonces,
      tombstones: store.tombstones,
      acks: store.acks,
      chunks: store.chunks,
      keys: keystore,
      clock,
      work: pool,
      observer,
    },
    {
      ...(options.perReader === undefined ? {} : { perReader: options.perReader }),
      ...(options.storageBytes === undefined ? {} : { storageBytes: options.storageBytes }),
    },
  );

  const outbox = new Outbox(Math.max(10_000, epochLength * 500));
  const heartbeat = new Heartbeat({ escrow, node: lower(node), epochLength, outbox });
  const rotation = new Rotation({
    escrow,
    node: lower(node),
    keystore,
    nodes: store.nodes,
    acks: store.acks,
    outbox,
    epochLength,
    evidenceEpochs,
    chainTime: () => chain.head()?.timestamp,
  });

  const status = (): Status => {
    const head = chain.head();
    return {
      node: lower(node),
      operator: keystore.operator,
      version: options.version ?? 'dintel',
      trouble: troubleOf(ursula)?.shortMessage,
      chainId,
      head: head && { number: String(head.number), ageS: headAgeS(head, clock.nowMs()) },
      epoch: head && Math.floor(head.timestamp / epochLength),
      availableUntil: store.nodes.miner(lower(node))?.availableUntil,
      servedCapsules: observer.servedCapsules,
      upS: Math.floor((Date.now() - startedMs) / 1000),
    };
  };
  const server = await startServer({
    handlers: { ursula, files, status },
    host: options.host ?? '127.0.0.1',
    port: options.port,
    ...(options.cors === undefined ? {} : { cors: options.cors }),
    ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    onExchange: (exchange) => observer.exchange(exchange),
    onInternal: (error, requestId) => observer.internal(error, requestId),
  });
  opened.defer(() => server.stop());
  log.info('serving', { url: server.url });

  observer.gauges({ head: () => chain.head(), clock, pool, watcher, heartbeat, startedMs });
  const metricsServer =
    options.metricsPort === undefined ? undefined : await startMetricsServer(metrics, options.metricsPort);
  if (metricsServer !== undefined) {
    opened.defer(() => metricsServer.stop());
    log.info('metrics', { url: metricsServer.url });
  }

  const failed = (task: string) => (error: unknown) => log.error('task failed', { task, reason: nameOf(error) });
  const beating = repeat(() => heartbeat.tick(), heartbeat.pauseMs, failed('heartbeat'));
  opened.defer(() => beating.stop());
  const rotating = repeat(() => rotation.tick(), rotation.pauseMs, failed('rotation'));
  opened.defer(() => rotating.stop());
  const clearing = repeat(
    async () => {
      const cleared = await collectChunks({ chunks: store.chunks, files, policies: chain, head: () => chain.head() });
      if (cleared.chunks > 0) log.info('chunks cleared', cleared);
    },
    60_000,
    failed('chunks'),
  );
  opened.defer(() => clearing.stop());

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
    parts: { ursula, store, watcher, heartbeat, rotation },
    stop: () => (stopped ??= stop()),
  };
}

/** The first RPC that answers, as the operator. */
async function connectOperator({ rpcUrls, deployment, keystore }: UrsulaRunOptions) {
  const secret = keystore.revealOperatorKey();
  const privateKey = toHex(secret);
  secret.fill(0);
  let last: unknown = new ProtocolError('chain.unreachable', { details: 'no RPC URL was given' });
  for (const rpcUrl of rpcUrls) {
    try {
      return await ethersChain({ rpcUrl, chainId: deployment.chainId, privateKey });
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** What keeps the node from judging requests, or undefined. */
function troubleOf(ursula: Ursula): ProtocolError | undefined {
  try {
    ursula.checkReady();
    return undefined;
  } catch (error) {
    return error instanceof ProtocolError ? error : new ProtocolError('E_INTERNAL');
  }
}

const lower = (address: Address): Address => address.toLowerCase() as Address;

/** For logs: user and password of an RPC URL are secrets, and so may its path and query be. */
function withoutCredentials(rpcUrl: string): string {
  return URL.canParse(rpcUrl) ? new URL(rpcUrl).host : 'rpc';
}

/** A code or class, never a message of a dependency: those may hold URLs. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
