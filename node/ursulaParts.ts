/**
 * The parts of a node that need putting together: its place on the chain, its watcher, its tasks, its page's figures.
 * Owns: wiring of each. Owns not: the order in which they open and close (ursula.ts).
 */
import {
  type Address,
  Adjudicator,
  adjudicatorAbi,
  type Chain,
  MinerEscrow,
  minerEscrowAbi,
  PolicyManager,
  policyManagerAbi,
} from 'dintel/chain';
import { ethersChain, ethersReader } from 'dintel/chain/ethers';
import { epochAt, ProtocolError, toHex } from 'dintel/protocol';
import { headAgeS, type Network, type Ursula } from 'dintel/ursula';
import type { ChunkFiles } from './chunks/chunkFiles.ts';
import { collectChunks } from './chunks/collect.ts';
import type { NodeKeystore } from './keystore/nodeKeystore.ts';
import type { NodeObserver } from './observer.ts';
import type { Log } from './server/log.ts';
import type { Status } from './server/statusPage.ts';
import { timedEvents } from './store/fold.ts';
import type { Store } from './store/store.ts';
import { Challenges } from './tasks/challenges.ts';
import { Fees } from './tasks/fees.ts';
import { Heartbeat } from './tasks/heartbeat.ts';
import { Outbox } from './tasks/outbox.ts';
import { Rotation } from './tasks/rotation.ts';
import { Sweep } from './tasks/sweep.ts';
import type { UrsulaRunOptions } from './ursula.ts';
import type { WatchedChain } from './watcher/chainView.ts';
import { Watcher } from './watcher/watcher.ts';

/** What the chain says of itself, through the first RPC that answers. */
export async function connect(options: UrsulaRunOptions) {
  const { chainId, adjudicator, policyManager, escrow: escrowAddress } = options.deployment;
  const escrow = new MinerEscrow(await connectOperator(options), escrowAddress);
  const [epochLength, minStake, evidenceEpochs, disputeEpochs] = await Promise.all([
    escrow.epochLength(),
    escrow.minStake(),
    escrow.evidenceWindow(),
    escrow.disputeWindow(),
  ]);
  const network: Network = {
    chainId,
    adjudicator: lower(adjudicator),
    policyManager: lower(policyManager),
    escrow: lower(escrowAddress),
    epochLength,
    depth: options.depth,
  };
  return { escrow, network, rules: { minStake, evidenceEpochs, disputeEpochs } };
}

export function watcherOf(options: UrsulaRunOptions, network: Network, store: Store, log: Log): Watcher {
  const { chainId, escrow, policyManager, adjudicator } = network;
  return new Watcher({
    endpoints: options.rpcUrls.map((rpcUrl) => ({
      name: withoutCredentials(rpcUrl),
      connect: () => ethersReader({ rpcUrl, chainId }),
    })),
    watched: {
      chainId,
      addresses: [escrow, policyManager, adjudicator],
      abi: [...minerEscrowAbi, ...policyManagerAbi, ...adjudicatorAbi].filter(({ type }) => type === 'event'),
      deployedBlock: BigInt(options.deployment.deployedBlock),
      timedEvents,
    },
    known: store.index,
    apply: (event) => store.index.apply(event),
    pollMs: options.pollMs ?? 1_000,
    onFailure: ({ endpoint, error, retryMs }) =>
      log.warn('chain trouble', { endpoint, reason: nameOf(error), retryMs }),
  });
}

interface TaskParts {
  readonly escrow: MinerEscrow<Chain>;
  readonly node: Address;
  readonly network: Network;
  readonly rules: { readonly evidenceEpochs: number; readonly disputeEpochs: number };
  readonly keystore: NodeKeystore;
  readonly store: Store;
  readonly files: ChunkFiles;
  readonly chain: WatchedChain;
  readonly log: Log;
  readonly ursula: Ursula;
  readonly observer: NodeObserver;
  readonly settleFactor: number | undefined;
}

/** What runs beside the server, again and again. */
export function tasksOf(parts: TaskParts) {
  const { escrow, node, network, rules, keystore, store, files, chain, log, ursula, observer, settleFactor } = parts;
  const { epochLength } = network;
  const { evidenceEpochs, disputeEpochs } = rules;
  const chainTime = (): number | undefined => chain.head()?.timestamp;
  // Half an epoch to be mined; a dozen blocks before more is offered, and on a chain with short epochs less.
  const outbox = new Outbox(Math.max(10_000, epochLength * 500), Math.min(150_000, epochLength * 100));
  const heartbeat = new Heartbeat({ escrow, node, epochLength, outbox });
  const { nodes, acks, chunks, leaves } = store;
  const rotation = new Rotation({
    ...{ escrow, node, keystore, nodes, acks, outbox, epochLength, evidenceEpochs, chainTime },
  });
  const sweep = new Sweep({ store, chainTime, nowMs: Date.now, epochLength, evidenceEpochs, disputeEpochs });
  const policies = new PolicyManager(escrow.chain, network.policyManager);
  const fees = new Fees({
    ...{ policies, leaves, outbox, epochLength, disputeEpochs, chainTime },
    ...(settleFactor === undefined ? {} : { factor: settleFactor }),
  });
  const challenges = new Challenges({
    ...{ ursula, policies, outbox, epochLength, chainTime, index: store.policies },
    ...{ challenges: store.challenges, tombstones: store.tombstones },
    adjudicator: new Adjudicator(escrow.chain, network.adjudicator),
    onAlarm: (event, fields) => observer.alarm(event, fields),
    onEnd: (how, transaction) => log.info(`challenge ${how}`, { transaction }),
  });
  const settle = async (): Promise<void> => {
    const before = fees.state.settledLeaves;
    await fees.tick();
    const { settledLeaves, lastTransaction, lastError } = fees.state;
    if (settledLeaves > before)
      log.info('fees settled', { leaves: settledLeaves - before, transaction: lastTransaction });
    if (lastError !== undefined) log.warn('fees not settled', { reason: lastError });
  };
  const clear = async (): Promise<void> => {
    const cleared = await collectChunks({ chunks, files, policies: chain, head: () => chain.head() });
    if (cleared.chunks > 0) log.info('chunks cleared', cleared);
  };
  const tasks = [
    { name: 'heartbeat', work: () => heartbeat.tick(), pauseMs: heartbeat.pauseMs },
    { name: 'rotation', work: () => rotation.tick(), pauseMs: rotation.pauseMs },
    { name: 'sweep', work: () => sweep.tick(), pauseMs: sweep.pauseMs },
    { name: 'challenges', work: () => challenges.tick(), pauseMs: challenges.pauseMs },
    { name: 'fees', work: settle, pauseMs: fees.pauseMs },
    { name: 'chunks', work: clear, pauseMs: 60_000 },
  ];
  return { tasks, heartbeat, rotation, fees, challenges };
}

/** The figures of the page at `/`. */
export function statusOf(ursula: Ursula, observer: NodeObserver, startedMs: number, version = 'dintel'): Status {
  const { chain, clock, keys, network, node, registry } = ursula.ports;
  const head = chain.head();
  return {
    node,
    operator: keys.operator,
    version,
    trouble: troubleOf(ursula),
    chainId: network.chainId,
    head: head && { number: String(head.number), ageS: headAgeS(head, clock.nowMs()) },
    epoch: head && epochAt(head.timestamp, network.epochLength),
    availableUntil: registry.miner(node)?.availableUntil,
    servedCapsules: observer.servedCapsules,
    upS: Math.floor((Date.now() - startedMs) / 1000),
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

/** Why the node cannot judge requests, or undefined. */
function troubleOf(ursula: Ursula): string | undefined {
  try {
    ursula.checkReady();
    return undefined;
  } catch (error) {
    return error instanceof ProtocolError ? (error.details ?? error.shortMessage) : 'something failed inside';
  }
}

export const lower = (address: Address): Address => address.toLowerCase() as Address;

/** For logs: user and password of an RPC URL are secrets, and so may its path and query be. */
function withoutCredentials(rpcUrl: string): string {
  return URL.canParse(rpcUrl) ? new URL(rpcUrl).host : 'rpc';
}

/** A code or class, never a message of a dependency: those may hold URLs. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
