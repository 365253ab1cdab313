import { ChainError, type ChainLog, type ChainReader, type LogQuery, searchLogs } from 'dintel/chain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** An RPC that refuses more than `limit` blocks at once and holds one log in each block. */
function limited(limit: bigint): { reader: ChainReader; asked: bigint[] } {
  const asked: bigint[] = [];
  const reader = {
    chainId: 1,
    logs: async ({ range }: LogQuery): Promise<ChainLog[]> => {
      if ('blockHash' in range) throw new Error('unexpected');
      const count = range.toBlock - range.fromBlock + 1n;
      asked.push(count);
      if (count > limit) throw new ChainError('chain.range', 'too many');
      return Array.from(
        { length: Number(count) },
        (_, i) => ({ blockNumber: range.fromBlock + BigInt(i) }) as ChainLog,
      );
    },
  } as unknown as ChainReader;
  return { reader, asked };
}

const base = { addresses: [], abi: [] };

describe('searchLogs', () => {
  it('finds every block once and in order, whatever the RPC allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 9 }),
        async (limit, length, from) => {
          const { reader } = limited(BigInt(limit));
          const fromBlock = BigInt(from);
          const toBlock = fromBlock + BigInt(length);
          const seen: bigint[] = [];
          let expected = fromBlock;
          for await (const page of searchLogs(reader, { ...base, fromBlock, toBlock, maxBlocks: 64n })) {
            expect(page.fromBlock).toBe(expected);
            expected = page.toBlock + 1n;
            seen.push(...page.logs.map((log) => log.blockNumber));
          }
          expect(expected).toBe(toBlock + 1n);
          expect(seen).toEqual(Array.from({ length: length + 1 }, (_, i) => fromBlock + BigInt(i)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('asks once when the RPC allows it, and not at all for an empty range', async () => {
    const { reader, asked } = limited(1_000_000n);
    for await (const page of searchLogs(reader, { ...base, fromBlock: 5n, toBlock: 40_000n }))
      expect(page.toBlock).toBe(40_000n);
    expect(asked).toHaveLength(1);
    for await (const _ of searchLogs(reader, { ...base, fromBlock: 5n, toBlock: 4n }))
      throw new Error('unexpected page');
    expect(asked).toHaveLength(1);
  });

  it('gives up when one block alone is too much, and when told to', async () => {
    const none = searchLogs(limited(0n).reader, { ...base, fromBlock: 1n, toBlock: 9n });
    await expect(none.next()).rejects.toMatchObject({ code: 'chain.range' });
    const signal = AbortSignal.abort();
    const aborted = searchLogs(limited(9n).reader, { ...base, fromBlock: 1n, toBlock: 9n, signal });
    await expect(aborted.next()).rejects.toMatchObject({ code: 'chain.aborted' });
  });
});
