/** Seeded faults: the doctor names the right one, with a cure. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makePrivateFolder } from 'dintel/platform/node';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Config, writeConfig } from '../../../node/config/configFile.ts';
import { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';
import { newPhrase } from '../../../node/keystore/phrase.ts';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { dintelHere, dintelJson, secretFile, startDintel } from './dintel.ts';

let chain: LocalChain;
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(() => chain?.close());

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

interface Told {
  readonly status: number | null;
  readonly bad: readonly string[];
  readonly cures: readonly (string | undefined)[];
}

async function doctor(home: string): Promise<Told> {
  const { status, json } = await dintelHere(['ursula', 'doctor', '--home', home, '--json']);
  const { bad, checks } = json as unknown as { bad: string[]; checks: { state: string; cure?: string }[] };
  return { status, bad, cures: checks.filter(({ state }) => state === 'bad').map(({ cure }) => cure) };
}

test('a node that works has nothing; each fault has its name and a cure', { timeout: 90_000 }, async () => {
  const folder = scratchFolder();
  const home = join(folder, 'ursula');
  await makePrivateFolder(home);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const keystore = await NodeKeystore.create(join(home, 'keystore.json'), newPhrase(), 'a password for tests');
  const config: Config = { rpc: [chain.rpcUrl], deployment: chain.deployment, port, url, depth: 0 };
  await writeConfig(home, config);
  const password = secretFile(folder, 'password', 'a password for tests\n');
  expect((await doctor(home)).bad).toEqual(['process', 'stake']);

  await chain.fund(keystore.operator);
  await chain.giveTokens(wallet(2).address, 30_000n);
  const key = secretFile(folder, 'stake.key', wallet(2).privateKey);
  await dintelJson([
    ...['ursula', 'stake', '--yes', '--home', home, '--password-file', password],
    ...['--stake-key-file', key, '--amount', '30000'],
  ]);
  const idle = await doctor(home);
  expect(idle).toMatchObject({ status: 1, bad: ['process', 'heartbeat'] });
  expect(idle.cures.every((cure) => cure !== undefined)).toBe(true);

  const started = startDintel(['ursula', 'run', '--home', home, '--password-file', password]);
  onTestFinished(() => void started.child.kill('SIGKILL'));
  await expect.poll(() => doctor(home), { timeout: 30_000, interval: 500 }).toMatchObject({ status: 0, bad: [] });

  const node = wallet(2).address.toLowerCase() as `0x${string}`;
  const withConfig = async (change: Partial<Config>): Promise<readonly string[]> => {
    await writeConfig(home, { ...config, node, ...change });
    return (await doctor(home)).bad;
  };
  expect(await withConfig({ url: 'http://127.0.0.1:1' })).toEqual(['public url']);
  expect(await withConfig({ rpc: ['http://127.0.0.1:1'] })).toEqual(['chain']);
  expect(await withConfig({ node: wallet(3).address.toLowerCase() as `0x${string}` })).toEqual([
    'stake',
    'operator',
    'heartbeat',
  ]);
  expect(await withConfig({})).toEqual([]);
  await chain.rpc('hardhat_setBalance', keystore.operator, '0x1');
  expect((await doctor(home)).bad).toEqual(['gas']);
  await chain.fund(keystore.operator);

  started.child.kill('SIGTERM');
  await started.ended;
  await chain.rpc('evm_increaseTime', 500);
  await chain.rpc('evm_mine');
  expect((await doctor(home)).bad).toEqual(expect.arrayContaining(['process', 'clock']));
  rmSync(join(home, 'keystore.json'));
  expect((await doctor(home)).bad).toContain('keystore');
});
