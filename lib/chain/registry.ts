/**
 * Discovery is the chain: every node, folded from MinerEscrow's events. No gossip, no seed list.
 *
 * Owns: the fold and what a node looks like after it. Owns not: durable cursors and undo (the node's watcher), whether a
 * node answers (probes), the current epoch (callers pass it). Source: DESIGN section 6, protocol.md section 5.1.
 */
import type { Address, ChainReader } from './chain.ts';
import type { Deployment } from './deployments.ts';
import { searchLogs } from './logs.ts';
import { type MinerEscrowEvent, MinerEscrowReader, type NodeInfoRecord } from './minerEscrowReader.ts';

/** A node as its events tell. Units: stake in the token's smallest unit, rate wei per share and epoch, epochs. */
export interface NodeRecord {
  readonly node: Address;
  /** In order; the last is current or announced. */
  readonly operators: readonly { readonly operator: Address; readonly fromEpoch: number }[];
  readonly stake: bigint;
  readonly unbonding: bigint;
  readonly minRateWei: bigint;
  readonly availableUntil: number;
  readonly info: NodeInfoRecord | undefined;
  /** Until it is topped up. */
  readonly jailed: boolean;
  /** The whole stake was asked back. */
  readonly exiting: boolean;
  /** Correctness and liveness slashes so far. */
  readonly slashes: number;
}

interface Mutable extends Omit<NodeRecord, 'operators'> {
  operators: { operator: Address; fromEpoch: number }[];
  active: Set<number>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A fold over MinerEscrow's events in chain order. */
export class NodeRegistry {
  readonly #nodes = new Map<Address, Writable<Mutable>>();

  /** Apply one event. Events must come in order, each once. */
  fold(event: MinerEscrowEvent): void {
    if (!('node' in event.args)) return;
    const record = this.#of(event.args.node);
    switch (event.event) {
      case 'Bonded':
        record.stake += event.args.amount;
        record.availableUntil = event.args.availableUntil;
        record.jailed = false;
        record.exiting = false;
        if (record.operators.at(-1)?.operator !== event.args.operator) {
          record.operators.push({ operator: event.args.operator, fromEpoch: 0 });
        }
        return;
      case 'ToppedUp':
        record.stake += event.args.amount;
        record.jailed = false;
        return;
      case 'OperatorSet':
        record.operators = record.operators.filter((span) => span.operator !== event.args.operator);
        record.operators.push({ operator: event.args.operator, fromEpoch: event.args.fromEpoch });
        return;
      case 'NodeInfoSet': {
        const { url, encryptingKey, keyNumber, peerId, protocol } = event.args;
        record.info = { url, encryptingKey, keyNumber, peerId, protocol };
        return;
      }
      case 'MinRateSet':
        record.minRateWei = event.args.minRate;
        return;
      case 'AvailabilityExtended':
        record.availableUntil = event.args.epoch;
        return;
      case 'Heartbeat':
        for (let i = 0; i < event.args.count; i++) record.active.add(event.args.firstEpoch + i);
        return;
      case 'UnbondRequested':
        record.stake -= event.args.amount;
        record.unbonding += event.args.amount;
        record.exiting = record.stake === 0n;
        return;
      case 'UnbondCancelled':
        record.stake += record.unbonding;
        record.unbonding = 0n;
        record.exiting = false;
        return;
      case 'StakeWithdrawn':
        record.unbonding = 0n;
        return;
      case 'Slashed': {
        const fromStake = event.args.penalty < record.stake ? event.args.penalty : record.stake;
        record.stake -= fromStake;
        record.unbonding -= event.args.penalty - fromStake;
        record.slashes += 1;
        return;
      }
      case 'Jailed':
        record.jailed = true;
        return;
      case 'EpochsVoided':
        // `to` may be far away; only what is set can be cleared.
        for (const epoch of record.active) {
          if (epoch >= event.args.from && epoch <= event.args.to) record.active.delete(epoch);
        }
        return;
      default:
        return;
    }
  }

  get(node: Address): NodeRecord | undefined {
    return this.#nodes.get(node.toLowerCase() as Address);
  }

  /** All that ever bonded, by address. */
  all(): NodeRecord[] {
    return [...this.#nodes.values()]
      .filter((record) => record.operators.length > 0)
      .sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  /** Did the node's heartbeats cover this epoch? */
  isActive(node: Address, epoch: number): boolean {
    return this.#nodes.get(node.toLowerCase() as Address)?.active.has(epoch) ?? false;
  }

  #of(node: Address): Writable<Mutable> {
    let record = this.#nodes.get(node);
    if (!record) {
      record = {
        node,
        operators: [],
        stake: 0n,
        unbonding: 0n,
        minRateWei: 0n,
        availableUntil: 0,
        info: undefined,
        jailed: false,
        exiting: false,
        slashes: 0,
        active: new Set(),
      };
      this.#nodes.set(node, record);
    }
    return record;
  }
}

/** Which nodes are read, and up to which block. */
export interface ReadRegistryOptions {
  readonly deployment: Pick<Deployment, 'escrow' | 'deployedBlock'>;
  /** Only these nodes; all if absent. */
  readonly nodes?: readonly Address[];
  readonly toBlock?: bigint;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: {
    readonly type: 'registry.blocks';
    readonly block: bigint;
    readonly toBlock: bigint;
  }) => void;
}

/** Replay the escrow's events from its deployment to the head. Throws `ChainError`. */
export async function readRegistry(reader: ChainReader, options: ReadRegistryOptions): Promise<NodeRegistry> {
  return foldAll(await readEvents(reader, BigInt(options.deployment.deployedBlock), options));
}

/** The same again and again: what was read once is read on from there. */
export class RegistryReader {
  readonly #reader: ChainReader;
  readonly #deployment: ReadRegistryOptions['deployment'];
  #read: { readonly events: readonly MinerEscrowEvent[]; readonly through: bigint } | undefined;

  constructor(reader: ChainReader, deployment: ReadRegistryOptions['deployment']) {
    this.#reader = reader;
    this.#deployment = deployment;
  }

  /** All nodes as of the head. Throws `ChainError`. */
  async read(options: Pick<ReadRegistryOptions, 'signal' | 'onProgress'> = {}): Promise<NodeRegistry> {
    const first = BigInt(this.#deployment.deployedBlock);
    const toBlock = (await this.#reader.block('latest'))?.number ?? 0n;
    const again = (this.#read?.through ?? 0n) - rereadBlocks;
    const fromBlock = again > first ? again : first;
    const known = this.#read?.events.filter(({ blockNumber }) => blockNumber < fromBlock) ?? [];
    const fresh = await readEvents(this.#reader, fromBlock, { ...options, deployment: this.#deployment, toBlock });
    const events = [...known, ...fresh];
    this.#read = { events, through: toBlock };
    return foldAll(events);
  }
}

/** Blocks that are read again, since a re-org may have changed them. */
const rereadBlocks = 64n;

function foldAll(events: readonly MinerEscrowEvent[]): NodeRegistry {
  const registry = new NodeRegistry();
  for (const event of events) registry.fold(event);
  return registry;
}

async function readEvents(
  reader: ChainReader,
  fromBlock: bigint,
  options: ReadRegistryOptions,
): Promise<MinerEscrowEvent[]> {
  const { deployment, signal, onProgress } = options;
  const escrow = new MinerEscrowReader(reader, deployment.escrow);
  const toBlock = options.toBlock ?? (await reader.block('latest'))?.number ?? 0n;
  const wanted = options.nodes && new Set(options.nodes.map((node) => node.toLowerCase()));
  const events: MinerEscrowEvent[] = [];
  const contract = { addresses: [escrow.address], abi: escrow.abi };
  for await (const page of searchLogs(reader, { ...contract, fromBlock, toBlock, ...(signal && { signal }) })) {
    for (const log of page.logs) {
      const event = escrow.decode(log);
      if (!wanted || ('node' in event.args && wanted.has(event.args.node))) events.push(event);
    }
    onProgress?.({ type: 'registry.blocks', block: page.toBlock, toBlock });
  }
  return events;
}

/** URL and encrypting key of some nodes by their newest announcement: two topics, a short answer. Throws `ChainError`. */
export async function readNodeInfos(
  reader: ChainReader,
  options: ReadRegistryOptions & { readonly nodes: readonly Address[]; readonly fromBlock?: bigint },
): Promise<ReadonlyMap<Address, NodeInfoRecord>> {
  const { deployment, nodes, signal } = options;
  const escrow = new MinerEscrowReader(reader, deployment.escrow);
  const toBlock = options.toBlock ?? (await reader.block('latest'))?.number ?? 0n;
  const found = new Map<Address, NodeInfoRecord>();
  const pages = searchLogs(reader, {
    addresses: [escrow.address],
    abi: escrow.abi,
    event: 'NodeInfoSet',
    indexed: { node: nodes },
    fromBlock: options.fromBlock ?? BigInt(deployment.deployedBlock),
    toBlock,
    ...(signal && { signal }),
  });
  for await (const page of pages) {
    for (const log of page.logs) {
      const event = escrow.decode(log);
      if (event.event !== 'NodeInfoSet') continue;
      const { node, url, encryptingKey, keyNumber, peerId, protocol } = event.args;
      found.set(node, { url, encryptingKey, keyNumber, peerId, protocol });
    }
  }
  return found;
}
