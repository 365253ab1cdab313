/**
 * Silence before the Adjudicator: who may open a challenge, how each of its ends pays whom, and every abuse of the table in
 * spec/protocol.md section 5.3, by the second around each boundary.
 */
import { expect } from 'chai';
import { capsuleHash, challengeIdOf, type Hex, leafHash, toHex, zeroHash } from 'dintel/protocol';
import { Wallet } from 'ethers';
import { flip } from '../../scripts/vectors/cheats.ts';
import { wordOf } from '../../scripts/vectors/people.ts';
import { type Court, lower, makeCourt, refusal, stake } from './support/court.ts';
import {
  answerOf,
  type Change,
  challengeOf,
  type Dispute,
  makeDispute,
  openingOf,
  rate,
  window,
} from './support/dispute.ts';
import type { Callable } from './support/world.ts';

const bond = 2n * 10n ** 15n;

describe('Adjudicator: silence', () => {
  let court: Court;
  let dispute: Dispute;
  let restore: () => Promise<void>;
  const time = () => court.connection.networkHelpers.time;
  const open = async (change: Change = {}, value = bond, from = court.reporter) =>
    court.send(court.adjudicator, from, 'openChallenge', [await openingOf(court, dispute, change)], value);
  const act = (method: string, from = court.reporter) =>
    court.send(court.adjudicator, from, method, [dispute.policyId, dispute.leaf.index]);
  const answer = async (change: Parameters<typeof answerOf>[3] = {}, from = court.operator) =>
    court.send(court.adjudicator, from, 'answer', answerOf(court, dispute, await challengeOf(court, dispute), change));
  const credit = (who: string) => court.read<bigint>(court.adjudicator, 'credit', who);
  const slashable = () => court.read<bigint>(court.escrow, 'slashable', court.node.address);
  const balance = () => court.connection.ethers.provider.getBalance(court.deployment.adjudicator);
  /** The next transaction is mined at this second. */
  const at = (second: number | bigint) => time().setNextBlockTimestamp(second);
  const revoke = () => court.send(court.manager, dispute.owner, 'revoke', [dispute.policyId]);
  const isOpen = async () => (await challengeOf(court, dispute)).deadline !== 0;

  before(async () => {
    court = await makeCourt();
    dispute = await makeDispute(court);
  });
  beforeEach(async () => {
    const snapshot = await court.connection.networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });
  afterEach(() => restore());
  after(() => court.connection.close());

  it('opens for the reader of an acknowledged leaf, and says what the node needs', async () => {
    await open();
    const its = await challengeOf(court, dispute);
    const now = Number(await court.now());
    expect(its).to.deep.equal({
      challenger: lower(court.reporter.address),
      deadline: now + Number(window),
      epoch: Number(await court.epoch()),
      bond,
      node: lower(court.node.address),
      leaf: leafHash(dispute.leaf),
      capsule: capsuleHash(court.honest.capsule),
    });
    const [log] = await court.adjudicator.queryFilter('ChallengeOpened', 0);
    const event = log && court.adjudicator.interface.parseLog(log)?.args;
    expect(event?.id).to.equal(challengeIdOf({ policyId: dispute.policyId, ...its }));
    expect([event?.node, event?.policyId, event?.deadline]).to.deep.equal([
      court.node.address,
      dispute.policyId,
      BigInt(its.deadline),
    ]);
    expect([event?.leaf.index, event?.leaf.fragment]).to.deep.equal([1n, dispute.leaf.fragment]);
    expect([event?.capsule, event?.sealedKfrag]).to.deep.equal([
      toHex(court.honest.capsule),
      toHex(dispute.sealedKfrag),
    ]);
    expect(await balance()).to.equal(bond);
  });

  it('refuses everything that does not prove a debt', async () => {
    const stranger = new Wallet(wordOf('stranger'));
    const now = Number(await court.now());
    const { leaf } = dispute;
    const { capsule } = court.honest;
    const right = await openingOf(court, dispute);
    const hint = (i: number, value: bigint) => right.hints.map((old, k) => (k === i ? value : old));
    const refused: [string, Change, string][] = [
      ['no such policy', { more: { policyId: zeroHash } }, 'NotServable'],
      ['another leaf', { more: { leaf: { ...leaf, fragment: zeroHash } } }, 'BadLeafProof'],
      ['another place', { more: { leaf: { ...leaf, index: 2 } } }, 'BadLeafProof'],
      ['no proof', { more: { proof: [] } }, 'BadLeafProof'],
      ['another sealed kfrag', { more: { sealedKfrag: `0x${'08'.repeat(363)}` } }, 'BadTerms'],
      ['another reader', { more: { terms: { ...right.terms, reader: stranger.address } } }, 'BadTerms'],
      ['other keys', { more: { terms: { ...right.terms, keys: zeroHash } } }, 'BadTerms'],
      ['another budget', { more: { terms: { ...right.terms, byteBudget: 0 } } }, 'BadTerms'],
      ['a dearer ack', { ack: { rate: rate + 1n } }, 'BadAck'],
      ['an ack of older terms', { ack: { lastStart: dispute.start - 1 } }, 'BadAck'],
      ['an ack that ends inside the window', { ack: { until: now + Number(window) } }, 'TooLate'],
      ['an ack by a stranger', { ackBy: stranger }, 'BadAck'],
      ['an ack by the stake wallet', { ackBy: court.node }, 'BadAck'],
      ['an ack of an epoch before the operator', { ack: { epoch: 1 } }, 'BadAck'],
      ['an ack for another leaf', { ackAbout: { leaf: zeroHash } }, 'BadAck'],
      ['an ack for another policy', { ackAbout: { policyId: zeroHash } }, 'BadAck'],
      ['an ack whose rate was lowered afterwards', { ackAbout: { rate: rate + 1n } }, 'BadAck'],
      ['a request by a stranger', { requestBy: stranger }, 'BadRequest'],
      ['a request by the node', { requestBy: court.operator }, 'BadRequest'],
      ['a request for another capsule', { requestCapsules: [wordOf('capsule')] }, 'BadRequest'],
      ['a request for two capsules', { requestCapsules: [capsuleHash(capsule), capsuleHash(capsule)] }, 'BadRequest'],
      ['a request to another node', { requestNode: lower(stranger.address) }, 'BadRequest'],
      ['a request that is over', { request: { expiresAt: now } }, 'BadRequest'],
      ['a wrong y of E', { more: { hints: hint(0, 5n) } }, 'BadCapsule'],
      ['a wrong y of V', { more: { hints: hint(1, 5n) } }, 'BadCapsule'],
      ['a wrong s*G', { more: { hints: hint(2, 5n) } }, 'BadHint(2)'],
      ['a wrong h*E', { more: { hints: hint(5, 5n) } }, 'BadHint(4)'],
    ];
    for (const [name, change, error] of refused) expect(await refusal(open(change)), name).to.equal(error);
    expect(await balance()).to.equal(0n);
  });

  it('refuses a capsule that no honest node serves', async () => {
    const { capsule } = court.honest;
    const spoilt = [
      ['s', flip(capsule, 97), 'BadCapsule'],
      ['-V', flip(capsule, 33), 'BadCapsule'],
      ['-E', flip(capsule, 0), 'BadCapsule'],
    ] as const;
    for (const [name, bytes, error] of spoilt) {
      expect(await refusal(open({ capsule: bytes })), name).to.equal(error);
    }
    const opening = await openingOf(court, dispute);
    for (const bytes of [capsule.subarray(1), new Uint8Array(99)]) {
      const signed = await openingOf(court, dispute, { requestCapsules: [hashOf(bytes)] });
      const wrong = { ...opening, request: signed.request, capsule: toHex(bytes) };
      const sent = court.send(court.adjudicator, court.reporter, 'openChallenge', [wrong], bond);
      expect(await refusal(sent)).to.equal('BadEncoding');
    }
  });

  const hashOf = (bytes: Uint8Array): Hex => court.connection.ethers.keccak256(bytes) as Hex;

  it('refuses conditions, idle nodes, a second challenge and small bonds', async () => {
    const conditional = await makeDispute(court, { seed: 'conditional', conditions: wordOf('conditions') });
    const opening = await openingOf(court, conditional);
    expect(await refusal(court.send(court.adjudicator, court.reporter, 'openChallenge', [opening], bond))).to.equal(
      'Conditional',
    );
    const least = await court.read<bigint>(court.adjudicator, 'bondNow');
    expect(least).to.equal(bond);
    expect(await refusal(open({}, bond - 1n))).to.equal(`BondTooSmall(${bond})`);
    await open();
    expect(await refusal(open())).to.equal('ChallengePending');
    await restore();
    await court.skip(8);
    expect(await refusal(open())).to.equal('NodeIdle');
  });

  it('asks a bond that covers an answer when gas is dear', async () => {
    const fee = 10n ** 11n;
    const { provider } = court.connection.ethers;
    // an estimate runs at no base fee, so it finds the wrong bond: gas and price are named
    const send = async (method: string, from: Wallet, args: readonly unknown[], value = 0n) => {
      const options = { value, gasLimit: 500_000n, maxFeePerGas: fee, maxPriorityFeePerGas: 0n };
      const mine = court.adjudicator.connect(from.connect(provider)) as Callable;
      await provider.send('hardhat_setNextBlockBaseFeePerGas', [`0x${fee.toString(16)}`]);
      await mine.getFunction(method)(...args, options);
    };
    const opening = [await openingOf(court, dispute)];
    expect(await refusal(send('openChallenge', court.reporter, opening, 400_000n * fee - 1n))).to.equal(
      `BondTooSmall(${400_000n * fee})`,
    );
    await send('openChallenge', court.reporter, opening, 400_000n * fee);
    await send('answer', court.operator, answerOf(court, dispute, await challengeOf(court, dispute)));
    expect([await credit(court.node.address), await credit(court.reporter.address)]).to.deep.equal([
      200_000n * fee,
      200_000n * fee,
    ]);
  });

  it('opens until one window before the end of the policy, not later', async () => {
    const last = dispute.expiresAt - window - 1n;
    await court.skip(5);
    await court.send(court.escrow, court.operator, 'heartbeat', [8]);
    await court.skip(7);
    await court.send(court.escrow, court.operator, 'heartbeat', [8]);
    const attempt = async (second: bigint) => {
      const opening = await openingOf(court, dispute, { request: { expiresAt: 2 ** 40 } });
      await at(second);
      return refusal(court.send(court.adjudicator, court.reporter, 'openChallenge', [opening], bond));
    };
    const snapshot = await court.connection.networkHelpers.takeSnapshot();
    expect(await attempt(last)).to.equal('none');
    await snapshot.restore();
    expect(await attempt(last + 1n)).to.equal('TooLate');
    await snapshot.restore();
    expect(await attempt(dispute.expiresAt - 1n)).to.equal('TooLate');
    await snapshot.restore();
    expect(await attempt(dispute.expiresAt)).to.equal('NotServable');
    await snapshot.restore();
    await revoke();
    expect(await refusal(open())).to.equal('NotServable');
  });

  it('an answer pays the node its gas and the challenger the rest, and serves Bob', async () => {
    await open({}, 3n * bond);
    const its = await challengeOf(court, dispute);
    await answer({}, court.reporter); // whoever has the receipt may bring it
    expect([await credit(court.node.address), await credit(court.reporter.address)]).to.deep.equal([
      bond / 2n,
      (5n * bond) / 2n,
    ]);
    expect(await isOpen()).to.equal(false);
    expect(await slashable()).to.equal(stake);
    const [log] = await court.adjudicator.queryFilter('ChallengeAnswered', 0);
    const event = log && court.adjudicator.interface.parseLog(log)?.args;
    expect([event?.id, event?.cfrag, event?.epoch]).to.deep.equal([
      challengeIdOf({ policyId: dispute.policyId, ...its }),
      toHex(court.honest.cfrag),
      BigInt(its.epoch),
    ]);
    for (const method of ['excuse', 'timeout']) expect(await refusal(act(method))).to.equal('NoChallenge');
    await open(); // and another may be opened
  });

  it('takes an answer until its deadline, a timeout only after', async () => {
    await open();
    const { deadline } = await challengeOf(court, dispute);
    const snapshot = await court.connection.networkHelpers.takeSnapshot();
    for (const [second, onAnswer, onTimeout] of [
      [deadline - 1, 'none', 'WindowOpen'],
      [deadline, 'none', 'WindowOpen'],
      [deadline + 1, 'WindowClosed', 'none'],
      [deadline + 15, 'WindowClosed', 'none'],
    ] as const) {
      await at(second);
      expect(await refusal(answer()), `answer at ${second - deadline}`).to.equal(onAnswer);
      await snapshot.restore();
      await at(second);
      expect(await refusal(act('timeout')), `timeout at ${second - deadline}`).to.equal(onTimeout);
      await snapshot.restore();
    }
  });

  it('takes only the receipt of this leaf and capsule, by the operator of an epoch that fits', async () => {
    await court.skip(1);
    await open();
    const its = await challengeOf(court, dispute);
    const snapshot = await court.connection.networkHelpers.takeSnapshot();
    const answers: [string, Parameters<typeof answerOf>[3], string][] = [
      ['a receipt given before, over REST', { request: wordOf('request') }, 'none'],
      ['one epoch earlier', { epoch: its.epoch - 1 }, 'none'],
      ['two epochs earlier', { epoch: its.epoch - 2 }, 'EvidenceExpired'],
      ['one epoch later', { epoch: its.epoch + 1 }, 'EvidenceTooEarly'],
      ['by a stranger', { by: new Wallet(wordOf('stranger')) }, 'NotOperator'],
      ['for another capsule', { capsule: court.honest.otherCapsule }, 'NotOperator'],
      ['of 358 bytes', { cfrag: court.honest.cfrag }, 'BadEncoding'],
      ['a wrong cfrag, which is evidence in public', { cfrag: flip(court.honest.cfrag, 66) }, 'none'],
    ];
    for (const [name, change, error] of answers) {
      const args: unknown[] = [...answerOf(court, dispute, its, change)];
      if (name === 'of 358 bytes') args[2] = (args[2] as string).slice(0, -2);
      expect(await refusal(court.send(court.adjudicator, court.operator, 'answer', args)), name).to.equal(error);
      await snapshot.restore();
    }
    const args = answerOf(court, dispute, its);
    const other = [args[0], 0, ...args.slice(2)];
    expect(await refusal(court.send(court.adjudicator, court.operator, 'answer', other))).to.equal('NoChallenge');
  });

  it('a timeout voids the lease, takes a quarter percent, returns the bond', async () => {
    await open();
    const { epoch, deadline } = await challengeOf(court, dispute);
    const active = async () => {
      const bits = [];
      for (let e = epoch; e <= epoch + 8; e++)
        bits.push(await court.read<boolean>(court.escrow, 'isActive', court.node.address, e));
      return bits.filter(Boolean).length;
    };
    expect(await active()).to.be.greaterThan(1);
    await at(deadline + 1);
    await act('timeout', await court.wallet(40));
    const penalty = (stake * 25n) / 10_000n;
    expect(await slashable()).to.equal(stake - penalty);
    expect(await active()).to.equal(0);
    expect(await credit(court.reporter.address)).to.equal(bond);
    expect(await court.read<bigint>(court.escrow, 'credit', court.reporter.address)).to.equal(penalty / 5n);
    const [log] = await court.adjudicator.queryFilter('ChallengeTimedOut', 0);
    expect(log && court.adjudicator.interface.parseLog(log)?.args.penalty).to.equal(penalty);
    expect(await refusal(act('timeout'))).to.equal('NoChallenge');
    // one liveness penalty per epoch: the node is idle now, so no second challenge of it either
    expect(await refusal(open())).to.equal('NodeIdle');
  });

  it('two silent leaves in one epoch cost one penalty; both bonds return', async () => {
    const second = await makeDispute(court, { seed: 'second' });
    const mine = dispute;
    await open();
    dispute = second;
    await open();
    await time().increase(window + 1n);
    await act('timeout');
    dispute = mine;
    await act('timeout');
    expect(await slashable()).to.equal(stake - (stake * 25n) / 10_000n);
    expect(await credit(court.reporter.address)).to.equal(2n * bond);
  });

  it('a late timeout still takes the penalty; past the evidence window only the bond returns', async () => {
    await open();
    const { epoch } = await challengeOf(court, dispute);
    const snapshot = await court.connection.networkHelpers.takeSnapshot();
    await court.skip(14);
    await act('timeout');
    expect(await slashable()).to.equal(stake - (stake * 25n) / 10_000n);
    // what is final stays
    expect(await court.read<boolean>(court.escrow, 'isActive', court.node.address, epoch)).to.equal(true);
    await snapshot.restore();
    await court.skip(15);
    await act('timeout');
    expect(await slashable()).to.equal(stake);
    expect(await credit(court.reporter.address)).to.equal(bond);
  });

  it('a node that left with all its stake cannot keep the bond', async () => {
    await open();
    await court.send(court.escrow, court.node, 'requestUnbond', [stake]);
    await court.skip(40);
    await court.send(court.escrow, court.node, 'withdrawStake', [court.node.address]);
    await act('timeout');
    expect(await credit(court.reporter.address)).to.equal(bond);
  });

  it('a revocation inside the window excuses, one after it does not', async () => {
    await open();
    const { deadline } = await challengeOf(court, dispute);
    expect(await refusal(act('excuse'))).to.equal('NotExcused');
    const snapshot = await court.connection.networkHelpers.takeSnapshot();
    for (const [second, excused] of [
      [deadline - 1, true],
      [deadline, true],
      [deadline + 1, false],
    ] as const) {
      await at(second);
      await revoke();
      const later = await court.connection.networkHelpers.takeSnapshot();
      expect(await refusal(act('excuse'))).to.equal(excused ? 'none' : 'NotExcused');
      if (excused) {
        expect(await credit(court.reporter.address)).to.equal(bond);
        expect(await slashable()).to.equal(stake);
        const [log] = await court.adjudicator.queryFilter('ChallengeExcused', 0);
        expect(log === undefined).to.equal(false);
      }
      await later.restore();
      await time().increase(window + 1n);
      expect(await refusal(act('timeout'))).to.equal(excused ? 'Excused' : 'none');
      await snapshot.restore();
    }
  });

  it('no want of gas makes a timeout that forgets the penalty', async () => {
    await open();
    await time().increase(window + 1n);
    let passed = 0;
    for (let gasLimit = 60_000; gasLimit <= 400_000; gasLimit += 5_000) {
      const snapshot = await court.connection.networkHelpers.takeSnapshot();
      const thief = court.operator.connect(court.connection.ethers.provider);
      const mine = court.adjudicator.connect(thief) as Callable;
      try {
        const sent = await mine.getFunction('timeout')(dispute.policyId, 1, { gasLimit });
        await sent.wait();
        passed += 1;
        expect(await slashable(), `${gasLimit} gas`).to.equal(stake - (stake * 25n) / 10_000n);
      } catch (error) {
        if ((error as Error).name === 'AssertionError') throw error;
        expect(await isOpen(), `${gasLimit} gas`).to.equal(true);
      }
      await snapshot.restore();
    }
    expect(passed).to.be.greaterThan(0);
  });

  it('pays once, whoever calls back, and a receiver that refuses blocks nobody but itself', async () => {
    const { ethers } = court.connection;
    const encode = (method: string, args: readonly unknown[]) =>
      court.adjudicator.interface.encodeFunctionData(method, args);
    const address = court.deployment.adjudicator;
    for (const name of ['Reenterer', 'Refuser']) {
      const thief = (await ethers.deployContract(name)) as unknown as Callable;
      const thiefAt = await thief.getAddress();
      const opening = await openingOf(court, dispute);
      await court.send(thief, court.reporter, 'execute', [address, encode('openChallenge', [opening])], bond);
      // another's money lies there too
      await ethers.provider.send('hardhat_setBalance', [address, `0x${(10n * bond).toString(16)}`]);
      const its = await challengeOf(court, dispute);
      expect(its.challenger).to.equal(lower(thiefAt));
      await answer();
      expect(await credit(thiefAt)).to.equal(bond / 2n);
      const withdraw = encode('withdraw', [thiefAt]);
      if (name === 'Refuser') {
        expect(await refusal(court.send(thief, court.reporter, 'execute', [address, withdraw]))).to.equal(
          'WithdrawFailed',
        );
        expect(await credit(thiefAt)).to.equal(bond / 2n);
      } else {
        for (const inner of [withdraw, encode('timeout', [dispute.policyId, 1])]) {
          const snapshot = await court.connection.networkHelpers.takeSnapshot();
          await court.send(thief, court.reporter, 'arm', [address, inner]);
          await court.send(thief, court.reporter, 'execute', [address, withdraw]);
          expect(await court.read<bigint>(thief, 'attempts')).to.equal(1n);
          expect(await court.read<bigint>(thief, 'successes')).to.equal(0n);
          expect(await ethers.provider.getBalance(thiefAt)).to.equal(bond / 2n);
          expect(await credit(thiefAt)).to.equal(0n);
          await snapshot.restore();
        }
      }
      await restore();
    }
  });

  it('pays credits out, and nothing else', async () => {
    const { provider } = court.connection.ethers;
    expect(await refusal(court.send(court.adjudicator, court.reporter, 'withdraw', [court.reporter.address]))).to.equal(
      'NothingToWithdraw',
    );
    await open();
    await answer();
    expect(await refusal(court.send(court.adjudicator, court.node, 'withdraw', [`0x${'00'.repeat(20)}`]))).to.equal(
      'WithdrawFailed',
    );
    const to = new Wallet(wordOf('purse')).address;
    await court.send(court.adjudicator, court.node, 'withdraw', [to]);
    await court.send(court.adjudicator, court.reporter, 'withdraw', [to]);
    expect(await provider.getBalance(to)).to.equal(bond);
    expect(await balance()).to.equal(0n);
    const sender = court.reporter.connect(provider);
    let refused = false;
    await sender.sendTransaction({ to: court.deployment.adjudicator, value: 1n }).catch(() => {
      refused = true;
    });
    expect(refused).to.equal(true);
  });
});
