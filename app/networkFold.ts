/**
 * The network page's state as a fold over the contracts' events: read once from their deployment, then block by block.
 *
 * Owns: the fold and its cursor. Owns not: when to read (`hooks/useNetworkView`), what it looks like (`components`).
 * A re-organisation is met by starting over: the page shows what is, and a local fold is cheap.
 */
import {
  type ChainReader,
  type Deployment,
  MinerEscrow,
  type MinerEscrowEvent,
  NodeRegistry,
  PolicyManager,
  type PolicyManagerEvent,
  searchLogs,
} from 'dintel/chain';
import type { EventView, NetworkView, NodeView, PolicyView } from './networkView';
import { sentenceOf } from './sentences';

/** How many events and policies the page keeps; a whole explorer is another page. */
const kept = { events: 14, policies: 8 } as const;
/** A heartbeat covers eight epochs at most, so a lease cannot end later than this many after the present. */
const maxLease = 8;

/** Reads a network and keeps up with it. */
export class NetworkFold {
  readonly #reader: ChainReader;
  readonly #deployment: Deployment;
  readonly #escrow: MinerEscrow;
  readonly #manager: PolicyManager;
  #registry = new NodeRegistry();
  #policies = new Map<string, PolicyView>();
  #events: EventView[] = [];
  #cursor: { readonly number: bigint; readonly hash: string } | undefined;
  #epochLength: number | undefined;

  constructor(reader: ChainReader, deployment: Deployment) {
    this.#reader = reader;
    this.#deployment = deployment;
    this.#escrow = new MinerEscrow(reader, deployment.escrow);
    this.#manager = new PolicyManager(reader, deployment.policyManager);
  }

  /** Reads what is new and gives the view at the head. Throws `ChainError`; the fold stays where it was and can go on. */
  async advance(): Promise<NetworkView> {
    this.#epochLength ??= await this.#escrow.epochLength();
    const head = await this.#reader.block('latest');
    if (head === undefined) throw new Error('The chain has no newest block.');
    if (this.#cursor !== undefined && !(await this.#stillThere(this.#cursor))) this.#forget();
    const fromBlock = this.#cursor === undefined ? BigInt(this.#deployment.deployedBlock) : this.#cursor.number + 1n;
    const pages = searchLogs(this.#reader, {
      addresses: [this.#escrow.address, this.#manager.address],
      abi: [...this.#escrow.abi, ...this.#manager.abi],
      fromBlock,
      toBlock: head.number,
    });
    for await (const page of pages) {
      for (const log of page.logs) {
        if (log.address === this.#escrow.address) this.#foldStake(this.#escrow.decode(log));
        else await this.#foldPolicy(this.#manager.decode(log));
      }
    }
    this.#cursor = { number: head.number, hash: head.hash };
    const timestamp = Number(head.timestamp);
    const epoch = Math.floor(timestamp / this.#epochLength);
    return {
      block: head.number,
      timestamp,
      epoch,
      epochLength: this.#epochLength,
      nodes: this.#registry.all().map((record) => this.#nodeView(record, epoch)),
      policies: [...this.#policies.values()].reverse().slice(0, kept.policies),
      events: this.#events,
    };
  }

  async #stillThere(place: { readonly number: bigint; readonly hash: string }): Promise<boolean> {
    return (await this.#reader.block(place.number))?.hash === place.hash;
  }

  #forget(): void {
    this.#registry = new NodeRegistry();
    this.#policies = new Map();
    this.#events = [];
    this.#cursor = undefined;
  }

  #nodeView(record: ReturnType<NodeRegistry['all']>[number], epoch: number): NodeView {
    let activeThrough: number | undefined;
    for (let at = epoch; at <= epoch + maxLease; at++) {
      if (this.#registry.isActive(record.node, at)) activeThrough = at;
    }
    return {
      address: record.node,
      url: record.info?.url ?? '',
      stake: record.stake,
      minRateWei: record.minRateWei,
      activeThrough,
      state: record.jailed ? 'jailed' : record.exiting ? 'exiting' : 'bonded',
    };
  }

  #foldStake(event: MinerEscrowEvent): void {
    this.#registry.fold(event);
    this.#remember(event);
  }

  async #foldPolicy(event: PolicyManagerEvent): Promise<void> {
    switch (event.event) {
      case 'PolicyCreated': {
        const { id, owner, shares, rate, expiresAt } = event.args;
        this.#policies.set(id, { id, owner, shares, rateWei: rate, expiresAt, revoked: false });
        break;
      }
      case 'PolicyExtended':
        this.#change(event.args.id, { expiresAt: event.args.expiresAt });
        break;
      case 'PolicyRevoked':
        // The event does not say when; the record keeps the time of revocation as the end of access.
        this.#change(event.args.id, {
          revoked: true,
          expiresAt: (await this.#manager.policy(event.args.id))?.expiresAt ?? 0,
        });
        break;
      default:
        break;
    }
    this.#remember(event);
  }

  #change(id: string, change: Partial<PolicyView>): void {
    const policy = this.#policies.get(id);
    if (policy !== undefined) this.#policies.set(id, { ...policy, ...change });
  }

  #remember(event: MinerEscrowEvent | PolicyManagerEvent): void {
    const said = sentenceOf(event);
    if (said === undefined) return;
    const view = { key: `${event.blockHash}:${event.logIndex}`, block: event.blockNumber, ...said };
    this.#events = [view, ...this.#events].slice(0, kept.events);
  }
}
