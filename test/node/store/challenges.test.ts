import type { Block, ChainLog } from 'dintel/chain';
import { expect, onTestFinished, test } from 'vitest';
import { Store } from '../../../node/store/store.ts';
import { scratchFolder } from '../support/scratch.ts';
import { account, madeBlock, madeLog, network, word } from './network.ts';

const opened = (id: number, node: number, deadline: bigint) => ({
  id: word(id),
  node: account(node),
  policyId: word(0x70),
  leaf: { index: 4n, node: account(node), fragment: word(0xf1), terms: word(0x7e) },
  deadline,
  capsule: `0x${'0a'.repeat(98)}`,
  sealedKfrag: `0x${'0b'.repeat(363)}`,
});

test('challenges of a node as the chain has them, the most urgent first, through endings and re-orgs', async () => {
  const store = await Store.open({ folder: scratchFolder(), network, minStake: 1n });
  onTestFinished(() => store.close());
  const fold = (block: Block, logs: readonly ChainLog[]): void =>
    store.index.apply({
      type: 'block',
      from: block.number,
      block,
      logs,
      times: new Map([[block.number, block.timestamp]]),
    });
  const open = () => store.challenges.open(account(1)).map(({ id }) => id);
  const b1 = madeBlock(1, 0);
  fold(
    b1,
    [opened(1, 1, 300n), opened(2, 1, 200n), opened(3, 2, 100n), opened(4, 1, 400n)].map((args, i) =>
      madeLog(b1, i, 'ChallengeOpened', args),
    ),
  );
  expect(open()).toEqual([word(2), word(1), word(4)]);
  expect(store.challenges.open(account(2))).toEqual([
    {
      id: word(3),
      policyId: word(0x70),
      leaf: { index: 4, node: account(2), fragment: word(0xf1), terms: word(0x7e) },
      deadline: 100,
      capsule: new Uint8Array(98).fill(10),
      sealedKfrag: new Uint8Array(363).fill(11),
    },
  ]);
  const b2 = madeBlock(2, 0);
  const ends = ['ChallengeAnswered', 'ChallengeExcused', 'ChallengeTimedOut'];
  fold(
    b2,
    ends.map((event, i) => madeLog(b2, i, event, { id: word([1, 2, 4][i] ?? 0) })),
  );
  expect(open()).toEqual([]);
  store.index.apply({ type: 'reorg', ancestor: b1 }); // the answers are gone: they are owed again
  expect(open()).toEqual([word(2), word(1), word(4)]);
  store.index.apply({ type: 'reorg', ancestor: undefined });
  expect(open()).toEqual([]);
});
