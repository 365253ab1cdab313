/** Challenges on a real chain with epochs of 30 s: answered, excused, relayed, lost. A window is 15 s. */
import { Adjudicator, type Opening } from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import {
  capsuleHints,
  cfragHash,
  compactSignature,
  fromHex,
  type Hex,
  leafOf,
  signTyped,
  zeroHash,
} from 'dintel/protocol';
import { Capsule, CapsuleFrag, SecretKey } from 'dintel/umbral';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Challenges } from '../../../node/tasks/challenges.ts';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { epochLength, type Granted, granted, type Stage, stageOf } from './stage.ts';

let chain: LocalChain;
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(() => chain?.close());

/** A node awake in this epoch, and its task. */
async function raise(index: number) {
  const stage = await stageOf(chain, index);
  onTestFinished(() => stage.store.close());
  const { ursula, store, adjudicator, manager, outbox, chainTime } = stage;
  const { challenges: stored, tombstones, policies } = store;
  const told: { event: string; reason?: string | number | undefined }[] = [];
  const challenges = new Challenges({
    ...{ ursula, adjudicator, policies: manager, outbox, epochLength, chainTime, challenges: stored, tombstones },
    index: policies,
    onAlarm: (event, { reason }) => told.push({ event, reason }),
  });
  await stage.beat();
  return { stage, challenges, told };
}

/** The challenger's side: everything that the contract wants to see. */
async function openChallenge(stage: Stage, policy: Granted, challenger = 8): Promise<Adjudicator> {
  const account = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: wallet(challenger).privateKey as Hex });
  const adjudicator = new Adjudicator(account, stage.domain.adjudicator);
  const { leaf, terms } = leafOf(policy.leaf);
  const question = policy.question();
  const { nonce, issuedAt, expiresAt } = question;
  const { policyId, proof, ack, capsule, sealedKfrag } = policy;
  const opening: Opening = {
    ...{ policyId, leaf, proof, capsule, sealedKfrag },
    terms: { keys: terms.keys, reader: terms.reader, byteBudget: terms.byteBudget, conditions: zeroHash },
    ack: { ...ack, ...compactSignature(policy.ackSignature) },
    request: { nonce, issuedAt, expiresAt, ...compactSignature(question.signature) },
    hints: capsuleHints(capsule),
  };
  await (await adjudicator.openChallenge(opening, (await adjudicator.bondNow()) * 2n)).wait();
  await stage.watcher.refresh();
  return adjudicator;
}

test('answers for a leaf that it has only acknowledged, once, with a proof that holds', {
  timeout: 60_000,
}, async () => {
  const { stage, challenges, told } = await raise(2);
  const policy = await granted(stage);
  await stage.passEpochs(1);
  await challenges.tick();
  expect(challenges.state).toMatchObject({ open: 0, secondsLeft: undefined });
  const court = await openChallenge(stage, policy);
  const { policyId, capsule, publicKeys } = policy;
  await challenges.tick();
  expect(challenges.state).toMatchObject({ answered: 1, excused: 0, open: 0, lastError: undefined });
  expect(told).toEqual([{ event: 'challenge.open', reason: undefined }]);
  expect(await court.challengeOf(policyId, 1)).toBeUndefined();
  expect(await court.credit(stage.node)).toBeGreaterThan(0n);

  const latest = await stage.operator.block('latest');
  const range = { fromBlock: 0n, toBlock: latest?.number ?? 0n };
  const [event] = await court.events({ event: 'ChallengeAnswered', range });
  if (event?.event !== 'ChallengeAnswered') throw new Error('no answer on chain');
  CapsuleFrag.fromBytesSimple(event.args.cfrag).verify(Capsule.fromBytesSimple(capsule), {
    delegatingKey: publicKeys.delegating.publicKey,
    receivingKey: publicKeys.receiving.publicKey,
    verifyingKey: publicKeys.verifying.publicKey,
  });
  expect(stage.store.receipts.find(cfragHash(event.args.cfrag))).toMatchObject([{ policyId, request: event.args.id }]);
  await challenges.tick(); // the index has not heard yet, the contract has
  await stage.watcher.refresh();
  expect(stage.store.challenges.open(stage.node)).toEqual([]);
  await challenges.tick();
  expect(challenges.state).toMatchObject({ answered: 1, open: 0, lastError: undefined });
});

test('relays an early notice and is excused; nothing is re-encrypted', { timeout: 60_000 }, async () => {
  const { stage, challenges } = await raise(3);
  const policy = await granted(stage);
  const { policyId } = policy;
  await stage.passEpochs(1);
  const deadline = (stage.chainTime() ?? 0) + 1_000;
  const owner = SecretKey.fromBytes(fromHex(wallet(1).privateKey as Hex));
  const signature = signTyped('Revocation', owner, stage.domain, { policyId, deadline });
  await stage.ursula.revoke({ domain: stage.domain, policyId, deadline, signature });
  const court = await openChallenge(stage, policy);
  await challenges.tick();
  expect(challenges.state).toMatchObject({ answered: 0, relayed: 1, excused: 1, open: 0, lastError: undefined });
  expect((await stage.manager.policy(policyId))?.revoked).toBe(true);
  expect(await court.challengeOf(policyId, 1)).toBeUndefined();
  expect(await court.credit(stage.node)).toBe(0n);
  await stage.watcher.refresh();
  await challenges.tick();
  expect(challenges.state).toMatchObject({ excused: 1, relayed: 1, open: 0 });
});

test('a revocation that was mined excuses, without a relay', { timeout: 60_000 }, async () => {
  const { stage, challenges } = await raise(4);
  const policy = await granted(stage);
  await stage.passEpochs(1);
  await openChallenge(stage, policy);
  await (await policy.policies.revoke(policy.policyId)).wait();
  await stage.watcher.refresh();
  await challenges.tick();
  expect(challenges.state).toMatchObject({ answered: 0, relayed: 0, excused: 1, open: 0, lastError: undefined });
});

test('a leaf it does not know is an alarm, until somebody shows it; several are answered in turn', {
  timeout: 60_000,
}, async () => {
  const { stage, challenges, told } = await raise(5);
  const lost = await granted(stage);
  const other = await granted(stage);
  stage.store.database.exec(`DELETE FROM leaves WHERE policy = '${lost.policyId}'`);
  await stage.passEpochs(1);
  await openChallenge(stage, lost);
  await openChallenge(stage, other, 9);
  await challenges.tick();
  await stage.watcher.refresh();
  await challenges.tick();
  expect(challenges.state).toMatchObject({ answered: 1, open: 1 });
  expect(challenges.state.lastError).toContain('E_LEAF');
  expect(challenges.state.secondsLeft).toBeLessThanOrEqual(15);
  const events = told.map(({ event }) => event);
  expect(events).toEqual(['challenge.open', 'challenge.open', 'challenge.failed']);
  expect(JSON.stringify(told)).not.toContain(lost.policyId.slice(2, 20));
  await lost.ask();
  await challenges.tick();
  expect(challenges.state).toMatchObject({ answered: 2, lastError: undefined });
});

test('after the deadline nothing is sent, and it stays an alarm until it is ended', { timeout: 60_000 }, async () => {
  const { stage, challenges, told } = await raise(6);
  const policy = await granted(stage);
  await stage.passEpochs(1);
  const court = await openChallenge(stage, policy);
  await stage.passEpochs(1);
  const count = () => chain.rpc('eth_getTransactionCount', stage.keystore.operator, 'pending');
  const before = await count();
  await challenges.tick();
  expect(await count()).toBe(before);
  expect(challenges.state).toMatchObject({ answered: 0, open: 1, lastError: 'its deadline has passed' });
  expect(challenges.state.secondsLeft).toBeLessThan(0);
  expect(told.at(-1)).toEqual({ event: 'challenge.failed', reason: 'its deadline has passed' });
  const account = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: wallet(8).privateKey as Hex });
  await (await new Adjudicator(account, court.address).timeout(policy.policyId, 1)).wait();
  await stage.watcher.refresh();
  await challenges.tick();
  expect(challenges.state).toMatchObject({ open: 0, secondsLeft: undefined, lastError: undefined });
});
