/** The whole story by the command line alone, each act a process: three nodes, a file, a grant, a retrieval, a revocation. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { dintel, dintelJson, type Started, secretFile, startDintel } from './dintel.ts';

let chain: LocalChain;
const nodes: Started[] = [];
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(async () => {
  for (const { child } of nodes) child.kill('SIGKILL');
  await chain?.close();
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function raiseNode(
  folder: string,
  index: number,
  common: readonly string[],
): Promise<{ home: string; url: string; port: number }> {
  const home = join(folder, `ursula-${index}`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const made = await dintelJson<{ operator: string }>([
    'ursula',
    'init',
    '--yes',
    '--home',
    home,
    ...common,
    '--port',
    String(port),
    '--url',
    url,
  ]);
  await chain.fund(made.operator);
  const staker = wallet(index + 2);
  await chain.giveTokens(staker.address, 200_000n);
  const key = secretFile(folder, `stake-${index}.key`, staker.privateKey);
  const staked = await dintelJson<{ node: string; stake: string }>([
    'ursula',
    'stake',
    '--yes',
    '--home',
    home,
    '--password-file',
    common.at(-1) as string,
    '--stake-key-file',
    key,
    '--amount',
    '30000',
  ]);
  expect(staked).toMatchObject({ node: staker.address, stake: (30_000n * 10n ** 18n).toString() });
  nodes.push(startDintel(['ursula', 'run', '--home', home, '--password-file', common.at(-1) as string]));
  return { home, url, port };
}

test('Enrico encrypts, Alice grants, Bob opens, Alice revokes, Bob is refused', { timeout: 240_000 }, async () => {
  const folder = scratchFolder();
  const deployment = join(folder, 'deployment.json');
  writeFileSync(deployment, JSON.stringify(chain.deployment));
  const password = secretFile(folder, 'password', 'a password for tests\n');
  const network = ['--rpc', chain.rpcUrl, '--deployment', deployment];
  const common = [...network, '--password-file', password];
  const raised = [];
  for (let index = 0; index < 3; index++) raised.push(await raiseNode(folder, index, common));
  for (const [index, { url }] of raised.entries()) {
    await expect
      .poll(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status ?? nodes[index]?.said(), {
        timeout: 30_000,
        interval: 200,
      })
      .toBe(200);
  }

  const alice = ['--home', join(folder, 'alice'), '--password-file', password];
  const bob = ['--home', join(folder, 'bob'), '--password-file', password];
  const aliceKey = secretFile(folder, 'alice.key', wallet(1).privateKey);
  const made = await dintelJson<{ wallet: string }>(['alice', 'init', ...alice, '--wallet-key-file', aliceKey]);
  expect(made.wallet).toBe(wallet(1).address);
  await dintelJson(['bob', 'init', ...bob, ...network]);
  const { delegatingKey } = await dintelJson<{ delegatingKey: string }>(['alice', 'label', 'my/letters', ...alice]);
  const { card } = await dintelJson<{ card: string }>(['bob', 'card', ...bob]);

  const input = join(folder, 'letter.bin');
  const bytes = randomBytes(1_500_000);
  writeFileSync(input, bytes);
  const sealed = join(folder, 'letter.dintel');
  await dintelJson(['enrico', 'encrypt', '--to-label-key', delegatingKey, '--in', input, '--out', sealed]);
  const again = await dintel([
    'enrico',
    'encrypt',
    '--to-label-key',
    delegatingKey,
    '--in',
    input,
    '--out',
    sealed,
    '--json',
  ]);
  expect([again.status, again.json.error?.code]).toEqual([2, 'E_EXISTS']);

  const terms = ['--threshold', '2', '--shares', '3', '--for', '1h'];
  const quote = await dintelJson<{ affordable: boolean; epochs: number }>([
    'alice',
    'quote',
    ...alice,
    ...network,
    ...terms,
  ]);
  expect(quote.affordable).toBe(true);
  const granted = await dintelJson<{ policyId: string; link: string; gas: number; nodes: unknown[] }>([
    'alice',
    'grant',
    ...alice,
    ...network,
    '--file',
    sealed,
    '--label',
    'my/letters',
    '--to',
    card,
    ...terms,
    '--yes',
  ]);
  expect(granted.nodes).toHaveLength(3);
  expect(granted.gas).toBeGreaterThan(50_000);

  const first = join(folder, 'first');
  const opened = await dintelJson<{ sha256: string; name: string; peakRssBytes: number; nodes: { state: string }[] }>([
    'bob',
    'retrieve',
    granted.link,
    ...bob,
    '--out',
    first,
  ]);
  expect(readFileSync(first).equals(bytes)).toBe(true);
  expect(opened).toMatchObject({ sha256: createHash('sha256').update(bytes).digest('hex'), name: 'letter.bin' });
  expect(opened.nodes.filter(({ state }) => state === 'verified').length).toBeGreaterThanOrEqual(2);
  expect(opened.peakRssBytes).toBeGreaterThan(10_000_000);
  expect(statSync(first).mode & 0o077).toBe(0);

  const stopped = nodes[0] as Started;
  stopped.child.kill('SIGTERM');
  expect(await stopped.ended).toBe(0);
  await dintelJson(['bob', 'retrieve', granted.link, ...bob, '--out', join(folder, 'second')]);
  expect(readFileSync(join(folder, 'second')).equals(bytes)).toBe(true);

  const status = await dintelJson<{
    process: { running: boolean };
    chain: { bonded: boolean; coveredEpochs: number };
    index: { policies: number };
  }>(['ursula', 'status', '--home', raised[1]?.home as string]);
  expect(status).toMatchObject({ process: { running: true }, chain: { bonded: true }, index: { policies: 1 } });
  expect(status.chain.coveredEpochs).toBeGreaterThan(0);
  const down = await dintelJson<{ process: { running: boolean }; serving: { ready: boolean } }>([
    'ursula',
    'status',
    '--home',
    raised[0]?.home as string,
  ]);
  expect(down).toMatchObject({ process: { running: false }, serving: { ready: false } });

  const list = await dintelJson<{ grants: { policyId: string; state: string; label: string }[] }>([
    'alice',
    'grants',
    ...alice,
    ...network,
  ]);
  expect(list.grants).toMatchObject([{ policyId: granted.policyId, state: 'live', label: 'my/letters' }]);

  const dora = ['--home', join(folder, 'dora'), '--password-file', password];
  await dintelJson(['bob', 'init', ...dora, ...network]);
  const second = await dintelJson<{ card: string }>(['bob', 'card', ...dora]);
  const { grants: both } = await dintelJson<{ grants: { link: string; transactionHash: string }[] }>([
    ...['alice', 'grant', ...alice, ...network, '--file', sealed, '--label', 'my/letters'],
    ...['--to', card, '--to', second.card, '--threshold', '1', '--shares', '2', '--for', '1h', '--yes'],
    ...['--not-before', new Date(Date.now() + 1_800_000).toISOString()],
  ]);
  expect(new Set(both.map(({ transactionHash }) => transactionHash)).size).toBe(1);
  const links = both.map(({ link }) => link);
  const early = await dintel(['bob', 'retrieve', links[1] as string, ...dora, '--out', join(folder, 'soon'), '--json']);
  expect([early.status, early.json.error?.code]).toEqual([1, 'POLICY_NOT_STARTED']);
  const other = await dintel(['bob', 'retrieve', links[0] as string, ...dora, '--out', join(folder, 'soon'), '--json']);
  expect([other.status, other.json.error?.code]).toEqual([1, 'seal.open']);

  await dintelJson(['alice', 'revoke', granted.policyId, ...alice, ...network, '--yes']);
  const refused = await dintel(['bob', 'retrieve', granted.link, ...bob, '--out', join(folder, 'third'), '--json']);
  expect([refused.status, refused.json.error?.code]).toEqual([1, 'POLICY_REVOKED']);
  expect(() => statSync(join(folder, 'third'))).toThrow();
});
