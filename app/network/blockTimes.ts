/**
 * When blocks were mined. A log names its block's number only, and one question per block is too much for a long history: a few
 * hundred blocks are asked for, and what lies between them is interpolated.
 *
 * Owns: the samples. Owns not: which blocks matter (`chainFacts.ts`).
 */
import type { ChainReader } from 'dintel/chain';

/** How many blocks one call asks for at most, and how many at a time. */
const most = { blocks: 256, atOnce: 16 } as const;

/** Times of blocks, remembered. */
export class BlockTimes {
  readonly #reader: Pick<ChainReader, 'block'>;
  readonly #known = new Map<bigint, number>();

  constructor(reader: Pick<ChainReader, 'block'>) {
    this.#reader = reader;
  }

  /** Forgets all: after a re-organisation. */
  clear(): void {
    this.#known.clear();
  }

  /** Asks for blocks not known yet; if there are too many, for ones evenly spread among them, the ends included. Throws `ChainError`. */
  async learn(blocks: Iterable<bigint>): Promise<void> {
    const missing = [...new Set(blocks)].filter((block) => !this.#known.has(block)).sort((a, b) => (a < b ? -1 : 1));
    const asked = spread(missing, most.blocks);
    for (let at = 0; at < asked.length; at += most.atOnce) {
      await Promise.all(
        asked.slice(at, at + most.atOnce).map(async (number) => {
          const block = await this.#reader.block(number);
          if (block !== undefined) this.#known.set(number, Number(block.timestamp));
        }),
      );
    }
  }

  /** Seconds since 1970, whole; between two known blocks by their distance, beyond the last the last. */
  of(block: bigint): number {
    const exact = this.#known.get(block);
    if (exact !== undefined) return exact;
    let below: bigint | undefined;
    let above: bigint | undefined;
    for (const known of this.#known.keys()) {
      if (known < block && (below === undefined || known > below)) below = known;
      if (known > block && (above === undefined || known < above)) above = known;
    }
    const before = below === undefined ? undefined : (this.#known.get(below) as number);
    const after = above === undefined ? undefined : (this.#known.get(above) as number);
    if (before === undefined || after === undefined || below === undefined || above === undefined) {
      return before ?? after ?? 0;
    }
    return Math.round(before + ((after - before) * Number(block - below)) / Number(above - below));
  }
}

/** At most `count` of a list, evenly spread, the first and the last among them. */
function spread<T>(list: readonly T[], count: number): readonly T[] {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, i) => list[Math.round((i * (list.length - 1)) / (count - 1))] as T);
}
