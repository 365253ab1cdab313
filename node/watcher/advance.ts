/**
 * One pass from what is folded to the head of the chain, as a stream of events that the caller folds one by one.
 * Owns: finding the ancestor of a re-org, reading history in ranges and the tip block by block, and refusing answers that
 * contradict each other. Owns not: retries, timers, which RPC (watcher). Source: research/reliability.md T-W01 to T-W04.
 *
 * Trust in an RPC goes no further than its own consistency: logs of the tip are asked by block hash and must carry that hash;
 * each block must name the one before it as parent; a stretch of history counts only if both its ends were the same
 * before and after. Otherwise `InconsistentChain` is thrown, nothing is folded, and another pass finds out.
 */
import type { Block, ChainLog } from 'dintel/chain';
import { ChainError } from 'dintel/chain';
import type { BlockEvent, BlockReader, BlockRef, ChainEvent, KnownChain, Watched } from './chainEvent.ts';

/** The RPC said two things that cannot both be true, or changed its mind half-way (a re-org while we read). */
export class InconsistentChain extends Error {
  override readonly name = 'InconsistentChain';
}

export interface AdvanceOptions {
  /** Blocks at the tip that are read one by one and can be undone. */
  readonly window: number;
  /** Blocks per request on history, to begin with; halved when refused, doubled when accepted, at most `maxRange`. */
  readonly range: RangeSize;
  /** Finality where the RPC knows no `finalized` tag: this many blocks below the head. */
  readonly assumedFinality: number;
}

/** The size of ranges that this RPC accepts, as learnt so far. */
export interface RangeSize {
  current: number;
  readonly max: number;
}

/** Ends when everything up to the head that the RPC named first has been yielded; returns that head. */
export async function* advance(
  reader: BlockReader,
  watched: Watched,
  known: KnownChain,
  options: AdvanceOptions,
): AsyncGenerator<ChainEvent, Block, undefined> {
  const head = await existing(reader, 'latest');
  let cursor = known.cursor();
  if (cursor !== undefined && head.hash !== cursor.hash && head.parentHash !== cursor.hash) {
    const behind = head.number < cursor.number && known.recentBlocks().some((block) => block.hash === head.hash);
    if (behind) return head; // a replica that lags on our own branch: no news, and no reason to forget what we know
    if (head.number < cursor.number || (await hashAt(reader, cursor.number)) !== cursor.hash) {
      const ancestor = await commonAncestor(reader, known, head.number);
      yield { type: 'reorg', ancestor };
      cursor = ancestor;
    }
  }
  const tip = head.number - BigInt(options.window);
  while (cursor === undefined || cursor.number < head.number) {
    const from: bigint = cursor === undefined ? watched.deployedBlock : cursor.number + 1n;
    if (from > head.number) return head; // the deployment is still to come on this chain
    const event: BlockEvent =
      from <= tip
        ? await stretch(reader, watched, cursor, from, tip, options.range)
        : await single(reader, watched, cursor, from === head.number ? head : await existing(reader, from));
    yield event;
    cursor = { number: event.block.number, hash: event.block.hash };
  }
  const finalized = await finalizedBlock(reader, head, options.assumedFinality);
  if (finalized !== undefined && finalized.number > (known.finalized() ?? -1n)) {
    const ours = known.recentBlocks().find((block) => block.number === finalized.number);
    if (ours !== undefined && ours.hash !== finalized.hash)
      throw new InconsistentChain('finalized block is not of our branch');
    yield { type: 'finalize', block: { number: finalized.number, hash: finalized.hash } };
  }
  return head;
}

async function existing(reader: BlockReader, at: 'latest' | bigint): Promise<Block> {
  const block = await reader.block(at);
  if (block === undefined) throw new InconsistentChain(`the chain has no block ${at} that it spoke of`);
  if (typeof at === 'bigint' && block.number !== at) {
    throw new InconsistentChain(`asked for block ${at}, got ${block.number}`);
  }
  return block;
}

async function hashAt(reader: BlockReader, number: bigint): Promise<string | undefined> {
  return (await reader.block(number))?.hash;
}

/** The newest block that we and the chain share. A re-org is short nearly always, so walking down one by one is cheapest. */
async function commonAncestor(
  reader: BlockReader,
  known: KnownChain,
  headNumber: bigint,
): Promise<BlockRef | undefined> {
  for (const block of known.recentBlocks()) {
    if (block.number <= headNumber && (await hashAt(reader, block.number)) === block.hash) return block;
  }
  return undefined;
}

/** One block at the tip. */
async function single(
  reader: BlockReader,
  watched: Watched,
  cursor: BlockRef | undefined,
  block: Block,
): Promise<BlockEvent> {
  if (cursor !== undefined && (await parentOf(reader, block, cursor)) !== cursor.hash) {
    throw new InconsistentChain(`block ${block.number} does not follow on block ${cursor.number}`);
  }
  const { addresses, abi } = watched;
  const logs = await reader.logs({ addresses, abi, range: { blockHash: block.hash } });
  for (const log of logs) {
    if (log.blockHash !== block.hash) throw new InconsistentChain(`a log of block ${block.number} names another block`);
  }
  const times = new Map([[block.number, block.timestamp]]);
  return { type: 'block', from: block.number, block, logs: inOrder(logs, watched, block.number, block.number), times };
}

/** Hardhat's `hardhat_mine` names no parent for blocks that it makes in bulk; then the place before has to do. */
async function parentOf(reader: BlockReader, block: Block, cursor: BlockRef): Promise<string | undefined> {
  return /^0x0*$/.test(block.parentHash) ? hashAt(reader, cursor.number) : block.parentHash;
}

/** As much history as the RPC hands out at once, from `from` towards `last`. */
async function stretch(
  reader: BlockReader,
  watched: Watched,
  cursor: BlockRef | undefined,
  from: bigint,
  last: bigint,
  range: RangeSize,
): Promise<BlockEvent> {
  for (;;) {
    const wanted = from + BigInt(range.current) - 1n;
    const to = wanted < last ? wanted : last;
    const block = await existing(reader, to);
    let logs: ChainLog[];
    try {
      logs = await reader.logs({
        addresses: watched.addresses,
        abi: watched.abi,
        range: { fromBlock: from, toBlock: to },
      });
    } catch (error) {
      if (!(error instanceof ChainError) || error.code !== 'chain.range' || range.current === 1) throw error;
      range.current = Math.max(1, Math.floor(range.current / 2));
      continue;
    }
    range.current = Math.min(range.max, range.current * 2);
    const times = await timesOf(reader, watched, logs);
    if ((await hashAt(reader, to)) !== block.hash) throw new InconsistentChain(`block ${to} changed while it was read`);
    if (cursor !== undefined && (await hashAt(reader, cursor.number)) !== cursor.hash) {
      throw new InconsistentChain(`block ${cursor.number} changed while its successors were read`);
    }
    return { type: 'block', from, block, logs: inOrder(logs, watched, from, to), times };
  }
}

/** Timestamps where a fold needs them; each also proves that its log is of the branch we are on. */
async function timesOf(reader: BlockReader, watched: Watched, logs: readonly ChainLog[]): Promise<Map<bigint, bigint>> {
  const times = new Map<bigint, bigint>();
  for (const log of logs) {
    if (times.has(log.blockNumber) || !watched.timedEvents.includes(log.event)) continue;
    const block = await existing(reader, log.blockNumber);
    if (block.hash !== log.blockHash) throw new InconsistentChain(`a log of block ${block.number} names another block`);
    times.set(block.number, block.timestamp);
  }
  return times;
}

function inOrder(logs: readonly ChainLog[], watched: Watched, from: bigint, to: bigint): ChainLog[] {
  const ours = new Set(watched.addresses.map((address) => address.toLowerCase()));
  const sorted = [...logs].sort((a, b) =>
    a.blockNumber === b.blockNumber ? a.logIndex - b.logIndex : a.blockNumber < b.blockNumber ? -1 : 1,
  );
  sorted.forEach((log, place) => {
    const before = sorted[place - 1];
    if (before !== undefined && before.blockNumber === log.blockNumber && before.logIndex === log.logIndex) {
      throw new InconsistentChain(`log ${log.logIndex} of block ${log.blockNumber} came twice`);
    }
    if (log.blockNumber < from || log.blockNumber > to || !ours.has(log.address.toLowerCase())) {
      throw new InconsistentChain(`a log that was not asked for, in block ${log.blockNumber}`);
    }
  });
  return sorted;
}

async function finalizedBlock(reader: BlockReader, head: Block, assumed: number): Promise<Block | undefined> {
  try {
    const block = await reader.block('finalized');
    if (block !== undefined) return block.number <= head.number ? block : head;
  } catch (error) {
    if (error instanceof ChainError && error.retryable) throw error;
    // An RPC without the tag; fall through.
  }
  const number = head.number - BigInt(assumed);
  return number < 0n ? undefined : reader.block(number);
}
