/**
 * What Bob remembers of how quickly nodes answer, so that the next question goes to the quick ones first.
 *
 * Owns: the estimate, the order that follows from it, when to ask one more. Owns not: asking (`quorum.ts`). It lives as long as the
 * Bob that has it and is nobody's business: a node that is slow for one reader need not be for another.
 */
import type { Address } from '../../protocol/hex.ts';

/** Weight of the newest answer. */
const newest = 0.3;
/** What a node is thought to take that did not answer at all. */
const silentMs = 10_000;
/** After so long half of a bad opinion is forgotten: what was down may be up again. */
const halfLifeMs = 60_000;
/** An unknown node is tried before one that is known to be slower than this. */
const hopeMs = 200;
const longestHedgeMs = 300;
const shortestHedgeMs = 50;

interface Opinion {
  readonly ms: number;
  readonly at: number;
}

export class Latencies {
  readonly #opinions = new Map<Address, Opinion>();
  readonly #now: () => number;
  readonly #random: () => number;

  /** `random`: in [0, 1). */
  constructor(now: () => number, random: () => number) {
    this.#now = now;
    this.#random = random;
  }

  /** It answered, after so long. */
  answered(node: Address, ms: number): void {
    const before = this.#opinions.get(node);
    // From a bad opinion it recovers at once: the answer is proof.
    const blend = before && before.ms < silentMs ? before.ms * (1 - newest) + ms * newest : ms;
    this.#opinions.set(node, { ms: blend, at: this.#now() });
  }

  /** It had not answered after so long, when enough others had. */
  waited(node: Address, ms: number): void {
    if (ms > this.expectedMs(node)) this.#opinions.set(node, { ms, at: this.#now() });
  }

  /** It cannot be reached, or answered wrongly. */
  failed(node: Address): void {
    this.#opinions.set(node, { ms: silentMs, at: this.#now() });
  }

  /** Milliseconds that it is thought to take now. */
  expectedMs(node: Address): number {
    const opinion = this.#opinions.get(node);
    if (!opinion) return hopeMs;
    if (opinion.ms <= hopeMs) return opinion.ms;
    return hopeMs + (opinion.ms - hopeMs) * 0.5 ** ((this.#now() - opinion.at) / halfLifeMs);
  }

  /** Quick ones first; those that are about alike in no order that anybody chose, so that load spreads. */
  order<T>(items: readonly T[], nodeOf: (item: T) => Address): T[] {
    return items
      .map((item) => ({ item, key: this.expectedMs(nodeOf(item)) * (1 + this.#random()) }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  }

  /**
   * Milliseconds after which one more is asked: three times what the slowest of the first `need` should take, since then one of them
   * is not as it was; 300 as long as nothing is known of one of them.
   */
  hedgeMs(nodes: readonly Address[], need: number): number {
    const known = nodes.slice(0, need).map((node) => this.#opinions.get(node)?.ms);
    if (known.length === 0 || known.some((ms) => ms === undefined)) return longestHedgeMs;
    return Math.min(longestHedgeMs, Math.max(shortestHedgeMs, 3 * Math.max(...known.map((ms) => ms ?? 0))));
  }
}

/** Uniform in [0, 1). */
export function random(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32;
}
