/**
 * The operator's transactions, one at a time: nothing is sent while an earlier one is still unmined, so that no gap and no
 * double of a nonce can arise whatever the RPC forgets. One that nobody mines is offered again for a higher fee, in its own place.
 * Owns: that order, and when more is offered. Owns not: what is sent (heartbeat, rotation), signing, nonces and fees (lib/chain).
 */
import { ChainError, type MinedTransaction, type SentTransaction } from 'dintel/chain';

/** An earlier transaction is neither mined nor gone. */
export class OutboxBusy extends Error {
  override readonly name = 'OutboxBusy';
  readonly hash: string;

  constructor(hash: string) {
    super(`transaction ${hash} is still pending`);
    this.hash = hash;
  }
}

/** How often more is offered for one act: after ten times an eighth it is three times the first fee, or what the market asks. */
const maxRaises = 10;

export class Outbox {
  readonly #patienceMs: number;
  readonly #raiseAfterMs: number;
  #tail: Promise<unknown> = Promise.resolve();
  /** One act under one nonce: as it was sent first, and for higher fees since. Empty: nothing is under way. */
  #pending: SentTransaction[] = [];
  #offeredMs = 0;

  /**
   * `patienceMs`: how long a caller waits for its transaction to be mined before it hears `OutboxBusy`; `raiseAfterMs`: how long an
   * offer stands before a higher one takes its place.
   */
  constructor(patienceMs: number, raiseAfterMs = 60_000) {
    this.#patienceMs = patienceMs;
    this.#raiseAfterMs = raiseAfterMs;
  }

  /** Send and wait until mined. Rejects with `ChainError` of sending or mining, or `OutboxBusy` when it takes too long. */
  send(act: () => Promise<SentTransaction>): Promise<MinedTransaction> {
    const turn = this.#tail.then(() => this.#send(act));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #send(act: () => Promise<SentTransaction>): Promise<MinedTransaction> {
    if (this.#pending.length > 0) await this.#mined().catch(rethrowBusy);
    this.#pending = [await act()];
    this.#offeredMs = performance.now();
    return this.#mined();
  }

  /** Forgets the transaction once its fate is known, whichever it is. */
  async #mined(): Promise<MinedTransaction> {
    const patience = AbortSignal.timeout(this.#patienceMs);
    for (;;) {
      const restMs = this.#offeredMs + this.#raiseAfterMs - performance.now();
      const offer = AbortSignal.any([patience, AbortSignal.timeout(Math.max(0, Math.ceil(restMs)))]);
      try {
        const mined = await fateOf(this.#pending, offer);
        this.#pending = [];
        return mined;
      } catch (error) {
        if (!offer.aborted) {
          this.#pending = [];
          throw error;
        }
        if (patience.aborted) throw new OutboxBusy((this.#pending.at(-1) as SentTransaction).hash);
        await this.#raise();
      }
    }
  }

  /** Best effort: what cannot be raised now (mined at this moment, no funds, no RPC) is waited for as it is. */
  async #raise(): Promise<void> {
    this.#offeredMs = performance.now();
    if (this.#pending.length > maxRaises) return;
    const next = await this.#pending
      .at(-1)
      ?.replace?.()
      .catch(() => undefined);
    if (next) this.#pending.push(next);
  }
}

/**
 * How the act ended under any of its offers. Rejects with a refusal of the contract, with `chain.dropped` when none of them is known any
 * more, and when the signal aborts.
 */
function fateOf(offers: readonly SentTransaction[], signal: AbortSignal): Promise<MinedTransaction> {
  // Whoever of them has ended stops the others.
  const over = new AbortController();
  const wait = { signal: AbortSignal.any([signal, over.signal]) };
  let left = offers.length;
  return new Promise<MinedTransaction>((resolve, reject) => {
    for (const offer of offers) {
      offer.wait(wait).then(resolve, (error: unknown) => {
        left -= 1;
        // One that was replaced is dropped, and says nothing of the other.
        if (left === 0 || !(error instanceof ChainError) || error.code !== 'chain.dropped') reject(error);
      });
    }
  }).finally(() => over.abort());
}

/** The fate of an earlier transaction is not this caller's concern, only that it has one. */
function rethrowBusy(error: unknown): void {
  if (error instanceof OutboxBusy) throw error;
}
