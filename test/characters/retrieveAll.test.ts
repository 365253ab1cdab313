/** Many files at once, each with its own end. Real contracts, real Ursulas. */
import { Alice, Bob, bytesRange, Keyring, MemoryJournal, openSealedFile, type RetrievedItem } from 'dintel';
import { ethersReader } from 'dintel/chain/ethers';
import { type Manifest, openManifest, sealManifest, sha256, signManifest, toHex } from 'dintel/protocol';
import { Signer } from 'dintel/umbral';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { verifyAnswers } from '../../lib/characters/bob/verifier.ts';
import { type LocalNetwork, startLocalNetwork } from './localNetwork.ts';

let net: LocalNetwork;
const keyring = Keyring.random();
const bobKeys = Keyring.random();
let alice: Alice;
let links: string[];
let whole: Uint8Array;
let alone: Uint8Array;
beforeAll(async () => {
  net = await startLocalNetwork(4);
  const { fetch, clock, deployment } = net;
  alice = await Alice.open({ keyring, chain: await net.chainOf(1), deployment, fetch, clock });
  const seal = async (words: string) => {
    const stream = alice.encrypt([new TextEncoder().encode(words)], { label: 'many', name: `${words}.txt` });
    return openSealedFile(bytesRange(new Uint8Array(await new Response(stream).arrayBuffer())));
  };
  const to = (await openBob()).card();
  const terms = { to, label: 'many', threshold: 2, shares: 4, until: Math.floor(clock.now() / 1000) + 900 };
  const files = await Promise.all(Array.from({ length: 12 }, (_, i) => seal(`file ${i}`)));
  const first = await alice.grant({ ...terms, files });
  whole = first.manifestBytes!;
  const second = await alice.grant({ ...terms, files: [await seal('alone')] });
  alone = second.manifestBytes!;
  links = [first.link(), second.link()];
}, 120_000);
afterAll(() => net?.close());
beforeEach(() => {
  for (const node of net.nodes) {
    for (const key of Object.keys(node.behaviour)) delete node.behaviour[key as 'down'];
    node.asked.clear();
  }
});

async function openBob(options: Partial<Parameters<typeof Bob.open>[0]> = {}): Promise<Bob> {
  const { fetch, clock, deployment, rpcUrl } = net;
  return Bob.open({ keyring: bobKeys, chain: await ethersReader({ rpcUrl }), deployment, fetch, clock, ...options });
}

const told = async ({ link, index, file, error }: RetrievedItem) =>
  `${link}/${index}: ${file ? new TextDecoder().decode(await file.bytes()) : error.code}`;

async function all(items: AsyncIterable<RetrievedItem>): Promise<string[]> {
  const got: RetrievedItem[] = [];
  for await (const item of items) got.push(item);
  return (await Promise.all(got.map(told))).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

it('one question to a node for all files of a grant; a link that is none, or revoked, disturbs no other', async () => {
  const bob = await openBob();
  const end = Math.floor(net.clock.now() / 1000) + 500;
  const stream = alice.encrypt([new Uint8Array([1])], { label: 'many' });
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const gone = await alice.grant({
    ...{ to: bob.card(), label: 'many', files: [await openSealedFile(bytesRange(bytes))] },
    ...{ threshold: 2, shares: 4, until: end },
  });
  await alice.revoke({ policyId: gone.policyId });
  const got = await all(bob.retrieveAll({ from: [links[0]!, 'd1.nonsense', links[1]!, gone.link()] }));
  expect(got).toEqual([
    ...Array.from({ length: 12 }, (_, i) => `0/${i}: file ${i}`),
    expect.stringMatching(/^1\/undefined: E_/),
    '2/0: alone',
    '3/undefined: POLICY_REVOKED',
  ]);
  for (const node of net.nodes) expect(node.asked.get('reencrypt') ?? 0).toBeLessThanOrEqual(2);
});

it('two damaged files of twelve: ten are opened, each of the others has its own reason', async () => {
  const bob = await openBob();
  const { manifest } = openManifest(bobKeys.receiving(), whole);
  const bent = (index: number, at: number): Manifest['files'][number] => {
    const file = manifest.files[index]!;
    const headerBytes = file.headerBytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    return { ...file, headerBytes, headerId: toHex(sha256(headerBytes)) };
  };
  // A byte of the capsule's scalar, and one of the wrapped key.
  const files = manifest.files.map((file, i) => (i === 3 ? bent(3, 119) : i === 7 ? bent(7, 130) : file));
  const bytes = sealManifest(signManifest({ ...manifest, files }, new Signer(keyring.verifying())), [
    bobKeys.receiving().publicKey,
  ]).bytes;
  const from = { manifest: bytes, verifyingKey: alice.verifyingKey };
  const got = await all(bob.retrieveAll({ from: [from] }));
  expect(got.filter((line) => line.includes('file'))).toHaveLength(10);
  expect(got.filter((line) => !line.includes('file'))).toEqual(['0/3: capsule.verify', '0/7: dem.auth']);
  const failure = await bob.retrieve({ from }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'capsule.verify' });
});

it('who is slow or silent is asked last the next time, and a liar is named', async () => {
  const bob = await openBob();
  const [down, , , liar] = net.nodes;
  down!.behaviour.down = true;
  liar!.behaviour.refuse = 'E_BUSY';
  await bob.retrieve({ from: links[1]!, hedgeMs: 20 });
  for (let turn = 0; turn < 3; turn++) await bob.retrieve({ from: links[1]!, hedgeMs: 2_000 });
  // M + 1 = 3 of 4 are asked at once: the one that was found down is not among them any more.
  for (const node of net.nodes) node.asked.clear();
  delete down!.behaviour.down;
  delete liar!.behaviour.refuse;
  await bob.retrieve({ from: links[1]!, hedgeMs: 2_000 });
  expect(net.nodes.reduce((sum, node) => sum + (node.asked.get('reencrypt') ?? 0), 0)).toBeLessThanOrEqual(3);
});

it('a verifier of the page is asked in place of the main thread, and its verdict counts', async () => {
  const jobs: number[] = [];
  const bob = await openBob({
    verifier: {
      verify: async (job) => {
        jobs.push(job.cfrags.length);
        return verifyAnswers(job);
      },
    },
  });
  expect(await all(bob.retrieveAll({ from: links }))).toHaveLength(13);
  expect(jobs.length).toBeGreaterThanOrEqual(4);
  const doubting = await openBob({ verifier: { verify: async (job) => job.cfrags.map(() => 'cfrag.reencryption') } });
  const error = await doubting.retrieve({ from: links[1]! }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 0, need: 2 });
  expect(error).toHaveProperty('lying.length', 4);
  expect(error).toHaveProperty('evidence.length', 4);
  const items: RetrievedItem[] = [];
  for await (const item of doubting.retrieveAll({ from: [links[1]!, 'd1.nonsense'] })) items.push(item);
  const [lost, none] = items.toSorted((a, b) => a.link - b.link);
  expect(lost?.nodes.map(({ state }) => state)).toEqual(Array(4).fill('bad'));
  expect(lost?.evidence.map(({ fault }) => fault)).toEqual(Array(4).fill('cfrag.reencryption'));
  expect(none).toMatchObject({ nodes: [], evidence: [] });
});

it('tells unreachable from refusing, and what was verified is not asked for again', async () => {
  const bob = await openBob();
  const [a, b, c, d] = net.nodes;
  a!.behaviour.down = true;
  b!.behaviour.down = true;
  c!.behaviour.refuse = 'E_BUSY';
  // Not by its link: the one node that is left need not be among the three that hold the manifest.
  const from = { manifest: alone, verifyingKey: alice.verifyingKey };
  const error = await bob.retrieve({ from, hedgeMs: 20 }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 1, need: 2 });
  expect(error).toHaveProperty('unreachable.length', 2);
  expect(error).toHaveProperty('refused.length', 1);
  delete a!.behaviour.down;
  d!.asked.clear();
  expect((await bob.retrieve({ from, hedgeMs: 20 })).files).toHaveLength(1);
  expect(d!.asked.get('reencrypt') ?? 0).toBe(0);
});

it('keeps what was verified over a reload, in a journal that shows nothing and may be damaged', async () => {
  const journal = new MemoryJournal();
  const from = { manifest: alone, verifyingKey: alice.verifyingKey };
  const [a, b, c, d] = net.nodes;
  for (const node of [a, b, c]) node!.behaviour.down = true;
  const fail = async () => (await openBob({ journal })).retrieve({ from, hedgeMs: 20 }).catch((e: unknown) => e);
  expect(await fail()).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 1 });
  d!.asked.clear();
  expect(await fail()).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 1 });
  expect(d!.asked.get('reencrypt') ?? 0).toBe(0);
  const [name] = await journal.names('cfrags/');
  await journal.put(name!, new Uint8Array(500));
  expect(await fail()).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 1 });
  expect(d!.asked.get('reencrypt')).toBe(1);
  d!.asked.clear();
  delete a!.behaviour.down;
  const again = await openBob({ journal });
  expect((await again.retrieve({ from, hedgeMs: 20 })).files).toHaveLength(1);
  expect(d!.asked.get('reencrypt') ?? 0).toBe(0);
  expect(await journal.names('')).toEqual([]);
});

it('stops when its consumer stops, and when it is told to', async () => {
  const bob = await openBob();
  for await (const item of bob.retrieveAll({ from: links })) {
    expect(item.file).toBeDefined();
    break;
  }
  const stop = new AbortController();
  const run = async () => {
    for await (const _ of bob.retrieveAll({ from: links, signal: stop.signal })) stop.abort();
  };
  expect(await run().catch((error: unknown) => error)).toMatchObject({ code: 'ABORTED' });
});
