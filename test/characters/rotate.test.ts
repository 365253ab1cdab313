/** A label with a new key: what stays readable, who goes on receiving, what a reload and a new device know of it. */
import {
  type Alice,
  type Bob,
  heldFile,
  Keyring,
  Labels,
  MemoryJournal,
  People,
  type ProgressEvent,
  publishKeys,
  type SealedFile,
} from 'dintel';
import { openFileKey } from 'dintel/protocol';
import { createTestNetwork, type TestNetwork } from 'dintel/testing';
import { beforeAll, describe, expect, it } from 'vitest';

let net: TestNetwork;
beforeAll(async () => {
  net = await createTestNetwork({ nodes: 4, seed: 'rotate' });
});

const label = 'team/plans';
const terms = (end = 86_400) => ({ label, threshold: 2, shares: 3, until: net.in(end) });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
const sealed = (alice: Alice, words: string): Promise<SealedFile> =>
  heldFile(alice.encrypt([new TextEncoder().encode(words)], { label, name: 'a.txt' }));
const read = async (bob: Bob, link: string): Promise<string> => {
  const { files } = await bob.retrieve({ from: link });
  return new TextDecoder().decode(await files[0]?.bytes());
};

describe('a new key for a label', () => {
  it('is what is encrypted for from now on; what was there before opens as before, and the old grant nothing new', async () => {
    const keyring = net.keyring('ann');
    const [alice, bob] = [await net.alice('ann'), await net.bob('bob')];
    const old = await sealed(alice, 'old');
    const before = await alice.grant({ ...terms(), to: bob.card(), files: [old] });
    const [oldKey, other] = [alice.delegatingKey(label), alice.delegatingKey('other')];

    const events: ProgressEvent[] = [];
    const rotated = await alice.rotateLabel({ label, onProgress: (event) => events.push(event) });
    expect(rotated).toMatchObject({ label, version: 1, unread: [], grants: [] });
    expect(rotated.receivers).toMatchObject([
      { reader: bob.reader, grants: [{ policyId: before.policyId, version: 0, expiresAt: before.expiresAt }] },
    ]);
    expect(events.map(({ type }) => type)).toEqual(['grants.blocks', 'grants.items', 'label.rotated']);
    expect(rotated.delegatingKey.equals(oldKey)).toBe(false);
    expect(alice.delegatingKey(label).equals(rotated.delegatingKey)).toBe(true);
    expect(alice.delegatingKey(label, 0).equals(oldKey)).toBe(true);
    expect(alice.delegatingKey('other').equals(other)).toBe(true);
    expect([alice.labelVersion(label), alice.labelVersion('other')]).toEqual([1, 0]);

    const fresh = await sealed(alice, 'fresh');
    expect(() => openFileKey(keyring.delegating(label, 0), fresh.header)).toThrow();
    openFileKey(keyring.delegating(label, 1), fresh.header).fill(0);
    // Each file finds its own version; both together have none.
    expect(await failure(alice.grant({ ...terms(), to: bob.card(), files: [old, fresh] }))).toMatchObject({
      code: 'E_DECRYPT',
    });
    expect(await read(bob, before.link())).toBe('old');
    expect(await read(bob, (await alice.grant({ ...terms(), to: bob.card(), files: [old] })).link())).toBe('old');
    const after = await alice.grant({ ...terms(), to: bob.card(), files: [fresh] });
    expect(await read(bob, after.link())).toBe('fresh');
    expect(
      (await alice.receivers({ label })).receivers.flatMap(({ grants }) => grants.map((one) => one.version)),
    ).toEqual([1, 0, 0]);
  });

  it('is remembered under seal, by this journal and for these keys alone; two who rotate at once make two versions', async () => {
    const journal = new MemoryJournal();
    const alice = await net.alice('bea', { journal });
    await Promise.all([alice.rotateLabel({ label }), alice.rotateLabel({ label })]);
    const again = await net.alice('bea', { journal });
    expect([again.labelVersion(label), again.labelVersion('caf\u00e9')]).toEqual([2, 0]);
    // One label, however it is written; and this process hears of what another did since when it writes itself.
    await again.rotateLabel({ label: 'cafe\u0301' });
    expect(again.labelVersion('caf\u00e9')).toBe(1);
    await alice.rotateLabel({ label: 'x' });
    expect([alice.labelVersion('cafe\u0301'), alice.labelVersion(label)]).toEqual([1, 2]);
    const [name = ''] = await journal.names('labels/');
    expect(new TextDecoder().decode(await journal.get(name))).not.toContain('team');
    expect((await Labels.open({ keyring: Keyring.random(), journal })).version(label)).toBe(0);
    expect((await Labels.open({ keyring: net.keyring('bea'), journal })).version(label)).toBe(2);
    await journal.put(name, new Uint8Array(60));
    expect(await failure(net.alice('bea', { journal }))).toMatchObject({ code: 'E_DECRYPT' });
  });

  it('reaches a new device by what was granted under it', async () => {
    const alice = await net.alice('cleo');
    const bob = await net.bob('bob');
    for (let i = 0; i < 3; i++) await alice.rotateLabel({ label });
    await alice.grant({ ...terms(), to: bob.card(), files: [await sealed(alice, 'third')] });
    const device = await net.alice('cleo');
    expect(device.labelVersion(label)).toBe(0);
    for await (const _ of device.grants()) expect(device.labelVersion(label)).toBe(3);
    const third = await net.alice('cleo');
    expect((await third.rotateLabel({ label })).version).toBe(4);
  });
});

describe('who goes on receiving', () => {
  it('all but those who are named, in whatever way; the grants of the others are paid together', async () => {
    const alice = await net.alice('dora');
    const people = new People({ network: alice.network, keyring: net.keyring('dora'), journal: new MemoryJournal() });
    const names = ['eve', 'finn', 'gil', 'hal', 'ida'];
    const bobs = await Promise.all(names.map((name) => net.bob(name)));
    const [eve, finn, gil, , ida] = bobs as [Bob, Bob, Bob, Bob, Bob];
    const first = await alice.grant({
      ...terms(),
      to: bobs.map((bob) => bob.card()),
      files: [await sealed(alice, 'one')],
    });
    // Who has published other keys since is known by the old ones too.
    const halsKeys = { network: (await net.alice('hal')).network, keyring: net.keyring('hal') };
    await (await publishKeys(halsKeys.network, halsKeys))?.wait();
    await (await publishKeys(halsKeys.network, { keyring: Keyring.random() }))?.wait();
    await people.add(finn.card());
    const [person] = await people.list();
    const { receivers } = await alice.receivers({ label });
    const ofGil = receivers.filter(({ reader }) => reader === gil.reader);
    const except = [eve.card(), await people.recipient(person!.id), ...ofGil, { address: net.account('hal').account }];

    let made = 0;
    const files = async ({ version }: { readonly version: number }) => {
      made = version;
      return [await sealed(alice, 'two')];
    };
    const regrant = { threshold: 2, shares: 3, until: net.in(86_400), files };
    const nobody = await failure(
      alice.rotateLabel({ label, regrant: { ...regrant, except: [ida.card(), (await net.bob('nobody')).card()] } }),
    );
    expect(nobody).toMatchObject({ code: 'E_FIELD', field: 'except[1]' });
    expect([alice.labelVersion(label), made]).toEqual([0, 0]);

    const rotated = await alice.rotateLabel({ label, regrant: { ...regrant, except } });
    expect([rotated.version, made, rotated.receivers.length]).toEqual([1, 1, 5]);
    expect(rotated.grants.map(({ grant, error }) => [grant.reader, grant.status, error])).toEqual([
      [ida.reader, 'published', undefined],
    ]);
    expect(await read(ida, rotated.grants[0]!.grant.link())).toBe('two');
    expect(await read(eve, first[0]!.grant.link())).toBe('one');
  });

  it('not who has only ended grants; more than one transaction takes are granted in turns', async () => {
    const alice = await net.alice('jo');
    const easy = { label, threshold: 1, shares: 1, until: net.in(86_400) };
    const file = await sealed(alice, 'many');
    const cards = await Promise.all(Array.from({ length: 34 }, async (_, i) => (await net.bob(`many ${i}`)).card()));
    const ends = [
      ...(await alice.grant({ ...easy, to: cards.slice(0, 32), files: [file] })),
      ...(await alice.grant({ ...easy, to: cards.slice(32), files: [file] })),
    ];
    await alice.revoke({ policyId: ends[0]!.grant.policyId });
    const files = async () => [await sealed(alice, 'new')];
    const rotated = await alice.rotateLabel({ label, regrant: { ...easy, files } });
    expect(rotated.receivers).toHaveLength(33);
    expect(new Set(rotated.grants.map(({ grant }) => grant.reader)).size).toBe(33);
    expect(new Set(rotated.grants.map(({ grant }) => grant.transactionHash)).size).toBe(2);
    expect(rotated.grants.every(({ grant }) => grant.status === 'published')).toBe(true);
  });

  it('a stop before the new version changes nothing; files of the old version are refused, and the label stays rotated', async () => {
    const alice = await net.alice('kim');
    const bob = await net.bob('bob');
    const old = await sealed(alice, 'old');
    await alice.grant({ ...terms(), to: bob.card(), files: [old] });
    const signal = AbortSignal.abort();
    expect(await failure(alice.rotateLabel({ label, signal }))).toMatchObject({ code: 'ABORTED' });
    const stop = new AbortController();
    const onProgress = ({ type }: ProgressEvent) => type === 'grants.items' && stop.abort();
    expect(await failure(alice.rotateLabel({ label, signal: stop.signal, onProgress }))).toMatchObject({
      code: 'ABORTED',
    });
    expect(alice.labelVersion(label)).toBe(0);
    const regrant = { threshold: 2, shares: 3, until: net.in(86_400), files: async () => [old] };
    expect(await failure(alice.rotateLabel({ label, regrant }))).toMatchObject({
      code: 'E_DECRYPT',
      field: 'files[0]',
    });
    expect(alice.labelVersion(label)).toBe(1);
    expect(await failure(alice.rotateLabel({ label: '' }))).toMatchObject({ code: 'E_LABEL' });
  });

  it('a grant that cannot be read is told, for it may be of this label', async () => {
    const alice = await net.alice('lea');
    const bob = await net.bob('bob');
    const grant = await alice.grant({
      ...terms(),
      to: bob.card(),
      files: [await sealed(alice, 'x')],
      selfNotice: false,
    });
    const device = await net.alice('lea');
    const rotated = await device.rotateLabel({ label });
    expect(rotated.receivers).toEqual([]);
    expect(rotated.unread).toEqual([{ policyId: grant.policyId, code: 'E_NOTICE' }]);
  });
});
