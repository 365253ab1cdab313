/**
 * Wrong answers before the Adjudicator: every cheat is convicted, every false report reverts and convicts nobody, nothing that a node
 * does afterwards saves its stake. Evidence is made by lib as Bob makes it; the truth is umbral-pre's.
 */
import * as pre from '@nucypher/umbral-pre';
import { expect } from 'chai';
import {
  cfragVerdicts,
  commitHash,
  type Evidence,
  encodeEvidence,
  expandSignature,
  fragmentOfCfrag,
  fromHex,
  leafHash,
  makeEvidence,
  receiptOf,
  signTyped,
  toHex,
  zeroAddress,
  zeroHash,
} from 'dintel/protocol';
import { Wallet } from 'ethers';
import { cheatsOf, falseReportsOf, flip } from '../../scripts/vectors/cheats.ts';
import { wordOf } from '../../scripts/vectors/people.ts';
import { type Court, evidenceFor, keyOf, lower, makeCourt, rawEvidence, refusal, stake } from './support/court.ts';
import { readVectors, signStructure } from './support/typed.ts';

interface Recorded {
  readonly evidence: readonly {
    readonly name: string;
    readonly capsule_simple: string;
    readonly cfrag_simple: string;
    readonly on_chain: { equation_e: boolean; equation_v: boolean; equation_u: boolean; reencryption_correct: boolean };
  }[];
}

const salt = wordOf('salt');

describe('Adjudicator: wrong answers', () => {
  let court: Court;
  let restore: () => Promise<void>;
  const evaluate = async (evidence: Evidence) =>
    cfragVerdicts[Number(await court.read<bigint>(court.adjudicator, 'evaluate', rawEvidence(evidence)))];
  const convict = (evidence: Evidence, from = court.reporter, with_ = salt) =>
    court.send(court.adjudicator, from, 'convict', [rawEvidence(evidence), with_]);
  const slashable = () => court.read<bigint>(court.escrow, 'slashable', court.node.address);
  /** An answer that convicts, in the court's epoch. */
  const guilty = (more: Parameters<Court['sign']>[0] | object = {}) =>
    evidenceFor(court, {
      cfrag: flip(court.honest.cfrag, 66),
      fragment: fragmentOfCfrag(court.honest.cfrag),
      ...more,
    });
  /** To the beginning of an epoch by its number: the clock goes on while a test runs, and evidence ages by its own epoch. */
  const skipTo = async (epoch: number) => court.skip(BigInt(epoch) - (await court.epoch()));
  const convictedEvents = async () => {
    const logs = await court.adjudicator.queryFilter('Convicted', 0);
    return logs.map((log) => court.adjudicator.interface.parseLog(log)?.args);
  };

  before(async () => {
    court = await makeCourt();
  });
  beforeEach(async () => {
    const snapshot = await court.connection.networkHelpers.takeSnapshot();
    restore = () => snapshot.restore();
  });
  afterEach(() => restore());
  after(() => court.connection.close());

  it('is the domain of what it judges, and says so (EIP-5267)', async () => {
    const domain = await court.read<unknown[]>(court.adjudicator, 'eip712Domain');
    expect([...domain].slice(0, 5)).to.deep.equal([
      '0x0f',
      'Dintel',
      '1',
      31337n,
      await court.adjudicator.getAddress(),
    ]);
    expect(domain[6]).to.deep.equal([]);
  });

  it('agrees with the recorded truth of umbral-pre', async () => {
    for (const one of readVectors<Recorded>('umbral-evidence').evidence) {
      const evidence = evidenceFor(court, {
        capsule: fromHex(`0x${one.capsule_simple}`),
        cfrag: fromHex(`0x${one.cfrag_simple}`),
      });
      const { equation_e, equation_v, equation_u } = one.on_chain;
      const truth = !equation_e ? 'EquationE' : !equation_v ? 'EquationV' : equation_u ? 'Correct' : 'EquationU';
      expect(await evaluate(evidence), one.name).to.equal(truth);
      expect(await refusal(convict(evidence)), one.name).to.equal(truth === 'Correct' ? 'CFragCorrect' : 'none');
      await restore();
    }
  });

  it('agrees with umbral-pre on answers made now', async () => {
    const [alice, bob, signing] = [pre.SecretKey.random(), pre.SecretKey.random(), pre.SecretKey.random()];
    const capsules = [0, 1].map(() => pre.encrypt(alice.publicKey(), new Uint8Array(1))[0]);
    const kfrags = pre.generateKFrags(alice, bob.publicKey(), new pre.Signer(signing), 2, 3, true, true);
    for (const kfrag of kfrags) {
      const cfrag = pre.reencrypt(capsules[0] as pre.Capsule, kfrag).toBytesSimple();
      const [mine, other] = capsules.map((capsule) => capsule.toBytesSimple());
      expect(await evaluate(evidenceFor(court, { capsule: mine as Uint8Array, cfrag }))).to.equal('Correct');
      expect(await evaluate(evidenceFor(court, { capsule: other as Uint8Array, cfrag }))).to.equal('EquationE');
    }
  });

  it('convicts every cheat, and takes two percent', async () => {
    for (const { name, verdict, capsule, cfrag, fragment } of cheatsOf(court.honest)) {
      const evidence = evidenceFor(court, { capsule, cfrag, fragment });
      expect(await evaluate(evidence), name).to.equal(verdict);
      await convict(evidence);
      expect(await slashable(), name).to.equal((stake * 98n) / 100n);
      const [event] = await convictedEvents();
      expect([event?.node, cfragVerdicts[Number(event?.verdict)]], name).to.deep.equal([court.node.address, verdict]);
      await restore();
    }
  });

  it('an honest answer is correct, and cannot convict', async () => {
    const evidence = evidenceFor(court, { cfrag: court.honest.cfrag });
    expect(await evaluate(evidence)).to.equal('Correct');
    expect(await refusal(convict(evidence))).to.equal('CFragCorrect');
    expect(await slashable()).to.equal(stake);
  });

  it('a wrong hint reverts, about an honest answer and about a guilty one', async () => {
    const cheat = cheatsOf(court.honest).find(({ verdict }) => verdict === 'EquationU');
    if (cheat === undefined) throw new Error('no cheat');
    for (const evidence of [evidenceFor(court, { cfrag: court.honest.cfrag }), evidenceFor(court, cheat)]) {
      for (const report of falseReportsOf(evidence)) {
        const expected = report.which === undefined ? report.refused : `${report.refused}(${report.which})`;
        expect(await refusal(evaluate(report.evidence)), report.name).to.equal(expected);
      }
    }
    expect(await slashable()).to.equal(stake);
  });

  it('nothing that the node did not sign convicts it', async () => {
    const right = guilty();
    const stranger = new Wallet(wordOf('stranger'));
    const changes: [string, Evidence][] = [
      ['policyId', { ...right, policyId: zeroHash }],
      ['request', { ...right, request: zeroHash }],
      ['index', { ...right, leaf: { ...right.leaf, index: 3 } }],
      ['node', { ...right, leaf: { ...right.leaf, node: lower(court.reporter.address) } }],
      ['no node', { ...right, leaf: { ...right.leaf, node: zeroAddress } }],
      ['fragment', { ...right, leaf: { ...right.leaf, fragment: zeroHash } }],
      ['terms', { ...right, leaf: { ...right.leaf, terms: zeroHash } }],
      ['epoch', { ...right, epoch: right.epoch - 1 }],
      ['capsule', { ...right, capsule: court.honest.otherCapsule }],
      ['cfrag', { ...right, cfrag: court.honest.cfrag }],
      ['r', { ...right, r: zeroHash }],
      ['vs', { ...right, vs: zeroHash }],
      ['parity of v', { ...right, vs: toHex(flip(fromHex(right.vs), 0, 0x80)) }],
      ['another key', guilty({ by: stranger })],
      ['the stake wallet', guilty({ by: court.node })],
    ];
    for (const [name, evidence] of changes) {
      expect(await refusal(convict(evidence)), name).to.equal('NotOperator');
    }
    const otherContract = { ...court.contracts, adjudicator: lower(court.deployment.escrow) };
    const otherChain = { ...court.contracts, chainId: 1 };
    for (const contracts of [otherContract, otherChain]) {
      const elsewhere = makeElsewhere(contracts);
      expect(await refusal(convict(elsewhere))).to.equal('NotOperator');
    }
    expect(await refusal(convict(right))).to.equal('none');
  });

  /** The guilty answer, signed for another chain or contract. */
  function makeElsewhere(contracts: Court['contracts']): Evidence {
    const answer = court.sign({ cfrag: flip(court.honest.cfrag, 66), fragment: fragmentOfCfrag(court.honest.cfrag) });
    const receipt = receiptOf({ ...answer, leaf: leafHash(answer.leaf) });
    return makeEvidence({ ...answer, signature: signTyped('Receipt', keyOf(court.operator), contracts, receipt) });
  }

  it('a high s is not taken', async () => {
    const right = guilty();
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const signature = expandSignature(right);
    const s = order - BigInt(toHex(signature.slice(32, 64)));
    // in EIP-2098 only the few high s below 2^255 can be written at all
    const vs = (s | (signature[64] === 27 ? 1n << 255n : 0n)) & (2n ** 256n - 1n);
    const high = { ...right, vs: `0x${vs.toString(16).padStart(64, '0')}` as const };
    expect(await refusal(convict(high))).to.equal('NotOperator');
  });

  it('has one encoding; all others of one offence slash no second time', async () => {
    const right = guilty();
    const selector = court.adjudicator.interface.getFunction('convict')?.selector as string;
    const words = (hex: string) => (hex.slice(2).match(/.{64}/g) ?? []) as string[];
    const tuple = words(toHex(encodeEvidence(right))).slice(1);
    const data = (head: string[], tail = '') =>
      `${selector}${['40', salt.slice(2)].map((w) => w.padStart(64, '0')).join('')}${head.join('')}${tail}`;
    const change = (place: number, word: string) => tuple.map((old, i) => (i === place ? word : old));
    const dirty = (place: number) => change(place, `01${(tuple[place] as string).slice(2)}`);
    const pad = (place: number) => change(place, `${(tuple[place] as string).slice(0, -2)}01`);
    const moved = [
      ...tuple.slice(0, 29),
      (32 * 32).toString(16).padStart(64, '0'),
      (37 * 32).toString(16).padStart(64, '0'),
      '0'.repeat(64),
      ...tuple.slice(31),
    ];
    const swapped = [
      ...tuple.slice(0, 29),
      (44 * 32).toString(16).padStart(64, '0'),
      (31 * 32).toString(16).padStart(64, '0'),
      ...tuple.slice(36),
      ...tuple.slice(31, 36),
    ];
    const raw = async (bytes: string) =>
      court.reporter.connect(court.connection.ethers.provider).call({ to: court.deployment.adjudicator, data: bytes });
    expect(await refusal(raw(data(tuple)))).to.equal('none');
    for (const [name, bytes] of [
      ['dirty node', data(dirty(2))],
      ['dirty epoch', data(dirty(5))],
      ['padding of the capsule', data(pad(35))],
      ['padding of the cfrag', data(pad(48))],
      ['a gap before the bytes', data(moved)],
      ['cfrag before capsule', data(swapped)],
      ['capsule of 97 bytes', data(change(31, '61'.padStart(64, '0')))],
      ['capsule of 99 bytes', data(change(31, '63'.padStart(64, '0')))],
      ['cfrag of 358 bytes', data(change(36, (358).toString(16).padStart(64, '0')))],
      ['cfrag of 360 bytes', data(change(36, (360).toString(16).padStart(64, '0')))],
      ['cut', data(tuple.slice(0, -1))],
    ] as const) {
      expect(await refusal(raw(bytes)), name).to.equal('BadEncoding');
    }
    expect(await refusal(raw(data(tuple.slice(0, 20))))).to.equal('no reason');

    await convict(right);
    const once = await slashable();
    const again: [string, Evidence][] = [
      ['the same', right],
      ['another request', guilty({ request: wordOf('another') })],
      ['another capsule', guilty({ capsule: court.honest.otherCapsule })],
      ['another policy', guilty({ policyId: wordOf('another policy') })],
      ['another leaf', guilty({ index: 5 })],
      ['another fault', evidenceFor(court, { cfrag: flip(court.honest.cfrag, 294) })],
    ];
    for (const [name, evidence] of again) {
      expect(await refusal(convict(evidence)), name).to.equal('AlreadyJudged');
    }
    expect(await refusal(raw(data(tuple, '00'.repeat(32))))).to.equal('AlreadyJudged');
    expect(await slashable()).to.equal(once);
  });

  it('counts from its epoch to fourteen later, and not in the future', async () => {
    const now = Number(await court.epoch());
    const at = (epoch: number) => guilty({ epoch });
    expect(await refusal(evaluate(at(now + 1)))).to.equal('EvidenceTooEarly');
    expect(await evaluate(at(now))).to.equal('Commitment');
    await skipTo(now + 14);
    expect(await evaluate(at(now))).to.equal('Commitment');
    await court.connection.networkHelpers.time.increase(29);
    expect(await evaluate(at(now))).to.equal('Commitment');
    await court.connection.networkHelpers.time.increase(1);
    expect(await refusal(evaluate(at(now)))).to.equal('EvidenceExpired');
  });

  it('neither rotation nor unbonding saves a stake, and nothing can be withdrawn before', async () => {
    const next = await court.wallet(20);
    const deadline = (await court.now()) + 1000n;
    const consent = await signStructure(next, 'OperatorConsent', court.deployment.escrow, {
      node: court.node.address,
      deadline,
    });
    await court.send(court.escrow, court.node, 'setOperator', [next.address, deadline, consent]);
    // the last epoch of the old key
    const evidence = guilty({ epoch: Number(await court.epoch()) });
    await court.send(court.escrow, court.node, 'requestUnbond', [stake]);
    await skipTo(evidence.epoch + 14);
    expect(await refusal(court.send(court.escrow, court.node, 'withdrawStake', [court.node.address]))).to.match(
      /^StillLocked/,
    );
    // the old key speaks for its epoch, the new one only for later ones
    expect(await refusal(convict(guilty({ by: next, epoch: evidence.epoch })))).to.equal('NotOperator');
    expect(await refusal(convict(guilty({ epoch: evidence.epoch + 1 })))).to.equal('NotOperator');
    await convict(evidence);
    expect(await slashable()).to.equal((stake * 98n) / 100n);
    await convict(guilty({ by: next, epoch: evidence.epoch + 1 }));
    expect(await slashable()).to.equal((((stake * 98n) / 100n) * 96n) / 100n);
  });

  it('pays who committed in an earlier block, and nobody who copies', async () => {
    const evidence = guilty();
    const { reporter } = court;
    const thief = await court.wallet(21);
    const reward = (stake * 2n * 20n) / 10_000n;
    const credit = (who: Wallet) => court.read<bigint>(court.escrow, 'credit', who.address);
    const hash = commitHash(evidence, lower(reporter.address), salt);
    await court.send(court.adjudicator, reporter, 'commit', [hash]);
    const since = await court.read<bigint>(court.adjudicator, 'committedAt', hash);
    // whoever copies the commitment changes nothing
    await court.send(court.adjudicator, thief, 'commit', [hash]);
    expect(await court.read<bigint>(court.adjudicator, 'committedAt', hash)).to.equal(since);
    const snapshot = await court.connection.networkHelpers.takeSnapshot();

    await convict(evidence, thief);
    expect([await credit(thief), await credit(reporter)]).to.deep.equal([0n, 0n]);
    expect(await court.read<bigint>(court.escrow, 'penaltyPot')).to.equal((stake * 2n) / 100n);
    await snapshot.restore();

    await convict(evidence, reporter, wordOf('another salt'));
    expect(await credit(reporter)).to.equal(0n);
    await snapshot.restore();

    await convict(evidence, reporter);
    expect(await credit(reporter)).to.equal(reward);
    expect(await court.read<bigint>(court.escrow, 'penaltyPot')).to.equal((stake * 2n) / 100n - reward);
    expect(await court.read<bigint>(court.adjudicator, 'committedAt', hash)).to.equal(0n);
    const [event] = await convictedEvents();
    expect(event?.reporter).to.equal(reporter.address);
  });

  it('a commit does not count in its own block', async () => {
    const evidence = guilty();
    const { reporter, connection } = court;
    const { provider } = connection.ethers;
    await provider.send('evm_setAutomine', [false]);
    const sender = reporter.connect(provider);
    const nonce = await provider.getTransactionCount(reporter.address);
    const { adjudicator } = court;
    const mine = adjudicator.connect(sender);
    const options = (more: number) => ({ nonce: nonce + more, gasLimit: 1_000_000 });
    await mine.getFunction('commit')(commitHash(evidence, lower(reporter.address), salt), options(0));
    await mine.getFunction('convict')(rawEvidence(evidence), salt, options(1));
    await provider.send('evm_mine', []);
    await provider.send('evm_setAutomine', [true]);
    expect(await slashable()).to.equal((stake * 98n) / 100n);
    expect(await court.read<bigint>(court.escrow, 'credit', reporter.address)).to.equal(0n);
  });
});
