/**
 * Vladimir, in each of his guises, answers Bob; Bob still opens his file, reports, and Vladimir's stake is smaller. Silent Vladimir
 * ignores a challenge and pays. Real contracts, the real core of Ursula.
 */
import {
  Alice,
  Bob,
  bytesRange,
  Enrico,
  type Grant,
  Keyring,
  MemoryJournal,
  openSealedFile,
  type ProgressEvent,
} from 'dintel';
import { Adjudicator, isRevert, MinerEscrow } from 'dintel/chain';
import { ethersReader } from 'dintel/chain/ethers';
import {
  compactSignature,
  makeEvidence,
  ProtocolError,
  type ReencryptBody,
  receiptOf,
  signTyped,
  toHex,
} from 'dintel/protocol';
import { Scalar } from 'dintel/umbral';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contractsOf } from '../../lib/characters/network.ts';
import { flip, forge, put } from '../../scripts/vectors/cheats.ts';
import { lies, type Results, requestIn } from './lies.ts';
import { type LocalNetwork, startLocalNetwork, type Tamper } from './localNetwork.ts';

type TestNode = LocalNetwork['nodes'][number];

let net: LocalNetwork;
let alice: Alice;
let bob: Bob;
/** The same man after a rotation of his root. */
let turned: Bob;
let grant: Grant;
const plaintext = crypto.getRandomValues(new Uint8Array(5_000));

beforeAll(async () => {
  net = await startLocalNetwork(5);
  const { fetch, clock, deployment, rpcUrl } = net;
  const shared = { deployment, fetch, clock };
  alice = await Alice.open({
    ...shared,
    keyring: Keyring.random(),
    chain: await net.chainOf(1),
    journal: new MemoryJournal(),
  });
  const [old, chain] = [Keyring.random(), await ethersReader({ rpcUrl })];
  bob = await Bob.open({ ...shared, keyring: old, chain });
  turned = await Bob.open({ ...shared, keyring: Keyring.random(), former: [old], chain });
}, 120_000);
afterAll(() => net?.close());
beforeEach(async () => {
  for (const { behaviour } of net.nodes) for (const key of Object.keys(behaviour)) delete behaviour[key as 'down'];
  await net.heartbeats();
  await net.warp(30);
  const enrico = new Enrico(toHex(alice.delegatingKey('holiday').toBytes()));
  const stream = enrico.encrypt([plaintext], { name: 'photo.jpg', mediaType: 'image/jpeg', size: plaintext.length });
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  grant = await alice.grant({
    to: bob.card(),
    label: 'holiday',
    files: [await openSealedFile(bytesRange(bytes))],
    threshold: 4,
    shares: 5,
    until: Math.floor(net.clock.now() / 1000) + 600,
  });
});

const slashable = async (node: TestNode) =>
  new MinerEscrow(await net.chainOf(0), net.deployment.escrow).slashable(node.node);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('Vladimir lies', () => {
  const unused = new Uint8Array();
  const guises = [
    [
      'another key fragment, proven',
      'Commitment',
      (cfrag: Uint8Array, capsule: Uint8Array) =>
        forge({ capsule, otherCapsule: unused, cfrag, kfrag: unused }, Scalar.random()),
    ],
    ["a spoilt receiver's signature", 'Commitment', (cfrag: Uint8Array) => flip(cfrag, 300)],
    ['a proof that does not hold', 'EquationE', (cfrag: Uint8Array) => flip(cfrag, 294)],
    ['bytes that are no point', 'Point', (cfrag: Uint8Array) => put(cfrag, 164, new Uint8Array(33))],
    ['z = 0', 'Scalar', (cfrag: Uint8Array) => put(cfrag, 263, new Uint8Array(32))],
  ] as const;

  it.each(guises.map((guise, i) => [...guise, i] as const))(
    '%s: Bob opens his file, reports, and the stake is smaller',
    async (_name, verdict, change, i) => {
      const vladimir = net.nodes[i] as TestNode;
      vladimir.behaviour.tamper = lies(net, change);
      // the honest are slower, so that Bob meets the lie
      for (const node of net.nodes) if (node !== vladimir) node.behaviour.delayMs = 200;
      const got = await bob.retrieve({ from: grant.link() });
      expect(await got.files[0]?.bytes()).toEqual(plaintext);
      expect(got.evidence.map(({ share }) => share.node)).toEqual([vladimir.node]);

      const before = await slashable(vladimir);
      const chain = await net.chainOf(9);
      const reported = await bob.report(got.evidence[0]!, { chain });
      expect(reported).toMatchObject({ node: vladimir.node, verdict, penalty: (before * 2n) / 100n });
      expect(await slashable(vladimir)).toBe(before - reported.penalty);
      expect(reported.reward).toBe(reported.penalty / 5n);
      const again = await failure(bob.report(got.evidence[0]!, { chain }));
      expect(isRevert(again, 'AlreadyJudged')).toBe(true);
    },
  );

  it('neither unbonding nor rotating his key saves him, and he cannot withdraw before', async () => {
    const vladimir = net.nodes[0] as TestNode;
    vladimir.behaviour.tamper = lies(net, (cfrag) => flip(cfrag, 66));
    for (const node of net.nodes) if (node !== vladimir) node.behaviour.delayMs = 200;
    const { evidence } = await bob.retrieve({ from: grant.link() });
    const wallet = new MinerEscrow(await net.chainOf(2), net.deployment.escrow);
    await (await wallet.requestUnbond(await slashable(vladimir))).wait();
    expect(isRevert(await failure(wallet.withdrawStake(vladimir.node)), 'StillLocked')).toBe(true);
    const before = await slashable(vladimir);
    const direct = await bob.report(evidence[0]!, { chain: await net.chainOf(9), share: false });
    expect(direct.reward).toBe(0n);
    expect(await slashable(vladimir)).toBe(before - direct.penalty);
    await (await wallet.cancelUnbond()).wait();
  });

  it('an honest answer cannot be reported', async () => {
    const vladimir = net.nodes[1] as TestNode;
    vladimir.behaviour.tamper = lies(net, (cfrag) => flip(cfrag, 66));
    for (const node of net.nodes) if (node !== vladimir) node.behaviour.delayMs = 200;
    const { evidence } = await bob.retrieve({ from: grant.link() });
    const [lie] = evidence;
    const honest = { ...lie!, cfrag: flip(lie!.cfrag, 66) };
    const refused = await failure(bob.report(honest, { chain: await net.chainOf(9) }));
    expect(isRevert(refused, 'NotOperator')).toBe(true);
  });
});

describe('Vladimir is silent', () => {
  it('ignores a challenge, and pays', async () => {
    const vladimir = net.nodes[2] as TestNode;
    vladimir.behaviour.down = true;
    const chain = await net.chainOf(9);
    const before = await slashable(vladimir);
    const told: string[] = [];
    const onProgress = (event: ProgressEvent) => told.push('state' in event ? event.state : event.type);
    const stopped = bob.challenge({ from: grant.link(), node: vladimir.node, chain, signal: AbortSignal.abort() });
    expect(await failure(stopped)).toMatchObject({ code: 'ABORTED' });
    const open = await bob.challenge({ from: grant.link(), node: vladimir.node, chain, onProgress });
    expect(told).toEqual(['locating', 'located', 'opened', 'checked', 'tx.sent', 'tx.mined']);
    expect(open.node).toBe(vladimir.node);
    expect(await open.end()).toBeUndefined();
    expect(isRevert(await failure(open.timeout()), 'WindowOpen')).toBe(true);
    const pending = await failure(bob.challenge({ from: grant.link(), node: vladimir.node, chain }));
    expect(isRevert(pending, 'ChallengePending')).toBe(true);
    await net.warp(16);
    const end = await open.wait();
    expect(told.slice(6)).toEqual(['tx.sent', 'tx.mined']);
    expect(end).toMatchObject({ state: 'timedOut', penalty: (before * 25n) / 10_000n });
    expect(await slashable(vladimir)).toBe(before - (before * 25n) / 10_000n);
    const adjudicator = new Adjudicator(chain, net.deployment.adjudicator);
    expect(await adjudicator.credit(chain.account)).toBe(2n * 10n ** 15n);
  });

  it('answers on chain only: Bob has his share, and the file, after a rotation of his root too', async () => {
    const shy = net.nodes[3] as TestNode;
    const receipts: { epoch: number; request: `0x${string}`; cfrag: Uint8Array; signature: Uint8Array }[] = [];
    const taken: Tamper = (route, answer, _node, asked) => {
      if (route !== 'reencrypt') return answer;
      const [result] = answer.results as Results;
      receipts.push({ ...result!, epoch: answer.epoch as number, request: requestIn(net, asked as ReencryptBody) });
      throw new ProtocolError('E_BUSY');
    };
    shy.behaviour.tamper = taken;
    (net.nodes[4] as TestNode).behaviour.down = true;
    const from = grant.link();
    expect(await failure(turned.retrieve({ from }))).toMatchObject({ code: 'THRESHOLD_NOT_MET', have: 3 });

    const chain = await net.chainOf(9);
    const open = await turned.challenge({ from, node: shy.node, chain });
    const { cfrag, epoch, request, signature } = receipts[0]!;
    const place = grant.nodes.findIndex(({ node }) => node === shy.node);
    const adjudicator = new Adjudicator(await net.chainOf(10), net.deployment.adjudicator);
    const said = { cfrag, epoch, request, ...compactSignature(signature) };
    await (await adjudicator.answer(grant.policyId, place, said)).wait();
    expect((await open.wait()).state).toBe('answered');
    expect(await adjudicator.credit(shy.node)).toBe(10n ** 15n);

    const got = await turned.retrieve({ from });
    expect(await got.files[0]?.bytes()).toEqual(plaintext);
  });

  it('a wrong answer on chain is evidence', async () => {
    const vladimir = net.nodes[4] as TestNode;
    const chain = await net.chainOf(9);
    const open = await bob.challenge({ from: grant.link(), node: vladimir.node, chain });
    const adjudicator = new Adjudicator(chain, net.deployment.adjudicator);
    const place = grant.nodes.findIndex(({ node }) => node === vladimir.node);
    const its = await adjudicator.challengeOf(grant.policyId, place);
    const cfrag = new Uint8Array(359);
    const about = { policyId: grant.policyId, leaf: its!.leaf, epoch: its!.epoch, request: open.id };
    const [opened] = await adjudicator.events({
      event: 'ChallengeOpened',
      indexed: { id: open.id },
      range: { fromBlock: 0n, toBlock: (await chain.block('latest'))!.number },
    });
    const { capsule } = opened!.args as { capsule: Uint8Array };
    const contracts = contractsOf(net.deployment);
    const signature = signTyped('Receipt', vladimir.operator, contracts, receiptOf({ ...about, capsule, cfrag }));
    const said = { cfrag, epoch: about.epoch, request: open.id, ...compactSignature(signature) };
    await (await adjudicator.answer(grant.policyId, place, said)).wait();
    const end = await open.wait();
    if (end.state !== 'wrong') throw new Error(end.state);
    expect(await adjudicator.evaluate(makeEvidence(end.answer))).toBe('Commitment');
  });

  it('is excused if Alice revokes inside the window', async () => {
    const vladimir = net.nodes[2] as TestNode;
    const before = await slashable(vladimir);
    const open = await bob.challenge({ from: grant.link(), node: vladimir.node, chain: await net.chainOf(9) });
    await alice.revoke({ policyId: grant.policyId });
    await net.warp(16);
    expect(await open.wait()).toEqual({ state: 'excused' });
    expect(await slashable(vladimir)).toBe(before);
  });
});
