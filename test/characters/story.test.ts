/** Alice grants, disappears, Bob retrieves; and what happens when something goes wrong. Real contracts, real Ursulas. */

import {
  Alice,
  Bob,
  bytesRange,
  Enrico,
  Keyring,
  MemoryJournal,
  openSealedFile,
  type ProgressEvent,
  RetrievalError,
} from 'dintel';
import { ethersChain, ethersReader } from 'dintel/chain/ethers';
import {
  addressOf,
  leafOf,
  parseLink,
  type ReencryptBody,
  receiptOf,
  recoverTyped,
  requestDigest,
  requestOf,
  sha256,
  signTyped,
  toHex,
} from 'dintel/protocol';
import { Wallet } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contractsOf } from '../../lib/characters/network.ts';
import { type LocalNetwork, startLocalNetwork, type Tamper } from './localNetwork.ts';

let net: LocalNetwork;
beforeAll(async () => {
  net = await startLocalNetwork(5);
}, 120_000);
afterAll(() => net?.close());
beforeEach(async () => {
  for (const { behaviour } of net.nodes) for (const key of Object.keys(behaviour)) delete behaviour[key as 'down'];
  await net.heartbeats();
});

const collect = async (stream: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(stream).arrayBuffer());
const random = (length: number) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(length, at + 65_536)));
  return bytes;
};

async function people(options: { journal?: MemoryJournal; keyring?: Keyring } = {}) {
  const { fetch, clock, deployment, rpcUrl } = net;
  const aliceKeys = options.keyring ?? Keyring.random();
  const journal = options.journal ?? new MemoryJournal();
  const alice = await Alice.open({
    keyring: aliceKeys,
    chain: await net.chainOf(1),
    deployment,
    journal,
    fetch,
    clock,
  });
  const bob = await Bob.open({
    keyring: Keyring.random(),
    chain: await ethersReader({ rpcUrl }),
    deployment,
    fetch,
    clock,
  });
  return { alice, bob, aliceKeys, journal };
}

const until = () => Math.floor(net.clock.now() / 1000) + 600;

/** What a promise is refused with. (Hardhat's own chai takes `rejects` away.) */
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

/** Enrico encrypts for the label with nothing but its public key; the result is a `.dintel` file. */
async function sealed(alice: Alice, plaintext: Uint8Array, label = 'holiday', name = 'photo.jpg') {
  const enrico = new Enrico(toHex(alice.delegatingKey(label).toBytes()));
  const bytes = await collect(enrico.encrypt([plaintext], { name, mediaType: 'image/jpeg', size: plaintext.length }));
  return openSealedFile(bytesRange(bytes));
}

async function granted(plaintext: Uint8Array, options: { threshold?: number; shares?: number } = {}) {
  const { threshold = 3, shares = 5 } = options;
  const { alice, bob, journal, aliceKeys } = await people();
  const file = await sealed(alice, plaintext);
  const grant = await alice.grant({
    to: bob.card(),
    label: 'holiday',
    files: [file],
    threshold,
    shares,
    until: until(),
  });
  return { alice, bob, file, grant, journal, aliceKeys };
}

describe('the story', () => {
  it('Enrico encrypts, Alice grants 3 of 5, Bob retrieves without coins, one node down or not', async () => {
    const plaintext = random(2_500_000);
    const { alice, bob } = await people();
    const file = await sealed(alice, plaintext);
    const quote = await alice.quote({ threshold: 3, shares: 5, until: until() });
    expect(quote).toMatchObject({ affordable: true, candidates: 5, rateWei: 5n });
    expect(quote.depositWei).toBe(quote.rateWei * 5n * BigInt(quote.epochs));
    const events: ProgressEvent[] = [];
    const before = await (await net.chainOf(1)).balance(alice.address);
    const grant = await alice.grant({
      to: bob.card({ name: 'Bob' }),
      label: 'holiday',
      files: [file],
      threshold: 3,
      shares: 5,
      until: until(),
      note: 'for you',
      onProgress: (event) => events.push(event),
    });
    expect(grant.status).toBe('published');
    expect(before - (await (await net.chainOf(1)).balance(alice.address))).toBeLessThanOrEqual(quote.totalWei);
    expect(events.filter((e) => e.type === 'grant.state').map((e) => 'state' in e && e.state)).toEqual([
      'acked',
      'sealed',
      'sent',
      'mined',
      'active',
      'published',
    ]);
    const link = grant.link({ origin: 'https://app.example' });
    expect(link.length).toBeLessThan(1_500);

    const got = await bob.retrieve({ from: link });
    expect(got.files.map(({ name, mediaType, size }) => ({ name, mediaType, size }))).toEqual([
      { name: 'photo.jpg', mediaType: 'image/jpeg', size: plaintext.length },
    ]);
    expect(got.note).toBe('for you');
    expect(got.files[0]?.author).toEqual({ proven: false, key: undefined });
    expect(toHex(sha256(await collect(got.files[0]!.stream())))).toBe(toHex(sha256(plaintext)));
    expect(got.nodes.filter((n) => n.state === 'verified')).toHaveLength(3);
    const seek = await got.files[0]!.seek();
    expect(await seek.read(1_500_000, 100)).toEqual(plaintext.slice(1_500_000, 1_500_100));

    const other = await Bob.open({
      keyring: Keyring.random(),
      chain: await ethersReader({ rpcUrl: net.rpcUrl }),
      deployment: net.deployment,
      fetch: net.fetch,
      clock: net.clock,
    });
    expect(await failure(other.retrieve({ from: link }))).toMatchObject({ code: 'seal.open' });
  });

  it.each([0, 1, 1_048_576])('a file of %i bytes', async (length) => {
    const plaintext = random(length);
    const { bob, grant } = await granted(plaintext, { threshold: 2, shares: 3 });
    const got = await bob.retrieve({ from: grant.link() });
    expect(await got.files[0]!.bytes()).toEqual(plaintext);
  });

  it('survives as many dead nodes as the threshold allows, and says who was silent', async () => {
    const plaintext = random(100_000);
    const { bob, grant } = await granted(plaintext);
    net.nodes[0]!.behaviour.down = true;
    net.nodes[3]!.behaviour.down = true;
    const got = await bob.retrieve({ from: grant.link() });
    expect(await got.files[0]!.bytes()).toEqual(plaintext);
    for (const index of [0, 3]) {
      const outcome = got.nodes.find((n) => n.key === net.nodes[index]!.node);
      if (outcome?.state !== 'idle') expect(outcome).toMatchObject({ state: 'silent', code: 'NODE_UNREACHABLE' });
    }
    for (const { behaviour } of net.nodes) behaviour.down = false;
    const { alice, bob: second, grant: again } = await granted(random(10));
    // Below the threshold nobody owes Bob the manifest, which may lie at the three that are dead: he has it from before.
    const from = { manifest: again.manifestBytes!, verifyingKey: alice.verifyingKey };
    for (const index of [0, 1, 3]) net.nodes[index]!.behaviour.down = true;
    const error = await second.retrieve({ from }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetrievalError);
    expect(error).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 2, need: 3, retryable: true });
    expect((error as RetrievalError).nodes.map((n) => n.state).sort()).toEqual([
      'silent',
      'silent',
      'silent',
      'verified',
      'verified',
    ]);
    // A retry asks only for what is missing: the two good answers are kept.
    net.nodes[0]!.behaviour.down = false;
    for (const node of net.nodes) node.asked.clear();
    await second.retrieve({ from });
    expect([2, 4].map((index) => net.nodes[index]!.asked.get('reencrypt') ?? 0)).toEqual([0, 0]);
  });

  it('revocation: Bob is refused, the chain named as the reason, also when nodes learn it first', async () => {
    const { alice, bob, grant } = await granted(random(100));
    await bob.retrieve({ from: grant.link() });
    const revoked = await alice.revoke({ policyId: grant.policyId });
    expect(revoked.refundWei).toBeGreaterThan(0n);
    expect(await failure(bob.retrieve({ from: grant.link() }))).toMatchObject({ code: 'POLICY_REVOKED' });
    expect(await failure(alice.revoke({ policyId: grant.policyId }))).toMatchObject({
      revert: { name: 'AlreadyRevoked' },
    });
  });

  it('early notice: every node of the cohort takes the signed word', async () => {
    const { alice, grant, bob } = await granted(random(100));
    const notice = alice.revoke({ policyId: grant.policyId, earlyNotice: true });
    expect((await notice).nodes.map(({ code }) => code)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(await failure(bob.retrieve({ from: grant.link() }))).toMatchObject({ code: 'POLICY_REVOKED' });
  });

  it('expiry: at the second of the end the answer is no', async () => {
    const { bob, grant } = await granted(random(100));
    await net.warp(grant.expiresAt - Math.floor(net.clock.now() / 1000));
    expect(await failure(bob.retrieve({ from: grant.link() }))).toMatchObject({ code: 'POLICY_EXPIRED' });
  });

  it('an unsigned lie is no answer; a signed one is caught, named and kept as evidence', async () => {
    const plaintext = random(1_000);
    const { bob, grant } = await granted(plaintext);
    const contracts = contractsOf(net.deployment);
    const lie = (cfrag: Uint8Array) => Uint8Array.from(cfrag, (byte, i) => (i === 300 ? byte ^ 1 : byte));
    type Results = { cfrag: Uint8Array; signature: Uint8Array }[];
    // It changes the answer, and what its operator signed is another one.
    const unsigned: Tamper = (route, answer) =>
      route === 'reencrypt'
        ? { ...answer, results: (answer.results as Results).map((r) => ({ ...r, cfrag: lie(r.cfrag) })) }
        : answer;
    // It changes the answer and signs what it says.
    const signed =
      (change: (cfrag: Uint8Array) => Uint8Array): Tamper =>
      (route, answer, node, asked) => {
        if (route !== 'reencrypt') return answer;
        const body = asked as ReencryptBody;
        const leaf = leafOf(body.leaf).hash;
        const request = requestDigest(
          contracts,
          requestOf({ ...body.request, policyId: body.policyId, leaf, capsules: body.capsules }),
        );
        const results = (answer.results as Results).map((r, i) => {
          const cfrag = change(r.cfrag);
          const receipt = receiptOf({
            policyId: body.policyId,
            leaf,
            epoch: answer.epoch as number,
            request,
            capsule: body.capsules[i]!,
            cfrag,
          });
          return { cfrag, signature: signTyped('Receipt', node.operator, contracts, receipt) };
        });
        return { ...answer, results };
      };
    for (const index of [1, 2, 3]) net.nodes[index]!.behaviour.tamper = unsigned;
    const error = (await bob.retrieve({ from: grant.link() }).catch((reason: unknown) => reason)) as RetrievalError;
    expect(error).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 2, evidence: [] });
    expect(error.nodes.filter((n) => n.state === 'refused' && n.code === 'E_SIGNATURE')).toHaveLength(3);

    // Three ways to lie over a signature: another commitment, a false proof (z), bytes that are no point.
    const z = (cfrag: Uint8Array) => Uint8Array.from(cfrag, (byte, i) => (i === 294 ? byte ^ 1 : byte));
    const point = (cfrag: Uint8Array) => Uint8Array.from(cfrag, (byte, i) => (i === 0 ? 5 : byte));
    net.nodes[1]!.behaviour.tamper = signed(lie);
    net.nodes[2]!.behaviour.tamper = signed(z);
    net.nodes[3]!.behaviour.tamper = signed(point);
    const caught = (await bob.retrieve({ from: grant.link() }).catch((reason: unknown) => reason)) as RetrievalError;
    expect(caught).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 2 });
    expect(caught.nodes.filter((n) => n.state === 'bad' && n.code === 'NODE_BAD_PROOF')).toHaveLength(3);
    const faultOf = new Map(caught.evidence.map((e) => [e.share.node, e.fault]));
    expect([1, 2, 3].map((index) => faultOf.get(net.nodes[index]!.node))).toEqual([
      'fragment',
      'cfrag.reencryption',
      'parse',
    ]);
    for (const e of caught.evidence) {
      const receipt = receiptOf({ ...e, leaf: e.share.leafHash });
      expect(recoverTyped('Receipt', contracts, receipt, e.signature)).toBe(e.operator);
      expect(e.operator).toBe(addressOf(net.nodes.find((n) => n.node === e.share.node)!.operator.publicKey));
    }

    // The honest three are enough, whatever the others say.
    net.nodes[3]!.behaviour.tamper = (_route, answer) => answer;
    expect(await (await bob.retrieve({ from: grant.link() })).files[0]!.bytes()).toEqual(plaintext);
  });

  it('corrects his clock by the node that refuses it, once', async () => {
    const { bob, grant } = await granted(random(10));
    for (const { behaviour } of net.nodes) behaviour.clockAheadMs = -45_000;
    const got = await bob.retrieve({ from: grant.link() });
    expect(got.nodes.filter((n) => n.state === 'verified').every((n) => n.attempts === 2)).toBe(true);
  });

  it('asks no node that is slow longer than the others need', async () => {
    const { bob, grant } = await granted(random(10));
    net.nodes[0]!.behaviour.delayMs = 20_000;
    const started = Date.now();
    await bob.retrieve({ from: grant.link() });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('a second grant of the same file sends nothing but its manifest, and re-encrypts nothing', async () => {
    const plaintext = random(1_200_000);
    const { alice, file } = await granted(plaintext);
    const carol = await Bob.open({
      keyring: Keyring.random(),
      chain: await ethersReader({ rpcUrl: net.rpcUrl }),
      deployment: net.deployment,
      fetch: net.fetch,
      clock: net.clock,
    });
    for (const node of net.nodes) node.asked.clear();
    const held = net.nodes.map(({ blobs }) => new Set(blobs.keys()));
    const uploads: ProgressEvent[] = [];
    const second = await alice.grant({
      to: carol.card(),
      label: 'holiday',
      files: [file],
      threshold: 3,
      shares: 5,
      until: until(),
      onProgress: (event) => event.type === 'upload.bytes' && uploads.push(event),
    });
    // To three nodes, as copies; and to those that keep nothing of the file, so that they learn their leaf.
    const added = net.nodes.flatMap(({ blobs }, i) => [...blobs.keys()].filter((id) => !held[i]?.has(id)));
    expect(new Set(added)).toEqual(new Set([second.manifestId!.slice(2)]));
    const puts = net.nodes.reduce((sum, node) => sum + (node.asked.get('putChunk') ?? 0), 0);
    expect(puts).toBe(added.length);
    expect(puts).toBeGreaterThanOrEqual(3);
    expect(uploads.at(-1)).toMatchObject({ sent: 3 * second.manifestBytes!.length });
    expect(await (await carol.retrieve({ from: second.link() })).files[0]!.bytes()).toEqual(plaintext);
  });

  it('her grants come back from the chain alone, label and all, on a device that has only her keys', async () => {
    const { alice, grant, aliceKeys } = await granted(random(50));
    const { alice: elsewhere } = await people({ keyring: aliceKeys });
    const found = [];
    const told: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => told.push(event);
    for await (const summary of elsewhere.grants({ onProgress })) {
      if (summary.policyId === grant.policyId) found.push(summary);
    }
    const head = { type: 'grants.blocks', block: expect.any(BigInt), toBlock: expect.any(BigInt) };
    expect(told.filter(({ type }) => type === 'grants.blocks').at(-1)).toEqual(head);
    const items = told.filter((event) => event.type === 'grants.items');
    expect(items.map(({ done }) => done)).toEqual(items.map((_, i) => i + 1));
    expect(items.at(-1)?.total).toBe(items.length);
    const stopped = elsewhere.grants({ signal: AbortSignal.abort() }).next();
    expect(await failure(stopped)).toMatchObject({ code: 'ABORTED' });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ state: 'live', label: 'holiday', missing: undefined, shares: 5 });
    expect(found[0]?.manifest?.manifest.files).toHaveLength(1);
    await alice.revoke({ policyId: grant.policyId });
    for await (const summary of elsewhere.grants()) {
      if (summary.policyId === grant.policyId) expect(summary.state).toBe('revoked');
    }
  });

  it('a crash anywhere on the way is resumed by another process with the same journal, paid once', async () => {
    const plaintext = random(1_000);
    const { alice, bob, journal, aliceKeys } = await people();
    const file = await sealed(alice, plaintext);
    const options = { to: bob.card(), label: 'holiday', files: [file], threshold: 2, shares: 3, until: until() };
    const stop = new AbortController();
    const states: string[] = [];
    const first = await alice
      .grant({
        ...options,
        signal: stop.signal,
        onProgress: (event) => {
          if (event.type !== 'grant.state') return;
          states.push(event.state);
          if (event.state === 'sent') stop.abort();
        },
      })
      .catch((reason: unknown) => reason);
    expect(first).toMatchObject({ code: expect.stringMatching(/ABORTED|chain.aborted/) });
    const { alice: again } = await people({ journal, keyring: aliceKeys });
    const [unfinished] = await again.unfinished({ files: [file] });
    expect(unfinished?.status).toBe('sent');
    const done = [];
    for await (const grant of again.resume({ files: [file] })) done.push(grant);
    expect(done.map((grant) => grant.status)).toEqual(['published']);
    expect(await again.unfinished()).toEqual([]);
    expect(await (await bob.retrieve({ from: done[0]!.link() })).files[0]!.bytes()).toEqual(plaintext);
    const mine = [];
    for await (const summary of again.grants()) if (summary.policyId === done[0]!.policyId) mine.push(summary);
    expect(mine).toHaveLength(1);
  });
});

describe('what a grant may say', () => {
  it('many files at once, of which Bob opens those he wants', async () => {
    const { alice, bob } = await people();
    const texts = [random(10), random(1_100_000), random(0)];
    const files = await Promise.all(texts.map((text, i) => sealed(alice, text, 'holiday', `${i}.bin`)));
    const grant = await alice.grant({
      to: bob.card(),
      label: 'holiday',
      files,
      threshold: 2,
      shares: 3,
      until: until(),
    });
    const all = await bob.retrieve({ from: grant.link() });
    expect(all.files.map((file) => file.name)).toEqual(['0.bin', '1.bin', '2.bin']);
    for (const [i, file] of all.files.entries()) expect(await file.bytes()).toEqual(texts[i]);
    const one = await bob.retrieve({ from: grant.link(), only: (file) => file.size > 1_000_000 });
    expect(one.files.map((file) => file.name)).toEqual(['1.bin']);
  });

  it('a time before which and after which nobody is served', async () => {
    const { alice, bob } = await people();
    const file = await sealed(alice, random(10));
    const now = Math.floor(net.clock.now() / 1000);
    const conditions = { notBefore: now + 60, notAfter: now + 120 };
    const grant = await alice.grant({
      to: bob.card(),
      label: 'holiday',
      files: [file],
      threshold: 2,
      shares: 3,
      until: until(),
      conditions,
    });
    expect(await failure(bob.retrieve({ from: grant.link() }))).toMatchObject({
      code: 'POLICY_NOT_STARTED',
      retryable: true,
    });
    await net.warp(61);
    await net.heartbeats();
    expect((await bob.retrieve({ from: grant.link() })).files).toHaveLength(1);
    await net.warp(61);
    expect(await failure(bob.retrieve({ from: grant.link() }))).toMatchObject({ code: 'POLICY_EXPIRED' });
  });
});

describe('a handle', () => {
  it('goes on from where it was cut off, with the same manifest, and is paid once', async () => {
    const { alice, bob } = await people();
    const file = await sealed(alice, random(10));
    const stop = new AbortController();
    const grant = await alice.draft({
      to: bob.card(),
      label: 'holiday',
      files: [file],
      threshold: 2,
      shares: 3,
      until: until(),
      onProgress: (event) => event.type === 'tx.sent' && stop.abort(),
    });
    expect(grant.status).toBe('draft');
    expect(() => grant.link()).toThrow();
    expect(await failure(grant.wait({ signal: stop.signal }))).toBeInstanceOf(Error);
    expect(grant.status).toBe('sent');
    const { manifestId, transactionHash } = grant;
    await Promise.all([grant.wait(), grant.wait()]);
    expect(grant).toMatchObject({ status: 'published', manifestId, transactionHash });
    expect((await bob.retrieve({ from: grant.link() })).files).toHaveLength(1);
  });

  it('can be given up before it is paid', async () => {
    const { alice, bob, journal, aliceKeys } = await people();
    const file = await sealed(alice, random(10));
    const grant = await alice.draft({
      to: bob.card(),
      label: 'holiday',
      files: [file],
      threshold: 2,
      shares: 3,
      until: until(),
    });
    await grant.abandon();
    const { alice: again } = await people({ journal, keyring: aliceKeys });
    expect(await again.unfinished()).toEqual([]);
    expect((await again.find(grant.policyId))?.status).toBe('abandoned');
  });

  it('a link whose places are gone still finds the manifest at other nodes', async () => {
    const { bob, grant } = await granted(random(10), { threshold: 3, shares: 5 });
    const link = parseLink(grant.link(), [contractsOf(net.deployment)]);
    const got = await bob.retrieve({ from: { ...link, uris: ['http://gone.example/v1/chunks/'] } });
    expect(got.files).toHaveLength(1);
  });
});

describe('refusals before anything is paid', () => {
  it('names what is missing: money, nodes, sense', async () => {
    const { alice, bob } = await people();
    const file = await sealed(alice, random(1));
    const base = { to: bob.card(), label: 'holiday', files: [file], until: until() };
    expect(await failure(alice.quote({ threshold: 4, shares: 3, until: until() }))).toMatchObject({
      code: 'E_THRESHOLD',
    });
    expect(await failure(alice.quote({ threshold: 1, shares: 65, until: until() }))).toMatchObject({
      code: 'E_SHARES_MAX',
    });
    expect(await failure(alice.quote({ threshold: 1, shares: 3, until: 5 }))).toMatchObject({ code: 'E_DURATION' });
    expect(await failure(alice.grant({ ...base, threshold: 3, shares: 6 }))).toMatchObject({
      code: 'NOT_ENOUGH_NODES',
    });
    const cheap = await alice
      .grant({ ...base, threshold: 2, shares: 3, rateWei: 2n })
      .catch((reason: unknown) => reason);
    expect(cheap).toMatchObject({ code: 'NOT_ENOUGH_NODES' });
    for (const index of [0, 1, 2]) net.nodes[index]!.behaviour.refuse = 'E_BUSY';
    expect(await failure(alice.grant({ ...base, threshold: 2, shares: 3 }))).toMatchObject({
      code: 'NOT_ENOUGH_NODES',
    });
    for (const { behaviour } of net.nodes) delete behaviour.refuse;
    const chain = await ethersChain({
      rpcUrl: net.rpcUrl,
      privateKey: Wallet.createRandom().privateKey as `0x${string}`,
    });
    const poor = await Alice.open({
      keyring: Keyring.random(),
      chain,
      deployment: net.deployment,
      fetch: net.fetch,
      clock: net.clock,
    });
    expect(await poor.quote({ threshold: 2, shares: 3, until: until() })).toMatchObject({
      affordable: false,
      balanceWei: 0n,
    });
    const hers = [await sealed(poor, random(1))];
    expect(await failure(poor.grant({ ...base, files: hers, threshold: 2, shares: 3 }))).toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
    });
    expect(await alice.unfinished()).toEqual([]);
  });

  it('refuses a false card, an unregistered address, another chain', async () => {
    const { alice, bob } = await people();
    const file = await sealed(alice, random(1));
    const base = { label: 'holiday', files: [file], threshold: 1, shares: 1, until: until() };
    expect(await failure(alice.grant({ ...base, to: 'dintel:card:1.AAAA' }))).toMatchObject({ code: 'E_CARD' });
    expect(await failure(alice.grant({ ...base, to: { address: alice.address } }))).toMatchObject({
      code: 'KEY_NOT_REGISTERED',
    });
    const elsewhere = { ...net.deployment, chainId: 1 };
    expect(
      await failure(Bob.open({ keyring: Keyring.random(), chain: await net.chainOf(1), deployment: elsewhere })),
    ).toMatchObject({ code: 'CHAIN_MISMATCH' });
    void bob;
  });

  it('refuses a file of another label', async () => {
    const { alice, bob } = await people();
    const file = await sealed(alice, random(1), 'letters');
    const options = { to: bob.card(), label: 'holiday', files: [file], threshold: 1, shares: 1, until: until() };
    expect(await failure(alice.grant(options))).toMatchObject({ code: 'E_DECRYPT', field: 'files[0]' });
  });

  it('replaces a node that refuses its share, with the reason kept', async () => {
    const { alice, bob } = await people();
    const file = await sealed(alice, random(1));
    const grant = await alice.draft({
      to: bob.card(),
      label: 'holiday',
      files: [file],
      threshold: 2,
      shares: 3,
      until: until(),
    });
    const victim = net.nodes.find((n) => n.node === grant.nodes[1]!.node)!;
    victim.behaviour.refuse = 'E_PAYMENT';
    await grant.wait();
    expect(grant.nodes.map((n) => n.node)).not.toContain(victim.node);
    expect(grant.selection.refused).toMatchObject([{ node: victim.node, code: 'E_PAYMENT' }]);
    await grant.wait();
    expect((await bob.retrieve({ from: grant.link() })).files).toHaveLength(1);
    expect(await failure(grant.abandon())).toMatchObject({ code: 'E_REPLAY' });
  });
});
