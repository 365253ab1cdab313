/**
 * Promise 3, Caught. Vladimir is one of five nodes and lies over his own signature, each time in another guise. Bob opens from the
 * honest ones, names him, keeps the evidence; the contract takes part of his stake, wherever he has brought it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alice, Bob, Grant, Keyring, Retrieved, WrongAnswer } from 'dintel';
import { Adjudicator, type Chain, isRevert, MinerEscrow } from 'dintel/chain';
import {
  type CFragVerdict,
  type Evidence,
  fromHex,
  makeEvidence,
  receiptOf,
  recoverTyped,
  requestDigest,
  requestOf,
  typedDigest,
} from 'dintel/protocol';
import { Capsule, CapsuleFrag } from 'dintel/umbral';
import { Wallet } from 'ethers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dintelJson } from '../../scripts/demo/network.ts';
import { runDintel, start } from '../../scripts/demo/processes.ts';
import { raiseNetwork, type StoryNetwork, type StoryNode } from './network.ts';
import { askRaw, chainOf, collect, grantFor, makeAlice, makeBob, requestFor, sealFor } from './people.ts';

const vladimirScript = join(import.meta.dirname, '../../scripts/demo/vladimir.ts');

/** What he does, what Bob finds, what the contract finds. */
const guises: readonly (readonly [string, string, CFragVerdict])[] = [
  ['the cfrag of another capsule', 'cfrag.reencryption', 'EquationE'],
  ['another rk with a proof that holds', 'fragment', 'Commitment'],
  ["a spoilt receiver's signature, s", 'fragment', 'Commitment'],
  ['z = 0', 'cfrag.reencryption', 'Scalar'],
  ['E1 is off the curve', 'parse', 'Point'],
];

let net: StoryNetwork;
let vladimir: StoryNode;
let alice: Alice;
let bob: Bob;
let bobKeys: Keyring;
let grant: Grant;
let plaintext: Uint8Array;
const kept: WrongAnswer[] = [];

beforeAll(async () => {
  net = await raiseNetwork((index) =>
    index < 4
      ? {}
      : {
          serve: ({ name, home, passwordFile, logFile }) =>
            start(name, [process.execPath, vladimirScript, home, passwordFile], logFile),
        },
  );
  vladimir = net.nodes[4] as StoryNode;
  ({ alice } = await makeAlice(net));
  ({ bob, keyring: bobKeys } = await makeBob(net));
  ({ grant, plaintext } = await grantFor(alice, bob, 3_600));
}, 180_000);
afterAll(() => net?.close());

const wear = (guise: string) => writeFileSync(join(vladimir.home, 'guise'), guise);

/** Bob opens; the honest nodes are held still from the questions on until Vladimir has answered, so that he is heard. */
async function openBesideVladimir(): Promise<Retrieved> {
  const honest = net.nodes.filter((node) => node !== vladimir);
  const release = () => {
    for (const { process } of honest) process.release();
  };
  try {
    return await bob.retrieve({
      from: grant.link(),
      onProgress: (event) => {
        if (event.type === 'retrieve.state' && event.state === 'asking') {
          for (const { process } of honest) process.hold();
        }
        if (event.type === 'node.state' && event.node === vladimir.address && event.state !== 'asked') release();
      },
    });
  } finally {
    release();
  }
}

const stateOf = (got: Retrieved) => got.nodes.find(({ key }) => key === vladimir.address);
const evidenceOf = (wrong: WrongAnswer): Evidence => makeEvidence({ ...wrong, leaf: wrong.share.leaf });

test('while he is honest, nobody says a word against him', async () => {
  const got = await openBesideVladimir();
  expect(await collect(got.files[0]!.stream())).toEqual(new Uint8Array(plaintext));
  expect(stateOf(got)?.state).toBe('verified');
  expect(got.evidence).toEqual([]);
});

test.each(guises)(
  '%s: Bob opens from the others, names him, and the contract agrees',
  async (guise, fault, verdict) => {
    wear(guise);
    const got = await openBesideVladimir();
    expect(await collect(got.files[0]!.stream())).toEqual(new Uint8Array(plaintext));
    expect(stateOf(got)).toMatchObject({ state: 'bad', code: 'NODE_BAD_PROOF' });
    expect(got.nodes.filter(({ state }) => state === 'bad')).toHaveLength(1);
    expect(got.nodes.filter(({ state }) => state === 'verified').length).toBeGreaterThanOrEqual(3);
    const [wrong] = got.evidence;
    expect(got.evidence).toHaveLength(1);
    expect(wrong).toMatchObject({ fault, operator: vladimir.operator, policyId: grant.policyId });
    expect(wrong?.share.node).toBe(vladimir.address);
    kept.push(wrong!);
    const court = new Adjudicator(bob.network.chain, net.deployment.adjudicator);
    expect(await court.evaluate(evidenceOf(wrong!))).toBe(verdict);
  },
);

test('his words are his: what he tells is over a receipt that no honest node’s differs from', async () => {
  wear(guises[0]![0]);
  const { manifest } = await openBesideVladimir();
  const share = manifest.shares.find(({ node }) => node === vladimir.address)!;
  const { capsule, policyId } = kept[0]!;
  const body = requestFor(net, bobKeys, manifest, share, [capsule]);
  const said = await askRaw(vladimir.url, body);
  expect(said.status).toBe(200);
  const { contracts } = bob.network;
  const { leafHash: leaf } = share;
  const request = requestDigest(contracts, requestOf({ ...body.request, policyId, leaf, capsules: [capsule] }));
  const [told] = said.body.results as { cfrag: string; signature: string }[];
  const cfrag = fromHex(told!.cfrag);
  const receipt = receiptOf({ policyId, leaf, epoch: said.body.epoch!, request, capsule, cfrag });
  expect(recoverTyped('Receipt', contracts, receipt, fromHex(told!.signature))).toBe(vladimir.operator);
  const { verifyingKey, delegatingKey, receivingKey } = manifest.manifest;
  const check = () =>
    CapsuleFrag.fromBytesSimple(cfrag).verify(Capsule.fromBytesSimple(capsule), {
      verifyingKey,
      delegatingKey,
      receivingKey,
    });
  expect(check).toThrow(expect.objectContaining({ code: 'cfrag.reencryption' }));
});

/** An epoch on, with nodes that have seen it. */
async function nextEpoch(): Promise<void> {
  await net.rpc('evm_increaseTime', 31);
  await net.rpc('evm_mine');
  await sleep(1_500);
  await expect.poll(async () => (await fetch(`${vladimir.url}/readyz`)).status).toBe(200);
}

/** Bob files it, by an account with coins that somebody lends him. Returns what the node lost. */
async function convict(reporter: Chain, wrong: WrongAnswer): Promise<bigint> {
  const escrow = new MinerEscrow(reporter, net.deployment.escrow);
  const creditBefore = await escrow.credit(reporter.account);
  const reported = await bob.report(wrong, { chain: reporter });
  expect(reported.node.toLowerCase()).toBe(vladimir.address);
  expect(reported.epoch).toBe(wrong.epoch);
  expect(reported.reward).toBe(reported.penalty / 5n);
  expect(await escrow.credit(reporter.account)).toBe(creditBefore + reported.reward);
  return reported.penalty;
}

test('his stake is smaller after the report, once for an epoch', async () => {
  const [reporter, staker] = [await chainOf(net, 7), await chainOf(net, 6)];
  const escrow = new MinerEscrow(staker, net.deployment.escrow);
  const before = await escrow.miner(staker.account);
  expect(staker.account.toLowerCase()).toBe(vladimir.address);
  const penalty = await convict(reporter, kept[0]!);
  const after = await escrow.miner(staker.account);
  expect(penalty).toBe((before.stake * 200n) / 10_000n);
  expect(after.stake).toBe(before.stake - penalty);
  // Once for an epoch: neither the same lie nor another of that epoch costs him again.
  const twice = await bob.report(kept[0]!, { chain: reporter }).catch((error: unknown) => error);
  expect(isRevert(twice, 'AlreadyJudged')).toBe(true);
});

test('by the command line: retrieve keeps the evidence, report files it', async () => {
  await nextEpoch();
  const home = join(net.dir, 'bob-cli');
  const common = ['--home', home, '--password-file', net.passwordFile];
  const chain = ['--rpc', net.rpcUrl, '--deployment', net.deploymentFile];
  const { wallet } = await dintelJson<{ wallet: string }>(['bob', 'init', ...common, ...chain]);
  await net.rpc('hardhat_setBalance', wallet, '0xde0b6b3a7640000');
  const { card } = await dintelJson<{ card: string }>(['bob', 'card', ...common]);
  const { timestamp } = await alice.network.now();
  const file = await sealFor(alice, 'stories', plaintext);
  const shared = await alice.grant({
    ...{ to: card, label: 'stories', files: [file], threshold: 3, shares: 5, until: timestamp + 3_600 },
  });

  // Three must answer; with two honest nodes held still, Bob cannot be done before Vladimir has lied to him.
  const held = net.nodes.slice(0, 2);
  const log = join(net.dir, `${vladimir.name}.log`);
  const lies = () => readFileSync(log, 'utf8').split('told a lie').length;
  const before = lies();
  for (const { process } of held) process.hold();
  const out = join(net.dir, 'opened');
  const retrieving = dintelJson<{ evidence: string[]; nodes: { node: string; state: string }[] }>([
    'bob',
    'retrieve',
    shared.link(),
    ...common,
    '--out',
    out,
  ]);
  while (lies() === before && (await Promise.race([retrieving.catch(() => 'over'), sleep(50, 'on')])) === 'on');
  await sleep(500);
  for (const { process } of held) process.release();
  const opened = await retrieving;
  expect(readFileSync(out).equals(plaintext)).toBe(true);
  expect(opened.nodes.find(({ node }) => node === vladimir.address)?.state).toBe('bad');
  expect(opened.evidence).toHaveLength(1);

  const [path = ''] = opened.evidence;
  const reported = await dintelJson<{ node: string; verdict: string; penalty: string; reward: string }>([
    'bob',
    'report',
    path,
    ...common,
    '--yes',
  ]);
  expect(reported).toMatchObject({ node: vladimir.address, verdict: 'EquationE' });
  expect(BigInt(reported.reward)).toBe(BigInt(reported.penalty) / 5n);
  const twice = await runDintel(['bob', 'report', path, ...common, '--yes', '--json']);
  expect(twice.status).not.toBe(0);
  expect(JSON.parse(twice.stdout)).toMatchObject({ ok: false, error: { revert: 'AlreadyJudged' } });
  writeFileSync(path, readFileSync(path, 'utf8').replace('"epoch"', '"epochs"'));
  const spoilt = await runDintel(['bob', 'report', path, ...common, '--yes', '--json']);
  expect([spoilt.status, JSON.parse(spoilt.stdout).error.code]).toEqual([2, 'E_INPUT']);
}, 90_000);

test('to unbond first, or to change the operator, does not help him', async () => {
  const [reporter, staker] = [await chainOf(net, 7), await chainOf(net, 6)];
  const escrow = new MinerEscrow(staker, net.deployment.escrow);
  const after = await escrow.miner(staker.account);
  // He lies again in another epoch, and then brings everything to safety before anybody reports it.
  await nextEpoch();
  const first = kept[0]!.epoch;
  let again: WrongAnswer | undefined;
  const lieAgain = async () => {
    again = (await openBesideVladimir()).evidence[0];
    return again?.epoch;
  };
  await expect.poll(lieAgain, { timeout: 20_000 }).toBeGreaterThan(first);
  const heir = Wallet.createRandom();
  const consentDeadline = Number((await staker.block('latest'))!.timestamp) + 600;
  const contracts = bob.network.contracts;
  const digest = typedDigest('OperatorConsent', contracts, { node: staker.account, deadline: consentDeadline });
  const consent = fromHex(heir.signingKey.sign(digest).serialized as `0x${string}`);
  const operator = heir.address.toLowerCase() as `0x${string}`;
  await (await escrow.setOperator({ operator, consentDeadline, consent })).wait();
  await (await escrow.requestUnbond(after.stake)).wait();
  await net.rpc('evm_increaseTime', 61);
  await net.rpc('evm_mine');
  const fleeing = await escrow.miner(staker.account);
  expect([fleeing.stake, fleeing.operator.toLowerCase()]).toEqual([0n, operator]);
  expect(fleeing.unbonding).toBe(after.stake);
  const second = await convict(reporter, again!);
  const caught = await escrow.miner(staker.account);
  expect(second).toBeGreaterThan(0n);
  expect(caught.stake + caught.unbonding).toBe(after.stake - second);
}, 120_000);
