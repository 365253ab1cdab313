/**
 * The operator's transactions, one at a time: nothing is sent while an earlier one is still unmined, so that no gap and no
 * double of a nonce can arise whatever the RPC forgets.
 * Owns: that order. Owns not: what is sent (heartbeat, rotation), signing and nonces (lib/chain).
 */
import type { MinedTransaction, SentTransaction } from 'dintel/chain';

/** An earlier transaction is neither mined nor gone. */
export class OutboxBusy extends Error {
  override readonly name = 'OutboxBusy';
  readonly hash: string;

  constructor(hash: string) {
    super(`transaction ${hash} is still pending`);
    this.hash = hash;
  }
}

export class Outbox {
  readonly #patienceMs: number;
  #tail: Promise<unknown> = Promise.resolve();
  #pending: SentTransaction | undefined;

  /** `patienceMs`: how long a caller waits for its transaction to be mined before it hears `OutboxBusy`. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Send and wait until mined. Rejects with `ChainError` of sending or mining, or `OutboxBusy` when it takes too long. */
  send(act: () => Promise<SentTransaction>): Promise<MinedTransaction> {
    const turn = this.#tail.then(() => this.#send(act));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #send(act: () => Promise<SentTransaction>): Promise<MinedTransaction> {
    if (this.#pending !== undefined) await this.#mined(this.#pending).catch(rethrowBusy);
    this.#pending = await act();
    return this.#mined(this.#pending);
  }

  /** Forgets the transaction once its fate is known, whichever it is. */
  async #mined(sent: SentTransaction): Promise<MinedTransaction> {
    const patience = AbortSignal.timeout(this.#patienceMs);
    try {
      const mined = await sent.wait({ signal: patience });
      this.#pending = undefined;
      return mined;
    } catch (error) {
      if (patience.aborted) throw new OutboxBusy(sent.hash);
      this.#pending = undefined;
      throw error;
    }
  }
}

/** The fate of an earlier transaction is not this caller's concern, only that it has one. */
function rethrowBusy(error: unknown): void {
  if (error instanceof OutboxBusy) throw error;
}
