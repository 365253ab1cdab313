/** After a rotation of the root: what was begun and shared before goes on with the new keyring and those before it as `former`. */
import {
  type Alice,
  type AliceOptions,
  type Bob,
  type BobOptions,
  contractsOf,
  type Grant,
  heldFile,
  Inbox,
  type InboxItem,
  type Journal,
  Keyring,
  MemoryJournal,
  People,
  type SealedFile,
} from 'dintel';
import { parseLink } from 'dintel/protocol';
import { createTestNetwork, type TestNetwork } from 'dintel/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

let net: TestNetwork;
beforeAll(async () => {
  net = await createTestNetwork({ nodes: 4, seed: 'former' });
});
beforeEach(() => {
  for (const node of net.nodes) node.up();
});

const label = 'team/plans';
const terms = (end = 86_400) => ({ label, threshold: 2, shares: 3, until: net.in(end) });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
const sealed = (alice: Alice, words: string): Promise<SealedFile> =>
  heldFile(alice.encrypt([new TextEncoder().encode(words)], { label, name: 'a.txt' }));
async function read(bob: Bob, link: string): Promise<string> {
  const { files } = await bob.retrieve({ from: link });
  return new TextDecoder().decode(await files[0]?.bytes());
}

const signerOf = (grant: Grant) => parseLink(grant.link(), [contractsOf(net.deployment)]).verifyingKey;

/** One account and one journal over rotations of the root. */
function person(name: string) {
  const journal: Journal = new MemoryJournal();
  const old = net.keyring(`${name}/0`);
  const [newer, newest] = [net.keyring(`${name}/1`), net.keyring(`${name}/2`)];
  const alice = (keyring: Keyring, former: readonly Keyring[] = [], more: Partial<AliceOptions> = {}) =>
    net.alice(name, { keyring, former, journal, ...more });
  const bob = (keyring: Keyring, former: readonly Keyring[] = [], more: Partial<BobOptions> = {}) =>
    net.bob(name, { keyring, former, journal, ...more });
  return { journal, old, newer, newest, alice, bob };
}

/** As far as a state, as if the machine had stopped there. */
async function cutShort(alice: Alice, state: string, to: string, files: readonly SealedFile[]): Promise<Grant> {
  if (state === 'draft') return alice.draft({ ...terms(), to, files });
  const stop = new AbortController();
  const { signal } = stop;
  const grant = await alice.draft({
    ...{ ...terms(), to, files },
    onProgress: (event) => event.type === 'grant.state' && event.state === state && stop.abort(),
  });
  expect(await failure(grant.wait({ signal }))).toMatchObject({ code: 'ABORTED' });
  expect(grant.status).toBe(state);
  return grant;
}

describe('Alice after a rotation', () => {
  it('finishes what was cut short at each state, by the keys that it was begun with', async () => {
    const ann = person('ann');
    const bob = await net.bob();
    const alice = await ann.alice(ann.old);
    const file = await sealed(alice, 'begun before');
    const begun = new Map<string, Grant>();
    for (const state of ['draft', 'acked', 'sealed', 'sent', 'mined', 'active']) {
      begun.set(state, await cutShort(alice, state, bob.card(), [file]));
    }
    // Two rotations later, and half of the way under the first.
    const halfway = await ann.alice(ann.newer, [ann.old]);
    const stopped = await failure(all(halfway.resume({ files: [file], signal: AbortSignal.abort() })));
    expect(stopped).toMatchObject({ code: 'ABORTED' });
    const again = await ann.alice(ann.newest, [ann.newer, ann.old]);
    expect((await again.unfinished()).map(({ policyId }) => policyId).sort()).toEqual(
      [...begun.values()].map(({ policyId }) => policyId).sort(),
    );
    const finished = await all(again.resume({ files: [file] }));
    expect(finished.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'published'));
    for (const grant of finished) {
      expect(signerOf(grant).equals(alice.verifyingKey)).toBe(true);
      expect(await read(bob, grant.link())).toBe('begun before');
    }
    const listed = await all(again.grants());
    expect(listed.map((one) => [one.label, one.missing])).toEqual(finished.map(() => [label, undefined]));
  });

  it('finishes a batch together, makes a grant longer, and what is new is signed with the new key', async () => {
    const bea = person('bea');
    const [bob, carol] = [await net.bob(), await net.bob('carol')];
    const alice = await bea.alice(bea.old);
    const file = await sealed(alice, 'for both');
    const before = await alice.grant({ ...terms(), to: bob.card(), files: [file] });
    await alice.draft({ ...terms(), to: [bob.card(), carol.card()], files: [file] });

    const again = await bea.alice(bea.newest, [bea.old]);
    const both = await all(again.resume({ files: [file] }));
    expect(new Set(both.map(({ transactionHash }) => transactionHash)).size).toBe(1);
    for (const one of [bob, carol]) {
      const his = both.find(({ reader }) => reader === one.reader);
      expect(await read(one, his!.link())).toBe('for both');
    }
    const { grant: longer, nodes } = await again.extend({ policyId: before.policyId, until: net.in(2 * 86_400) });
    expect(nodes.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
    expect(await read(bob, longer.link())).toBe('for both');
    // Every further step too, though the new root has written the record.
    await again.extend({ policyId: before.policyId, until: net.in(3 * 86_400) });
    const fresh = await sealed(again, 'new');
    const now = await again.grant({ ...terms(), to: bob.card(), files: [fresh] });
    expect(signerOf(now).equals(bea.newest.verifying().publicKey)).toBe(true);
    expect(again.verifyingKey.equals(bea.newest.verifying().publicKey)).toBe(true);
    expect(await read(bob, now.link())).toBe('new');
  });

  it('shares again what was encrypted before, signed with the new key', async () => {
    const cleo = person('cleo');
    const bob = await net.bob();
    const alice = await cleo.alice(cleo.old);
    const first = await sealed(alice, 'version 0');
    for (let i = 0; i < 3; i++) await alice.rotateLabel({ label });
    const third = await sealed(alice, 'version 3');
    const again = await cleo.alice(cleo.newest, [cleo.old]);
    for (const [file, words] of [
      [first, 'version 0'],
      [third, 'version 3'],
    ] as const) {
      const grant = await again.grant({ ...terms(), to: bob.card(), files: [file] });
      expect(signerOf(grant).equals(cleo.newest.verifying().publicKey)).toBe(true);
      expect(await read(bob, grant.link())).toBe(words);
    }
    // A version is of the present root: what is meant to be under a new key is not, by a slip, under an old one.
    const wrong = { ...terms(), to: bob.card(), files: [third], labelVersion: 3 };
    expect(await failure(again.grant(wrong))).toMatchObject({ code: 'E_DECRYPT', field: 'files[0]' });
    const alone = await cleo.alice(cleo.newest);
    expect(await failure(alone.grant({ ...terms(), to: bob.card(), files: [first] }))).toMatchObject({
      code: 'E_DECRYPT',
    });
  });

  it('knows who receives, on a new device too, and gives those who stay what is under the new key', async () => {
    const dora = person('dora');
    const [bob, carol] = [await net.bob(), await net.bob('carol')];
    const alice = await dora.alice(dora.old);
    const file = await sealed(alice, 'one');
    for (const to of [bob.card(), carol.card()]) await alice.grant({ ...terms(), to, files: [file] });
    const device = { journal: new MemoryJournal() };
    for (const again of [
      await dora.alice(dora.newest, [dora.old]),
      await dora.alice(dora.newest, [dora.old], device),
    ]) {
      const { receivers, unread } = await again.receivers({ label });
      expect(unread).toEqual([]);
      expect(receivers.map(({ reader }) => reader)).toEqual([carol.reader, bob.reader]);
      expect(receivers.flatMap(({ grants }) => grants.map(({ version }) => version))).toEqual([undefined, undefined]);
    }
    const again = await dora.alice(dora.newest, [dora.old]);
    const files = async () => [await sealed(again, 'two')];
    const regrant = { threshold: 2, shares: 3, until: net.in(86_400), files, except: [carol.card()] };
    const rotated = await again.rotateLabel({ label, regrant });
    expect(rotated.grants.map(({ grant, error }) => [grant.reader, error])).toEqual([[bob.reader, undefined]]);
    expect(await read(bob, rotated.grants[0]!.grant.link())).toBe('two');
    expect(rotated.delegatingKey.equals(dora.newest.delegating(label, rotated.version).publicKey)).toBe(true);
  });

  it('is told what is missing without `former`, before anything is paid', async () => {
    const eve = person('eve');
    const bob = await net.bob();
    const alice = await eve.alice(eve.old);
    const file = await sealed(alice, 'x');
    const before = await alice.grant({ ...terms(), to: bob.card(), files: [file] });
    const grant = await cutShort(alice, 'sealed', bob.card(), [file]);
    const alone = await eve.alice(eve.newest);
    const hint = expect.stringContaining('`former`');
    expect(await failure(all(alone.resume({ files: [file] })))).toMatchObject({ code: 'E_DECRYPT', details: hint });
    // Once the new root has written it, the record opens; its signatures are still of the old one.
    const both = await eve.alice(eve.newest, [eve.old]);
    const stop = new AbortController();
    const onProgress = ({ type }: { type: string }) => type === 'tx.sent' && stop.abort();
    await failure(all(both.resume({ files: [file], signal: stop.signal, onProgress })));
    await both.extend({ policyId: before.policyId, until: net.in(2 * 86_400) });
    const heads = net.chain.head.number;
    expect(await failure(all(alone.resume({ files: [file] })))).toMatchObject({ code: 'E_SIGNATURE', details: hint });
    const longer = alone.extend({ policyId: before.policyId, until: net.in(3 * 86_400) });
    expect(await failure(longer)).toMatchObject({ code: 'E_SIGNATURE', field: 'verifyingKey', details: hint });
    expect(net.chain.head.number).toBe(heads);
    expect((await all(both.resume({ files: [file] }))).map(({ policyId }) => policyId)).toEqual([grant.policyId]);
  });

  it('says that keys are locked, whichever of them are', async () => {
    const fay = person('fay');
    const bob = await net.bob();
    const [old, newest] = [Keyring.random(), Keyring.random()];
    const alice = await fay.alice(old);
    const file = await sealed(alice, 'x');
    await cutShort(alice, 'acked', bob.card(), [file]);
    const again = await fay.alice(newest, [old]);
    old.dispose();
    expect(await failure(all(again.resume({ files: [file] })))).toMatchObject({ code: 'KEY_LOCKED' });
  });
});

describe('Bob after a rotation', () => {
  it('opens old links and new ones, many at once too, and is called by his new keys', async () => {
    const gil = person('gil');
    const alice = await net.alice('gils friend');
    const file = await sealed(alice, 'shared');
    const give = async (bob: Bob) => (await alice.grant({ ...terms(), to: bob.card(), files: [file] })).link();
    const before = await give(await gil.bob(gil.old));
    const bob = await gil.bob(gil.newest, [gil.newer, gil.old]);
    const between = await give(await gil.bob(gil.newer));
    const after = await give(bob);
    expect(await Promise.all([before, between, after].map((link) => read(bob, link)))).toEqual(
      Array.from({ length: 3 }, () => 'shared'),
    );
    const items = await all(bob.retrieveAll({ from: [before, after] }));
    expect(items.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(bob.reader).toBe((await gil.bob(gil.newest)).reader);
    const alone = await gil.bob(gil.newest);
    expect(await failure(alone.retrieve({ from: before }))).toMatchObject({
      code: 'seal.open',
      field: 'manifest',
      details: expect.stringContaining('`former`'),
    });
  });

  it('goes on with the pieces and the evidence that were kept', async () => {
    const hal = person('hal');
    const alice = await net.alice('hals friend');
    const file = await sealed(alice, 'in pieces');
    const old = await hal.bob(hal.old);
    const all4 = { ...terms(), threshold: 3, shares: 4 };
    const grant = await alice.grant({ ...all4, to: old.card(), files: [file] });
    const from = grant.link();
    const [liar, silent, ...good] = grant.nodes.map(({ node }) => net.nodes.find((one) => one.address === node)!);
    liar!.lies('proof');
    silent!.down();
    expect(await failure(old.retrieve({ from }))).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 2 });

    const bob = await hal.bob(hal.newest, [hal.old]);
    expect((await bob.evidence()).map(({ leaf }) => leaf.node)).toEqual([liar!.address]);
    for (const node of net.nodes) node.up();
    const asked = good.map((node) => node.asked('reencrypt'));
    expect(await read(bob, from)).toBe('in pieces');
    expect(good.map((node) => node.asked('reencrypt'))).toEqual(asked);
    const chain = net.account('reporter');
    expect((await bob.report((await bob.evidence())[0]!, { chain })).node).toBe(liar!.address);
    expect(await bob.evidence()).toEqual([]);
  });

  it('finds in his inbox what was shared with either root, before and after', async () => {
    const ida = person('ida');
    const ann = person('idas friend');
    const alice = await ann.alice(ann.old);
    const file = await sealed(alice, 'notes');
    const old = await ida.bob(ida.old);
    const open = async (keyrings: readonly [Keyring, ...Keyring[]]) => {
      const [keyring, ...former] = keyrings;
      const bob = await ida.bob(keyring, former);
      const { network } = bob;
      const people = new People({ network, keyring, former, journal: ida.journal });
      return { bob, people, inbox: new Inbox({ network, keyrings, people, journal: ida.journal, fetch: net.fetch }) };
    };
    const ids = (items: readonly InboxItem[]) => items.map(({ policyId }) => policyId).sort();
    const before = await open([ida.old]);
    const hers = await net.bob('idas friend', { keyring: ann.old });
    await before.people.add(hers.card());
    const first = await alice.grant({ ...terms(), to: old.card(), files: [file] });
    expect(ids(await all(before.inbox.scan()))).toEqual([first.policyId]);
    // Begun under the old root of hers, finished under the new one: still under the tag of the two old keys.
    const begun = await cutShort(alice, 'acked', old.card(), [file]);
    await all((await ann.alice(ann.newest, [ann.old])).resume({ files: [file] }));
    const { bob, inbox } = await open([ida.newest, ida.old]);
    const second = await alice.grant({ ...terms(), to: bob.card(), files: [file] });
    const found = await all(inbox.scan());
    expect(ids(found)).toEqual(ids([begun, second] as never));
    expect(found.every(({ isRequest, missing }) => !isRequest && missing === undefined)).toBe(true);
    const kept = await all(inbox.items());
    expect(kept).toHaveLength(3);
    for (const { link } of kept) expect((await bob.retrieve({ from: link })).files).toHaveLength(1);
  });
});

describe('a manifest that cannot be had', () => {
  it('is waited for no longer than each node may take, and the search is told', async () => {
    const alice = await net.alice('jo');
    const bob = await net.bob();
    const grant = await alice.grant({ ...terms(), to: bob.card(), files: [await sealed(alice, 'x')] });
    for (const node of net.nodes) node.slow(60_000);
    const told: string[] = [];
    const begun = performance.now();
    const error = await failure(
      bob.retrieve({
        from: grant.link(),
        nodeTimeoutMs: 30,
        onProgress: (event) => event.type === 'retrieve.state' && told.push(event.state),
      }),
    );
    expect(error).toMatchObject({ code: 'NODE_TIMEOUT', retryable: true });
    expect(told).toEqual(['locating']);
    // The default of a store is a thousand times as long.
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('is asked for once more where the link says, when all that were asked have failed', async () => {
    const alice = await net.alice('jo');
    const grant = await alice.grant({
      ...{ ...terms(), to: (await net.bob()).card() },
      files: [await sealed(alice, 'later')],
    });
    let failures = parseLink(grant.link(), [contractsOf(net.deployment)]).uris.length;
    const bob = await net.bob('bob', {
      fetch: async (...request) => {
        if (failures-- > 0) throw new TypeError('fetch failed');
        return net.fetch(...request);
      },
    });
    expect(await read(bob, grant.link())).toBe('later');
    expect(failures).toBeLessThan(0);
  });
});
