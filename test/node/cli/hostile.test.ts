/** Rows C01 to C30 of research/reliability.md: what an operator can get wrong, and what he is told. */
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf } from '../../../node/cli/failure.ts';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { dintel, dintelHere, dintelJson, type Ended, secretFile, startDintel } from './dintel.ts';
import { type FakeRpc, fakeRpc } from './fakeRpc.ts';

const password = 'a password for tests';
const folder = join(process.env.TMPDIR ?? '/tmp', `dintel-cli-${process.pid}`);
const home = join(folder, 'ursula');
const deploymentFile = join(folder, 'deployment.json');
let passwordFile = '';
let chain: LocalChain;
let foreign: FakeRpc;
let bare: FakeRpc;
let strange: FakeRpc;
let taken: Server;
let takenPort = 0;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  passwordFile = secretFile(folder, 'password', `${password}\n`);
  chain = await startLocalChain();
  writeFileSync(deploymentFile, JSON.stringify(chain.deployment));
  const block = { number: '0x1', hash: `0x${'11'.repeat(32)}`, parentHash: `0x${'22'.repeat(32)}`, timestamp: '0x1' };
  const common = { eth_blockNumber: '0x1', eth_getBlockByNumber: block };
  foreign = await fakeRpc({ ...common, eth_chainId: '0x5' });
  bare = await fakeRpc({ ...common, eth_chainId: '0x7a69', eth_call: '0x', eth_getCode: '0x' });
  strange = await fakeRpc({ ...common, eth_chainId: '0x7a69', eth_call: '0x1234', eth_getCode: '0x60' });
  taken = createServer();
  takenPort = await listening(taken);
  await dintelJson([
    ...['ursula', 'init', '--yes', '--home', home, '--password-file', passwordFile, '--rpc', chain.rpcUrl],
    ...[
      '--deployment',
      deploymentFile,
      '--port',
      String(takenPort),
      '--url',
      'http://127.0.0.1:9',
      '--node',
      wallet(9).address,
    ],
  ]);
});
afterAll(async () => {
  for (const rpc of [foreign, bare, strange]) rpc?.close();
  taken?.close();
  await chain?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** On any free port of loopback, which it returns. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

const init = (...more: string[]): string[] => [
  ...['ursula', 'init', '--yes', '--home', join(folder, 'never'), '--password-file', passwordFile],
  ...['--rpc', chain.rpcUrl, '--deployment', deploymentFile, '--url', 'http://127.0.0.1:9', ...more],
];
/** The last value of a repeated option wins, except for those that collect. */
const initAt = (rpc: string, ...more: string[]): string[] => [
  ...['ursula', 'init', '--yes', '--home', join(folder, 'never'), '--password-file', passwordFile],
  ...['--rpc', rpc, '--deployment', deploymentFile, '--url', 'http://127.0.0.1:9', ...more],
];

/** A copy of the node's home with something done to it. */
function spoiled(name: string, spoil: (home: string) => void): string {
  const copy = join(folder, name.replaceAll(/[^a-z0-9]/gi, '-'));
  cpSync(home, copy, { recursive: true });
  rmSync(join(copy, 'data'), { recursive: true, force: true });
  spoil(copy);
  return copy;
}
const rewrite = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));
const run = (at: string, ...more: string[]): string[] => [
  'ursula',
  'run',
  '--home',
  at,
  '--password-file',
  passwordFile,
  ...more,
];

const said = ({ status, json, stderr }: Ended): [number | null, string | undefined, string] => [
  status,
  json.error?.code,
  stderr,
];

interface Row {
  readonly id: string;
  readonly args: () => string[];
  readonly expected: readonly [number, string];
  /** What the message must also say. */
  readonly says?: RegExp;
}

const rows: readonly Row[] = [
  { id: 'C01 unknown command', args: () => ['alise'], expected: [2, 'E_USAGE'], says: /alice/ },
  { id: 'C01 unknown subcommand', args: () => ['ursula', 'stauts'], expected: [2, 'E_USAGE'], says: /status/ },
  { id: 'C01 unknown flag', args: () => ['ursula', 'status', '--hom', '/x'], expected: [2, 'E_USAGE'], says: /--home/ },
  {
    id: 'C02 flag without value',
    args: () => ['ursula', 'init', '--json', '--port'],
    expected: [2, 'E_USAGE'],
    says: /--port/,
  },
  {
    id: 'C02 mandatory option missing',
    args: () => ['enrico', 'encrypt'],
    expected: [2, 'E_USAGE'],
    says: /--to-label-key/,
  },
  { id: 'C03 port -1', args: () => init('--port=-1'), expected: [2, 'E_PORT'], says: /1 to 65535/ },
  { id: 'C03 port 0x50', args: () => init('--port', '0x50'), expected: [2, 'E_PORT'] },
  { id: 'C03 port 65536', args: () => init('--port', '65536'), expected: [2, 'E_PORT'] },
  { id: 'C03 port 80a', args: () => init('--port', '80a'), expected: [2, 'E_PORT'] },
  { id: 'C04 port taken', args: () => run(home), expected: [3, 'E_PORT_IN_USE'] },
  { id: 'C06 host', args: () => init('--host', 'not a host'), expected: [2, 'E_HOST'] },
  { id: 'C06 host of digits', args: () => init('--host', '1.2.3.400'), expected: [2, 'E_HOST'] },
  { id: 'C06 public URL', args: () => init('--url', 'ftp://x'), expected: [2, 'E_URL'] },
  { id: 'C07 RPC empty', args: () => initAt(''), expected: [3, 'E_RPC_URL'] },
  { id: 'C07 RPC ftp', args: () => initAt('ftp://127.0.0.1'), expected: [3, 'E_RPC_URL'] },
  { id: 'C07 RPC without host', args: () => initAt('http://'), expected: [3, 'E_RPC_URL'] },
  { id: 'C09 other chain', args: () => initAt(foreign.url), expected: [5, 'E_CHAIN_ID'], says: /5.*31337/ },
  {
    id: 'C10 unreachable',
    args: () => initAt('http://127.0.0.1:1'),
    expected: [5, 'E_CHAIN'],
    says: /127\.0\.0\.1:1 in 3 tries/,
  },
  {
    id: 'C11 checksum of an address',
    args: () => {
      const bad = join(folder, 'bad.json');
      writeFileSync(bad, JSON.stringify({ ...chain.deployment, escrow: '0x70997970C51812dc3A010C7d01b50e0d17dc79c8' }));
      return [
        'ursula',
        'init',
        '--yes',
        '--home',
        join(folder, 'never'),
        '--rpc',
        chain.rpcUrl,
        '--deployment',
        bad,
        '--url',
        'http://x',
      ];
    },
    expected: [3, 'E_ADDRESS'],
    says: /escrow/,
  },
  { id: 'C12 no contract there', args: () => initAt(bare.url), expected: [5, 'E_NO_CONTRACT'] },
  { id: 'C13 another contract there', args: () => initAt(strange.url), expected: [5, 'E_ABI'] },
  {
    id: 'C14 config missing',
    args: () => run(join(folder, 'nowhere')),
    expected: [3, 'E_CONFIG'],
    says: /nowhere.*\n.*ursula init/,
  },
  {
    id: 'C15 config is no JSON',
    args: () =>
      run(spoiled('c15a', (at) => rewrite(join(at, 'config.json'), (text) => text.replace('"port":', '"port"')))),
    expected: [3, 'E_CONFIG'],
    says: /line \d+/,
  },
  {
    id: 'C15 config with an unknown key',
    args: () =>
      run(spoiled('c15b', (at) => rewrite(join(at, 'config.json'), (text) => text.replace('"port":', '"prot":')))),
    expected: [3, 'E_CONFIG'],
    says: /line \d+: prot: unknown key/,
  },
  {
    id: 'C16 config of a newer version',
    args: () =>
      run(
        spoiled('c16', (at) =>
          rewrite(join(at, 'config.json'), (text) => text.replace('"version": 1', '"version": 7')),
        ),
      ),
    expected: [3, 'E_CONFIG_VERSION'],
  },
  {
    id: 'C17 config that others can read',
    args: () => run(spoiled('c17', (at) => chmodSync(join(at, 'config.json'), 0o644))),
    expected: [3, 'E_PERMS'],
    says: /0600/,
  },
  {
    id: 'C18 data folder is a file',
    args: () => run(spoiled('c18', (at) => writeFileSync(join(at, 'data'), ''))),
    expected: [6, 'E_DATA_DIR'],
  },
  {
    id: 'C20 keystore missing',
    args: () => run(spoiled('c20a', (at) => rmSync(join(at, 'keystore.json')))),
    expected: [4, 'E_KEYSTORE'],
  },
  {
    id: 'C20 keystore is a directory',
    args: () =>
      run(
        spoiled('c20b', (at) => {
          rmSync(join(at, 'keystore.json'));
          mkdirSync(join(at, 'keystore.json'));
        }),
      ),
    expected: [4, 'E_KEYSTORE'],
  },
  {
    id: 'C21 wrong password',
    args: () => ['ursula', 'run', '--home', home, '--password-file', secretFile(folder, 'wrong', 'another password')],
    expected: [4, 'E_PASSWORD'],
    says: /wrong password, or the keystore was changed/,
  },
  {
    id: 'C22 keystore with another MAC',
    args: () =>
      run(
        spoiled('c22', (at) =>
          rewrite(join(at, 'keystore.json'), (text) =>
            text.replace(/(.)("}\s*)$/, (_, last, end) => (last === '0' ? '1' : '0') + end),
          ),
        ),
      ),
    expected: [4, 'E_PASSWORD'],
    says: /wrong password, or the keystore was changed/,
  },
  {
    id: 'C23 keystore that asks for 2^30',
    args: () =>
      run(
        spoiled('c23', (at) =>
          rewrite(join(at, 'keystore.json'), (text) => text.replace('"n":131072', '"n":1073741824')),
        ),
      ),
    expected: [4, 'E_KDF_BOUNDS'],
  },
  {
    id: 'C24 keystore of version 9',
    args: () =>
      run(
        spoiled('c24', (at) =>
          rewrite(join(at, 'keystore.json'), (text) => text.replace('"version":1', '"version":9')),
        ),
      ),
    expected: [4, 'E_KEYSTORE_FORMAT'],
  },
  {
    id: 'C25 weak password',
    args: () => ['alice', 'init', '--home', join(folder, 'never'), '--password-file', secretFile(folder, 'weak', 'x')],
    expected: [4, 'E_PASSWORD_WEAK'],
  },
  {
    id: 'C26 password as an argument',
    args: () => run(home, '--password', 'hunter2hunter2'),
    expected: [2, 'E_PASSWORD_ARGV'],
  },
  {
    id: 'C26 password glued to its flag',
    args: () => run(home, '--password=hunter2hunter2'),
    expected: [2, 'E_PASSWORD_ARGV'],
  },
  {
    id: 'C27 23 words',
    args: () => [...init(), '--recover', '--phrase-file', secretFile(folder, 'phrase', 'abandon '.repeat(23))],
    expected: [4, 'E_MNEMONIC'],
    says: /word 23/,
  },
  {
    id: 'C28 database of a newer schema',
    args: () =>
      run(
        spoiled('c28', (at) => {
          mkdirSync(join(at, 'data'), { mode: 0o700 });
          const db = new DatabaseSync(join(at, 'data', 'node.db'));
          db.exec(`PRAGMA application_id = ${0x446e_546c}; CREATE TABLE meta (name, value); PRAGMA user_version = 99`);
          db.close();
        }),
      ),
    expected: [6, 'E_SCHEMA_NEWER'],
  },
  {
    id: 'C29 database of 0 bytes',
    args: () =>
      run(
        spoiled('c29', (at) => {
          mkdirSync(join(at, 'data'), { mode: 0o700 });
          writeFileSync(join(at, 'data', 'node.db'), '');
        }),
      ),
    expected: [6, 'E_DB_CORRUPT'],
    says: /ursula rebuild/,
  },
];

describe('each row has its exit code, its code and a cure', () => {
  test.each(rows)('$id', async ({ args, expected, says }) => {
    const given = args();
    const ended = await dintelHere(given.includes('--json') ? given : [...given, '--json']);
    const [status, code, stderr] = said(ended);
    expect([status, code], stderr).toEqual(expected);
    expect(stderr).toMatch(says ?? /dintel: /);
    expect(`${ended.stdout}${stderr}`).not.toContain('hunter2');
    expect(stderr).not.toMatch(/\n\s+at /); // no stack for what a person can mend
  });
});

test('C05 a port that needs a right is named as such', () => {
  const refused = Object.assign(new Error('listen EACCES'), {
    code: 'EACCES',
    syscall: 'listen',
    port: 80,
    address: '0.0.0.0',
  });
  expect(failureOf(refused)).toMatchObject({ code: 'E_PORT_DENIED', exitCode: 3 });
});

test('C08 user and password of an RPC are used and never shown', async () => {
  const url = chain.rpcUrl.replace('http://', 'http://someone:hunter2secret@');
  const at = join(folder, 'c08');
  const ended = await dintel([
    ...[
      'ursula',
      'init',
      '--yes',
      '--home',
      at,
      '--password-file',
      passwordFile,
      '--rpc',
      url,
      '--deployment',
      deploymentFile,
    ],
    ...['--url', 'http://127.0.0.1:9', '--json'],
  ]);
  expect(ended.status, ended.stderr).toBe(0);
  const status = await dintel(['ursula', 'status', '--home', at]);
  expect(status.status).toBe(0);
  for (const text of [ended.stdout, ended.stderr, status.stdout, status.stderr]) expect(text).not.toContain('hunter2');
  expect(readFileSync(join(at, 'config.json'), 'utf8')).toContain('hunter2');
});

test('the password may come through a descriptor', async () => {
  const alice = join(folder, 'by-fd');
  const made = await dintel(['alice', 'init', '--home', alice, '--json'], {
    fd3: `${password}\n`,
    env: { DINTEL_PASSWORD_FD: '3' },
  });
  expect(made.status, made.stderr).toBe(0);
  const label = await dintel(['alice', 'label', 'x', '--home', alice, '--password-file', passwordFile, '--json']);
  expect(label.json).toMatchObject({ ok: true, delegatingKey: expect.stringMatching(/^0x0[23][0-9a-f]{64}$/) });
  const asked = await dintel(['alice', 'label', 'x', '--home', alice, '--json']);
  expect([asked.status, asked.json.error?.code]).toEqual([2, 'E_USAGE']); // nobody there to ask
});

test('a running node: C19 a second one is refused with the pid; status sees it; C30 signals end it within 5 s', {
  timeout: 120_000,
}, async () => {
  const free = createServer();
  const port = await listening(free);
  await new Promise((resolve) => free.close(resolve));
  for (const [name, signals] of [
    ['c30-term', ['SIGTERM', 'SIGTERM']],
    ['c30-hup', ['SIGHUP']],
  ] as const) {
    const at = spoiled(name, () => undefined);
    const started = startDintel(run(at, '--port', String(port)));
    await expect.poll(() => started.said(), { timeout: 30_000, interval: 100 }).toContain('serving');
    const second = await dintelHere([...run(at, '--port', String(port)), '--json']);
    expect([second.status, second.json.error?.code]).toEqual([6, 'E_LOCKED']);
    expect(second.stderr).toContain(String(started.child.pid));
    const status = await dintelHere(['ursula', 'status', '--home', at, '--json']);
    expect(status.json).toMatchObject({ ok: true, process: { running: true, pid: started.child.pid } });
    const before = Date.now();
    for (const signal of signals) started.child.kill(signal);
    expect(await started.ended, started.said()).toBe(0);
    expect(Date.now() - before).toBeLessThan(5_000);
    const after = await dintelHere(['ursula', 'status', '--home', at, '--json']);
    expect(after.json).toMatchObject({ process: { running: false, pid: null } });
  }
});

test('status degrades line by line and ends well without a chain', async () => {
  const at = spoiled('no-chain', (copy) =>
    rewrite(join(copy, 'config.json'), (text) => text.replace(chain.rpcUrl, 'http://127.0.0.1:1')),
  );
  const started = Date.now();
  const ended = await dintelHere(['ursula', 'status', '--home', at, '--json']);
  expect(ended.status).toBe(0);
  expect(Date.now() - started).toBeLessThan(6_000);
  expect(ended.json).toMatchObject({
    ok: true,
    chain: { unknown: expect.stringContaining('127.0.0.1:1') },
    index: { unknown: expect.any(String) },
  });
});
