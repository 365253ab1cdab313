/**
 * Forgets what no longer matters: nonces that can no longer be valid, early notices that are over, receipts that can no longer
 * be held against the node, leaves that can be neither settled nor challenged any more.
 * Owns: when. Owns not: what may go (the tables know), chunks (node/chunks/collect). Source: protocol.md section 7, step 10.
 */
import { epochAt } from 'dintel/protocol';
import type { Store } from '../store/store.ts';

/** A notice is kept a while past its deadline: it costs nothing, and a re-org may set the chain's clock back. */
const graceSeconds = 3_600;
/** Nonces forgotten in one transaction; the rest comes next time. */
const batch = 1_000;

export interface SweepOptions {
  readonly store: Pick<Store, 'nonces' | 'tombstones' | 'receipts' | 'leaves'>;
  /** Seconds in an epoch, and for how many epochs a receipt can convict. */
  readonly epochLength: number;
  readonly evidenceEpochs: number;
  /** Epochs until an epoch is final. */
  readonly disputeEpochs: number;
  /** Timestamp of the head, seconds; undefined while there is none to trust. */
  readonly chainTime: () => number | undefined;
  /** Own clock, milliseconds. */
  readonly nowMs: () => number;
}

export class Sweep {
  readonly pauseMs = 10_000;
  readonly #options: SweepOptions;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  async tick(): Promise<void> {
    const { store, chainTime, nowMs, epochLength, evidenceEpochs, disputeEpochs } = this.#options;
    const now = Math.floor(nowMs() / 1000);
    while ((await store.nonces.sweep(now)) === batch);
    const time = chainTime();
    if (time === undefined) return;
    await store.tombstones.sweep(time - graceSeconds);
    await store.receipts.sweep(epochAt(time, epochLength) - evidenceEpochs);
    await store.leaves.sweep(epochAt(time, epochLength), disputeEpochs);
  }
}
