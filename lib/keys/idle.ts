/**
 * Notices that nobody has used something for a while. Owns: the timer. A machine that slept has timers that slept too, so `expired`
 * looks at the clock as well.
 */

/** Time, replaceable in tests. Units: milliseconds. `later` gives what calls it off. */
export interface IdleClock {
  now(): number;
  later(ms: number, act: () => void): () => void;
}

export const systemIdleClock: IdleClock = {
  now: () => Date.now(),
  later: (ms, act) => {
    const timer: unknown = setTimeout(act, ms);
    // In Node an idle timer alone must not keep a finished program alive.
    if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref();
    return () => clearTimeout(timer as number);
  },
};

export class IdleTimer {
  readonly #idleMs: number;
  readonly #act: () => void;
  readonly #clock: IdleClock;
  #lastMs = 0;
  #cancel: (() => void) | undefined;

  constructor(idleMs: number, act: () => void, clock: IdleClock) {
    this.#idleMs = idleMs;
    this.#act = act;
    this.#clock = clock;
  }

  /** Starts, or starts anew. */
  touch(): void {
    this.#lastMs = this.#clock.now();
    this.#cancel ??= this.#arm(this.#idleMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  get expired(): boolean {
    return this.#clock.now() - this.#lastMs >= this.#idleMs;
  }

  /** One timer for many touches: when it rings it sees how much of the time is left. */
  #arm(ms: number): () => void {
    return this.#clock.later(ms, () => {
      const left = this.#lastMs + this.#idleMs - this.#clock.now();
      this.#cancel = left > 0 ? this.#arm(left) : undefined;
      if (left <= 0) this.#act();
    });
  }
}
