import { expect, onTestFinished, test } from 'vitest';
import { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';
import { newPhrase } from '../../../node/keystore/phrase.ts';
import { Store, setDatabaseAside } from '../../../node/store/store.ts';
import { Rotation } from '../../../node/tasks/rotation.ts';
import { scratchFolder } from '../support/scratch.ts';
import { account, network } from './network.ts';

/** A node rebuilt from its phrase with key 7 on chain; ticks its rotation at a time of the chain. */
async function rebuiltNode(prepare: (folder: string) => Promise<unknown>) {
  const folder = scratchFolder();
  await prepare(folder);
  const store = await Store.open({ folder, network, minStake: 1n });
  onTestFinished(() => store.close());
  const keystore = await NodeKeystore.create(`${folder}/keystore.json`, newPhrase(), 'correct horse battery', {
    keyNumber: 7,
  });
  onTestFinished(() => keystore.wipe());
  const tick = async (chainTime: number): Promise<void> => {
    const { acks } = store;
    const nodes = { miner: () => undefined, keySince: () => undefined };
    const never = { escrow: undefined as never, outbox: undefined as never };
    const times = { epochLength: network.epochLength, evidenceEpochs: 14, chainTime: () => chainTime };
    await new Rotation({ ...never, ...times, node: account(1), keystore, nodes, acks }).tick();
  };
  return { keystore, lostAt: store.acks.lostAt() ?? 0, tick };
}

test('a rebuilt node keeps every key that somebody may count on until no promise can live any more', async () => {
  const { keystore, lostAt, tick } = await rebuiltNode(setDatabaseAside);
  expect(lostAt).toBeGreaterThan(0);
  await tick(lostAt + (1_024 + 14) * network.epochLength);
  expect(keystore.encryptingSecret(0)).toBeDefined();
  await tick(lostAt + (1_024 + 14) * network.epochLength + 1);
  expect(keystore.oldestKeyNumber).toBe(6);
});

test('an empty database of keys that were at work before has forgotten something; one of fresh keys has not', async () => {
  for (const hasServed of [true, false]) {
    const folder = scratchFolder();
    const store = await Store.open({ folder, network, minStake: 1n, hasServed });
    expect(store.acks.lostAt() !== undefined).toBe(hasServed);
    store.close();
    const again = await Store.open({ folder, network, minStake: 1n, hasServed: true });
    expect(again.acks.lostAt() !== undefined).toBe(hasServed);
    again.close();
  }
});

test('setting aside where nothing is says so, and is noted all the same', async () => {
  const folder = scratchFolder();
  expect(await setDatabaseAside(folder)).toBeUndefined();
  const store = await Store.open({ folder, network, minStake: 1n });
  expect(store.acks.lostAt()).toBeDefined();
  store.close();
});
