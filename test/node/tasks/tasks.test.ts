/** Heartbeat and rotation on a real chain with epochs of 30 s, whose clock we move. */
import type { Hex } from 'dintel/protocol';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { timedEvents } from '../../../node/store/fold.ts';
import { Store } from '../../../node/store/store.ts';
import { Heartbeat } from '../../../node/tasks/heartbeat.ts';
import { Outbox, OutboxBusy } from '../../../node/tasks/outbox.ts';
import { Rotation } from '../../../node/tasks/rotation.ts';
import { Sweep } from '../../../node/tasks/sweep.ts';
import { Watcher } from '../../../node/watcher/watcher.ts';
import { type LocalChain, startLocalChain } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { epochLength, stakedNode } from './stage.ts';

let chain: LocalChain;
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(() => chain?.close());

async function passEpochs(count: number): Promise<void> {
  await chain.rpc('evm_increaseTime', count * epochLength);
  await chain.rpc('evm_mine');
}

test('beats once, keeps covered, renews when less than half is left', async () => {
  const { node, escrow } = await stakedNode(chain, 2);
  const heartbeat = new Heartbeat({ escrow, node, epochLength, outbox: new Outbox(5_000) });
  expect(heartbeat.state).toMatchObject({ phase: 'starting', alarm: false });
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({
    phase: 'covered',
    coveredEpochs: 8,
    sent: 1,
    alarm: false,
    lowBalance: false,
  });
  await heartbeat.tick();
  await passEpochs(3);
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'covered', coveredEpochs: 5, sent: 1 });
  await passEpochs(2);
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'covered', coveredEpochs: 8, sent: 2 });
  await passEpochs(20); // asleep: the lease is over
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'covered', coveredEpochs: 8, sent: 3 });
});

test('says why it cannot beat, and raises the alarm', async () => {
  const { node, keystore, escrow, stakerEscrow } = await stakedNode(chain, 3);
  const heartbeat = new Heartbeat({ escrow, node, epochLength, outbox: new Outbox(5_000) });
  await chain.rpc('hardhat_setBalance', keystore.operator, '0x1');
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'uncovered', alarm: true, lowBalance: true, failuresInARow: 1 });
  await chain.fund(keystore.operator);
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'covered', alarm: false, failuresInARow: 0 });

  await (await stakerEscrow.requestUnbond(30_000n * 10n ** 18n)).wait();
  await passEpochs(9);
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'exiting', coveredEpochs: 0 });
  expect(heartbeat.state.reason).toMatch(/\w/);
});

test('one transaction at a time: nothing follows one that is not mined', async () => {
  const { node, escrow } = await stakedNode(chain, 4);
  await chain.rpc('evm_setAutomine', false);
  await chain.rpc('evm_setIntervalMining', 0);
  onTestFinished(async () => {
    await chain.rpc('evm_setAutomine', true);
    await chain.rpc('evm_setIntervalMining', 1_000);
  });
  const outbox = new Outbox(300);
  const heartbeat = new Heartbeat({ escrow, node, epochLength, outbox });
  await heartbeat.tick();
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'uncovered', alarm: true, sent: 0 });
  const busy = await outbox.send(() => escrow.heartbeat(1)).catch((error: unknown) => error);
  expect(busy).toBeInstanceOf(OutboxBusy);
  const count = (tag: string) => chain.rpc('eth_getTransactionCount', escrow.chain.account, tag);
  expect([await count('latest'), await count('pending')]).toEqual(['0x0', '0x1']);
  await chain.rpc('evm_mine');
  await heartbeat.tick();
  expect(heartbeat.state).toMatchObject({ phase: 'covered', coveredEpochs: 8 });
  expect(await count('latest')).toBe('0x1');
});

test('rotates when due, keeps what was promised, erases the rest for good', { timeout: 90_000 }, async () => {
  const { node, keystore, escrow } = await stakedNode(chain, 5);
  const { chainId, adjudicator, policyManager, escrow: escrowAddress } = chain.deployment;
  const network = { chainId, adjudicator, policyManager, escrow: escrowAddress, epochLength, depth: 0 };
  const store = await Store.open({ folder: scratchFolder(), network, minStake: 25_000n * 10n ** 18n });
  onTestFinished(() => store.close());
  const watcher = new Watcher({
    endpoints: [{ name: 'local', connect: async () => escrow.chain }],
    watched: { chainId, addresses: [escrowAddress], abi: escrow.abi, deployedBlock: 0n, timedEvents },
    known: store.index,
    apply: (event) => store.index.apply(event),
  });
  const outbox = new Outbox(5_000);
  const options = {
    escrow,
    node,
    keystore,
    nodes: store.nodes,
    acks: store.acks,
    outbox,
    epochLength,
    evidenceEpochs: 14,
    everyEpochs: 10,
  };
  const rotation = new Rotation({ ...options, chainTime: () => store.index.cursor()?.timestamp });
  const tick = async (): Promise<void> => {
    await watcher.refresh();
    await rotation.tick();
    await watcher.refresh();
    expect(rotation.state.lastError).toBeUndefined();
  };
  await tick();
  expect(store.nodes.miner(node)).toMatchObject({ keyNumber: 0, operator: keystore.operator, bonded: true });
  expect(rotation.state).toMatchObject({ keyNumber: 0, rotations: 0 });

  const now = (): number => store.index.cursor()?.timestamp ?? 0;
  await store.acks.record(0, now() + 40 * epochLength); // somebody counts on key 0 until then
  for (const keyNumber of [1, 2, 3]) {
    await passEpochs(10);
    await tick();
    const onChain = store.nodes.miner(node);
    expect(onChain).toMatchObject({ keyNumber, url: 'http://127.0.0.1:9' });
    expect(onChain?.encryptingKey).toEqual(keystore.encryptingKey().publicKey);
    await tick(); // not due again at once
    expect(rotation.state).toMatchObject({ keyNumber, oldestKeyNumber: 0 });
  }
  await passEpochs(24); // past the promise and the evidence window of key 0; key 1 was never promised; due once more
  await tick();
  await tick();
  expect(rotation.state).toMatchObject({ keyNumber: 4, oldestKeyNumber: 3 });
  expect(keystore.encryptingSecret(2)).toBeUndefined();
});

test('the sweep forgets nonces by our clock and notices by that of the chain', async () => {
  const { chainId, adjudicator, policyManager, escrow } = chain.deployment;
  const network = { chainId, adjudicator, policyManager, escrow, epochLength, depth: 0 };
  const store = await Store.open({ folder: scratchFolder(), network, minStake: 1n });
  onTestFinished(() => store.close());
  const id = (byte: string): Hex => `0x${byte.repeat(32)}`;
  await Promise.all(Array.from({ length: 2_500 }, (_, n) => store.nonces.insert('0x01', `0x${n}`, 100)));
  await store.nonces.insert('0x01', id('ff'), 900);
  await store.tombstones.put(id('aa'), 1_000, new Uint8Array(65));
  let time: number | undefined;
  const hashes = { policyId: id('01'), leaf: id('02'), request: id('03'), capsule: id('04') };
  await store.receipts.record(
    [1, 2].map((n) => ({ ...hashes, epoch: Math.floor(9_000 / epochLength) - 16 + n, cfrag: id(`0${n}`) })),
  );
  const rules = { epochLength, evidenceEpochs: 14, disputeEpochs: 2 };
  const sweep = new Sweep({ store, chainTime: () => time, nowMs: () => 500_000, ...rules });
  await sweep.tick();
  expect(store.nonces.seen('0x01', '0x7')).toBe(false);
  expect(store.nonces.seen('0x01', id('ff'))).toBe(true);
  expect(store.tombstones.deadline(id('aa'))).toBe(1_000); // without the chain nothing is over
  expect(store.receipts.find(id('01'))).toHaveLength(1);
  time = 9_000;
  await sweep.tick();
  expect(store.tombstones.deadline(id('aa'))).toBeUndefined();
  expect(store.receipts.find(id('01'))).toEqual([]);
  expect(store.receipts.find(id('02'))).toHaveLength(1);
});
