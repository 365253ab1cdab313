/**
 * Grants to several Bobs, paid by one transaction. Each goes its own way through `grantMachine.ts`; here they meet to pay, take
 * turns at the nodes, and hand over their files one after another, so that what the first has uploaded the others find there.
 *
 * Owns: who is waited for, and what happens to the others when one is late or refused. Owns not: the payment (`pay.ts`).
 * Source: protocol.md section 5.2 (createPolicies).
 */
import { ChainError } from '../../chain/errors.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { limiter } from '../clock.ts';
import { hasStalePromise, StalePromises } from './grantMachine.ts';
import type { GrantRecord } from './grantRecord.ts';

/** Questions for a promise under way at once: each costs a node a few milliseconds of curve work. */
const asksAtOnce = 10;

export interface BatchOptions {
  readonly currentEpoch: () => Promise<number>;
  /** One transaction for all of these. */
  readonly pay: (records: readonly GrantRecord[]) => Promise<Hex>;
}

interface Waiting {
  readonly record: GrantRecord;
  resolve(hash: Hex): void;
  reject(error: unknown): void;
}

/** In memory only: after a reload those of its grants that are resumed together meet again in a new one. */
export class Batch {
  readonly asking = limiter(asksAtOnce);
  readonly publishing = limiter(1);
  readonly #options: BatchOptions;
  readonly #under = new Set<Hex>();
  readonly #waiting = new Map<Hex, Waiting>();

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** From now on the others wait for this one. */
  enter(policyId: Hex): void {
    this.#under.add(policyId);
  }

  /** It has ended, well or not: nobody waits for it any more. */
  leave(policyId: Hex): void {
    this.#under.delete(policyId);
    this.#look();
  }

  /**
   * Resolves with the hash of the transaction that pays this policy, once all that have entered are ready or gone. Throws
   * StalePromises if that took too long for this one, ABORTED, `ChainError`.
   */
  async pay(record: GrantRecord, signal: AbortSignal | undefined): Promise<Hex> {
    const aborted = () => new ProtocolError('ABORTED', { cause: signal?.reason });
    if (signal?.aborted) throw aborted();
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<Hex>((resolve, reject) => {
        onAbort = () => {
          // Once it is being paid there is nothing to call back: its hash must be written down.
          if (this.#waiting.delete(record.policyId)) reject(aborted());
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        this.#waiting.set(record.policyId, { record, resolve, reject });
        this.#look();
      });
    } finally {
      if (onAbort) signal?.removeEventListener('abort', onAbort);
      // Paid or refused, it has met the others; they need not wait for its way to the nodes.
      this.#under.delete(record.policyId);
      this.#look();
    }
  }

  #look(): void {
    if (this.#waiting.size === 0 || [...this.#under].some((policyId) => !this.#waiting.has(policyId))) return;
    const ready = [...this.#waiting.values()];
    this.#waiting.clear();
    void this.#payAll(ready);
  }

  async #payAll(ready: readonly Waiting[]): Promise<void> {
    let fresh = ready;
    try {
      const epoch = await this.#options.currentEpoch();
      const stale = ready.filter(({ record }) => hasStalePromise(record, epoch));
      for (const { reject } of stale) reject(new StalePromises());
      fresh = ready.filter((one) => !stale.includes(one));
      if (fresh.length === 0) return;
      const hash = await this.#options.pay(fresh.map(({ record }) => record));
      for (const { resolve } of fresh) resolve(hash);
    } catch (error) {
      if (fresh.length > 1 && error instanceof ChainError && error.code === 'chain.reverted')
        return this.#payEach(fresh);
      for (const { reject } of fresh) reject(error);
    }
  }

  /** The contract refuses them together: each by itself, so that one bad policy is the end of no other. */
  async #payEach(waiting: readonly Waiting[]): Promise<void> {
    for (const { record, resolve, reject } of waiting) await this.#options.pay([record]).then(resolve, reject);
  }
}
