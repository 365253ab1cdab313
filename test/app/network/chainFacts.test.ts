/** Reading facts from a chain: incremental, in order, with times; and starting over after a re-organisation. */
import type { Block, ChainLog, ChainReader, LogQuery } from 'dintel/chain';
import { expect, it } from 'vitest';
import { BlockTimes } from '../../../app/network/blockTimes.ts';
import { ChainFacts } from '../../../app/network/chainFacts.ts';
import { ann, idOf, rules } from '../facts.ts';

const deployment = {
  chainId: 31337,
  token: `0x${'01'.repeat(20)}`,
  escrow: `0x${'02'.repeat(20)}`,
  policyManager: `0x${'03'.repeat(20)}`,
  keyRegistry: `0x${'04'.repeat(20)}`,
  adjudicator: `0x${'05'.repeat(20)}`,
  deployedBlock: 1,
} as const;

/** A chain of which only blocks and logs are asked; `branch` is part of every hash. */
class FakeChain {
  head = 1n;
  branch = 0;
  logs: { readonly block: bigint; readonly amount: bigint; readonly revoked?: boolean }[] = [];
  /** Time does not pass evenly: from here on an hour later. */
  jump = 1_000_000n;
  asked: { readonly from: bigint; readonly to: bigint }[] = [];

  readonly reader = {
    chainId: 31337,
    block: async (at: unknown) => this.#block(at === 'latest' ? this.head : (at as bigint)),
    call: async ({ function: name }: { function: string }) =>
      ({ unbondingEpochs: 21n, ...Object.fromEntries(Object.entries(rules).map(([k, v]) => [k, BigInt(v)])) })[name],
    logs: async ({ range }: LogQuery) => this.#logs(range as { fromBlock: bigint; toBlock: bigint }),
  } as unknown as ChainReader;

  #block(number: bigint): Block | undefined {
    if (number > this.head) return undefined;
    const hash = idOf(Number(number) * 100 + this.branch);
    return {
      number,
      hash,
      parentHash: hash,
      timestamp: 1_000n + 10n * number + (number > this.jump ? 3_600n : 0n),
      baseFeePerGas: 0n,
    };
  }

  #logs({ fromBlock, toBlock }: { fromBlock: bigint; toBlock: bigint }): ChainLog[] {
    this.asked.push({ from: fromBlock, to: toBlock });
    return this.logs
      .filter(({ block }) => block >= fromBlock && block <= toBlock)
      .map(({ block, amount, revoked }) => ({
        address: revoked ? deployment.policyManager : deployment.escrow,
        event: revoked ? 'PolicyRevoked' : 'ToppedUp',
        args: revoked ? { id: idOf(1), end: 1n, refund: amount } : { node: ann, amount },
        blockNumber: block,
        blockHash: this.#block(block)!.hash,
        logIndex: 0,
        transactionHash: idOf(Number(block)),
      }));
  }
}

it('reads what is new only, and the list stays the same list when nothing is', async () => {
  const chain = new FakeChain();
  chain.head = 5n;
  chain.logs = [{ block: 3n, amount: 7n }];
  const facts = new ChainFacts(chain.reader, deployment);
  const first = await facts.advance();
  expect(first).toMatchObject({ rules, block: 5n, timestamp: 1_050, epoch: 35 });
  expect(first.facts.map(({ of, time }) => [of, time])).toEqual([['escrow', 1_030]]);
  chain.head = 6n;
  const second = await facts.advance();
  expect(second.facts).toBe(first.facts);
  chain.head = 8n;
  chain.logs.push({ block: 8n, amount: 9n });
  expect((await facts.advance()).facts.map(({ time }) => time)).toEqual([1_030, 1_080]);
  expect(chain.asked).toEqual([
    { from: 1n, to: 5n },
    { from: 6n, to: 6n },
    { from: 7n, to: 8n },
  ]);
});

it('starts over when its block is no more', async () => {
  const chain = new FakeChain();
  chain.head = 4n;
  chain.logs = [{ block: 4n, amount: 7n }];
  const facts = new ChainFacts(chain.reader, deployment);
  await facts.advance();
  chain.branch = 1;
  chain.logs = [{ block: 2n, amount: 1n }];
  const after = await facts.advance();
  expect(after.facts).toHaveLength(1);
  expect(after.facts[0]?.event).toMatchObject({ args: { amount: 1n }, blockNumber: 2n });
});

it('knows to the second when a policy was revoked, however long the history', async () => {
  const chain = new FakeChain();
  chain.head = 2_000n;
  chain.jump = 1_001n;
  chain.logs = Array.from({ length: 1_999 }, (_, i) => ({
    block: BigInt(i + 1),
    amount: 1n,
    revoked: i + 1 === 1_001,
  }));
  const { facts } = await new ChainFacts(chain.reader, deployment).advance();
  expect(facts.find(({ of }) => of === 'policies')?.time).toBe(1_000 + 10 * 1_001);
  expect(facts).toHaveLength(1_999);
});

it('asks for at most 256 blocks of a long history, and interpolates between', async () => {
  let asked = 0;
  const times = new BlockTimes({
    block: async (at) => {
      asked += 1;
      return { number: at as bigint, timestamp: 12n * (at as bigint) } as Block;
    },
  });
  const blocks = Array.from({ length: 5_000 }, (_, i) => BigInt(i * 3));
  await times.learn(blocks);
  expect(asked).toBe(256);
  for (const block of [0n, 3n, 7_001n, 14_997n]) expect(times.of(block)).toBe(Number(block) * 12);
  expect(times.of(20_000n)).toBe(14_997 * 12);
});
