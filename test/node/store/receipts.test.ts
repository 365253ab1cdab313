import { expect, onTestFinished, test } from 'vitest';
import type { Receipt } from '../../../lib/protocol/index.ts';
import { Store } from '../../../node/store/store.ts';
import { scratchFolder } from '../support/scratch.ts';
import { network, word } from './network.ts';

const open = async (folder = scratchFolder()): Promise<Store> => {
  const store = await Store.open({ folder, network, minStake: 1n });
  onTestFinished(() => store.close());
  return store;
};
const receipt = (n: number, epoch = 5): Receipt => ({
  policyId: word(1),
  leaf: word(2),
  epoch,
  request: word(3),
  capsule: word(4),
  cfrag: word(n),
});

test('a receipt is found again by its cfrag, also after a restart', async () => {
  const folder = scratchFolder();
  const store = await open(folder);
  await store.receipts.record([receipt(7), receipt(8)]);
  store.close();
  const again = await open(folder);
  expect(again.receipts.find(word(8))).toEqual([receipt(8)]);
  expect(again.receipts.find(word(9))).toEqual([]);
});

test('receipts share the transaction of what else waits', async () => {
  const store = await open();
  const before = store.group.groups;
  await Promise.all([
    store.receipts.record([receipt(1), receipt(2)]),
    store.nonces.insert('0x01', '0x02', 4e9),
    store.receipts.record([receipt(3)]),
  ]);
  expect(store.group.groups - before).toBe(1);
});

test('they go after the evidence window, and the oldest go when there are too many', async () => {
  const store = await open();
  await store.receipts.record(Array.from({ length: 2_500 }, (_, n) => receipt(n, 5)));
  await store.receipts.record(Array.from({ length: 100 }, (_, n) => receipt(10_000 + n, 6)));
  expect(await store.receipts.sweep(5)).toBe(0);
  expect(await store.receipts.sweep(6)).toBe(2_500);
  expect(store.receipts.find(word(10_000))).toEqual([receipt(10_000, 6)]);
  expect(await store.receipts.sweep(6, 40)).toBe(60);
  expect(store.receipts.find(word(10_059))).toEqual([]);
  expect(store.receipts.find(word(10_060))).toHaveLength(1);
});
