/**
 * Token buckets: how often a key may ask. Owns the arithmetic and a bounded table of keys; owns not what a key is (an
 * address, a reader, all together) nor the time, which is passed in.
 * Source: protocol.md section 7 (token buckets per address, per reader, in total).
 */

/** `burst` tokens at most, `perSecond` refilled. */
export interface BucketLimits {
  readonly burst: number;
  readonly perSecond: number;
}

interface Level {
  tokens: number;
  atMs: number;
}

/**
 * One bucket per key. A key that has been quiet long enough to be full again costs no memory: full buckets are dropped
 * first, and when `maxKeys` keys are all in use the least recently used one is (it starts full again, so an attacker
 * with many keys gains no more than those keys are worth, and the total bucket still holds).
 */
export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #maxKeys: number;
  /** In order of last use: Map keeps insertion order and a touched key is put back at the end. */
  readonly #levels = new Map<string, Level>();

  constructor(limits: BucketLimits, maxKeys = 10_000) {
    this.#limits = limits;
    this.#maxKeys = maxKeys;
  }

  /** Take `cost` tokens of `key`. Returns 0 if taken, else the whole seconds (at least 1) until it would be; takes nothing then. */
  take(key: string, nowMs: number, cost = 1): number {
    const { burst, perSecond } = this.#limits;
    const level = this.#levels.get(key) ?? { tokens: burst, atMs: nowMs };
    // A clock that went backwards refills nothing and forgives nothing.
    const elapsedMs = Math.max(0, nowMs - level.atMs);
    const tokens = Math.min(burst, level.tokens + (elapsedMs / 1000) * perSecond);
    const taken = tokens >= cost;
    this.#levels.delete(key);
    this.#levels.set(key, { tokens: taken ? tokens - cost : tokens, atMs: nowMs });
    if (this.#levels.size > this.#maxKeys) this.#forget(nowMs);
    return taken ? 0 : Math.max(1, Math.ceil((Math.min(cost, burst) - tokens) / perSecond));
  }

  /** Number of keys held now. */
  get size(): number {
    return this.#levels.size;
  }

  /** The oldest keys go: all that have refilled, and at least one. */
  #forget(nowMs: number): void {
    const fullAfterMs = (this.#limits.burst / this.#limits.perSecond) * 1000;
    let first = true;
    for (const [key, level] of this.#levels) {
      if (!first && nowMs - level.atMs < fullAfterMs) return;
      this.#levels.delete(key);
      first = false;
    }
  }
}
