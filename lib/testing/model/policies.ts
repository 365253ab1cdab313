/**
 * PolicyManager as plain sums: deposits, settlement by activity, refunds. It asks the escrow's model for epochs and activity and
 * nothing else. Not here: signatures, proofs and notices. Source: spec/protocol.md section 5.2.
 */
import { type Clock, need, Purse } from './clock.ts';
import type { EscrowModel } from './escrow.ts';
import { type Book, Store } from './store.ts';

/** A policy as `policy(id)` tells it. Units: epochs and seconds as numbers, wei as bigint. */
export interface PolicyState {
  readonly owner: string;
  readonly sponsor: string;
  readonly shares: number;
  readonly rate: bigint;
  readonly start: number;
  end: number;
  left: bigint;
  expiresAt: number;
  revoked: boolean;
  /** Epochs settled, by leaf index. */
  readonly settled: Map<number, number>;
}

export interface Offer {
  readonly id: string;
  readonly owner: string;
  readonly sponsor: string;
  readonly shares: number;
  readonly rate: bigint;
  readonly expiresAt: number;
}

const maxShares = 64;
const maxEpochs = 1_024;
const closeAfter = 90;

export class PolicyModel {
  readonly #escrow: EscrowModel;
  readonly #clock: Clock;
  readonly #policies: Book<PolicyState>;
  readonly credit: Purse;

  constructor(escrow: EscrowModel, clock: Clock, store = new Store()) {
    this.#escrow = escrow;
    this.#clock = clock;
    this.#policies = store.book('policies');
    this.credit = new Purse(store.book('credit of coins'));
  }

  has(id: string): boolean {
    return this.#policies.has(id);
  }

  /** Throws NoSuchPolicy. */
  policy(id: string): PolicyState {
    const its = this.#policies.get(id);
    need(its !== undefined, 'NoSuchPolicy');
    return its as PolicyState;
  }

  /** Price and billed epochs of a policy made now. */
  quote(rate: bigint, shares: number, expiresAt: number): { deposit: bigint; start: number; end: number } {
    need(shares !== 0, 'NoNodes');
    need(shares <= maxShares, 'TooManyNodes');
    need(rate !== 0n, 'RateZero');
    need(expiresAt > this.#clock.now, 'EndInPast');
    const start = this.#escrow.epoch + 1;
    const end = this.#lastEpoch(start, expiresAt);
    return { deposit: rate * BigInt(shares * (end - start + 1)), start, end };
  }

  /** `value` is the deposit, or one epoch more, which is credited to the sponsor. */
  create(offer: Offer, value: bigint): void {
    need(!this.#policies.has(offer.id), 'PolicyExists');
    const { owner, sponsor, shares, rate, expiresAt } = offer;
    const { deposit, start, end } = this.quote(rate, shares, expiresAt);
    const perEpoch = rate * BigInt(shares);
    need(value === deposit || value === deposit + perEpoch, 'WrongPayment');
    if (value !== deposit) this.credit.give(sponsor, perEpoch);
    const settled = new Map<number, number>();
    const terms = { owner, sponsor, shares, rate, start, end, expiresAt };
    this.#policies.set(offer.id, { ...terms, left: deposit, revoked: false, settled });
  }

  /** With the owner's consent. */
  extend(id: string, sender: string, expiresAt: number, value: bigint): void {
    const its = this.#servable(id);
    need(sender === its.sponsor, 'NotSponsor');
    need(expiresAt > its.expiresAt, 'NotLater');
    const end = Math.max(its.end, this.#lastEpoch(its.start, expiresAt));
    const price = its.rate * BigInt(its.shares * (end - its.end));
    need(value === price, 'WrongPayment');
    its.end = end;
    its.expiresAt = expiresAt;
    its.left += price;
  }

  revoke(id: string, sender: string): void {
    need(sender === this.policy(id).owner, 'NotOwner');
    const its = this.#servable(id);
    const end = Math.min(its.end, Math.max(this.#escrow.epoch, its.start));
    const refund = its.rate * BigInt(its.shares * (its.end - end));
    its.end = end;
    its.left -= refund;
    its.revoked = true;
    its.expiresAt = this.#clock.now;
    this.credit.give(its.sponsor, refund);
  }

  /** What settling share `index`, which `node` serves, would pay now; `epochs` is 0 if there is nothing to settle. */
  due(id: string, index: number, node: string): { paid: bigint; refunded: bigint; through: number; epochs: number } {
    const its = this.policy(id);
    const first = its.start + (its.settled.get(index) ?? 0);
    const last = Math.min(its.end, this.#escrow.epoch - this.#escrow.rules.disputeWindow - 1);
    if (last < first || its.left === 0n) return { paid: 0n, refunded: 0n, through: 0, epochs: 0 };
    const active = this.#escrow.activeEpochs(node, first, last);
    const epochs = last - first + 1;
    return { paid: its.rate * BigInt(active), refunded: its.rate * BigInt(epochs - active), through: last, epochs };
  }

  /** The leaf has been proved: `node` serves share `index`. */
  settle(id: string, index: number, node: string): void {
    const its = this.policy(id);
    const { paid, refunded, epochs } = this.due(id, index, node);
    need(epochs > 0, 'NothingToSettle');
    its.settled.set(index, (its.settled.get(index) ?? 0) + epochs);
    its.left -= paid + refunded;
    this.credit.give(node, paid);
    this.credit.give(its.sponsor, refunded);
  }

  close(id: string): void {
    const its = this.policy(id);
    const last = its.end + this.#escrow.rules.disputeWindow + closeAfter;
    need(its.left !== 0n && this.#escrow.epoch > last, 'NotClosable');
    this.credit.give(its.sponsor, its.left);
    its.left = 0n;
  }

  #servable(id: string): PolicyState {
    const its = this.policy(id);
    need(!its.revoked, 'AlreadyRevoked');
    need(this.#clock.now < its.expiresAt, 'PolicyOver');
    return its;
  }

  #lastEpoch(start: number, expiresAt: number): number {
    const end = Math.floor((expiresAt - 1) / this.#escrow.rules.epochLength);
    need(end - start < maxEpochs, 'DurationTooLong');
    return Math.max(end, start);
  }
}
