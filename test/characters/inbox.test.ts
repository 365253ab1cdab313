/** Bob finds what was shared with him from the chain alone. Real contracts, real Ursulas. */
import { Alice, Bob, bytesRange, Keyring, MemoryJournal, Network, openSealedFile } from 'dintel';
import { type Chain, type ChainReader, PolicyManager } from 'dintel/chain';
import { type Hex, helloTag, PairwiseTags, sealNotice, toHex } from 'dintel/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Inbox, type ScanOptions } from '../../lib/characters/inbox/inbox.ts';
import type { InboxItem } from '../../lib/characters/inbox/judge.ts';
import { SentTags } from '../../lib/characters/inbox/sentTags.ts';
import { People } from '../../lib/characters/people/people.ts';
import { publishKeys } from '../../lib/characters/people/registry.ts';
import { type LocalNetwork, startLocalNetwork } from './localNetwork.ts';

let net: LocalNetwork;
let account = 10;
beforeAll(async () => {
  net = await startLocalNetwork(3);
}, 120_000);
afterAll(() => net?.close());
beforeEach(async () => {
  for (const { behaviour } of net.nodes) for (const key of Object.keys(behaviour)) delete behaviour[key as 'down'];
  await net.heartbeats();
});

const until = () => Math.floor(net.clock.now() / 1000) + 600;

/** Somebody who shares, with an account that nobody has used yet. */
async function sender(keyring = Keyring.random()) {
  const { deployment, fetch, clock } = net;
  const chain = await net.chainOf(account++);
  await net.rpc('hardhat_setBalance', [chain.account, '0x56bc75e2d63100000']);
  const network = await Network.open<Chain>(chain, deployment);
  const open = (journal = new MemoryJournal()) => Alice.open({ keyring, chain, deployment, journal, fetch, clock });
  const alice = await open();
  const bytes = await new Response(
    alice.encrypt([new TextEncoder().encode('words')], { label: 'notes', name: 'a.txt' }),
  ).arrayBuffer();
  const files = [await openSealedFile(bytesRange(new Uint8Array(bytes)))];
  const card = (await Bob.open({ keyring, chain, deployment, clock })).card({ name: 'sender' });
  const terms = { label: 'notes', files, threshold: 1, shares: 2 };
  const grant = (to: string | { address: Hex }, more: { announce?: 'contact' | 'hello' | 'none' } = {}) =>
    alice.grant({ ...terms, to, until: until(), ...more });
  const termsFor = (to: string) => ({ ...terms, to, until: until() });
  const draft = (to: string) => alice.draft(termsFor(to));
  const publish = async () => (await publishKeys(network, { keyring }))?.wait();
  return { keyring, chain, network, alice, open, card, grant, draft, terms: termsFor, publish, address: chain.account };
}

/** Somebody who receives, on as many devices as he likes. */
async function receiver(options: { hello?: boolean; keyrings?: readonly Keyring[] } = {}) {
  const { deployment, fetch, clock } = net;
  const chain = await net.chainOf(account++);
  await net.rpc('hardhat_setBalance', [chain.account, '0x56bc75e2d63100000']);
  const network = await Network.open<Chain>(chain, deployment);
  const keyrings = options.keyrings ?? [Keyring.random()];
  const [keyring] = keyrings as [Keyring];
  const bob = await Bob.open({ keyring, chain, deployment, fetch, clock });
  const device = () => {
    const people = new People({ network, keyring, journal: new MemoryJournal(), clock });
    const hello = options.hello ? { hello: chain.account } : {};
    const inbox = new Inbox({ network, keyrings, people, journal: new MemoryJournal(), fetch, ...hello });
    return { people, inbox };
  };
  const publish = async () => (await publishKeys(network, { keyring }))?.wait();
  return { ...device(), device, bob, keyring, network, publish, card: bob.card(), address: chain.account };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const scan = (inbox: Inbox, options?: ScanOptions): Promise<InboxItem[]> => all(inbox.scan(options));
const ids = (items: readonly { readonly policyId: Hex }[]): Hex[] => items.map(({ policyId }) => policyId).sort();
const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: { code?: string }) => error.code ?? String(error),
  );

/** What a state that knows nothing yet answers. */
function zeroed(value: unknown): unknown {
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean') return false;
  if (typeof value === 'string') return `0x${'0'.repeat(value.length - 2)}`;
  if (Array.isArray(value)) return value.map(zeroed);
  return Object.fromEntries(Object.entries(value as object).map(([name, member]) => [name, zeroed(member)]));
}

/** A notice without a grant behind it, under a policy of the sender's. */
async function notify(from: Awaited<ReturnType<typeof sender>>, policyId: Hex, tag: Hex, to: Keyring, signer: Keyring) {
  const notice = {
    manifestId: toHex(crypto.getRandomValues(new Uint8Array(32))),
    verifyingKey: signer.verifying().publicKey,
    uris: [],
    name: undefined,
  };
  const envelope = sealNotice(to.receiving().publicKey, { policyId, tag }, notice);
  await (await new PolicyManager(from.chain, net.deployment.policyManager).notify(policyId, { tag, envelope })).wait();
}

describe('the inbox', () => {
  it('shows what people whom Bob knows share, each once, and what he opens is theirs', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    const person = await bob.people.add(alice.card);
    expect(await scan(bob.inbox)).toEqual([]);
    const grants = [await alice.grant(bob.card), await alice.grant(bob.card)];
    const found = await scan(bob.inbox);
    expect(ids(found)).toEqual(ids(grants));
    for (const item of found) {
      expect(item).toMatchObject({ state: 'live', isRequest: false, foundBy: 'contact', missing: undefined });
      expect(item.from?.id).toBe(person.id);
      expect(item.manifest?.manifest.files).toHaveLength(1);
    }
    const { files } = await bob.bob.retrieve({ from: found[0]?.link ?? '' });
    expect(new TextDecoder().decode(await files[0]?.bytes())).toBe('words');
    expect(await scan(bob.inbox)).toEqual([]);
    expect(ids(await all(bob.inbox.items()))).toEqual(ids(grants));
  });

  it('leaves others nothing to find, and nothing if Alice does not announce', async () => {
    const [alice, bob, carol] = [await sender(), await receiver(), await receiver()];
    for (const one of [bob, carol]) await one.people.add(alice.card);
    await scan(bob.inbox);
    const grant = await alice.grant(bob.card);
    const silent = await alice.grant(bob.card, { announce: 'none' });
    expect(ids(await scan(bob.inbox))).toEqual([grant.policyId]);
    expect(await scan(carol.inbox)).toEqual([]);
    const item = await bob.inbox.addLink(silent.link());
    expect(item).toMatchObject({ policyId: silent.policyId, isRequest: false, foundBy: 'link' });
    expect(item.manifest).toBeDefined();
    expect(ids(await all(bob.inbox.items()))).toEqual(ids([grant, silent]));
  });

  it('finds what somebody wrote before Bob knew him', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    await scan(bob.inbox);
    const grant = await alice.grant(bob.card);
    expect(await scan(bob.inbox)).toEqual([]);
    await bob.people.add(alice.card);
    expect(ids(await scan(bob.inbox))).toEqual([grant.policyId]);
  });

  it('takes strangers only under the hello tag, as requests that nothing is fetched for until they are accepted', async () => {
    const [alice, shy, open] = [await sender(), await receiver(), await receiver({ hello: true })];
    await alice.publish();
    for (const one of [shy, open]) {
      await one.publish();
      await scan(one.inbox);
    }
    const grants = [
      await alice.grant({ address: shy.address }, { announce: 'hello' }),
      await alice.grant({ address: open.address }, { announce: 'hello' }),
    ];
    expect(await code(alice.grant(shy.card, { announce: 'hello' }))).toBe('E_FIELD');
    expect(await scan(shy.inbox)).toEqual([]);
    const asked = net.nodes.map(({ asked: routes }) => routes.get('getChunk') ?? 0);
    const [request] = await scan(open.inbox);
    expect(request).toMatchObject({
      policyId: grants[1]?.policyId,
      isRequest: true,
      missing: 'REQUEST',
      foundBy: 'hello',
    });
    expect(net.nodes.map(({ asked: routes }) => routes.get('getChunk') ?? 0)).toEqual(asked);
    const accepted = await open.inbox.accept(request?.policyId as Hex);
    expect(accepted).toMatchObject({ isRequest: false, from: { address: alice.address } });
    expect(accepted.manifest).toBeDefined();
    // From now on they are acquainted.
    const next = await alice.grant({ address: open.address });
    expect(await scan(open.inbox)).toMatchObject([{ policyId: next.policyId, foundBy: 'contact', isRequest: false }]);
    expect(await code(open.inbox.accept(toHex(new Uint8Array(32))))).toBe('E_FIELD');
  });

  it('does not take a stranger for a friend whose key he names', async () => {
    const [alice, mallory, bob] = [await sender(), await sender(), await receiver({ hello: true })];
    await alice.publish();
    await bob.people.add({ address: alice.address });
    const byCard = await bob.people.add((await sender()).card);
    await scan(bob.inbox);
    const { policyId } = await mallory.grant(bob.card, { announce: 'none' });
    const { contracts } = bob.network;
    const tag = helloTag({ ...contracts, bob: bob.address });
    await notify(mallory, policyId, tag, bob.keyring, alice.keyring);
    expect(await scan(bob.inbox)).toMatchObject([{ policyId, from: undefined, isRequest: true, missing: 'REQUEST' }]);
    // Of somebody without an address Bob knows the key only; then the manifest decides.
    const other = await mallory.grant(bob.card, { announce: 'none' });
    const manifestId = other.manifestId as Hex;
    const notice = { manifestId, verifyingKey: byCard.keys.verifyingKey, uris: [], name: undefined };
    const envelope = sealNotice(bob.keyring.receiving().publicKey, { policyId: other.policyId, tag }, notice);
    const manager = new PolicyManager(mallory.chain, net.deployment.policyManager);
    await (await manager.notify(other.policyId, { tag, envelope })).wait();
    expect(await scan(bob.inbox)).toMatchObject([
      { policyId: other.policyId, from: undefined, isRequest: true, missing: 'E_SIGNATURE', manifest: undefined },
    ]);
  });

  it('says by the chain what was revoked and what is over, and fetches nothing for that', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    await bob.people.add(alice.card);
    const grants = [await alice.grant(bob.card), await alice.grant(bob.card), await alice.grant(bob.card)];
    const before = await scan(bob.inbox);
    expect(before.map(({ state }) => state)).toEqual(['live', 'live', 'live']);
    await alice.alice.revoke({ policyId: grants[0]?.policyId as Hex });
    const states = async (inbox: Inbox) =>
      Object.fromEntries((await all(inbox.items())).map(({ policyId, state }) => [policyId, state]));
    expect((await states(bob.inbox))[grants[0]?.policyId as Hex]).toBe('revoked');
    await net.warp(700);
    expect(new Set(Object.values(await states(bob.inbox)))).toEqual(new Set(['revoked', 'expired']));
    const { people, inbox } = bob.device();
    await people.add(alice.card);
    const late = await scan(inbox);
    expect(late.map(({ missing }) => missing).sort()).toEqual(['POLICY_EXPIRED', 'POLICY_EXPIRED', 'POLICY_REVOKED']);
  });

  it('tries again what could not be fetched, and can be stopped', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    await bob.people.add(alice.card);
    await scan(bob.inbox);
    const grant = await alice.grant(bob.card);
    for (const { behaviour } of net.nodes) behaviour.down = true;
    expect(await scan(bob.inbox)).toMatchObject([{ policyId: grant.policyId, manifest: undefined, isRequest: false }]);
    expect(await scan(bob.inbox)).toEqual([]);
    for (const { behaviour } of net.nodes) behaviour.down = false;
    const events: string[] = [];
    const [item] = await scan(bob.inbox, { onProgress: ({ type }) => events.push(type) });
    expect(item?.manifest).toBeDefined();
    expect(events).toContain('inbox.items');
    expect(await code(scan(bob.inbox, { signal: AbortSignal.abort() }))).toMatch(/abort/i);
    expect(await bob.inbox.refresh(grant.policyId)).toMatchObject({ policyId: grant.policyId, missing: undefined });
    await bob.inbox.remove(grant.policyId);
    expect(await all(bob.inbox.items())).toEqual([]);
  });

  it('follows a row of tags far beyond the gap, and a sender goes on where the chain ends, on any device', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    await bob.people.add(alice.card);
    await scan(bob.inbox);
    const first = await alice.grant(bob.card);
    const tags = PairwiseTags.toRecipient(alice.keyring.receiving(), bob.keyring.receiving().publicKey);
    for (let i = 1; i < 45; i++) await notify(alice, first.policyId, tags.at(i), bob.keyring, alice.keyring);
    const { network, keyring } = alice;
    const fresh = new SentTags({ network, keyring, journal: new MemoryJournal() });
    expect(await fresh.next(bob.keyring.receiving().publicKey)).toBe(tags.at(45));
    expect(await fresh.next(bob.keyring.receiving().publicKey)).toBe(tags.at(46));
    const again = await alice.open();
    const last = await again.grant({
      ...{ to: bob.card, label: 'notes', threshold: 1, shares: 2, until: until() },
      files: [
        await openSealedFile(
          bytesRange(
            new Uint8Array(await new Response(again.encrypt([new Uint8Array(3)], { label: 'notes' })).arrayBuffer()),
          ),
        ),
      ],
    });
    expect(ids(await scan(bob.inbox))).toEqual(ids([first, last]));
    expect(await scan(bob.inbox)).toEqual([]);
  });

  it('finds a grant that waited for its wallet while a later one went out, and leaves no gap for drafts that came to nothing', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    await bob.people.add(alice.card);
    await scan(bob.inbox);
    const early = await alice.draft(bob.card);
    for (let i = 0; i < 20; i++) await (await alice.draft(bob.card)).abandon();
    const late = await alice.grant(bob.card);
    expect(ids(await scan(bob.inbox))).toEqual([late.policyId]);
    await early.wait();
    expect(ids(await scan(bob.inbox))).toEqual([early.policyId]);
  });

  it('reads again what an RPC shows in its logs before its state knows it', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    await bob.people.add(alice.card);
    const behind: Chain = Object.create(bob.network.chain, {
      call: {
        value: async (...of: Parameters<Chain['call']>) => {
          const answer = await bob.network.chain.call(...of);
          return of[0].function === 'policy' ? zeroed(answer) : answer;
        },
      },
    });
    const journal = new MemoryJournal();
    const { deployment, fetch } = net;
    const inboxOf = async (chain: ChainReader) =>
      new Inbox({
        ...{
          network: await Network.open(chain, deployment),
          keyrings: [bob.keyring],
          people: bob.people,
          journal,
          fetch,
        },
      });
    await scan(await inboxOf(bob.network.chain));
    const grant = await alice.grant(bob.card);
    expect(await scan(await inboxOf(behind))).toEqual([]);
    const next = await alice.grant(bob.card);
    expect(ids(await scan(await inboxOf(bob.network.chain)))).toEqual(ids([grant, next]));
  });

  it('opens after a change of the root what was kept before it', async () => {
    const [alice, old] = [await sender(), Keyring.random()];
    const { fetch, clock } = net;
    const bob = await receiver({ keyrings: [old] });
    const [journal, others] = [new MemoryJournal(), new MemoryJournal()];
    const open = (keyrings: readonly [Keyring, ...Keyring[]]) => {
      const [keyring, ...former] = keyrings;
      const people = new People({ network: bob.network, keyring, former, journal: others, clock });
      return { people, inbox: new Inbox({ network: bob.network, keyrings, people, journal, fetch }) };
    };
    const before = open([old]);
    await before.people.add(alice.card);
    await scan(before.inbox);
    const grant = await alice.grant(bob.card);
    expect(await scan(before.inbox)).toHaveLength(1);
    const now = open([Keyring.random(), old]);
    expect(await now.people.list()).toHaveLength(1);
    expect(ids(await all(now.inbox.items()))).toEqual([grant.policyId]);
    expect(await scan(now.inbox)).toEqual([]);
    expect(ids(await all(now.inbox.rebuild()))).toEqual([grant.policyId]);
    expect(await code(all(open([Keyring.random()]).inbox.items()))).toBe('E_DECRYPT');
  });

  it('finishes after a change of the root a grant that was begun before it', async () => {
    const journal = new MemoryJournal();
    const [alice, bob] = [await sender(), await receiver()];
    const terms = alice.terms(bob.card);
    const early = await (await alice.open(journal)).draft(terms);
    const { deployment, fetch, clock } = net;
    const chain = alice.chain;
    const later = { keyring: Keyring.random(), chain, deployment, journal, fetch, clock };
    const again = await Alice.open({ ...later, former: [alice.keyring] });
    expect((await again.unfinished()).map(({ policyId }) => policyId)).toEqual([early.policyId]);
    await bob.people.add(alice.card);
    expect(await scan(bob.inbox)).toEqual([]);
    await all(again.resume({ files: terms.files }));
    expect(await scan(bob.inbox)).toMatchObject([{ policyId: early.policyId, foundBy: 'contact', missing: undefined }]);
  });

  it('forgets what a re-organisation took away, and reads the blocks that came instead', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    await bob.people.add(alice.card);
    await scan(bob.inbox);
    const snapshot = await net.rpc('evm_snapshot');
    const gone = await alice.grant(bob.card);
    expect(ids(await scan(bob.inbox))).toEqual([gone.policyId]);
    await net.rpc('evm_revert', [snapshot]);
    const instead = await (await alice.open()).grant(alice.terms(bob.card));
    await net.rpc('hardhat_mine', ['0x4']);
    expect(ids(await scan(bob.inbox))).toEqual([instead.policyId]);
    expect(ids(await all(bob.inbox.items()))).toEqual([instead.policyId]);
  });

  it('reads only blocks of the depth that was asked for', async () => {
    const [alice, bob] = [await sender(), await receiver()];
    const { network, keyring, people } = bob;
    await people.add(alice.card);
    const inbox = new Inbox({
      network,
      keyrings: [keyring],
      people,
      journal: new MemoryJournal(),
      fetch: net.fetch,
      depth: 3,
    });
    const grant = await alice.grant(bob.card);
    expect(await scan(inbox)).toEqual([]);
    await net.rpc('hardhat_mine', ['0x3']);
    expect(ids(await scan(inbox))).toEqual([grant.policyId]);
  });

  it('rebuilds grants and inbox on a new device from nothing but the root', async () => {
    const rotated = Keyring.random();
    const bob = await receiver({ keyrings: [Keyring.random(), rotated] });
    const old = await receiver({ keyrings: [rotated] });
    const senders = [await sender(), await sender(), await sender()];
    const given: { readonly policyId: Hex }[] = [];
    for (const alice of senders) {
      await alice.publish();
      await bob.people.add({ address: alice.address });
      for (const to of [bob.card, old.card]) given.push(await alice.grant(to));
    }
    const expected = await scan(bob.inbox);
    expect(ids(expected)).toEqual(ids(given));
    const facts = (items: readonly InboxItem[]) =>
      items
        .map(({ policyId, state, isRequest, from, manifest, link, keyring }) => ({
          ...{ policyId, state, isRequest, manifestId: link.manifestId, sender: from?.address },
          files: manifest?.manifest.files.map(({ headerId }) => headerId),
          reader: keyring?.verifying().publicKey.toString(),
        }))
        .sort((a, b) => (a.policyId < b.policyId ? -1 : 1));

    const device = bob.device();
    expect(facts(await all(device.inbox.rebuild()))).toEqual(facts(expected));
    expect((await device.people.list()).map(({ address }) => address).sort()).toEqual(
      senders.map(({ address }) => address).sort(),
    );
    // The new device goes on where it stands, by tags.
    const next = await senders[0]?.grant(bob.card);
    expect(await scan(device.inbox)).toMatchObject([{ policyId: next?.policyId, foundBy: 'contact' }]);

    // Without the registry they are requests; still nothing is lost.
    const careful = bob.device();
    const requests = await scan(careful.inbox);
    expect(ids(requests)).toEqual(ids([...given, next as { policyId: Hex }]));
    expect(requests.every(({ isRequest }) => isRequest)).toBe(true);

    for (const alice of senders) {
      const fresh = await alice.open();
      const mine = await all(fresh.grants());
      const hers = [...given, next as { policyId: Hex }].filter(({ policyId }) =>
        mine.some((one) => one.policyId === policyId),
      );
      expect(mine.map(({ missing, label }) => [missing, label])).toEqual(hers.map(() => [undefined, 'notes']));
      expect(mine.length).toBe(alice === senders[0] ? 3 : 2);
    }
  });
});
