/**
 * MinerEscrow, read: who is a node. Thin typed functions over its views and events, all that a page which shares needs of it. Owns:
 * their shapes in TypeScript. Owns not: what changes something (`minerEscrow.ts`), the registry folded from events (`registry.ts`).
 * Source: protocol.md section 5.1, contracts/interfaces/IMinerEscrow.sol.
 */
import { Agent, type ContractEvent, contractAbi } from './agent.ts';
import type { Abi, Address, BlockTag, ChainReader } from './chain.ts';
import { minerEscrowReads } from './signatures/minerEscrow.ts';

/** A node as the contract stores it. Units: stake in the token's smallest unit, rates wei per share and epoch, epochs. */
export interface Miner {
  readonly operator: Address;
  readonly bondedEpoch: number;
  readonly availableUntil: number;
  /** 0 unless the whole stake was asked back. */
  readonly exitEpoch: number;
  readonly stake: bigint;
  readonly unbonding: bigint;
  readonly minRate: bigint;
  /** First epoch in which `unbonding` may be withdrawn; 0 if nothing is. */
  readonly unbondReady: number;
  readonly claimedThrough: number;
  /** 0 while jailed or exiting. */
  readonly weight: number;
  readonly lastSlashEpoch: number;
  readonly slashCount: number;
  /** What the next signed heartbeat must name. */
  readonly nonce: bigint;
}

/** How to reach a node and seal to it. Shape: url <= 255 bytes, encryptingKey 33, peerId <= 64. */
export interface NodeInfoRecord {
  readonly url: string;
  readonly encryptingKey: Uint8Array;
  readonly keyNumber: number;
  readonly peerId: Uint8Array;
  readonly protocol: number;
}

/** Events by name; integers of at most 48 bits are numbers, others bigint. */
export interface MinerEscrowEvents {
  Bonded: { node: Address; operator: Address; amount: bigint; availableUntil: number };
  ToppedUp: { node: Address; amount: bigint };
  OperatorSet: { node: Address; operator: Address; fromEpoch: number };
  NodeInfoSet: { node: Address } & NodeInfoRecord;
  MinRateSet: { node: Address; minRate: bigint };
  AvailabilityExtended: { node: Address; epoch: number };
  Heartbeat: { node: Address; firstEpoch: number; count: number };
  UnbondRequested: { node: Address; amount: bigint; readyEpoch: number };
  UnbondCancelled: { node: Address };
  StakeWithdrawn: { node: Address; to: Address; amount: bigint };
  Slashed: { node: Address; kind: number; epoch: number; penalty: bigint; reward: bigint; reporter: Address };
  Jailed: { node: Address };
  EpochsVoided: { node: Address; from: number; to: number };
  RewardsFunded: { period: number; amount: bigint };
  RewardsClaimed: { node: Address; from: number; to: number; amount: bigint };
  RewardsRecycled: { period: number; amount: bigint };
  CreditWithdrawn: { who: Address; to: Address; amount: bigint };
}
export type MinerEscrowEvent = ContractEvent<MinerEscrowEvents>;

const reads = contractAbi(minerEscrowReads);

/** Every method throws `ChainError`. */
export class MinerEscrowReader<C extends ChainReader = ChainReader> extends Agent<C, MinerEscrowEvents> {
  constructor(chain: C, address: Address, abi: Abi = reads) {
    super(chain, address, abi);
  }

  epochLength(): Promise<number> {
    return this.readNumber('epochLength');
  }
  minStake(): Promise<bigint> {
    return this.read('minStake');
  }
  disputeWindow(): Promise<number> {
    return this.readNumber('disputeWindow');
  }
  evidenceWindow(): Promise<number> {
    return this.readNumber('evidenceWindow');
  }
  unbondingEpochs(): Promise<number> {
    return this.readNumber('unbondingEpochs');
  }
  adjudicator(): Promise<Address> {
    return this.read('adjudicator');
  }
  currentEpoch(options: { at?: BlockTag } = {}): Promise<number> {
    return this.readNumber('currentEpoch', [], options);
  }
  async miner(node: Address, options: { at?: BlockTag } = {}): Promise<Miner> {
    const raw = await this.read<Record<keyof Miner, bigint | number | Address>>('miner', [node], options);
    const number = (field: keyof Miner) => Number(raw[field]);
    const amount = (field: keyof Miner) => BigInt(raw[field]);
    return {
      operator: raw.operator as Address,
      bondedEpoch: number('bondedEpoch'),
      availableUntil: number('availableUntil'),
      exitEpoch: number('exitEpoch'),
      stake: amount('stake'),
      unbonding: amount('unbonding'),
      minRate: amount('minRate'),
      unbondReady: number('unbondReady'),
      claimedThrough: number('claimedThrough'),
      weight: number('weight'),
      lastSlashEpoch: number('lastSlashEpoch'),
      slashCount: number('slashCount'),
      nonce: amount('nonce'),
    };
  }
  operatorValid(node: Address, operator: Address, epoch: number): Promise<boolean> {
    return this.read('operatorValid', [node, operator, epoch]);
  }
  /**
   * The node that this key serves or served (the zero address if none), and the epochs in which it counts, both inclusive;
   * `to` is 2^32 - 1 while it is current.
   */
  async span(operator: Address): Promise<{ node: Address; from: number; to: number }> {
    const [node, from, to] = await this.read<[Address, number, number]>('span', [operator]);
    return { node, from: Number(from), to: Number(to) };
  }
  isBonded(node: Address, options: { at?: BlockTag } = {}): Promise<boolean> {
    return this.read('isBonded', [node], options);
  }
  isActive(node: Address, epoch: number, options: { at?: BlockTag } = {}): Promise<boolean> {
    return this.read('isActive', [node, epoch], options);
  }
  activeEpochs(node: Address, from: number, to: number): Promise<bigint> {
    return this.read('activeEpochs', [node, from, to]);
  }
  credit(who: Address): Promise<bigint> {
    return this.read('credit', [who]);
  }
  totalStake(): Promise<bigint> {
    return this.read('totalStake');
  }
  totalWeight(epoch: number): Promise<bigint> {
    return this.read('totalWeight', [epoch]);
  }
  slashable(node: Address): Promise<bigint> {
    return this.read('slashable', [node]);
  }
}
