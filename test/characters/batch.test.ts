/** Who waits for whom when several grants are paid by one transaction. */
import { beforeEach, expect, it } from 'vitest';
import { ChainError } from '../../lib/chain/errors.ts';
import { Batch } from '../../lib/characters/alice/batch.ts';
import { StalePromises } from '../../lib/characters/alice/grantMachine.ts';
import type { GrantRecord } from '../../lib/characters/alice/grantRecord.ts';
import type { Hex } from '../../lib/protocol/hex.ts';

const id = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const record = (n: number, lastStart = 12) =>
  ({ policyId: id(n), cohort: [{ ack: { lastStart } }] }) as unknown as GrantRecord;
const paid: number[][] = [];
let refuse: (ids: readonly number[]) => void = () => undefined;
let batch: Batch;
beforeEach(() => {
  paid.length = 0;
  refuse = () => undefined;
  batch = new Batch({
    currentEpoch: async () => 10,
    pay: async (records) => {
      const ids = records.map(({ policyId }) => Number(policyId));
      refuse(ids);
      paid.push(ids);
      return id(100 + paid.length);
    },
  });
});
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

it('one transaction, sent when the last is ready', async () => {
  for (const n of [1, 2, 3]) batch.enter(id(n));
  const early = [batch.pay(record(1), undefined), batch.pay(record(3), undefined)];
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(paid).toEqual([]);
  expect(await Promise.all([...early, batch.pay(record(2), undefined)])).toEqual([id(101), id(101), id(101)]);
  expect(paid).toEqual([[1, 3, 2]]);
});

it('who fails before is not waited for; who is aborted is not paid', async () => {
  for (const n of [1, 2, 3]) batch.enter(id(n));
  const stop = new AbortController();
  const [one, two] = [batch.pay(record(1), undefined), failure(batch.pay(record(2), stop.signal))];
  stop.abort();
  expect(await two).toMatchObject({ code: 'ABORTED' });
  expect(paid).toEqual([]);
  batch.leave(id(3));
  expect(await one).toBe(id(101));
  expect(paid).toEqual([[1]]);
  expect(await failure(batch.pay(record(2), stop.signal))).toMatchObject({ code: 'ABORTED' });
});

it('a promise that ran out meanwhile is asked for anew; the others are paid', async () => {
  for (const n of [1, 2]) batch.enter(id(n));
  const ends = [failure(batch.pay(record(1, 11), undefined)), batch.pay(record(2), undefined)];
  expect((await Promise.all(ends))[0]).toBeInstanceOf(StalePromises);
  expect(paid).toEqual([[2]]);
  expect(await batch.pay(record(1), undefined)).toBe(id(102));
});

it('what the contract refuses together is paid one by one, and one bad policy is the end of no other', async () => {
  for (const n of [1, 2, 3]) batch.enter(id(n));
  refuse = (ids) => {
    if (ids.includes(2)) throw new ChainError('chain.reverted', 'refused');
  };
  const ends = await Promise.allSettled([1, 2, 3].map((n) => batch.pay(record(n), undefined)));
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(paid).toEqual([[1], [3]]);
});

it('what the wallet refuses is refused to all, once', async () => {
  for (const n of [1, 2]) batch.enter(id(n));
  let asked = 0;
  refuse = () => {
    asked++;
    throw new ChainError('chain.rejected', 'no');
  };
  const ends = await Promise.all([1, 2].map((n) => failure(batch.pay(record(n), undefined))));
  expect(ends).toMatchObject([{ code: 'chain.rejected' }, { code: 'chain.rejected' }]);
  expect(asked).toBe(1);
});
