/** One file for many: several Bobs in one transaction, again without upload. Real contracts, real Ursulas. */
import { Alice, Bob, bytesRange, type Grant, Keyring, MemoryJournal, openSealedFile, type SealedFile } from 'dintel';
import { type Chain, PolicyManager } from 'dintel/chain';
import { ethersReader } from 'dintel/chain/ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalNetwork, startLocalNetwork } from './localNetwork.ts';

let net: LocalNetwork;
beforeAll(async () => {
  net = await startLocalNetwork(4);
}, 120_000);
afterAll(() => net?.close());
beforeEach(async () => {
  for (const { behaviour } of net.nodes) for (const key of Object.keys(behaviour)) delete behaviour[key as 'down'];
  await net.heartbeats();
});

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
const text = (word: string) => new TextEncoder().encode(word);
const until = () => Math.floor(net.clock.now() / 1000) + 600;

async function openAlice(options: { keyring?: Keyring; journal?: MemoryJournal; chain?: Chain } = {}): Promise<Alice> {
  const { fetch, clock, deployment } = net;
  const { keyring = Keyring.random(), chain = await net.chainOf(1) } = options;
  const journal = options.journal ?? new MemoryJournal();
  return Alice.open({ keyring, chain, deployment, journal, fetch, clock });
}

async function openBob(keyring = Keyring.random()): Promise<Bob> {
  const { fetch, clock, deployment, rpcUrl } = net;
  return Bob.open({ keyring, chain: await ethersReader({ rpcUrl }), deployment, fetch, clock });
}

async function sealed(alice: Alice, words: string, label = 'team'): Promise<SealedFile> {
  const stream = alice.encrypt([text(words)], { label, name: 'a.txt', mediaType: 'text/plain' });
  return openSealedFile(bytesRange(new Uint8Array(await new Response(stream).arrayBuffer())));
}

const read = async (bob: Bob, grant: Grant) => {
  const { files } = await bob.retrieve({ from: grant.link() });
  return new TextDecoder().decode(await files[0]?.bytes());
};

/** A chain that forgets to tell of its transactions, as a process that dies does. */
function dyingChain(chain: Chain, onSend: (name: string) => void): Chain {
  return {
    ...chain,
    send: async (request) => {
      onSend(request.function);
      return chain.send(request);
    },
  };
}

describe('several Bobs', () => {
  it('each has a policy of his own, one transaction pays them all', async () => {
    const sends: string[] = [];
    const alice = await openAlice({ chain: dyingChain(await net.chainOf(1), (name) => sends.push(name)) });
    const bobs = await Promise.all([openBob(), openBob(), openBob()]);
    const file = await sealed(alice, 'for all three');
    const terms = { threshold: 2, shares: 3, until: until() };
    const quote = await alice.quote({ ...terms, recipients: 3 });
    expect(quote.depositWei).toBe(quote.rateWei * 9n * BigInt(quote.epochs));
    const outcomes = await alice.grant({ ...terms, to: bobs.map((bob) => bob.card()), label: 'team', files: [file] });
    expect(sends).toEqual(['createPolicies']);
    expect(outcomes.map(({ grant, error }) => [grant.status, error])).toEqual(Array(3).fill(['published', undefined]));
    const grants = outcomes.map(({ grant }) => grant);
    expect(new Set(grants.map((one) => one.transactionHash)).size).toBe(1);
    expect(new Set(grants.map((one) => one.policyId)).size).toBe(3);
    for (const [i, bob] of bobs.entries()) {
      expect(await read(bob, grants[i]!)).toBe('for all three');
      expect(await failure(bob.retrieve({ from: grants[(i + 1) % 3]!.link() }))).toMatchObject({ code: 'seal.open' });
    }
    const receipts = await Promise.all(grants.map((one) => one.receipt()));
    expect(receipts.map((one) => one?.policies)).toEqual([3, 3, 3]);
    expect(receipts.reduce((sum, one) => sum + (one?.depositWei ?? 0n), 0n)).toBe(quote.depositWei);
    // To end one is to end one.
    await alice.revoke({ policyId: grants[0]!.policyId });
    expect(await failure(bobs[0]!.retrieve({ from: grants[0]!.link() }))).toMatchObject({ code: 'POLICY_REVOKED' });
    expect(await read(bobs[1]!, grants[1]!)).toBe('for all three');
  });

  it('a bad card is told before anything is paid, and so is a list of none', async () => {
    const alice = await openAlice();
    const file = await sealed(alice, 'x');
    const options = { threshold: 1, shares: 2, until: until(), label: 'team', files: [file] };
    const bob = (await openBob()).card();
    expect(await failure(alice.grant({ ...options, to: [bob, 'dintel:card:1.AAAA'] }))).toBeDefined();
    expect(await failure(alice.grant({ ...options, to: [] }))).toMatchObject({ code: 'E_COUNT', field: 'to' });
    expect(await alice.unfinished()).toEqual([]);
  });

  it('what a crash cut short is finished together, by one transaction, from the journal', async () => {
    const journal = new MemoryJournal();
    const keyring = Keyring.random();
    const alice = await openAlice({ journal, keyring });
    const bobs = await Promise.all([openBob(), openBob()]);
    const file = await sealed(alice, 'later');
    await alice.draft({
      ...{ to: bobs.map((bob) => bob.card()), label: 'team', files: [file] },
      ...{ threshold: 1, shares: 2, until: until() },
    });
    const sends: string[] = [];
    const again = await openAlice({
      ...{ journal, keyring },
      chain: dyingChain(await net.chainOf(1), (name) => sends.push(name)),
    });
    const done: Grant[] = [];
    for await (const grant of again.resume({ files: [file] })) done.push(grant);
    expect(sends).toEqual(['createPolicies']);
    expect(done.map((grant) => grant.status)).toEqual(['published', 'published']);
    const manager = new PolicyManager(await net.chainOf(1), net.deployment.policyManager);
    for (const { policyId } of done) expect(await manager.policy(policyId)).toMatchObject({ shares: 2 });
  });
});

describe('conditions', () => {
  it('a window is judged by every node alike, and Bob is told when it opens and that it has closed', async () => {
    const alice = await openAlice();
    const bob = await openBob();
    const now = Math.floor(net.clock.now() / 1000);
    const [grant] = await alice
      .grant({
        ...{ to: [bob.card()], label: 'team', files: [await sealed(alice, 'in time')] },
        ...{ threshold: 2, shares: 3, until: now + 900, conditions: { notBefore: now + 200, notAfter: now + 300 } },
      })
      .then((outcomes) => outcomes.map((outcome) => outcome.grant));
    expect(await failure(bob.retrieve({ from: grant!.link() }))).toMatchObject({
      code: 'POLICY_NOT_STARTED',
      retryable: true,
      data: { notBefore: now + 200 },
    });
    await net.warp(now + 210 - Math.floor(net.clock.now() / 1000));
    expect(await read(bob, grant!)).toBe('in time');
    await net.warp(100);
    expect(await failure(bob.retrieve({ from: grant!.link() }))).toMatchObject({
      code: 'POLICY_EXPIRED',
      data: { notAfter: now + 300 },
    });
  });
});

describe('again and longer', () => {
  it('a second grant of the same file uploads none of its bytes', async () => {
    const alice = await openAlice();
    const [one, two] = [await openBob(), await openBob()];
    const words = 'never sent twice '.repeat(20_000);
    const file = await sealed(alice, words);
    const terms = { label: 'team', files: [file], threshold: 2, shares: 4, until: until() };
    await alice.grant({ ...terms, to: one.card() });
    const chunks = new Set([...file.chunkIds, file.indexId, file.header.id].map((id) => id.slice(2)));
    const before = net.nodes.map((node) => new Set([...node.blobs.keys()].filter((id) => chunks.has(id))));
    let sent = 0;
    const again = await alice.grant({
      ...terms,
      to: two.card(),
      onProgress: (event) => {
        if (event.type === 'upload.bytes') sent = event.sent;
      },
    });
    expect(await read(two, again)).toBe(words);
    // What travels is the new manifest, to the nodes that keep it: none of the file.
    expect(sent).toBeLessThan(again.manifestBytes!.length * 4);
    expect(net.nodes.map((node) => new Set([...node.blobs.keys()].filter((id) => chunks.has(id))))).toEqual(before);
  });

  it('every node learns its leaf, also one that holds nothing and is never asked; one that was down is told by resume', async () => {
    const alice = await openAlice();
    const bob = await openBob();
    const draft = await alice.draft({
      ...{ to: bob.card(), label: 'team', files: [await sealed(alice, 'paid')] },
      ...{ threshold: 3, shares: 4, until: until() },
    });
    const absent = net.nodes[3]!;
    const events: string[] = [];
    const shownTo = () => net.nodes.map((node) => node.asked.get('reservations') ?? 0);
    const before = shownTo();
    // It promises, and then does not answer any more.
    const { tamper } = absent.behaviour;
    absent.behaviour.tamper = (route, answer) => {
      events.push(route);
      if (route === 'acks') absent.behaviour.down = true;
      return answer;
    };
    await draft.wait();
    expect(events).toContain('acks');
    expect(shownTo().map((count, i) => count > before[i]!)).toEqual([true, true, true, false]);
    Object.assign(absent.behaviour, { down: false, tamper });
    for await (const _ of alice.resume()) throw new Error('nothing was unfinished');
    expect(shownTo()[3]).toBeGreaterThan(before[3]!);
    const after = shownTo();
    for await (const _ of alice.resume()) throw new Error('nothing was unfinished');
    expect(shownTo()).toEqual(after);
  });

  it('a grant is made longer by its owner; the old link and the new one open, and it is paid once', async () => {
    const sends: string[] = [];
    const alice = await openAlice({ chain: dyingChain(await net.chainOf(1), (name) => sends.push(name)) });
    const bob = await openBob();
    const end = until();
    const grant = await alice.grant({
      ...{ to: bob.card(), label: 'team', files: [await sealed(alice, 'still here')] },
      ...{ threshold: 2, shares: 3, until: end },
    });
    const before = grant.link();
    expect(await failure(alice.extend({ policyId: grant.policyId, until: end - 1 }))).toMatchObject({
      code: 'E_DURATION',
    });
    const longer = await alice.extend({ policyId: grant.policyId, until: end + 400 });
    expect(longer.nodes.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
    expect(longer.paidWei).toBeGreaterThan(0n);
    expect(longer.grant.expiresAt).toBe(end + 400);
    expect(longer.grant.link()).not.toBe(before);
    expect(sends).toEqual(['createPolicy', 'extendPolicy']);
    await net.warp(end + 10 - Math.floor(net.clock.now() / 1000));
    await net.heartbeats();
    expect(await read(bob, longer.grant)).toBe('still here');
    expect((await bob.retrieve({ from: before })).files).toHaveLength(1);
    await net.warp(400);
    expect(await failure(bob.retrieve({ from: before }))).toMatchObject({ code: 'POLICY_EXPIRED' });
    expect(await failure(alice.extend({ policyId: grant.policyId, until: until() }))).toMatchObject({
      code: 'POLICY_EXPIRED',
    });
  });
});

describe('labels and authors', () => {
  it('a rotated label: new files under a new key, old ones as readable as before, each granted without naming its version', async () => {
    const alice = await openAlice();
    const bob = await openBob();
    const seal = async (words: string, labelVersion: number) =>
      openSealedFile(
        bytesRange(
          new Uint8Array(
            await new Response(alice.encrypt([text(words)], { label: 'diary', labelVersion })).arrayBuffer(),
          ),
        ),
      );
    const [old, fresh] = [await seal('old', 0), await seal('fresh', 1)];
    expect(alice.delegatingKey('diary', 1).equals(alice.delegatingKey('diary'))).toBe(false);
    const terms = { to: bob.card(), label: 'diary', threshold: 1, shares: 2, until: until() };
    expect(await failure(alice.grant({ ...terms, files: [old, fresh] }))).toMatchObject({ code: 'E_DECRYPT' });
    expect(await failure(alice.grant({ ...terms, files: [fresh], labelVersion: 0 }))).toMatchObject({
      code: 'E_DECRYPT',
    });
    expect(await read(bob, await alice.grant({ ...terms, files: [old] }))).toBe('old');
    expect(await read(bob, await alice.grant({ ...terms, files: [fresh] }))).toBe('fresh');
  });

  it('an author is proven by a key that Bob knows, and by no other', async () => {
    const keyring = Keyring.random();
    const alice = await openAlice({ keyring });
    const bob = await openBob();
    const terms = { to: bob.card(), label: 'team', threshold: 1, shares: 2, until: until() };
    const files = [await sealed(alice, 'signed')];
    const plain = await bob.retrieve({ from: (await alice.grant({ ...terms, files })).link() });
    expect(plain.files[0]?.author).toEqual({ proven: false, key: undefined });
    const mine = await bob.retrieve({ from: (await alice.grant({ ...terms, files, vouch: true })).link() });
    expect(mine.files[0]?.author).toMatchObject({ proven: true, by: 'sender' });
    expect(mine.files[0]?.author.key?.equals(alice.verifyingKey)).toBe(true);
  });
});
