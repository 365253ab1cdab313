import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from 'dintel/platform/node';
import { expect, test } from 'vitest';
import { writeConfig } from '../../../node/config/configFile.ts';
import { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';
import { newPhrase } from '../../../node/keystore/phrase.ts';
import { Store } from '../../../node/store/store.ts';
import { account, network, word } from '../store/network.ts';
import { scratchFolder } from '../support/scratch.ts';
import { dintelHere } from './dintel.ts';

test('a backup beside a running node: whole, private, and taken for restored when it is opened', async () => {
  const folder = scratchFolder();
  const home = join(folder, 'ursula');
  await makePrivateFolder(home);
  await writeConfig(home, { rpc: ['http://127.0.0.1:1'], port: 9, url: 'http://127.0.0.1:9' });
  const keystore = await NodeKeystore.create(join(home, 'keystore.json'), newPhrase(), 'a password for tests');
  const store = await Store.open({ folder: join(home, 'data'), network, minStake: 1n });
  const leaf = {
    ...{ policyId: word(1), hash: word(2), sealedKfragHash: word(5), proof: [word(9)] },
    leaf: { index: 0, node: account(7), fragment: word(3), terms: word(4) },
    keys: [1, 2, 3].map((byte) => new Uint8Array(33).fill(byte)) as unknown as [Uint8Array, Uint8Array, Uint8Array],
  };
  await store.leaves.remember(leaf, 5);
  await store.acks.record(3, 77);

  const out = join(folder, 'copy');
  const run = () => dintelHere(['ursula', 'backup', '--home', home, '--out', out, '--json']);
  const made = await run();
  expect(made.json, made.stderr).toMatchObject({ ok: true, files: ['config.json', 'keystore.json', 'data/node.db'] });
  for (const name of ['', 'config.json', 'keystore.json', 'data', 'data/node.db']) {
    expect([name, statSync(join(out, name)).mode & 0o077]).toEqual([name, 0]);
  }
  expect(readFileSync(join(out, 'keystore.json')).equals(readFileSync(join(home, 'keystore.json')))).toBe(true);
  expect((await NodeKeystore.open(join(out, 'keystore.json'), 'a password for tests')).operator).toBe(
    keystore.operator,
  );
  const again = await run();
  expect(again.json.error?.code).toBe('E_EXISTS');
  store.close();

  // Also of a node that has stopped: its copy may be older than what it promised since.
  const second = join(folder, 'second');
  await dintelHere(['ursula', 'backup', '--home', home, '--out', second, '--json']);
  for (const place of [out, second]) {
    const restored = await Store.open({ folder: join(place, 'data'), network, minStake: 1n });
    expect(restored.database.foundAs).toBe('restored');
    expect(restored.acks.lostAt()).toBeGreaterThan(0);
    expect(restored.leaves.find(word(1), word(2))).toEqual(leaf);
    expect(restored.acks.until(3)).toBe(77);
    restored.close();
  }
});

test('nothing half-made stays: no keystore, a damaged database', async () => {
  const folder = scratchFolder();
  const home = join(folder, 'ursula');
  await makePrivateFolder(join(home, 'data'));
  await writeConfig(home, { rpc: ['http://127.0.0.1:1'] });
  const out = join(folder, 'copy');
  const run = () => dintelHere(['ursula', 'backup', '--home', home, '--out', out, '--json']);
  expect((await run()).json.error?.code).toBe('E_KEYSTORE');
  await NodeKeystore.create(join(home, 'keystore.json'), newPhrase(), 'a password for tests');
  writeFileSync(join(home, 'data', 'node.db'), 'not a database, but long enough to be read as if it were one', {
    mode: 0o600,
  });
  expect((await run()).json.error?.code).toBe('E_DB_CORRUPT');
  expect(() => statSync(out)).toThrow();
});
