/**
 * Settles the node's leaves: epochs that have become final turn into credit of the stake wallet, which `ursula withdraw` takes.
 * Owns: when a settlement is worth its gas, and its batches. Owns not: what is due (store/leaves by the index, PolicyManager for
 * sure), order of transactions (outbox), the credit.
 * Source: protocol.md section 5.2: anyone may settle, for `CLAIM_WINDOW` epochs after the policy's end surely, later until closed.
 */
import { type Chain, type Hex, isRevert, type PolicyManager } from 'dintel/chain';
import { epochAt, type Leaf } from 'dintel/protocol';
import type { DueLeaf, StoredLeaves } from '../store/leaves.ts';
import type { Outbox } from './outbox.ts';

/** Leaves in one transaction. */
const batchSize = 10;
/** What a settlement must earn, in multiples of its gas, unless told otherwise. */
const defaultSettleFactor = 3;

export interface FeesOptions {
  /** Connected as the operator, who pays the gas. */
  readonly policies: PolicyManager<Chain>;
  readonly leaves: Pick<StoredLeaves, 'due' | 'settled'>;
  readonly outbox: Outbox;
  /** Seconds. */
  readonly epochLength: number;
  readonly disputeEpochs: number;
  /** A running policy is settled when that pays this many times the gas; one that is over, when it pays the gas. Default 3. */
  readonly factor?: number;
  /** Timestamp of the head, seconds; undefined while there is none to trust. */
  readonly chainTime: () => number | undefined;
}

export interface FeesState {
  /** At most this much is final and not settled: what it is if the node was awake all the time. */
  readonly unsettledWei: bigint;
  /** Settled for the stake wallet since the process began, and the gas that it cost. */
  readonly settledWei: bigint;
  readonly spentWei: bigint;
  readonly settledLeaves: number;
  readonly lastTransaction: Hex | undefined;
  readonly lastError: string | undefined;
}

/** A due leaf and what the contract would pay for it now. */
interface Priced extends DueLeaf {
  readonly paid: bigint;
}

export class Fees {
  readonly #options: FeesOptions;
  #state: FeesState = {
    unsettledWei: 0n,
    settledWei: 0n,
    spentWei: 0n,
    settledLeaves: 0,
    lastTransaction: undefined,
    lastError: undefined,
  };

  constructor(options: FeesOptions) {
    this.#options = options;
  }

  get state(): FeesState {
    return this.#state;
  }

  /** Twice an epoch, at least once an hour. */
  get pauseMs(): number {
    return Math.min(3_600_000, (this.#options.epochLength * 1000) / 2);
  }

  /** Look, and settle what is worth it or ends. Never throws; what went wrong is in `state`. */
  async tick(): Promise<void> {
    const { leaves, epochLength, disputeEpochs, chainTime, factor = defaultSettleFactor } = this.#options;
    const time = chainTime();
    if (time === undefined) return;
    this.#state = { ...this.#state, lastError: undefined };
    try {
      const due = leaves.due(epochAt(time, epochLength), disputeEpochs);
      this.#state = { ...this.#state, unsettledWei: due.reduce((sum, one) => sum + mostOf(one), 0n) };
      for (const batch of batches(due.filter(isOver))) await this.#settle(batch, Math.min(1, factor));
      const running = due.filter((one) => !isOver(one)).sort((a, b) => (mostOf(a) < mostOf(b) ? 1 : -1));
      // Dearest first: when one of a batch is not worth its gas, those after it are not.
      for (const batch of batches(running)) if (!(await this.#settle(batch, factor))) return;
    } catch (error) {
      this.#note(error);
    }
  }

  /** Settles what pays `factor` times its share of the gas: whether that was all of the batch. */
  async #settle(batch: readonly DueLeaf[], factor: number): Promise<boolean> {
    const priced: Priced[] = [];
    for (const one of batch) {
      const paid = await this.#price(one);
      if (paid > 0n) priced.push({ ...one, paid });
    }
    if (priced.length === 0) return true;
    const { policies } = this.#options;
    try {
      const request = policies.request('settleMany', [settlementsOf(priced)]);
      const { gas, gasPriceWei } = await policies.chain.estimate(request);
      const shareWei = (gas * gasPriceWei) / BigInt(priced.length);
      const worth = priced.filter(({ paid }) => isWorth(paid, shareWei, factor));
      if (worth.length > 0) await this.#send(worth);
      return worth.length === priced.length;
    } catch (error) {
      if (!isRevert(error)) throw error;
      this.#note(error);
      // One that the contract refuses (of a policy that was made anew after a re-org) must not hold the others.
      if (batch.length > 1) for (const one of priced) await this.#settle([one], factor);
      return false;
    }
  }

  /** What the contract would pay to the node now; notes what the chain says is settled already. Units: wei. */
  async #price({ policyId, hash, leaf, first, last, end }: DueLeaf): Promise<bigint> {
    const { policies, leaves } = this.#options;
    const { paid, through } = await policies.previewSettle(policyId, leaf);
    // The node slept through all of it: final epochs do not change, and nobody's gas makes them pay.
    if (through === end && last === end && paid === 0n) await leaves.settled(policyId, hash, end);
    else if (through === 0) {
      // Settled by someone, or by us. Believed of the finalized chain alone: what a re-org took back is owed again.
      const policy = await policies.policy(policyId, { at: 'finalized' });
      if (policy === undefined) return 0n;
      const epochs = Number(await policies.settledEpochs(policyId, leaf.index, { at: 'finalized' }));
      const known = policy.left === 0n ? last : policy.start + epochs - 1;
      if (known >= first) await leaves.settled(policyId, hash, known);
    }
    return paid;
  }

  async #send(priced: readonly Priced[]): Promise<void> {
    const { policies, outbox } = this.#options;
    const mined = await outbox.send(() => policies.settleMany(settlementsOf(priced)));
    const { settledWei, settledLeaves, spentWei, unsettledWei } = this.#state;
    this.#state = {
      ...this.#state,
      unsettledWei: unsettledWei - priced.reduce((sum, one) => sum + mostOf(one), 0n),
      settledWei: settledWei + priced.reduce((sum, { paid }) => sum + paid, 0n),
      spentWei: spentWei + mined.feeWei,
      settledLeaves: settledLeaves + priced.length,
      lastTransaction: mined.hash,
    };
  }

  #note(error: unknown): void {
    this.#state = { ...this.#state, lastError: error instanceof Error ? error.message : 'unknown' };
  }
}

/** Does it pay enough for its share of the gas? In hundredths, since a factor need not be whole. */
const isWorth = (paidWei: bigint, gasWei: bigint, factor: number): boolean =>
  paidWei * 100n >= gasWei * BigInt(Math.round(factor * 100));

/** Every billed epoch is final: what is not settled now, may go back to the sponsor. */
const isOver = ({ last, end }: DueLeaf): boolean => last === end;

/** If the node was awake in every epoch. */
const mostOf = ({ rate, first, last }: DueLeaf): bigint => rate * BigInt(last - first + 1);

function* batches(due: readonly DueLeaf[]): Generator<readonly DueLeaf[]> {
  for (let at = 0; at < due.length; at += batchSize) yield due.slice(at, at + batchSize);
}

function settlementsOf(due: readonly DueLeaf[]): { policyId: Hex; leaf: Leaf; proof: readonly Hex[] }[] {
  return due.map(({ policyId, leaf, proof }) => ({ policyId, leaf, proof }));
}
