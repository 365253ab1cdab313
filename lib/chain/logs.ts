/**
 * Searching logs over any distance, on RPCs that allow only so many blocks at once.
 *
 * Owns: cutting a range to what the RPC takes, growing again after success. Owns not: cursors and re-orgs (the node's
 * watcher, `registry.ts`).
 */
import type { Abi, Address, ChainLog, ChainReader } from './chain.ts';
import { ChainError } from './errors.ts';

/** One answered piece of a search. */
export interface LogPage {
  readonly fromBlock: bigint;
  readonly toBlock: bigint;
  readonly logs: readonly ChainLog[];
}

/**
 * Pages of logs of several contracts in order, from `fromBlock` to `toBlock` inclusive; pages without logs come too, so
 * that a cursor can follow. Units: `maxBlocks` per query, at first and at most (default 50,000; halved when the RPC
 * refuses, doubled again after success). Throws `ChainError`: `chain.range` only if one block alone is refused,
 * `chain.aborted`.
 */
export async function* searchLogs(
  reader: ChainReader,
  query: {
    readonly addresses: readonly Address[];
    readonly abi: Abi;
    readonly event?: string;
    readonly indexed?: Readonly<Record<string, unknown>>;
    readonly fromBlock: bigint;
    readonly toBlock: bigint;
    readonly maxBlocks?: bigint;
    readonly signal?: AbortSignal;
  },
): AsyncGenerator<LogPage, void, void> {
  const { addresses, abi, event, indexed, toBlock, maxBlocks = 50_000n, signal } = query;
  let { fromBlock } = query;
  let span = maxBlocks;
  while (fromBlock <= toBlock) {
    if (signal?.aborted) throw new ChainError('chain.aborted', 'The search of the chain was cancelled.');
    const last = fromBlock + span - 1n < toBlock ? fromBlock + span - 1n : toBlock;
    let logs: ChainLog[];
    try {
      logs = await reader.logs({
        addresses,
        abi,
        ...(event !== undefined && { event }),
        ...(indexed !== undefined && { indexed }),
        range: { fromBlock, toBlock: last },
      });
    } catch (error) {
      const tooMuch = error instanceof ChainError && (error.code === 'chain.range' || error.code === 'chain.timeout');
      if (!tooMuch || last === fromBlock) throw error;
      // Half of what was really asked: the end of the range may have cut it below `span` already.
      span = (last - fromBlock + 1n) / 2n;
      continue;
    }
    yield { fromBlock, toBlock: last, logs };
    fromBlock = last + 1n;
    span = span * 2n < maxBlocks ? span * 2n : maxBlocks;
  }
}
