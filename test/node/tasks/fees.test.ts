/** Settling on a real chain with epochs of 30 s, whose clock we move. Two epochs are disputable. */
import { PolicyManager } from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import type { Hex } from 'dintel/protocol';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Fees } from '../../../node/tasks/fees.ts';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { epochLength, granted, type Stage, stageOf } from './stage.ts';

let chain: LocalChain;
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(() => chain?.close());

async function raise(index: number, factor?: number): Promise<{ stage: Stage; fees: Fees }> {
  const stage = await stageOf(chain, index);
  onTestFinished(() => stage.store.close());
  const { manager, store, outbox, chainTime } = stage;
  const options = { policies: manager, leaves: store.leaves, outbox, epochLength, disputeEpochs: 2, chainTime };
  return { stage, fees: new Fees({ ...options, ...(factor === undefined ? {} : { factor }) }) };
}

test('settles what pays for its gas, once; who slept is not paid; the rest waits', { timeout: 60_000 }, async () => {
  const { stage, fees } = await raise(2);
  const { node, manager, store } = stage;
  await stage.beat();
  const dear = await granted(stage, { rate: 10n ** 16n });
  const cheap = await granted(stage, { rate: 1n });
  const unasked = await granted(stage, { rate: 10n ** 16n });
  await dear.ask();
  await cheap.ask();
  await fees.tick();
  expect(fees.state).toMatchObject({ unsettledWei: 0n, settledLeaves: 0, lastError: undefined });

  await stage.passEpochs(6);
  await fees.tick();
  const credit = await manager.credit(node);
  expect(credit).toBeGreaterThanOrEqual(3n * dear.rate);
  expect(fees.state).toMatchObject({ settledLeaves: 1, lastError: undefined, settledWei: credit });
  expect(fees.state.unsettledWei).toBeLessThan(10n); // what is worth less than its gas
  expect(fees.state.spentWei).toBeGreaterThan(0n);
  expect(store.leaves.find(unasked.policyId, unasked.hash)?.proof).toBeUndefined();
  const { lastTransaction } = fees.state;
  await fees.tick();
  expect(fees.state).toMatchObject({ settledLeaves: 1, lastTransaction, lastError: undefined });
  expect(await manager.credit(node)).toBe(credit);

  await stage.passEpochs(20); // the bits of the first beat end with epoch 8; the policies end
  await fees.tick();
  expect(fees.state.lastError).toBeUndefined();
  const asleep = (await manager.credit(node)) - credit;
  expect(asleep % dear.rate).toBe(0n);
  expect(asleep / dear.rate).toBeLessThan(6n);
  await stage.watcher.refresh();
  await fees.tick();
  // What pays less than its gas is not worth sending for, its end or not: nobody empties an operator with dust.
  const left = store.leaves.due(Math.floor((stage.chainTime() ?? 0) / epochLength), 2);
  expect(left.map(({ hash }) => hash)).toEqual([cheap.hash]);
});

test('a factor keeps small fees for later, the end of a policy settles what pays its gas', {
  timeout: 60_000,
}, async () => {
  const { stage, fees } = await raise(3, 1_000_000);
  await stage.beat();
  const policy = await granted(stage, { rate: 10n ** 15n, epochs: 6 });
  await policy.ask();
  await stage.passEpochs(5);
  await fees.tick();
  expect(fees.state).toMatchObject({ settledLeaves: 0, lastError: undefined });
  expect(fees.state.unsettledWei).toBeGreaterThanOrEqual(2n * policy.rate);
  await stage.passEpochs(4);
  await fees.tick();
  expect(fees.state).toMatchObject({ settledLeaves: 1, lastError: undefined, unsettledWei: 0n });
  const credit = await stage.manager.credit(stage.node);
  expect(credit).toBe(fees.state.settledWei);
  expect(credit % policy.rate).toBe(0n);
  expect(credit).toBeGreaterThanOrEqual(5n * policy.rate);
});

test('batches of ten; what somebody else has settled is noted and costs nothing', { timeout: 90_000 }, async () => {
  const { stage, fees } = await raise(4);
  await stage.beat();
  const policies = [];
  for (let n = 0; n < 12; n++) {
    const policy = await granted(stage, { rate: 10n ** 16n, epochs: 8 });
    await policy.ask();
    policies.push(policy);
  }
  await stage.passEpochs(12);
  const stranger = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: wallet(9).privateKey as Hex });
  const others = new PolicyManager(stranger, chain.deployment.policyManager);
  const { policyId, hash, proof } = policies[0] as (typeof policies)[number];
  const leaf = stage.store.leaves.find(policyId, hash)?.leaf;
  if (leaf === undefined) throw new Error('the leaf is not remembered');
  await (await others.settle(policyId, leaf, proof)).wait();
  const before = Number(await chain.rpc('eth_getTransactionCount', stage.keystore.operator, 'latest'));
  await fees.tick();
  expect(fees.state).toMatchObject({ settledLeaves: 11, lastError: undefined });
  expect(Number(await chain.rpc('eth_getTransactionCount', stage.keystore.operator, 'latest')) - before).toBe(2);
  await fees.tick();
  expect(stage.store.leaves.due(Math.floor((stage.chainTime() ?? 0) / epochLength), 2)).toEqual([]);
});

test('without a trusted head nothing is done; a failure is an error to tell', async () => {
  const { stage } = await raise(5);
  const { manager, outbox } = stage;
  let asked = 0;
  const due = () => {
    asked += 1;
    throw new Error('no chain');
  };
  const leaves = { due, settled: async () => undefined };
  const options = { policies: manager, leaves, outbox, epochLength, disputeEpochs: 2 };
  await new Fees({ ...options, chainTime: () => undefined }).tick();
  expect(asked).toBe(0);
  const fees = new Fees({ ...options, chainTime: () => 1_000 });
  await fees.tick();
  expect(fees.state.lastError).toBe('no chain');
});
