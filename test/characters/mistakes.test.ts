/** What callers without a type checker write: every mistake is an error of the library that names the option and what it should be. */
import {
  Alice,
  Bob,
  bytesRange,
  Enrico,
  heldFile,
  Inbox,
  Keyring,
  MemoryJournal,
  openSealedFile,
  People,
} from 'dintel';
import { type Chain, ChainError, type Deployment } from 'dintel/chain';
import { eip1193Chain, eip1193Reader } from 'dintel/chain/eip1193';
import { ethersChain, ethersReader } from 'dintel/chain/ethers';
import { viemChain, viemReader } from 'dintel/chain/viem';
import { MemoryVaultStore, Vault } from 'dintel/keys';
import { DintelError } from 'dintel/protocol';
import { createTestNetwork, type TestNetwork } from 'dintel/testing';
import { UmbralError } from 'dintel/umbral';
import { Wallet } from 'ethers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { HttpStorage } from '../../lib/storage/http.ts';
import { fetchBlob } from '../../lib/storage/uris.ts';

let net: TestNetwork;
let world: Awaited<ReturnType<typeof makeWorld>>;

async function makeWorld() {
  const [alice, bob] = await Promise.all([net.alice(), net.bob()]);
  const bytes = new Uint8Array([1, 2, 3]);
  const file = await heldFile(alice.encrypt([bytes], { label: 'team' }));
  const { network } = bob;
  const people = new People({ network, keyring: net.keyring('bob'), journal: new MemoryJournal() });
  const options = {
    to: bob.card(),
    label: 'team',
    files: [file],
    threshold: 2,
    shares: 3,
    until: net.in(5 * 3_600),
    rateWei: 1n,
    labelVersion: 0,
    note: 'hello',
    vouch: true,
    conditions: { notBefore: net.in(60), notAfter: new Date(net.in(7_200) * 1000) },
    selfNotice: true,
    announce: 'none',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  return { alice, bob, bytes, file, network, people, options };
}

beforeAll(async () => {
  net = await createTestNetwork({ nodes: 3 });
  world = await makeWorld();
}, 60_000);

/** Plain JavaScript. */
type Loose = Record<string, unknown>;
const loose = (value: unknown) => value as never;

async function failure(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  return undefined;
}

const told = (error: unknown) => {
  if (!(error instanceof DintelError)) throw error ?? new Error('accepted');
  const { code, field, expected, got } = error;
  return [code, field, expected, got];
};

const grant = (wrong: Loose) => () => world.alice.grant(loose({ ...world.options, ...wrong }));
const openAlice = (wrong: Loose) => () =>
  Alice.open(loose({ ...net.options, keyring: net.keyring('alice'), chain: net.account('alice'), ...wrong }));
const openBob = (wrong: Loose) => () =>
  Bob.open(loose({ ...net.options, keyring: net.keyring('bob'), chain: net.account('bob'), ...wrong }));
const retrieve = (options: unknown) => () => world.bob.retrieve(loose(options));
const vault = (wrong: Loose) => () =>
  Vault.create(loose({ store: new MemoryVaultStore(), slots: [{ type: 'phrase' }], ...wrong }));

const aTime = 'a Date, or whole seconds since 1970';
const aFile = 'a sealed file: await heldFile(stream), await openSealedFile(range)';
const aTo = 'a receive card, { address }, or a recipient of People';
const aFrom = 'a link, as text or parsed, or { manifest, verifyingKey }';
const aKeyring = 'a Keyring: vault.keyring(), Keyring.random()';
const aSource = 'a stream or list: blob.stream(), [bytes]';
const aPromise = 'a Promise: await it first';
const aChain = 'a chain: await ethersChain(…), viemChain(…) or eip1193Chain(…)';
const wei = 'wei as a bigint: 1n to 2n ** 96n - 1n';
const anAddress = 'an address: 0x and 40 hex digits';

type Mistake = readonly [name: string, act: () => unknown, told: readonly unknown[]];

const mistakes: Record<string, () => readonly Mistake[]> = {
  'of a grant': () => [
    ['a forgotten await', grant({ files: [Promise.resolve()] }), ['E_FIELD', 'files[0]', aFile, aPromise]],
    ['a stream', grant({ files: [new ReadableStream()] }), ['E_FIELD', 'files[0]', aFile, 'ReadableStream']],
    ['raw bytes', grant({ files: [world.bytes] }), ['E_FIELD', 'files[0]', aFile, 'Uint8Array']],
    ['one file', grant({ files: world.file }), ['E_FIELD', 'files', 'a list', 'Object']],
    ['no file', grant({ files: [] }), ['E_COUNT', 'files', '1 to 1000 files', '0']],
    ['nobody', grant({ to: undefined }), ['E_FIELD', 'to', aTo, 'undefined']],
    ['a key', grant({ to: world.alice.receivingKey }), ['E_FIELD', 'to', aTo, 'PublicKey']],
    ['Bob himself', grant({ to: world.bob }), ['E_FIELD', 'to', aTo, 'Bob']],
    ['a Promise of a recipient', grant({ to: [Promise.resolve()] }), ['E_FIELD', 'to[0]', aTo, aPromise]],
    ['an address as text', grant({ to: `0x${'ab'.repeat(20)}` }), ['E_FIELD', 'to', aTo, 'text']],
    ['no address', grant({ to: { address: '0x12' } }), ['E_FIELD', 'to', aTo, 'Object']],
    ['until as ISO text', grant({ until: '2027-01-01' }), ['E_FIELD', 'until', aTime, 'the text "2027-01-01"']],
    ['no until', grant({ until: undefined }), ['E_FIELD', 'until', aTime, 'undefined']],
    ['no date', grant({ until: new Date('never') }), ['E_NUMBER', 'until', aTime, 'NaN']],
    ['milliseconds', grant({ until: 1_800_000_000_000 }), ['E_NUMBER', 'until', aTime, '1800000000000, milliseconds']],
    ['a fraction', grant({ until: 1_800_000_000.5 }), ['E_NUMBER', 'until', aTime, '1800000000.5']],
    ['rateWei: 1', grant({ rateWei: 1 }), ['E_FIELD', 'rateWei', wei, '1']],
    ['rateWei: 0n', grant({ rateWei: 0n }), ['E_FIELD', 'rateWei', wei, '0n']],
    ["threshold: '2'", grant({ threshold: '2' }), ['E_THRESHOLD', 'threshold', '1 to 3', 'the text "2"']],
    ['shares: 3n', grant({ shares: 3n }), ['E_SHARES_MAX', 'shares', '1 to 64', '3n']],
    ['no label', grant({ label: undefined }), ['E_FIELD', 'label', 'text', 'undefined']],
    [
      'milliseconds in conditions',
      grant({ conditions: { notAfter: 1_800_000_000_000 } }),
      ['E_NUMBER', 'conditions.notAfter', aTime, '1800000000000, milliseconds'],
    ],
    [
      'an AbortController',
      grant({ signal: new AbortController() }),
      ['E_FIELD', 'signal', 'an AbortSignal: controller.signal', 'AbortController'],
    ],
    [
      'no options',
      () => world.alice.grant(loose(undefined)),
      ['E_FIELD', 'options', 'an object: { label, files, to }', 'undefined'],
    ],
  ],
  'of opening': () => [
    ['no keyring', openAlice({ keyring: undefined }), ['E_FIELD', 'keyring', aKeyring, 'undefined']],
    ['a secret', openAlice({ keyring: 'twenty four words' }), ['E_FIELD', 'keyring', aKeyring, 'text']],
    ['no chain', openAlice({ chain: undefined }), ['E_FIELD', 'chain', aChain, 'undefined']],
    ['a foreign chain', openBob({ chain: new Wallet(`0x${'11'.repeat(32)}`) }), ['E_FIELD', 'chain', aChain, 'Wallet']],
    ['no deployment', openAlice({ deployment: undefined }), ['E_FIELD', 'deployment', 'an object', 'undefined']],
    [
      'the whole dintel.json',
      openBob({ deployment: { rpcUrl: '', deployment: net.deployment } }),
      ['E_FIELD', 'deployment.chainId', 'a whole number from 1', 'undefined'],
    ],
    [
      'no escrow',
      openAlice({ deployment: { ...net.deployment, escrow: undefined } }),
      ['E_FIELD', 'deployment.escrow', anAddress, 'undefined'],
    ],
    ['no address', openBob({ keyring: net }), ['E_FIELD', 'keyring', aKeyring, 'TestNetwork']],
    [
      'an inbox of one keyring',
      () => new Inbox(loose({ keyring: net.keyring('bob') })),
      ['E_FIELD', 'network', 'a Network: await Network.open(chain, deployment), bob.network', 'undefined'],
    ],
    [
      'people without a journal',
      () => new People(loose({ network: world.network, keyring: net.keyring('bob') })),
      ['E_FIELD', 'journal', 'a Journal', 'undefined'],
    ],
    ['a vault without a store', vault({ store: undefined }), ['E_FIELD', 'store', 'a VaultStore', 'undefined']],
    ['a vault without slots', vault({ slots: undefined }), ['E_FIELD', 'slots', 'a list', 'undefined']],
    [
      'to open nothing',
      () => Vault.open(loose(undefined)),
      ['E_FIELD', 'options', 'an object: { store }', 'undefined'],
    ],
  ],
  'of retrieving': () => [
    ['the link alone', retrieve('http://x/open#d1.x'), ['E_FIELD', 'options', 'an object: { from }', 'text']],
    ['another name', retrieve({ link: 'http://x/open#d1.x' }), ['E_FIELD', 'from', aFrom, 'undefined']],
    ['a forgotten await', retrieve({ from: Promise.resolve('') }), ['E_FIELD', 'from', aFrom, aPromise]],
    [
      'a time limit in text',
      retrieve({ from: 'http://x/open#d1.x', nodeTimeoutMs: '300' }),
      ['E_FIELD', 'nodeTimeoutMs', 'a whole number, 0 to 2147483647', 'the text "300"'],
    ],
    [
      'one link in place of many',
      () => world.bob.retrieveAll(loose({ from: 'http://x/open#d1.x' })).next(),
      ['E_FIELD', 'from', 'a list', 'text'],
    ],
  ],
  'of encrypting': () => [
    ['text', () => world.alice.encrypt(loose('hello'), { label: 'team' }), ['E_FIELD', 'source', aSource, 'text']],
    [
      'bytes',
      () => world.alice.encrypt(loose(world.bytes), { label: 'team' }),
      ['E_FIELD', 'source', aSource, 'Uint8Array'],
    ],
    ['no options', () => world.alice.encrypt([], loose(undefined)), ['E_FIELD', 'options', '{ label }', 'undefined']],
    [
      'a secret key',
      () => new Enrico(loose(net.keyring('alice').receiving())),
      ['E_FIELD', 'delegatingKey', 'a PublicKey, or its bytes as hex', 'SecretKey'],
    ],
  ],
  'of the chain': () => {
    const aWallet = 'a viem wallet client: createWalletClient(…)';
    const rpcUrl = 'http://127.0.0.1:1';
    return [
      ['no wallet', () => viemChain(loose({})), ['chain.config', 'wallet', aWallet, 'undefined']],
      [
        'no source',
        () => viemReader(loose(undefined)),
        ['chain.config', 'options', 'an object: { client }', 'undefined'],
      ],
      [
        'a provider that is none',
        () => eip1193Chain(loose({ provider: {} })),
        ['chain.config', 'provider', 'an EIP-1193 provider, as window.ethereum', 'Object'],
      ],
      [
        'a URL that is none',
        () => eip1193Reader({ rpcUrl: 'localhost:8545' }),
        ['chain.config', 'rpcUrl', 'the URL of a JSON-RPC endpoint: http://… or https://…', 'text'],
      ],
      [
        'no key',
        () => ethersChain(loose({ rpcUrl, chainId: 1 })),
        ['chain.config', 'privateKey', 'a private key: 0x and 64 hex digits, or a signer', 'undefined'],
      ],
      [
        'a signer without a provider',
        () => ethersChain({ rpcUrl, signer: new Wallet(`0x${'11'.repeat(32)}`) }),
        ['chain.config', 'signer', 'an ethers signer with a provider: signer.connect(provider)', 'Wallet'],
      ],
      [
        'a chain id as text',
        () => ethersReader(loose({ rpcUrl, chainId: '1' })),
        ['chain.config', 'chainId', 'a whole number from 1', 'the text "1"'],
      ],
    ];
  },
  'of storage': () => [
    [
      'a store without its last slash',
      () => new HttpStorage({ stores: ['http://x/chunks'] }),
      ['E_URL', 'stores[0]', 'http(s)://…/', 'no last slash'],
    ],
    ['no id', () => fetchBlob('0x12', ['http://x/']), ['E_HEX', 'id', '64 lower-case hexadecimal digits', 'text']],
  ],
};

describe.each(Object.keys(mistakes))('mistakes %s are named', (part) => {
  it('by the option and by what it should be', async () => {
    for (const [name, act, expected] of mistakes[part]?.() ?? []) {
      expect(told(await failure(act)), name).toEqual(expected);
    }
  });
});

it('an end that cannot be is told in dates, with the latest one', async () => {
  const { alice, options } = world;
  const quote = (until: Date | number) => failure(() => alice.quote({ threshold: 2, shares: 3, until }));
  const error = await quote(net.in(-60));
  expect(told(error).slice(0, 2)).toEqual(['E_DURATION', 'until']);
  const latest = new Date(/no later than (\S+)$/.exec((error as DintelError).expected ?? '')?.[1] ?? '');
  expect(told(await quote(latest.getTime() / 1000 + 1))[0]).toBe('E_DURATION');
  expect(await quote(latest)).toBeUndefined();
  await expect(alice.quote({ threshold: 2, shares: 3, until: options.until })).resolves.toMatchObject({
    candidates: 3,
  });
});

it('conditions are dates or seconds, and the file is granted under them', async () => {
  const { alice, options } = world;
  const grant = await alice.draft(loose(options));
  expect(grant).toMatchObject({ status: 'draft' });
});

it('an id with 0x is the same id', async () => {
  const { hashBlob } = await import('../../lib/storage/storage.ts');
  const bytes = new Uint8Array([5]);
  const fetch: typeof globalThis.fetch = async (url) =>
    String(url).includes('0x') ? new Response(null, { status: 404 }) : new Response(bytes);
  const id = await hashBlob(bytes);
  await expect(fetchBlob(`0x${id}`, ['http://x/'], { fetch })).resolves.toEqual(bytes);
});

it('contracts of another deployment are noticed before anything is done', async () => {
  const { deployment } = net;
  const nobody = `0x${'ee'.repeat(20)}` as const;
  const wrong: Partial<Deployment>[] = [
    { policyManager: nobody },
    { policyManager: deployment.escrow },
    { adjudicator: nobody },
    { escrow: nobody },
  ];
  for (const part of wrong) {
    const error = await failure(openBob({ deployment: { ...deployment, ...part } }));
    const [name] = Object.keys(part);
    const field = name === 'escrow' ? undefined : `deployment.${name}`;
    expect(told(error).slice(0, 2), JSON.stringify(part)).toEqual(['chain.not_deployed', field]);
  }
  const chain = net.account('bob');
  const call: Chain['call'] = (request, ...more) => {
    if (request.function === 'policyManager') throw new ChainError('chain.reverted', 'Another contract is there.');
    return chain.call(request, ...more);
  };
  const error = await failure(
    openBob({ chain: { ...chain, call: async (...of: Parameters<typeof call>) => call(...of) } }),
  );
  expect(told(error).slice(0, 2)).toEqual(['chain.not_deployed', 'deployment.adjudicator']);
});

describe('whatever comes in place of an option', () => {
  const junk = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withTypedArray: true });
  const secret = 'correct horse battery staple';
  /** Each option of each door replaced by junk, one at a time. */
  const doors: Record<string, () => readonly [valid: Loose, act: (options: Loose) => unknown]> = {
    'Alice.open': () => [
      {
        ...net.options,
        keyring: net.keyring('alice'),
        former: [],
        chain: net.account('alice'),
        journal: new MemoryJournal(),
        depth: 0,
      },
      (options) => Alice.open(loose(options)),
    ],
    'Alice.draft': () => [world.options, (options) => world.alice.draft(loose(options))],
    'Alice.quote': () => [
      { threshold: 2, shares: 3, until: world.options.until, rateWei: 1n, recipients: 1, signal: undefined },
      (options) => world.alice.quote(loose(options)),
    ],
    'Alice.encrypt': () => [
      { label: 'team', labelVersion: 0, name: 'a', mediaType: 'text/plain', size: 0, suite: 2, signal: undefined },
      (options) => new Response(world.alice.encrypt([], loose(options))).arrayBuffer(),
    ],
    'Bob.open': () => [
      { ...net.options, keyring: net.keyring('bob'), former: [], chain: net.account('bob'), verifier: undefined },
      (options) => Bob.open(loose(options)),
    ],
    'Bob.retrieve': () => [
      {
        from: 'http://x/open#d1.x',
        only: undefined,
        knownAuthors: [],
        hedgeMs: 1,
        nodeTimeoutMs: 1,
        signal: undefined,
      },
      (options) => world.bob.retrieve(loose(options)),
    ],
    'Bob.retrieveAll': () => [
      { from: ['http://x/open#d1.x'], only: undefined, width: 1, hedgeMs: 1, signal: undefined },
      async (options) => {
        for await (const { error } of world.bob.retrieveAll(loose(options))) if (error) throw error;
      },
    ],
    Enrico: () => [{ key: '' }, ({ key }) => new Enrico(loose(key))],
    'Enrico.encrypt': () => [
      { source: [] },
      ({ source }) => new Response(new Enrico(world.alice.delegatingKey('team')).encrypt(loose(source))).arrayBuffer(),
    ],
    Inbox: () => [
      {
        network: world.network,
        keyrings: [net.keyring('bob')],
        people: world.people,
        journal: new MemoryJournal(),
        hello: undefined,
        depth: 0,
      },
      (options) => new Inbox(loose(options)),
    ],
    People: () => [
      {
        network: world.network,
        keyring: net.keyring('bob'),
        former: [],
        journal: new MemoryJournal(),
        clock: undefined,
      },
      (options) => new People(loose(options)),
    ],
    'Vault.create': () => [
      {
        store: new MemoryVaultStore(),
        slots: [{ type: 'phrase' }],
        phrases: undefined,
        idleMs: 0,
        clock: undefined,
        stretch: undefined,
      },
      (options) => Vault.create(loose(options)),
    ],
    'Vault.open': () => [{ store: new MemoryVaultStore(), idleMs: 0 }, (options) => Vault.open(loose(options))],
    ...Object.fromEntries(
      Object.entries({ ethersChain, viemChain, eip1193Chain, ethersReader, viemReader, eip1193Reader }).map(
        ([name, open]) => [
          name,
          () => [
            {
              rpcUrl: undefined,
              provider: undefined,
              client: undefined,
              wallet: undefined,
              signer: undefined,
              privateKey: secret,
              source: undefined,
            },
            (options: Loose) => open(loose(options)),
          ],
        ],
      ),
    ),
  };

  it.each(Object.keys(doors))('%s throws errors of the library only, and nothing secret', async (name) => {
    const [valid, act] = doors[name]?.() ?? [];
    if (!valid || !act) throw new Error(name);
    const check = async (options: unknown) => {
      const error = await failure(() => act(options as Loose));
      if (error === undefined) return;
      expect(error instanceof DintelError || error instanceof UmbralError, String(error)).toBe(true);
      // A label is a name that is told.
      if (valid.label === (options as Loose | null)?.label) expect((error as Error).message).not.toContain(secret);
    };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(valid)), fc.oneof(junk, fc.constant(secret)), (option, value) =>
        check({ ...valid, [option]: value }),
      ),
      { numRuns: 60 },
    );
    if (name.startsWith('Enrico')) return;
    for (const options of [undefined, null, 7, secret, Promise.resolve(), []]) await check(options);
  });
});

it('a keyring in the wrong place is told by its kind only', async () => {
  const keyring = Keyring.fromRoot(new Uint8Array(32).fill(0x5a));
  for (const error of [
    await failure(grant({ to: keyring })),
    await failure(vault({ store: keyring })),
    await failure(() => viemChain(loose({ wallet: keyring }))),
  ]) {
    expect(told(error)[3]).toBe('Keyring');
    expect(String(error)).not.toMatch(/5a5a|90,90/);
  }
});

it('a range and a list of bytes are what they were', async () => {
  const { alice, bytes } = world;
  const sealed = new Uint8Array(await new Response(alice.encrypt([bytes], { label: 'team' })).arrayBuffer());
  await expect(openSealedFile(bytesRange(sealed))).resolves.toMatchObject({ size: 3 });
});
