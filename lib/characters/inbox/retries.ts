/**
 * When an entry without a manifest is looked at again: rarer and rarer, and no more once it has ended. Owns: that count, by readings of
 * this process and without a clock. Owns not: which entries there are (`inbox.ts`), what they are (`judge.ts`).
 *
 * Without it whoever writes to Bob, at the price of a wei, would have every reading of his ask the chain and fetch, for ever.
 */
import type { Hex } from '../../protocol/hex.ts';
import type { InboxItem } from './judge.ts';

/** Failures after which an entry begins to wait; readings that it waits at most (an hour, at one in ten seconds). */
const patience = 3;
const maxReadings = 360;

export class Retries {
  readonly #entries = new Map<Hex, { readonly failures: number; left: number; readonly isRequest: boolean }>();

  /** Whether it is an entry's turn; each time counts as a reading. */
  isDue(policyId: Hex): boolean {
    const entry = this.#entries.get(policyId);
    return entry === undefined || entry.left-- <= 0;
  }

  /** Whether it was judged to be nobody's whom I know. */
  isRequest(policyId: Hex): boolean {
    return this.#entries.get(policyId)?.isRequest ?? false;
  }

  /** What became of it this time. */
  note({ policyId, state, manifest, isRequest }: InboxItem): void {
    if (manifest) {
      this.#entries.delete(policyId);
      return;
    }
    const failures = (this.#entries.get(policyId)?.failures ?? 0) + 1;
    const waits = Math.min(2 ** Math.max(0, failures - patience) - 1, maxReadings);
    this.#entries.set(policyId, { failures, left: state === 'live' ? waits : Number.POSITIVE_INFINITY, isRequest });
  }
}
