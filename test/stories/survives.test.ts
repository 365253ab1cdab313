/**
 * Promise 5, Survives. A node is killed at random moments under requests and loses nothing that it acknowledged; a chain that is
 * reorganised around a revocation denies at once, and serves again only when the revocation is gone for good.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alice, Bob, Keyring, Retrieved } from 'dintel';
import type { Chain } from 'dintel/chain';
import {
  chunkIdOf,
  encodeBody,
  fromHex,
  parseFileHeader,
  type ReencryptBody,
  type Revocation,
  reservationOf,
  signTyped,
  type VerifiedShare,
  walletTypedData,
} from 'dintel/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raiseNetwork, type StoryNetwork, type StoryNode } from './network.ts';
import { askRaw, collect, grantFor, makeAlice, makeBob, post, requestFor } from './people.ts';

/** Blocks until a creation counts, and until the absence of a revocation does. */
const depth = 4;
const kills = 10;

let net: StoryNetwork;
let alice: Alice;
let aliceKeys: Keyring;
let aliceChain: Chain;
let bob: Bob;
let bobKeys: Keyring;

beforeAll(async () => {
  net = await raiseNetwork(() => ({ init: ['--depth', String(depth)] }));
  ({ alice, keyring: aliceKeys, chain: aliceChain } = await makeAlice(net, { depth }));
  ({ bob, keyring: bobKeys } = await makeBob(net));
}, 180_000);
afterAll(() => net?.close());

/** Numbers between 0 and 1 from a seed that a failure names (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const capsuleOf = (got: Retrieved) => parseFileHeader(got.manifest.manifest.files[0]!.headerBytes).capsule;
const shareOf = (got: Retrieved, node: StoryNode): VerifiedShare =>
  got.manifest.shares.find((share) => share.node === node.address)!;

async function working(): Promise<Retrieved> {
  const { grant, plaintext } = await grantFor(alice, bob, 3_600);
  const got = await bob.retrieve({ from: grant.link() });
  expect(await collect(got.files[0]!.stream())).toEqual(new Uint8Array(plaintext));
  return got;
}

/** What a node has said yes to: it must hold to it for ever. */
class Acknowledged {
  readonly chunks = new Map<string, Uint8Array>();
  readonly requests: ReencryptBody[] = [];
  readonly revoked: Retrieved[] = [];
}

/** Puts a fresh chunk, reserved by Alice's signature. */
async function putChunk(node: StoryNode, got: Retrieved, acknowledged: Acknowledged): Promise<void> {
  const { policyId } = got.manifest.manifest;
  const { parts, leafHash, proof } = shareOf(got, node);
  const { contracts } = bob.network;
  const { chainId, adjudicator, policyManager, escrow } = contracts;
  const bytes = new Uint8Array(randomBytes(4_000));
  const chunks = [{ id: chunkIdOf(bytes), size: bytes.length }];
  const expiresAt = Math.floor(Date.now() / 1000) + 60;
  const message = reservationOf({ policyId, leaf: leafHash, chunks, expiresAt });
  const signature = signTyped('Reservation', aliceKeys.verifying(), contracts, message);
  const domain = { chainId, adjudicator, policyManager, escrow };
  const reservation = { expiresAt, signature };
  const body = encodeBody('reservations', { domain, policyId, leaf: parts, proof, chunks, reservation });
  if ((await post(node.url, '/v1/reservations', body)).status >= 300) return;
  const path = `${node.url}/v1/chunks/${chunks[0]!.id}`;
  const answer = await fetch(path, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.ok) acknowledged.chunks.set(chunks[0]!.id, bytes);
}

async function reencrypt(node: StoryNode, got: Retrieved, acknowledged: Acknowledged): Promise<void> {
  const body = requestFor(net, bobKeys, got.manifest, shareOf(got, node), [capsuleOf(got)]);
  if ((await askRaw(node.url, body)).status === 200) acknowledged.requests.push(body);
}

/** Alice's signed word to one node, which answers before anything is on chain. */
async function notice(node: StoryNode, got: Retrieved, acknowledged: Acknowledged): Promise<void> {
  const { policyId } = got.manifest.manifest;
  const { contracts } = bob.network;
  const { chainId, adjudicator, policyManager, escrow } = contracts;
  const message: Revocation = { policyId, deadline: (await bob.network.now()).timestamp + 1_800 };
  const signature = fromHex(await aliceChain.signTypedData(walletTypedData('Revocation', contracts, message)));
  const domain = { chainId, adjudicator, policyManager, escrow };
  const body = encodeBody('revocations', { domain, policyId, deadline: message.deadline, signature });
  if ((await post(node.url, '/v1/revocations', body)).status === 202) acknowledged.revoked.push(got);
}

/** Everything that the node ever acknowledged, asked for again. */
async function check(node: StoryNode, acknowledged: Acknowledged): Promise<void> {
  for (const [id, bytes] of acknowledged.chunks) {
    const answer = await fetch(`${node.url}/v1/chunks/${id}`);
    expect(answer.status).toBe(200);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  }
  const now = Math.floor(Date.now() / 1000);
  for (const body of acknowledged.requests) {
    // A request that is over is refused for its time; one that is not, only because its nonce is remembered.
    if (body.request.expiresAt <= now + 10) continue;
    expect((await askRaw(node.url, body)).code).toBe('E_REPLAY');
  }
  for (const got of acknowledged.revoked) {
    const body = requestFor(net, bobKeys, got.manifest, shareOf(got, node), [capsuleOf(got)]);
    expect((await askRaw(node.url, body)).code).toBe('E_REVOKED');
  }
}

test(`killed ${kills} times under requests, a node loses nothing that it acknowledged`, async () => {
  const seed = Number(process.env.DINTEL_SEED ?? 20_261_121);
  const random = randomFrom(seed);
  const node = net.nodes[Math.floor(random() * 5)]!;
  const acknowledged = new Acknowledged();
  const live = await working();
  const doomed = await working();
  for (let kill = 0; kill < kills; kill++) {
    let over = false;
    const repeat = async (work: () => Promise<void>) => {
      // The kill cuts what is in flight: no answer is no acknowledgement.
      while (!over) await work().catch(() => undefined);
    };
    const streams = [
      repeat(() => putChunk(node, live, acknowledged)),
      repeat(() => reencrypt(node, live, acknowledged)),
    ];
    if (kill === 3) streams.push(notice(node, doomed, acknowledged).catch(() => undefined));
    // Killed before it could answer: then once more, and it has its time.
    if (kill === 6 && acknowledged.revoked.length === 0) await notice(node, doomed, acknowledged);
    await sleep(20 + random() * 500);
    await node.process.kill();
    over = true;
    await Promise.all(streams);
    await node.restart();
    await check(node, acknowledged);
  }
  const { chunks: kept, requests: seen, revoked } = acknowledged;
  expect([seed, kept.size > kills, seen.length > kills, revoked.length]).toEqual([seed, true, true, 1]);
  // And it still does its work: what a crash left half done stands in nobody's way.
  const [chunks, requests] = [acknowledged.chunks.size, acknowledged.requests.length];
  await putChunk(node, live, acknowledged);
  await reencrypt(node, live, acknowledged);
  expect([acknowledged.chunks.size, acknowledged.requests.length]).toEqual([chunks + 1, requests + 1]);
  await check(node, acknowledged);
}, 240_000);

test('a re-org takes a revocation away: denied from depth 0 on, served again when its absence is final', async () => {
  const got = await working();
  const { policyId } = got.manifest.manifest;
  const ask = () =>
    Promise.all(
      net.nodes.map((node) =>
        askRaw(node.url, requestFor(net, bobKeys, got.manifest, shareOf(got, node), [capsuleOf(got)])),
      ),
    );
  expect((await ask()).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);

  const snapshot = await net.rpc('evm_snapshot');
  await alice.revoke({ policyId });
  const mined = await alice.network.policyManager.events({
    event: 'PolicyRevoked',
    indexed: { id: policyId },
    range: { fromBlock: 0n, toBlock: (await alice.network.now()).blockNumber },
  });
  const block = Number(mined[0]!.blockNumber);
  const denied = async () => (await ask()).every(({ code }) => code === 'E_REVOKED');
  await expect.poll(denied, { timeout: 10_000, interval: 50 }).toBe(true);
  // Nobody waited for confirmations: the newest block is hardly deeper than the revocation.
  expect(Number((await alice.network.now()).blockNumber) - block).toBeLessThan(depth);

  // Another chain, on which she never revoked. It grows past the old one, and until the absence is deep enough nobody serves.
  expect(await net.rpc('evm_revert', snapshot)).toBe(true);
  expect(await alice.policy(policyId)).toMatchObject({ revoked: false });
  const again = new Set<number>();
  const untilMs = Date.now() + 40_000;
  let refusedSince = 0;
  while (again.size < 5) {
    expect(Date.now()).toBeLessThan(untilMs);
    const said = await ask();
    for (const [i, { status, code, head }] of said.entries()) {
      if (status === 200) {
        expect(head).toBeGreaterThanOrEqual(block + depth);
        again.add(i);
      } else {
        expect(['E_REVOKED', 'E_CHAIN_STALE']).toContain(code);
        expect(again.has(i)).toBe(false);
        if (code === 'E_REVOKED') refusedSince += 1;
      }
    }
    await sleep(100);
  }
  expect(refusedSince).toBeGreaterThan(5);
}, 120_000);
