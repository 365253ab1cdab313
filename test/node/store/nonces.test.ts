import { expect, test } from 'vitest';
import { Store } from '../../../node/store/store.ts';
import { scratchFolder } from '../support/scratch.ts';
import { account, network, word } from './network.ts';

const open = (folder: string): Promise<Store> => Store.open({ folder, network, minStake: 1n });

test('of many concurrent inserts of one nonce exactly one is taken, and it stays taken after a restart', async () => {
  const folder = scratchFolder();
  const store = await open(folder);
  const answers = await Promise.all(Array.from({ length: 50 }, () => store.nonces.insert(account(1), word(7), 4e9)));
  expect(answers.filter(Boolean)).toHaveLength(1);
  expect(store.nonces.seen(account(1), word(7))).toBe(true);
  expect(await store.nonces.insert(account(2), word(7), 4e9)).toBe(true);
  store.close();
  const again = await open(folder);
  expect(again.nonces.seen(account(1), word(7))).toBe(true);
  expect(await again.nonces.insert(account(1), word(7), 4e9)).toBe(false);
  again.close();
});

test('inserts of one turn share a transaction', async () => {
  const store = await open(scratchFolder());
  const before = store.group.groups;
  await Promise.all(Array.from({ length: 200 }, (_, place) => store.nonces.insert(account(1), word(place), 4e9)));
  expect(store.group.groups - before).toBe(1);
  store.close();
});

test('what can no longer be valid is forgotten, the rest is not', async () => {
  const store = await open(scratchFolder());
  await store.nonces.insert(account(1), word(1), 100);
  await store.nonces.insert(account(1), word(2), 200);
  expect(await store.nonces.sweep(150)).toBe(1);
  expect(store.nonces.seen(account(1), word(1))).toBe(false);
  expect(store.nonces.seen(account(1), word(2))).toBe(true);
  store.close();
});

test('of several notices for a policy the longest counts; a promise for a key never shrinks', async () => {
  const store = await open(scratchFolder());
  await store.tombstones.put(word(5), 500, new Uint8Array(65).fill(1));
  await store.tombstones.put(word(5), 300, new Uint8Array(65).fill(2));
  expect(store.tombstones.deadline(word(5))).toBe(500);
  expect(store.tombstones.deadline(word(6))).toBeUndefined();
  expect(store.tombstones.inForce(400)).toMatchObject([{ policyId: word(5), deadline: 500 }]);
  await store.tombstones.sweep(501);
  expect(store.tombstones.deadline(word(5))).toBeUndefined();

  await store.acks.record(3, 900);
  await store.acks.record(3, 700);
  expect(store.acks.until(3)).toBe(900);
  expect(store.acks.until(4)).toBeUndefined();
  store.close();
});

test('a claim without bytes lapses, what others claim of the chunk stays, and held bytes lapse never', async () => {
  const store = await open(scratchFolder());
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  const { chunks } = store;
  await chunks.reserve(
    word(1),
    word(11),
    [
      { id: a, size: 100 },
      { id: b, size: 50 },
    ],
    1_000,
  );
  await chunks.reserve(word(2), word(22), [{ id: a, size: 70 }], 2_000);
  expect([chunks.usedByPolicy(word(1)), chunks.usedByPolicy(word(2)), chunks.usedByPolicy(word(3))]).toEqual([
    150, 70, 0,
  ]);
  await chunks.lapse(999);
  expect(chunks.total()).toBe(150);
  await chunks.lapse(1_000);
  expect([chunks.total(), chunks.used(word(11)), chunks.chunk(a), chunks.chunk(b)]).toEqual([
    70,
    0,
    { size: 70, held: false },
    undefined,
  ]);
  await chunks.reserve(word(2), word(22), [{ id: a, size: 90 }], 3_000); // waits longer, claims no more
  await chunks.lapse(2_000);
  expect(chunks.chunk(a)).toEqual({ size: 70, held: false });
  await chunks.hold(a, 70);
  await chunks.reserve(word(1), word(11), [{ id: a, size: 70 }], 4_000);
  await chunks.lapse(9_000);
  expect([chunks.chunk(a), chunks.used(word(22)), chunks.used(word(11))]).toEqual([{ size: 70, held: true }, 70, 70]);
  store.close();
});

test('a chunk is counted once, costs a leaf once, and is held only when it is', async () => {
  const store = await open(scratchFolder());
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  await store.chunks.reserve(
    word(1),
    word(11),
    [
      { id: a, size: 100 },
      { id: b, size: 50 },
    ],
    1_000,
  );
  await store.chunks.reserve(word(2), word(22), [{ id: a, size: 100 }], 1_000);
  await store.chunks.reserve(word(1), word(11), [{ id: a, size: 100 }], 1_000);
  expect([store.chunks.used(word(11)), store.chunks.used(word(22)), store.chunks.total()]).toEqual([150, 100, 150]);
  expect([...store.chunks.reservedBy(word(22), [a, b])]).toEqual([a]);
  expect(store.chunks.chunk(a)).toEqual({ size: 100, held: false });
  await store.chunks.hold(a, 100);
  expect(store.chunks.chunk(a)).toEqual({ size: 100, held: true });
  expect(store.chunks.chunk('c'.repeat(64))).toBeUndefined();
  await store.chunks.releasePolicy(word(1));
  expect(store.chunks.orphans(10)).toEqual([b]);
  await store.chunks.forget(b);
  expect(store.chunks.total()).toBe(100);
  store.close();
});
