/**
 * MinerEscrow as plain sums: stake, activity, penalties, rewards. It keeps sets of epochs and lists of weights where the contract
 * packs bits and lanes, and adds an epoch's total up each time, so that a mistake in the packing cannot be in both.
 * Not here: tokens themselves, signatures, node information. Source: spec/protocol.md section 5.1.
 */
import { type Clock, need, Purse, Refused } from './clock.ts';
import { type Book, Store } from './store.ts';

export interface EscrowRules {
  readonly epochLength: number;
  readonly disputeWindow: number;
  readonly evidenceWindow: number;
  readonly unbonding: number;
  readonly minStake: bigint;
  readonly weightUnit: bigint;
}

/** A node as `miner(node)` tells it; epochs are numbers, amounts bigint. */
export interface Miner {
  operator: string;
  stake: bigint;
  exitEpoch: number;
  bondedEpoch: number;
  availableUntil: number;
  unbondReady: number;
  claimedThrough: number;
  lastSlashEpoch: number;
  slashCount: number;
  unbonding: bigint;
  minRate: bigint;
  readonly bits: Set<number>;
  /** Weight from an epoch on; the last one holds for ever. */
  readonly weights: { readonly from: number; weight: bigint }[];
  readonly judged: Set<string>;
}

/** Epochs in which a key counts as a node's operator, both inclusive. */
export interface Span {
  readonly node: string;
  readonly from: number;
  to: number;
}

export type Offence = 'correctness' | 'liveness';

const maxLease = 8;
const maxAvailability = 4_096;
const period = 64;
const claimWindow = 256;
const open = 2 ** 32 - 1;

const periodOf = (epoch: number): number => Math.floor(epoch / period);

export class EscrowModel {
  readonly rules: EscrowRules;
  readonly #clock: Clock;
  readonly #miners: Book<Miner>;
  readonly #spans: Book<Span>;
  readonly #reserves: Book<{ pot: bigint; left: bigint }>;
  readonly #totals: Book<bigint>;
  readonly credit: Purse;

  constructor(rules: EscrowRules, clock: Clock, store = new Store()) {
    this.rules = rules;
    this.#clock = clock;
    this.#miners = store.book('miners');
    this.#spans = store.book('spans');
    this.#reserves = store.book('reserves');
    this.#totals = store.book('totals');
    this.credit = new Purse(store.book('credit of tokens'));
  }

  get totalStake(): bigint {
    return this.#totals.get('stake') ?? 0n;
  }

  get penaltyPot(): bigint {
    return this.#totals.get('penalties') ?? 0n;
  }

  get carry(): bigint {
    return this.#totals.get('carry') ?? 0n;
  }

  get epoch(): number {
    return Math.floor(this.#clock.now / this.rules.epochLength);
  }

  // ---- views

  miner(node: string): Miner {
    let its = this.#miners.get(node);
    if (its === undefined) {
      its = {
        operator: '',
        stake: 0n,
        exitEpoch: 0,
        bondedEpoch: 0,
        availableUntil: 0,
        unbondReady: 0,
        claimedThrough: 0,
        lastSlashEpoch: 0,
        slashCount: 0,
        unbonding: 0n,
        minRate: 0n,
        bits: new Set(),
        weights: [],
        judged: new Set(),
      };
      this.#miners.set(node, its);
    }
    return its;
  }

  weightAt(node: string, epoch: number): bigint {
    return this.miner(node).weights.findLast(({ from }) => from <= epoch)?.weight ?? 0n;
  }

  totalWeight(epoch: number): bigint {
    let total = 0n;
    for (const [node, { bits }] of this.#miners) if (bits.has(epoch)) total += this.weightAt(node, epoch);
    return total;
  }

  /** How many of the epochs [from, to] the node announced. */
  activeEpochs(node: string, from: number, to: number): number {
    return [...this.miner(node).bits].filter((epoch) => from <= epoch && epoch <= to).length;
  }

  reserve(index: number): { pot: bigint; left: bigint } {
    return this.#reserves.get(String(index)) ?? { pot: 0n, left: 0n };
  }

  /** Undefined for a key that never was an operator. */
  span(operator: string): Span | undefined {
    return this.#spans.get(operator);
  }

  operatorValid(node: string, operator: string, epoch: number): boolean {
    const span = this.#spans.get(operator);
    return span !== undefined && span.node === node && span.from <= epoch && epoch <= span.to;
  }

  // ---- becoming a node and staying one

  bond(node: string, amount: bigint, operator: string, availableUntil: number): void {
    const its = this.miner(node);
    need(its.unbondReady === 0, 'Exiting');
    need(its.stake === 0n, 'AlreadyBonded');
    need(amount >= this.rules.minStake, 'StakeTooSmall');
    this.#mayPromise(availableUntil);
    if (operator !== its.operator) need(!this.#spans.has(operator), 'OperatorTaken');
    this.#mayAdd(amount);
    its.availableUntil = availableUntil;
    if (operator !== its.operator) this.#appoint(node, its, operator);
    if (its.bondedEpoch === 0) {
      its.bondedEpoch = this.epoch;
      its.claimedThrough = this.epoch;
    }
    this.#add(its, amount);
  }

  topUp(node: string, amount: bigint): void {
    const its = this.#bonded(node);
    need(amount !== 0n, 'ZeroAmount');
    need(its.exitEpoch === 0, 'Exiting');
    this.#mayAdd(amount);
    this.#add(its, amount);
  }

  setOperator(node: string, operator: string): void {
    const its = this.#bonded(node);
    need(!this.#spans.has(operator), 'OperatorTaken');
    this.#appoint(node, its, operator);
  }

  setMinRate(node: string, rate: bigint): void {
    this.#bonded(node).minRate = rate;
  }

  extendAvailability(node: string, epoch: number): void {
    const its = this.#bonded(node);
    need(its.exitEpoch === 0, 'Exiting');
    need(epoch > its.availableUntil, 'AvailabilityNotMonotone');
    this.#mayPromise(epoch);
    its.availableUntil = epoch;
  }

  heartbeat(operator: string, count: number): void {
    const span = this.#spans.get(operator);
    if (span === undefined || span.to !== open) throw new Refused('NotOperator');
    need(count >= 1 && count <= maxLease, 'BadLease');
    const its = this.miner(span.node);
    need(this.#weight(its.stake) !== 0n, its.exitEpoch === 0 ? 'Jail' : 'Exiting');
    for (let k = 1; k <= count; k += 1) its.bits.add(this.epoch + k);
  }

  // ---- leaving

  requestUnbond(node: string, amount: bigint): void {
    const its = this.#bonded(node);
    need(its.unbondReady === 0, 'UnbondPending');
    need(amount !== 0n, 'ZeroAmount');
    need(amount <= its.stake, 'InsufficientStake');
    const rest = its.stake - amount;
    need(rest === 0n || rest >= this.rules.minStake, 'StakeTooSmall');
    its.stake = rest;
    its.unbonding = amount;
    if (rest === 0n) its.exitEpoch = this.epoch;
    const last = rest === 0n ? Math.max(this.epoch + maxLease, its.availableUntil) : this.epoch;
    its.unbondReady = last + this.rules.unbonding;
    this.#weigh(its);
  }

  cancelUnbond(node: string): void {
    const its = this.miner(node);
    need(its.unbondReady !== 0, 'NothingToWithdraw');
    its.stake += its.unbonding;
    this.#endUnbonding(its);
    this.#weigh(its);
  }

  /** What was paid out. */
  withdrawStake(node: string): bigint {
    const its = this.miner(node);
    need(its.unbondReady !== 0, 'NothingToWithdraw');
    need(this.epoch >= its.unbondReady, 'StillLocked');
    const amount = its.unbonding;
    this.#total('stake', -amount);
    if (its.exitEpoch !== 0) its.availableUntil = 0;
    this.#endUnbonding(its);
    return amount;
  }

  // ---- rewards

  /** What was taken from the sender. */
  fundRewards(first: number, periods: number, perEpoch: bigint): bigint {
    need(periods !== 0 && perEpoch !== 0n, 'ZeroAmount');
    need(periods <= 32, 'TooManyPeriods');
    need(first > periodOf(this.epoch), 'PeriodStarted');
    for (let k = 0; k < periods; k += 1) this.#fund(first + k, perEpoch * BigInt(period));
    return perEpoch * BigInt(period * periods);
  }

  /** What was credited to the node. */
  claimRewards(node: string, to: number): bigint {
    const its = this.miner(node);
    need(its.bondedEpoch !== 0, 'NotNode');
    const from = its.claimedThrough + 1;
    const through = Math.min(to, this.#lastFinal, its.claimedThrough + period);
    need(through >= from, 'NothingToClaim');
    let amount = 0n;
    for (let epoch = from; epoch <= through; epoch += 1) {
      const total = this.totalWeight(epoch);
      const reserve = this.reserve(periodOf(epoch));
      if (!its.bits.has(epoch) || total === 0n) continue;
      const part = ((reserve.pot / BigInt(period)) * this.weightAt(node, epoch)) / total;
      this.#reserves.set(String(periodOf(epoch)), { ...reserve, left: reserve.left - part });
      amount += part;
    }
    its.claimedThrough = through;
    this.credit.give(node, amount);
    return amount;
  }

  skipRewards(node: string, to: number): void {
    const its = this.miner(node);
    need(its.bondedEpoch !== 0, 'NotNode');
    const through = Math.min(to, this.#lastFinal);
    need(through > its.claimedThrough, 'NothingToClaim');
    its.claimedThrough = through;
  }

  recycle(index: number): void {
    need(this.#lastFinal >= (index + 1) * period + claimWindow, 'NotRecyclable');
    const { left } = this.reserve(index);
    need(left !== 0n, 'NotRecyclable');
    this.#reserves.delete(String(index));
    this.#recycle(left);
  }

  recyclePot(): void {
    need(this.penaltyPot !== 0n, 'NotRecyclable');
    const amount = this.penaltyPot;
    this.#total('penalties', -amount);
    this.#recycle(amount);
  }

  // ---- the Adjudicator's part

  /** The penalty; a reporter gets a fifth of it. */
  slash(node: string, operator: string, kind: Offence, epoch: number, reporter?: string): bigint {
    need(kind === 'liveness' || this.operatorValid(node, operator, epoch), 'NotOperator');
    const its = this.miner(node);
    need(!its.judged.has(`${kind} ${epoch}`), 'AlreadyJudged');
    const current = this.epoch;
    const all = its.stake + its.unbonding;
    need(all !== 0n && epoch <= current && current <= epoch + this.rules.evidenceWindow, 'NothingToSlash');
    its.judged.add(`${kind} ${epoch}`);
    let bps = 25;
    if (kind === 'correctness') {
      const history = its.slashCount >> Math.min(15, Math.floor((current - its.lastSlashEpoch) / 90));
      bps = Math.min(200 * 2 ** Math.min(history, 4), 3_000);
      its.slashCount = Math.min(history + 1, 65_535);
      its.lastSlashEpoch = current;
    }
    const penalty = (all * BigInt(bps) + 9_999n) / 10_000n;
    const reward = reporter === undefined ? 0n : penalty / 5n;
    if (reporter !== undefined) this.credit.give(reporter, reward);
    this.#total('penalties', penalty - reward);
    this.#total('stake', -penalty);
    const fromStake = penalty < its.stake ? penalty : its.stake;
    its.stake -= fromStake;
    its.unbonding -= penalty - fromStake;
    if (its.stake < this.rules.minStake) for (let k = 1; k <= maxLease; k += 1) its.bits.delete(current + k);
    this.#weigh(its);
    return penalty;
  }

  voidEpochs(node: string, from: number, to: number): void {
    const first = Math.max(from, this.epoch - this.rules.disputeWindow);
    const last = Math.min(to, this.epoch + maxLease);
    for (let epoch = first; epoch <= last; epoch += 1) this.miner(node).bits.delete(epoch);
  }

  // ---- inner

  #total(name: 'stake' | 'penalties' | 'carry', change: bigint): void {
    this.#totals.set(name, (this.#totals.get(name) ?? 0n) + change);
  }

  get #lastFinal(): number {
    return this.epoch - this.rules.disputeWindow - 1;
  }

  #bonded(node: string): Miner {
    const its = this.miner(node);
    need(its.stake !== 0n || its.unbondReady !== 0, 'NotNode');
    return its;
  }

  #mayPromise(epoch: number): void {
    need(epoch >= this.epoch, 'AvailabilityNotMonotone');
    need(epoch <= this.epoch + maxAvailability, 'AvailabilityTooFar');
  }

  #mayAdd(amount: bigint): void {
    need(this.totalStake + amount < this.rules.weightUnit << 32n, 'StakeCapReached');
  }

  #add(its: Miner, amount: bigint): void {
    this.#total('stake', amount);
    its.stake += amount;
    this.#weigh(its);
  }

  #appoint(node: string, its: Miner, operator: string): void {
    const old = this.#spans.get(its.operator);
    if (old !== undefined) old.to = this.epoch;
    this.#spans.set(operator, { node, from: old === undefined ? this.epoch : this.epoch + 1, to: open });
    its.operator = operator;
  }

  #endUnbonding(its: Miner): void {
    its.unbonding = 0n;
    its.unbondReady = 0;
    its.exitEpoch = 0;
  }

  #weight(stake: bigint): bigint {
    return stake < this.rules.minStake ? 0n : stake / this.rules.weightUnit;
  }

  /** The stake counts from the next epoch on; one entry per epoch. */
  #weigh(its: Miner): void {
    const weight = this.#weight(its.stake);
    const last = its.weights.at(-1);
    if (last?.from === this.epoch + 1) last.weight = weight;
    else its.weights.push({ from: this.epoch + 1, weight });
  }

  #fund(index: number, amount: bigint): void {
    const { pot, left } = this.reserve(index);
    this.#reserves.set(String(index), { pot: pot + amount, left: left + amount });
  }

  #recycle(amount: bigint): void {
    const all = amount + this.carry;
    const rest = all % BigInt(period);
    this.#total('carry', rest - this.carry);
    this.#fund(periodOf(this.epoch) + 1, all - rest);
  }
}
