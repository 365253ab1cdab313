/**
 * What the watcher tells: `block`, `finalize`, `reorg`, and nothing else. Owns: the shapes, and which contracts are watched.
 */
import type { Abi, Address, Block, ChainLog, ChainReader, Hex } from 'dintel/chain';

/** A block as its successor knows it. */
export interface BlockRef {
  readonly number: bigint;
  readonly hash: Hex;
}

/**
 * The chain went on to `block`; `logs` are all logs of our contracts in [from, block.number], in chain order.
 * `from === block.number`: one block at the tip, whose fold must be undoable. Otherwise a stretch of history that lies deeper
 * than the window. `times`: timestamps in seconds of the blocks whose logs need one (see `Watched.timedEvents`).
 */
export interface BlockEvent {
  readonly type: 'block';
  readonly from: bigint;
  readonly block: Block;
  readonly logs: readonly ChainLog[];
  readonly times: ReadonlyMap<bigint, bigint>;
}

/** The chain promises that this block stays. What counts money waits for it. */
interface FinalizeEvent {
  readonly type: 'finalize';
  readonly block: BlockRef;
}

/** Everything after `ancestor` is gone; undefined: no block that we remember is left, so all of it. */
export interface ReorgEvent {
  readonly type: 'reorg';
  readonly ancestor: BlockRef | undefined;
}

export type ChainEvent = BlockEvent | FinalizeEvent | ReorgEvent;

/** The part of a chain that is followed. */
export type BlockReader = Pick<ChainReader, 'chainId' | 'block' | 'logs'>;

/** What to look at. */
export interface Watched {
  readonly chainId: number;
  readonly addresses: readonly Address[];
  /** Events of all those contracts together. */
  readonly abi: Abi;
  /** First block that can hold an event of ours. */
  readonly deployedBlock: bigint;
  /** Events whose fold needs the time of their block. */
  readonly timedEvents: readonly string[];
}

/** What has been folded so far; the watcher keeps no memory of its own. */
export interface KnownChain {
  cursor(): BlockRef | undefined;
  /** Blocks that can still be undone to, newest first, the cursor included. */
  recentBlocks(): readonly BlockRef[];
  finalized(): bigint | undefined;
}
