import { expect, onTestFinished, test } from 'vitest';
import type { KnownLeaf } from '../../../lib/characters/ursula/index.ts';
import { dueLeaves } from '../../../node/store/leaves.ts';
import { Store } from '../../../node/store/store.ts';
import type { BlockEvent } from '../../../node/watcher/chainEvent.ts';
import { scratchFolder } from '../support/scratch.ts';
import { account, created, madeBlock, madeLog, network, word } from './network.ts';

const open = async (folder = scratchFolder()): Promise<Store> => {
  const store = await Store.open({ folder, network, minStake: 1n });
  onTestFinished(() => store.close());
  return store;
};
const leaf = (policy: number, proof: KnownLeaf['proof'], index = 3): KnownLeaf => ({
  policyId: word(policy),
  hash: word(0x1000 + policy),
  leaf: { index, node: account(7), fragment: word(0xf1), terms: word(0x7e) },
  sealedKfragHash: word(0x5e),
  keys: [1, 2, 3].map((byte) => new Uint8Array(33).fill(byte)) as unknown as KnownLeaf['keys'],
  proof,
});
/** Folds one block with these events. Units of `created`: billed epochs 33,334 to 33,340, rate 7. */
function fold(store: Store, number: number, events: readonly (readonly [string, Record<string, unknown>])[]): void {
  const block = madeBlock(number, 0);
  const logs = events.map(([event, args], i) => madeLog(block, i, event, args));
  const times = new Map([[block.number, block.timestamp]]);
  store.index.apply({ type: 'block', from: block.number, block, logs, times } satisfies BlockEvent);
}

test('a leaf is written once, a proof completes it, and all of it survives a restart', async () => {
  const folder = scratchFolder();
  const store = await open(folder);
  await store.leaves.remember(leaf(1, undefined), 10);
  expect(store.leaves.find(word(1), word(0x1001))).toEqual(leaf(1, undefined));
  const whole = leaf(1, [word(0xa), word(0xb)]);
  await store.leaves.remember(whole, 11);
  const { writes } = store.group;
  await store.leaves.remember(whole, 12);
  await store.leaves.remember(leaf(1, undefined), 12);
  expect(store.group.writes).toBe(writes);
  store.close();
  const again = await open(folder);
  expect(again.leaves.find(word(1), word(0x1001))).toEqual(whole);
  expect(again.leaves.find(word(2), word(0x1001))).toBeUndefined();
});

test('what is due: final epochs of proven leaves, extensions and revocations counted, the settled left out', async () => {
  const store = await open();
  for (const id of [1, 2, 3, 4]) await store.leaves.remember(leaf(id, id === 2 ? undefined : []), 33_330);
  fold(store, 1, [
    ['PolicyCreated', created(1)],
    ['PolicyCreated', created(2)], // only acknowledged
    ['PolicyCreated', created(3)],
  ]); // 4 was never created
  const spans = (epoch: number) =>
    store.leaves.due(epoch, 2).map(({ policyId, first, last, end }) => [policyId, first, last, end]);
  expect(spans(33_336)).toEqual([]); // nothing is final
  expect(spans(33_337)).toEqual([
    [word(1), 33_334, 33_334, 33_340],
    [word(3), 33_334, 33_334, 33_340],
  ]);
  expect(store.leaves.due(33_337, 2)[0]).toMatchObject({ rate: 7n, proof: [], leaf: leaf(1, []).leaf });
  await store.leaves.settled(word(1), word(0x1001), 33_336);
  fold(store, 2, [
    ['PolicyExtended', { id: word(1), end: 33_400n, expiresAt: 1_002_000n, paid: 0n }],
    ['PolicyRevoked', { id: word(3), end: 33_335n, refund: 1n }],
  ]);
  expect(spans(33_350)).toEqual([
    [word(3), 33_334, 33_335, 33_335],
    [word(1), 33_337, 33_347, 33_400],
  ]);
  expect(dueLeaves(store.database, 33_350, 2)).toEqual(store.leaves.due(33_350, 2));
  await store.leaves.settled(word(3), word(0x1003), 33_335);
  fold(store, 3, [['PolicyClosed', { id: word(1), refund: 1n }]]);
  expect(spans(33_350)).toEqual([]);
});

test('the sweep forgets the closed, the long over, and Acks that nobody paid', async () => {
  const store = await open();
  for (const id of [1, 2, 3]) await store.leaves.remember(leaf(id, []), 33_330);
  await store.leaves.remember(leaf(4, undefined), 33_330);
  fold(store, 1, [
    ['PolicyCreated', created(1)],
    ['PolicyCreated', created(2)],
    ['PolicyClosed', { id: word(2), refund: 1n }],
  ]);
  const kept = () => [1, 2, 3, 4].filter((id) => store.leaves.find(word(id), word(0x1000 + id)) !== undefined);
  await store.leaves.sweep(33_333, 2);
  expect(kept()).toEqual([1, 3, 4]); // an Ack of 33,330 is good for a start in 33,332: created in 33,331 at the latest
  await store.leaves.sweep(33_334, 2);
  expect(kept()).toEqual([1]);
  await store.leaves.sweep(33_340 + 2 + 90, 2);
  expect(kept()).toEqual([1]);
  await store.leaves.sweep(33_340 + 2 + 90 + 1, 2);
  expect(kept()).toEqual([]);
});

test('leaves without a proof take a bounded room: unpaid ones go first, oldest first, then those that came after the policy', async () => {
  const store = await open();
  const kept = () => [1, 2, 3, 4, 5, 6].filter((id) => store.leaves.find(word(id), word(0x1000 + id)));
  for (const id of [1, 2, 3, 4, 5]) await store.leaves.remember(leaf(id, undefined), 33_330);
  await store.leaves.remember(leaf(6, []), 33_330);
  fold(store, 1, [['PolicyCreated', created(1)]]);
  await store.leaves.sweep(33_331, 2, 3);
  expect(kept()).toEqual([1, 4, 5, 6]); // 6 is proven
  // A stranger names the policy that he sees on the chain.
  for (const hash of [0xa, 0xb, 0xc]) await store.leaves.remember({ ...leaf(1, undefined), hash: word(hash) }, 33_331);
  await store.leaves.sweep(33_331, 2, 2);
  expect(kept()).toEqual([1, 6]);
  expect([0xa, 0xb, 0xc].filter((hash) => store.leaves.find(word(1), word(hash)))).toEqual([0xa]);
});
