/** What an app developer's test does with `dintel/testing`: people, switches, time. Real cores, real bytes, a modelled chain. */
import {
  type Alice,
  type Bob,
  heldFile,
  Inbox,
  MemoryJournal,
  Network,
  People,
  publishKeys,
  RetrievalError,
  reportAnswer,
} from 'dintel';
import { type Chain, MinerEscrow, PolicyManager, readRegistry, Token } from 'dintel/chain';
import { sha256, toHex, utf8 } from 'dintel/protocol';
import { createTestNetwork, type Lie, type TestNetwork } from 'dintel/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RegistryReader } from '../../lib/chain/registry.ts';

const plaintext = utf8('A letter for Bob, and for nobody else.');
const hour = 3_600;

let net: TestNetwork;
let alice: Alice;
let bob: Bob;

beforeAll(async () => {
  net = await createTestNetwork({ nodes: 5 });
  alice = await net.alice();
});
beforeEach(async () => {
  for (const node of net.nodes) node.up();
  bob = await net.bob();
});

async function granted(options: { threshold?: number; shares?: number; seconds?: number } = {}) {
  const { threshold = 3, shares = 5, seconds = 10 * hour } = options;
  const stream = alice.encrypt([plaintext], { label: 'letters', name: 'letter.txt', size: plaintext.length });
  const file = await heldFile(stream);
  const terms = { threshold, shares, until: net.in(seconds) };
  return alice.grant({ to: bob.card(), label: 'letters', files: [file], ...terms });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('a network in memory', () => {
  it('begins now, so that what a program takes from its own clock means the same here; time never runs backwards', async () => {
    const before = Math.floor(Date.now() / 1_000);
    for (const nodes of [0, 3, 12]) {
      const young = await createTestNetwork({ nodes, epochLength: 30 });
      expect(young.now()).toBeGreaterThanOrEqual(before);
      expect(young.now()).toBeLessThanOrEqual(Date.now() / 1_000);
    }
    const set = await createTestNetwork({ startsAt: 2_000_000_000 });
    expect(set.now()).toBe(2_000_000_000);
    const until = new Date(2_000_000_000_000 + 60_000);
    const { candidates } = await (await set.alice()).quote({ threshold: 2, shares: 5, until });
    expect(candidates).toBe(5);
    const here = set.now();
    for (const seconds of [-5, 0.5, Number.NaN]) {
      await expect(set.advance(seconds)).rejects.toMatchObject({ code: 'E_NUMBER', field: 'seconds' });
    }
    expect(set.now()).toBe(here);
  });

  it('Alice grants, Bob opens, in the same bytes', async () => {
    const grant = await granted();
    const got = await bob.retrieve({ from: grant.link() });
    expect(await got.files[0]?.bytes()).toEqual(plaintext);
    expect(got.nodes.filter(({ state }) => state === 'verified').length).toBeGreaterThanOrEqual(3);
    expect(grant.status).toBe('published');
  });

  it('the same seed makes the same people and nodes, another one others', async () => {
    const again = await createTestNetwork({ nodes: 2, seed: 'dintel' });
    const other = await createTestNetwork({ nodes: 2, seed: 'another' });
    expect(again.nodes.map(({ address }) => address)).toEqual(net.nodes.slice(0, 2).map(({ address }) => address));
    expect(again.account('alice').account).toBe(alice.address);
    expect((await again.bob()).reader).toBe(bob.reader);
    expect(other.account('alice').account).not.toBe(alice.address);
    expect(other.nodes[0]?.address).not.toBe(net.nodes[0]?.address);
  });

  it('two nodes down: enough; three: each reason is named', async () => {
    const grant = await granted();
    net.nodes[0]?.down();
    net.nodes[1]?.down();
    expect(await (await bob.retrieve({ from: grant.link() })).files[0]?.bytes()).toEqual(plaintext);
    const second = await net.bob();
    net.nodes[2]?.refuses('E_BUSY');
    // Not by its link: the nodes that are left need not be among those that hold the manifest.
    const from = { manifest: grant.manifestBytes!, verifyingKey: alice.verifyingKey };
    const error = await failure(second.retrieve({ from }));
    expect(error).toBeInstanceOf(RetrievalError);
    const codes = (error as RetrievalError).nodes.map(({ key, code }) => [key, code]);
    expect(new Map(codes as [string, string][])).toEqual(
      new Map([
        ...net.nodes.slice(0, 2).map(({ address }) => [address, 'NODE_UNREACHABLE'] as const),
        [net.nodes[2]?.address, 'E_BUSY'],
        ...net.nodes.slice(3).map(({ address }) => [address, undefined] as const),
      ]),
    );
  });

  it('slow nodes are not waited for', async () => {
    const grant = await granted();
    for (const node of net.nodes.slice(0, 2)) node.slow(600_000);
    expect(await (await bob.retrieve({ from: grant.link() })).files[0]?.bytes()).toEqual(plaintext);
  });

  it('counts what nodes are asked', async () => {
    const before = net.nodes.map((node) => node.asked('reencrypt'));
    await bob.retrieve({ from: (await granted({ threshold: 5 })).link() });
    expect(net.nodes.map((node) => node.asked('reencrypt'))).toEqual(before.map((count) => count + 1));
    expect(net.nodes[0]?.asked()).toBeGreaterThan(net.nodes[0]?.asked('reencrypt') ?? 0);
  });

  it('time and revocation end access', async () => {
    const grant = await granted();
    const { refundWei } = await alice.revoke({ policyId: grant.policyId });
    expect(refundWei).toBeGreaterThan(0n);
    expect(await failure(bob.retrieve({ from: grant.link() }))).toMatchObject({ code: 'POLICY_REVOKED' });
    const short = await granted({ seconds: hour });
    await net.advance(short.expiresAt - net.now() - 1);
    await (await net.bob()).retrieve({ from: short.link() });
    await net.advance(1);
    expect(net.now()).toBe(short.expiresAt);
    expect(await failure((await net.bob()).retrieve({ from: short.link() }))).toMatchObject({ code: 'POLICY_EXPIRED' });
  });
});

describe('what a grant costs in questions', () => {
  let net: TestNetwork;
  const routes = ['info', 'acks', 'reservations', 'headChunk', 'putChunk', 'reencrypt', 'getChunk'] as const;
  const asked = () => routes.map((route) => net.nodes.reduce((sum, node) => sum + node.asked(route), 0));

  /** The door to the chain, with how often each of its methods was called. */
  function counted(chain: Chain): { chain: Chain; calls: Record<string, number> } {
    const calls: Record<string, number> = {};
    const get = (target: Chain, name: keyof Chain) => {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (...args: never[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return (value as (...of: never[]) => unknown)(...args);
      };
    };
    return { chain: new Proxy(chain, { get: (target, name) => get(target, name as keyof Chain) }), calls };
  }

  it('a second grant introduces nobody again and sends what is new at once; a retrieval asks for what it needs', async () => {
    net = await createTestNetwork({ nodes: 3 });
    const { chain, calls } = counted(net.account('gina'));
    const gina = await net.alice('gina', { chain });
    const reader = await net.bob();
    const file = await heldFile(gina.encrypt([plaintext], { label: 'letters', name: 'letter.txt' }));
    const terms = { to: reader.card(), label: 'letters', threshold: 3, shares: 3, until: net.in(hour) };
    await gina.grant({ ...terms, files: [file] });
    for (const name of Object.keys(calls)) delete calls[name];
    const before = asked();
    const grant = await gina.grant({ ...terms, files: [file] });
    const after = asked();
    const [info, acks, reservations, heads, puts] = after.map((count, i) => count - (before[i] as number));
    // Three leaves; one copy of header, index and chunk, which are there, and of the manifest, which cannot be.
    expect([info, acks, reservations, heads]).toEqual([0, 3, 3, 3]);
    // Whoever was to hold none of the four is shown its leaf with the manifest.
    expect(puts).toBeLessThanOrEqual(3);
    expect([calls.send, calls.transaction, calls.estimate, calls.balance]).toEqual([1, 1, 1, 1]);
    expect(calls.logs).toBeLessThanOrEqual(3);
    expect((calls.call ?? 0) + (calls.block ?? 0)).toBeLessThanOrEqual(20);
    const got = await reader.retrieve({ from: grant.link() });
    expect(await got.files[0]?.bytes()).toEqual(plaintext);
    // Manifest, index and chunk.
    expect(asked().map((count, i) => count - (after[i] as number))).toEqual([0, 0, 0, 0, 0, 3, 3]);
  });

  it('a new device asks the chain once for each policy, and one place for each manifest', async () => {
    net = await createTestNetwork({ nodes: 3 });
    const [gina, reader, keyring] = [await net.alice('gina'), await net.bob(), net.keyring('bob')];
    await publishKeys(gina.network, { keyring: net.keyring('gina') });
    const files = [await heldFile(gina.encrypt([plaintext], { label: 'letters' }))];
    const terms = { to: reader.card(), label: 'letters', files, threshold: 2, shares: 3 };
    const count = 6;
    for (let i = 0; i < count; i += 1) await gina.grant({ ...terms, until: net.in(hour) });
    const { chain, calls } = counted(net.account('bob'));
    const network = await Network.open(chain, net.deployment);
    const people = new People({ network, keyring, journal: new MemoryJournal(), clock: net.clock });
    const inbox = new Inbox({ network, keyrings: [keyring], people, journal: new MemoryJournal(), fetch: net.fetch });
    const before = asked();
    const items = await all(inbox.rebuild());
    expect(items.map(({ manifest, from }) => [manifest !== undefined, from?.address])).toEqual(
      Array.from({ length: count }, () => [true, gina.address]),
    );
    expect(asked().map((sum, i) => sum - (before[i] as number))).toEqual([0, 0, 0, 0, 0, 0, count]);
    // One page of notices; each policy; three operators; whose keys these are; the network's own facts.
    expect(calls.logs).toBe(1);
    expect(calls.call).toBeLessThanOrEqual(count + 3 + 4);
    const device = counted(net.account('gina'));
    const again = await net.alice('gina', { chain: device.chain });
    const grants = await all(again.grants());
    expect(grants.filter(({ manifest }) => manifest !== undefined).length).toBe(count);
    // Her policies, and all their notices; the length of an epoch, and that the contracts belong together.
    expect(device.calls.logs).toBe(2);
    expect(device.calls.call).toBeLessThanOrEqual(count + 3 + 2);
  });

  it('who said no is asked again who it is, the others are not', async () => {
    net = await createTestNetwork({ nodes: 3 });
    const hugo = await net.alice('hugo');
    const files = [await heldFile(hugo.encrypt([plaintext], { label: 'letters' }))];
    const terms = { to: (await net.bob()).card(), label: 'letters', files, threshold: 1, shares: 3 };
    const grant = () => hugo.grant({ ...terms, until: net.in(hour) });
    const infos = () => net.nodes.map((node) => node.asked('info'));
    await grant();
    expect(infos()).toEqual([1, 1, 1]);
    net.nodes[1]?.refuses('E_HORIZON');
    expect(await failure(grant())).toMatchObject({ code: 'NOT_ENOUGH_NODES' });
    net.nodes[1]?.up();
    await grant();
    expect(infos()).toEqual([1, 2, 1]);
  });
});

describe('lies', () => {
  const caught: readonly (readonly [Lie, string, string])[] = [
    ['proof', 'cfrag.reencryption', 'EquationE'],
    ['fragment', 'fragment', 'Commitment'],
    ['point', 'parse', 'Point'],
  ];
  it.each(caught)('%s over a signature: named, kept and convicted', async (lie, fault, verdict) => {
    const grant = await granted({ threshold: 5 });
    const liar = net.nodes[4]!;
    liar.lies(lie);
    const error = (await failure(bob.retrieve({ from: grant.link() }))) as RetrievalError;
    expect(error).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 4, need: 5 });
    const [evidence, ...more] = error.evidence;
    expect(more).toEqual([]);
    expect(evidence).toMatchObject({ fault, share: { node: liar.address } });
    const reporter = net.account(`reporter of ${lie}`);
    const escrow = new MinerEscrow(reporter, net.deployment.escrow);
    const { stake } = await escrow.miner(liar.address);
    const answer = { ...evidence!, leaf: evidence!.share.leaf };
    const reported = await reportAnswer(net.deployment, answer, { chain: reporter });
    expect(reported).toMatchObject({ node: liar.address, verdict });
    expect(reported.reward).toBe(reported.penalty / 5n);
    expect(await escrow.credit(reporter.account)).toBe(reported.reward);
    expect((await escrow.miner(liar.address)).stake).toBe(stake - reported.penalty);
    const twice = await failure(reportAnswer(net.deployment, answer, { chain: reporter }));
    expect(twice).toMatchObject({ revert: { name: 'AlreadyJudged' } });
    // Correctness is judged once an epoch; the next lie is in the next one.
    await net.advance(hour);
  });

  it.each(['unsigned', 'stranger'] as const)('%s: no answer, and no evidence', async (lie) => {
    const grant = await granted({ threshold: 5 });
    net.nodes[3]?.lies(lie);
    const error = (await failure(bob.retrieve({ from: grant.link() }))) as RetrievalError;
    expect(error).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 4, evidence: [] });
    expect(error.nodes.find(({ key }) => key === net.nodes[3]?.address)).toMatchObject({ code: 'E_SIGNATURE' });
  });

  it('chunk: the bytes are taken from another node', async () => {
    const grant = await granted({ shares: 3, threshold: 2 });
    net.nodes[0]?.lies('chunk');
    expect(await (await bob.retrieve({ from: grant.link() })).files[0]?.bytes()).toEqual(plaintext);
  });
});

describe('the chain below', () => {
  it('mines when it is told to, and one block takes all that waits', async () => {
    const manager = new PolicyManager(net.account('carol'), net.deployment.policyManager);
    const until = net.in(hour);
    const { deposit } = await manager.quote(1n, 1, until);
    net.chain.automine = false;
    try {
      const send = (name: string) => {
        const terms = { salt: toHex(sha256(utf8(name))), root: toHex(sha256(utf8('root'))), shares: 1, rate: 1n };
        return manager.createPolicy({ terms: { ...terms, expiresAt: until }, valueWei: deposit });
      };
      const [first, second, third] = [await send('one'), await send('two'), await send('one')];
      await net.mine();
      const [a, b] = [await first.wait(), await second.wait()];
      expect(a.blockNumber).toBe(b.blockNumber);
      // Fit to be sent when it was simulated, and no longer when it was mined.
      expect(await failure(third.wait())).toMatchObject({ revert: { name: 'PolicyExists' } });
    } finally {
      net.chain.automine = true;
    }
  });

  it('a re-organisation takes back what it forgets, and an older state can be read', async () => {
    const chain = net.account('dora');
    const manager = new PolicyManager(chain, net.deployment.policyManager);
    const terms = { salt: toHex(sha256(utf8('dora'))), root: toHex(sha256(utf8('r'))), shares: 1, rate: 1n };
    const id = await manager.policyIdOf(chain.account, terms.salt);
    const until = net.in(hour);
    const { deposit } = await manager.quote(1n, 1, until);
    const before = net.chain.head.number;
    const coins = await chain.balance(chain.account);
    const sent = await manager.createPolicy({ terms: { ...terms, expiresAt: until }, valueWei: deposit });
    expect(await manager.policy(id)).toBeDefined();
    expect(await manager.policy(id, { at: before })).toBeUndefined();
    expect(await chain.balance(chain.account)).toBeLessThan(coins);
    net.reorg(1);
    expect(await manager.policy(id)).toBeUndefined();
    expect(await chain.balance(chain.account)).toBe(coins);
    expect(await failure(sent.wait())).toMatchObject({ code: 'chain.dropped' });
  });

  it('the registry is read on from where it was read, and follows a re-organisation', async () => {
    const ranges: bigint[] = [];
    const chain = net.account('ida');
    const logs: Chain['logs'] = async (query) => {
      if ('fromBlock' in query.range) ranges.push(query.range.toBlock - query.range.fromBlock + 1n);
      return chain.logs(query);
    };
    const registry = new RegistryReader({ ...chain, logs }, net.deployment);
    const told = async (reader: { all(): readonly unknown[] }) => expect(reader.all()).toEqual((await whole()).all());
    const whole = () => readRegistry(chain, { deployment: net.deployment });
    await told(await registry.read());
    net.chain.mine(200);
    await net.mine();
    await told(await registry.read());
    const escrow = new MinerEscrow(chain, net.deployment.escrow);
    const token = new Token(chain, net.deployment.token);
    net.chain.fund(chain.account, { tokens: 10n ** 20n });
    await token.approve(net.deployment.escrow, 10n ** 20n);
    await escrow.topUp(net.nodes[0]!.address, 10n ** 18n);
    const before = (await registry.read()).get(net.nodes[0]!.address)?.stake;
    net.reorg(1);
    const after = await registry.read();
    await told(after);
    expect((before ?? 0n) - (after.get(net.nodes[0]!.address)?.stake ?? 0n)).toBe(10n ** 18n);
    // The last ones look at what is new, and at 64 blocks before.
    expect(ranges.slice(2).every((blocks) => blocks < 75n)).toBe(true);
  });

  it('nodes stay awake by themselves; one that is down earns nothing', async () => {
    const escrow = new MinerEscrow(net.account('erin'), net.deployment.escrow);
    net.nodes[1]?.down();
    await net.advance(40 * hour);
    const now = await escrow.currentEpoch();
    const active = (i: number) => escrow.activeEpochs(net.nodes[i]!.address, now - 20, now);
    expect([await active(0), await active(1)]).toEqual([21n, 0n]);
    net.nodes[1]?.up();
    await net.advance(hour);
    expect(await escrow.isActive(net.nodes[1]!.address, now + 2)).toBe(true);
  });

  it('an account without coins is told so', async () => {
    const poor = new PolicyManager(net.account('fay'), net.deployment.policyManager);
    const terms = { salt: toHex(sha256(utf8('fay'))), root: toHex(sha256(utf8('r'))), shares: 1, rate: 10n ** 26n };
    const until = net.in(hour);
    const { deposit } = await poor.quote(terms.rate, 1, until);
    const sent = poor.createPolicy({ terms: { ...terms, expiresAt: until }, valueWei: deposit });
    expect(await failure(sent)).toMatchObject({ code: 'chain.funds' });
  });

  it('a contract wallet owns policies: its owner signs, the wallet answers for it', async () => {
    const smart = await net.alice('smart', { chain: net.contractWallet('smart') });
    expect(smart.address).not.toBe(net.account('smart').account);
    const stream = smart.encrypt([plaintext], { label: 'letters', name: 'letter.txt', size: plaintext.length });
    const file = await heldFile(stream);
    const terms = { threshold: 2, shares: 3, until: net.in(hour) };
    const grant = await smart.grant({ to: bob.card(), label: 'letters', files: [file], ...terms });
    expect(await (await bob.retrieve({ from: grant.link() })).files[0]?.bytes()).toEqual(plaintext);
    // Several acts in one transaction: all, or none of them.
    const wallet = smart.network.chain;
    const { policyManager } = smart.network;
    const note = { tag: `0x${'00'.repeat(32)}`, envelope: '0x01' };
    const notify = (id: string) => policyManager.request('notify', [id, note]);
    const both = await wallet.sendTogether?.([notify(grant.policyId), notify(grant.policyId)]);
    expect(both?.logs.map(({ event }) => event)).toEqual(['Notice', 'Notice']);
    const head = net.chain.head.number;
    const broken = wallet.sendTogether?.([notify(grant.policyId), notify(`0x${'11'.repeat(32)}`)]) ?? Promise.resolve();
    expect(await failure(broken)).toMatchObject({ revert: { name: 'NoSuchPolicy' } });
    expect(net.chain.head.number).toBe(head);
    expect(net.account('smart').sendTogether).toBeUndefined();
    const revoked = await smart.revoke({ policyId: grant.policyId, earlyNotice: true });
    expect(revoked.nodes.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
  });
});
