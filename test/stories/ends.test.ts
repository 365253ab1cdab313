/**
 * Promise 4, Ends. Revocation and expiry stop every node within one block and one poll, a signed notice even before it is mined;
 * and every wei that was not earned goes back to who paid.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alice, Bob, Grant, Keyring, Retrieved } from 'dintel';
import { type Chain, isRevert, PolicyManager, type SentTransaction } from 'dintel/chain';
import {
  encodeBody,
  fromHex,
  parseFileHeader,
  type Revocation,
  type VerifiedShare,
  walletTypedData,
} from 'dintel/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raiseNetwork, type StoryNetwork } from './network.ts';
import { askRaw, chainOf, collect, grantFor, makeAlice, makeBob, post, requestFor, type Said } from './people.ts';

let net: StoryNetwork;
let alice: Alice;
let aliceChain: Chain;
let bob: Bob;
let bobKeys: Keyring;
/** Every policy of this file: all must be paid out to the last wei at the end. */
const policies: { readonly grant: Grant; readonly got: Retrieved; readonly paidWei: bigint }[] = [];

beforeAll(async () => {
  net = await raiseNetwork();
  ({ alice, chain: aliceChain } = await makeAlice(net));
  ({ bob, keyring: bobKeys } = await makeBob(net));
}, 180_000);
afterAll(() => net?.close());

/** A grant that works: Bob has opened it, and each of the five nodes serves. */
async function working(
  seconds: number,
  onState?: (state: string) => void,
): Promise<{ grant: Grant; ask: () => Promise<Said[]> }> {
  const { grant, plaintext } = await grantFor(alice, bob, seconds, onState);
  const got = await bob.retrieve({ from: grant.link() });
  expect(await collect(got.files[0]!.stream())).toEqual(new Uint8Array(plaintext));
  const sent = (await net.rpc('eth_getTransactionByHash', grant.transactionHash)) as { value: string };
  policies.push({ grant, got, paidWei: BigInt(sent.value) });
  const { capsule } = parseFileHeader(got.manifest.manifest.files[0]!.headerBytes);
  const askOne = (share: VerifiedShare) =>
    askRaw(urlOf(share), requestFor(net, bobKeys, got.manifest, share, [capsule]));
  const ask = () => Promise.all(got.manifest.shares.map(askOne));
  expect((await ask()).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  return { grant, ask };
}

const urlOf = (share: Pick<VerifiedShare, 'node'>) =>
  net.nodes.find(({ address }) => address === share.node)?.url ?? '';
const all = (code: string) => Array.from({ length: 5 }, () => code);
const codes = (said: readonly Said[]) => said.map(({ code, status }) => code ?? String(status));
const headOf = async () => (await alice.network.now()).blockNumber;

/** Mine a block at this time of the chain. */
async function mineAt(timestamp: number): Promise<void> {
  await net.rpc('evm_setNextBlockTimestamp', timestamp);
  await net.rpc('evm_mine');
}

test('the epoch turns between promises and payment: nodes that have not seen it yet are waited for', async () => {
  // Not late in an epoch: one that turns by itself, before it is turned, would not be between the two.
  const late = (await alice.network.now()).timestamp % 30;
  if (late > 18) await sleep((31 - late) * 1_000);
  const { timestamp } = await alice.network.now();
  let turned: Promise<void> | undefined;
  const turn = (state: string) => {
    if (state === 'acked') turned ??= mineAt((Math.floor(timestamp / 30) + 1) * 30);
  };
  const { grant } = await working(3_600, turn);
  await turned;
  expect(grant.status).toBe('published');
}, 60_000);

test('a revocation on chain: every node refuses from its block on, and within one block and one poll', async () => {
  const { grant, ask } = await working(3_600);
  await alice.revoke({ policyId: grant.policyId });
  const minedMs = performance.now();
  const block = Number(await headOf());
  for (;;) {
    const said = await ask();
    // Whoever still serves judges by an older block: nobody who has seen the revocation does.
    for (const { status, head } of said) if (status === 200) expect(head).toBeLessThan(block);
    if (said.every(({ code }) => code === 'E_REVOKED')) break;
    // A block a second and a poll a second; the rest is for a machine that is busy.
    expect(performance.now() - minedMs).toBeLessThan(2_000 + 4_000);
    await sleep(50);
  }
  expect((await ask()).map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  const error = await bob.retrieve({ from: grant.link() }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'POLICY_REVOKED' });
}, 60_000);

test('a signed notice to each node: refused at once, while the chain knows nothing of it', async () => {
  const { grant, ask } = await working(3_600);
  const { policyId } = grant;
  const { contracts } = alice.network;
  const message: Revocation = { policyId, deadline: (await alice.network.now()).timestamp + 600 };
  const signature = fromHex(await aliceChain.signTypedData(walletTypedData('Revocation', contracts, message)));
  const { chainId, adjudicator, policyManager, escrow } = contracts;
  const domain = { chainId, adjudicator, policyManager, escrow };
  const notice = encodeBody('revocations', { domain, policyId, deadline: message.deadline, signature });
  const forged = signature.slice();
  forged[40] = (forged[40] as number) ^ 1;
  const lie = encodeBody('revocations', { domain, policyId, deadline: message.deadline, signature: forged });
  for (const { url } of net.nodes) expect((await post(url, '/v1/revocations', lie)).code).toBe('E_SIGNATURE');
  expect(codes(await ask())).toEqual(all('200'));
  for (const { url } of net.nodes) expect((await post(url, '/v1/revocations', notice)).status).toBe(202);
  expect(codes(await ask())).toEqual(all('E_REVOKED'));
  expect(await alice.policy(policyId)).toMatchObject({ revoked: false });
  // The same signature ends it on chain: anybody may send it.
  const stranger = new PolicyManager(await chainOf(net, 7), net.deployment.policyManager);
  await (await stranger.revokeBySig({ id: policyId, deadline: message.deadline, signature })).wait();
  expect(await alice.policy(policyId)).toMatchObject({ revoked: true });
  expect(codes(await ask())).toEqual(all('E_REVOKED'));
}, 60_000);

test('expiry: served until the last second, refused by all from that second on', async () => {
  const { grant, ask } = await working(600);
  // Blocks come every second and with each heartbeat: stop them, so that the last second can be looked at.
  await net.rpc('evm_setIntervalMining', 0);
  await net.rpc('evm_setAutomine', false);
  await mineAt(grant.expiresAt - 1);
  await headSeen(grant.expiresAt - 1);
  expect(codes(await ask())).toEqual(all('200'));
  await mineAt(grant.expiresAt);
  await headSeen(grant.expiresAt);
  expect(codes(await ask())).toEqual(all('E_EXPIRED'));
  await net.rpc('evm_setAutomine', true);
  await net.rpc('evm_setIntervalMining', 1_000);
  const error = await bob.retrieve({ from: grant.link() }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'POLICY_EXPIRED' });
}, 60_000);

/** Until each node has polled a block of this time. */
async function headSeen(timestamp: number): Promise<void> {
  for (const { url } of net.nodes) {
    const seen = async () => ((await (await fetch(`${url}/v1/info`)).json()) as { head: { timestamp: number } }).head;
    await expect.poll(async () => (await seen()).timestamp, { timeout: 10_000 }).toBeGreaterThanOrEqual(timestamp);
  }
}

test('every wei has an owner: what the nodes earned and what went back add up to what was paid', async () => {
  const reporter = await chainOf(net, 7);
  const manager = new PolicyManager(reporter, net.deployment.policyManager);
  const balance = async (who: string) => BigInt((await net.rpc('eth_getBalance', who, 'latest')) as string);
  const paidIn = policies.reduce((sum, { paidWei }) => sum + paidWei, 0n);
  expect(paidIn).toBeGreaterThan(0n);
  expect(await balance(manager.address)).toBe(paidIn);

  // One grant runs to its end too; then all of their epochs are final.
  const records = await Promise.all(policies.map(async ({ grant }) => (await alice.policy(grant.policyId))!));
  const last = Math.max(...records.map(({ end }) => end));
  const { timestamp } = await alice.network.now();
  await mineAt(Math.max(timestamp + 1, (last + 4) * 30));
  const total = { paid: 0n, refunded: 0n };
  for (const { got, grant } of policies) {
    const { policyId } = got.manifest.manifest;
    for (const { leaf, proof } of got.manifest.shares) {
      // The nodes settle for themselves, too: whoever comes second finds nothing to do.
      const sent = await manager.settle(policyId, leaf, proof).catch((error: unknown) => error);
      if (sent instanceof Error) expect(isRevert(sent, 'NothingToSettle')).toBe(true);
      else await (sent as SentTransaction).wait().catch(() => undefined);
    }
    const range = { fromBlock: 0n, toBlock: await headOf() };
    // To the wei: rate x shares x billed epochs, none of it left.
    const sum = { paid: 0n, refunded: 0n };
    for (const event of await manager.events({
      event: 'Settled',
      indexed: { id: policyId },
      range,
    })) {
      if (event.event !== 'Settled') continue;
      sum.paid += event.args.paid;
      sum.refunded += event.args.refunded;
    }
    const policy = (await alice.policy(grant.policyId))!;
    expect(policy.left).toBe(0n);
    expect(sum.paid + sum.refunded).toBe(policy.rate * BigInt(policy.shares) * BigInt(policy.end - policy.start + 1));
    total.paid += sum.paid;
    total.refunded += sum.refunded;
  }
  const stakers = await Promise.all([2, 3, 4, 5, 6].map((index) => chainOf(net, index)));
  const credits = await Promise.all(stakers.map(({ account }) => manager.credit(account)));
  const earned = credits.reduce((sum, credit) => sum + credit, 0n);
  const back = await manager.credit(alice.address);
  expect(earned).toBe(total.paid);
  expect(earned).toBeGreaterThan(0n);
  expect(earned + back).toBe(paidIn);
  expect(back).toBeGreaterThanOrEqual(total.refunded);
  expect(total.refunded).toBeGreaterThan(0n);

  const purse = `0x${'d1'.repeat(20)}` as const;
  for (const chain of [...stakers, aliceChain]) {
    await (await new PolicyManager(chain, manager.address).withdraw(purse)).wait();
  }
  expect(await balance(purse)).toBe(paidIn);
  expect(await balance(manager.address)).toBe(0n);
}, 120_000);
