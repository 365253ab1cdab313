import type { Block, ChainLog } from 'dintel/chain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Store } from '../../../node/store/store.ts';
import type { BlockEvent } from '../../../node/watcher/chainEvent.ts';
import { scratchFolder } from '../support/scratch.ts';
import { account, created, madeBlock, madeLog, network, word } from './network.ts';

const open = (folder: string, window = 16, depth = network.depth): Promise<Store> =>
  Store.open({ folder, network: { ...network, depth }, minStake: 100n, window });

function blockEvent(block: Block, logs: readonly ChainLog[]): BlockEvent {
  return { type: 'block', from: block.number, block, logs, times: new Map([[block.number, block.timestamp]]) };
}

/** Everything a fold wrote, so that two stores can be compared. */
function dump(store: Store): unknown {
  return ['policies', 'extensions', 'miners', 'spans'].map((table) =>
    store.database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all(),
  );
}

test('a creation is confirmed by depth, an extension counts at depth c, a revocation at once', async () => {
  const store = await open(scratchFolder());
  const b1 = madeBlock(1, 0);
  store.index.apply(blockEvent(b1, [madeLog(b1, 0, 'PolicyCreated', created(9))]));
  expect(store.policies.policy(word(9))).toMatchObject({ confirmations: 0, expiresAt: 1_000_230, rate: 7n, shares: 5 });

  const b2 = madeBlock(2, 0);
  const extended = { id: word(9), end: 33_400n, expiresAt: 1_002_000n, paid: 0n };
  store.index.apply(blockEvent(b2, [madeLog(b2, 0, 'PolicyExtended', extended)]));
  expect(store.policies.policy(word(9))).toMatchObject({ confirmations: 1, expiresAt: 1_000_230, end: 33_340 });

  store.index.apply(blockEvent(madeBlock(3, 0), []));
  expect(store.policies.policy(word(9))).toMatchObject({ confirmations: 2, expiresAt: 1_002_000, end: 33_400 });

  const b4 = madeBlock(4, 0);
  const revoked = { id: word(9), end: 33_334n, refund: 1n };
  store.index.apply(blockEvent(b4, [madeLog(b4, 0, 'PolicyRevoked', revoked)]));
  expect(store.policies.policy(word(9))).toMatchObject({ revokedAt: 1_000_004, end: 33_334 });
  store.close();
});

test('a revocation that a re-org took away stays in force until its absence is c blocks deep', async () => {
  const store = await open(scratchFolder(), 16, 2);
  const b1 = madeBlock(1, 0);
  store.index.apply(blockEvent(b1, [madeLog(b1, 0, 'PolicyCreated', created(9))]));
  store.index.apply(blockEvent(madeBlock(2, 0), []));
  const b3 = madeBlock(3, 0);
  store.index.apply(blockEvent(b3, [madeLog(b3, 0, 'PolicyRevoked', { id: word(9), end: 33_334n, refund: 1n })]));

  store.index.apply({ type: 'reorg', ancestor: madeBlock(2, 0) });
  expect(store.policies.policy(word(9))?.revokedAt).toBe(1_000_003);
  for (const [number, revokedAt] of [
    [3, 1_000_003],
    [4, 1_000_003],
    [5, undefined],
  ] as const) {
    store.index.apply(blockEvent(madeBlock(number, 7, number === 3 ? 0 : 7), []));
    expect(store.policies.policy(word(9))?.revokedAt, `at block ${number}`).toBe(revokedAt);
  }
  store.close();
});

test('a creation that a re-org took away is pending for a while, then unknown', async () => {
  const store = await open(scratchFolder());
  store.index.apply(blockEvent(madeBlock(1, 0), []));
  const b2 = madeBlock(2, 0);
  store.index.apply(blockEvent(b2, [madeLog(b2, 0, 'PolicyCreated', created(9))]));
  store.index.apply({ type: 'reorg', ancestor: madeBlock(1, 0) });
  expect(store.policies.policy(word(9))).toMatchObject({ confirmations: -1, rate: 7n });
  for (let number = 2; number <= 66; number++)
    store.index.apply(blockEvent(madeBlock(number, 7, number === 2 ? 0 : 7), []));
  expect(store.policies.policy(word(9))).toBeUndefined();
  store.close();
});

test('beyond the window everything is forgotten and read again, but no revocation is lifted early', async () => {
  const store = await open(scratchFolder());
  const b1 = madeBlock(1, 0);
  store.index.apply(blockEvent(b1, [madeLog(b1, 0, 'PolicyCreated', created(9))]));
  const b2 = madeBlock(2, 0);
  store.index.apply(blockEvent(b2, [madeLog(b2, 0, 'PolicyRevoked', { id: word(9), end: 33_334n, refund: 1n })]));
  store.index.apply({ type: 'reorg', ancestor: undefined });
  expect(store.index.cursor()).toBeUndefined();
  const c1 = madeBlock(1, 8);
  store.index.apply(blockEvent(c1, [madeLog(c1, 0, 'PolicyCreated', created(9))]));
  expect(store.policies.policy(word(9))?.revokedAt).toBe(1_000_002);
  store.close();
});

test('operators have spans that are inclusive at both ends', async () => {
  const store = await open(scratchFolder());
  const [node, first, second] = [account(0xa1), account(0xb1), account(0xb2)];
  const b1 = madeBlock(1, 0); // timestamp 1,000,001: epoch 33,333
  const bonded = { node, operator: first, amount: 150n, availableUntil: 40_000n };
  store.index.apply(blockEvent(b1, [madeLog(b1, 0, 'Bonded', bonded)]));
  const b2 = madeBlock(2, 0);
  store.index.apply(blockEvent(b2, [madeLog(b2, 0, 'OperatorSet', { node, operator: second, fromEpoch: 33_334n })]));
  const valid = (operator: typeof first, epoch: number): boolean => store.nodes.operatorValid(node, operator, epoch);
  expect([valid(first, 33_332), valid(first, 33_333), valid(first, 33_334)]).toEqual([false, true, false]);
  expect([valid(second, 33_333), valid(second, 33_334), valid(second, 99_999)]).toEqual([false, true, true]);
  expect(store.nodes.miner(node)).toMatchObject({ operator: second, stake: 150n, bonded: true });

  const b3 = madeBlock(3, 0);
  const slashed = { node, kind: 0n, epoch: 33_333n, penalty: 60n, reward: 0n, reporter: account(0) };
  store.index.apply(blockEvent(b3, [madeLog(b3, 0, 'Slashed', slashed)]));
  expect(store.nodes.miner(node)).toMatchObject({ stake: 90n, bonded: false });
  const b4 = madeBlock(4, 0);
  store.index.apply(blockEvent(b4, [madeLog(b4, 0, 'ToppedUp', { node, amount: 10n })]));
  expect(store.nodes.miner(node)).toMatchObject({ stake: 100n, bonded: true });
  const b5 = madeBlock(5, 0);
  store.index.apply(blockEvent(b5, [madeLog(b5, 0, 'UnbondRequested', { node, amount: 100n, readyEpoch: 1n })]));
  expect(store.nodes.miner(node)).toMatchObject({ stake: 0n, bonded: false, exitEpoch: 33_333 });
  store.index.apply({ type: 'reorg', ancestor: madeBlock(4, 0) });
  const again = store.nodes.miner(node);
  expect(again).toMatchObject({ stake: 100n, bonded: true });
  expect(again).not.toHaveProperty('exitEpoch');
  store.close();
});

/** What may happen in a block, as data: property tests shrink it. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), id: fc.nat(4) }),
  fc.record({ kind: fc.constant('revoke' as const), id: fc.nat(4) }),
  fc.record({ kind: fc.constant('extend' as const), id: fc.nat(4) }),
  fc.record({ kind: fc.constant('bond' as const), id: fc.nat(2) }),
  fc.record({ kind: fc.constant('operator' as const), id: fc.nat(2) }),
  fc.record({ kind: fc.constant('slash' as const), id: fc.nat(2) }),
);
type Happening = { readonly kind: string; readonly id: number };

function logsOf(block: Block, happenings: readonly Happening[]): ChainLog[] {
  return happenings.map(({ kind, id }, place) => {
    const node = account(0xa0 + id);
    const epoch = BigInt(Math.floor(Number(block.timestamp) / 30));
    switch (kind) {
      case 'create':
        return madeLog(block, place, 'PolicyCreated', created(id, { rate: block.number }));
      case 'revoke':
        return madeLog(block, place, 'PolicyRevoked', { id: word(id), end: block.number, refund: 0n });
      case 'extend':
        return madeLog(block, place, 'PolicyExtended', {
          id: word(id),
          end: block.number,
          expiresAt: block.timestamp,
          paid: 0n,
        });
      case 'bond':
        return madeLog(block, place, 'Bonded', {
          node,
          operator: account(block.number),
          amount: 200n,
          availableUntil: 9n,
        });
      case 'operator':
        return madeLog(block, place, 'OperatorSet', { node, operator: account(0xc000 + place), fromEpoch: epoch + 1n });
      default:
        return madeLog(block, place, 'Slashed', {
          node,
          kind: 0n,
          epoch,
          penalty: 3n,
          reward: 0n,
          reporter: account(0),
        });
    }
  });
}

test('after any re-orgs the tables equal those of a fresh sync of the last branch', async () => {
  const branch = fc.record({
    back: fc.nat(6),
    blocks: fc.array(fc.array(happening, { maxLength: 4 }), { minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(branch, { minLength: 1, maxLength: 5 }), async (branches) => {
      const [tried, fresh] = [scratchFolder(), scratchFolder()];
      const store = await open(tried, 32);
      const chain: { block: Block; logs: ChainLog[] }[] = [];
      branches.forEach(({ back, blocks }, place) => {
        const keep = Math.max(0, chain.length - back);
        if (keep < chain.length) {
          chain.length = keep;
          const last = chain[keep - 1];
          store.index.apply({ type: 'reorg', ancestor: last?.block });
        }
        for (const happenings of blocks) {
          const parent = chain.at(-1)?.block;
          const block = { ...madeBlock(chain.length + 1, place + 1), parentHash: parent?.hash ?? word(0) };
          const logs = logsOf(block, happenings);
          chain.push({ block, logs });
          store.index.apply(blockEvent(block, logs));
        }
      });
      const reference = await open(fresh, 32);
      for (const { block, logs } of chain) reference.index.apply(blockEvent(block, logs));
      expect(dump(store)).toEqual(dump(reference));
      expect(store.index.cursor()).toEqual(reference.index.cursor());
      store.close();
      reference.close();
    }),
    { numRuns: Number(process.env.DINTEL_RUNS ?? 12) },
  );
});
