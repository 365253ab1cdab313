import * as pre from '@nucypher/umbral-pre';
import { AbiCoder, keccak256 } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjudicatorAbi } from '../../lib/chain/abi.ts';
import { concatBytes } from '../../lib/protocol/bytes.ts';
import {
  commitHash,
  type Evidence,
  encodeEvidence,
  makeEvidence,
  type SignedAnswer,
} from '../../lib/protocol/evidence.ts';
import { type Court, judgeEvidence } from '../../lib/protocol/evidenceVerdict.ts';
import { fromHex, toHex, zeroHash } from '../../lib/protocol/hex.ts';
import { fragmentOfCfrag, type Leaf, leafHash } from '../../lib/protocol/leaf.ts';
import { receiptOf } from '../../lib/protocol/receipt.ts';
import { addressOf } from '../../lib/protocol/signature.ts';
import { signTyped } from '../../lib/protocol/typed.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { type Cheat, cheatsOf, falseReportsOf, flip, type HonestAnswer } from '../../scripts/vectors/cheats.ts';
import { contractsOn, operator, operatorAddress, placeOf, umbralRun, wordOf } from '../../scripts/vectors/people.ts';
import recorded from '../vectors/umbral-evidence.json' with { type: 'json' };
import { refusalOf } from './refusal.ts';

const contracts = contractsOn(31337);
const epoch = 1000;
const court: Court = {
  contracts,
  currentEpoch: epoch + 3,
  evidenceEpochs: 14,
  operatorValid: (node, signer, when) => node === placeOf('node') && signer === operatorAddress && when === epoch,
};

/** What a node signed with its operator key, whatever it is. */
function sign(capsule: Uint8Array, cfrag: Uint8Array, fragment = fragmentOfCfrag(cfrag), key = operator): SignedAnswer {
  const leaf: Leaf = { index: 2, node: placeOf('node'), fragment, terms: wordOf('terms') };
  const answer = { policyId: wordOf('policy'), leaf, epoch, request: wordOf('request'), capsule, cfrag };
  const receipt = receiptOf({ ...answer, leaf: leafHash(leaf) });
  return { ...answer, signature: signTyped('Receipt', key, contracts, receipt) };
}

const run = umbralRun(0);
const honest: HonestAnswer = {
  capsule: run.capsule,
  otherCapsule: umbralRun(4).capsule,
  cfrag: run.cfrags[0] as Uint8Array,
  kfrag: run.kfrags[0] as Uint8Array,
};
const evidenceOf = (cheat: Pick<Cheat, 'capsule' | 'cfrag' | 'fragment'>): Evidence =>
  makeEvidence(sign(cheat.capsule, cheat.cfrag, cheat.fragment));
const judge = (evidence: Evidence) => judgeEvidence(evidence, court);

describe('evidence', () => {
  it.each(recorded.evidence.map((one) => [one.name, one] as const))('agrees with umbral-pre: %s', (_name, one) => {
    const { on_chain: truth } = one;
    const evidence = makeEvidence(sign(fromHex(`0x${one.capsule_simple}`), fromHex(`0x${one.cfrag_simple}`)));
    const point = (name: keyof typeof truth.uncompressed) => {
      const text = truth.uncompressed[name];
      return [BigInt(`0x${text.slice(0, 64)}`), BigInt(`0x${text.slice(64)}`)] as const;
    };
    const names = ['e', 'v', 'e1', 'v1', 'e2', 'v2', 'u1', 'u2'] as const;
    expect(evidence.y).toEqual(names.map((name) => point(name)[1]));
    expect(evidence.products).toEqual((['ez', 'e1h', 'vz', 'v1h', 'uz', 'u1h'] as const).flatMap(point));
    const expected = !truth.equation_e
      ? 'EquationE'
      : !truth.equation_v
        ? 'EquationV'
        : truth.equation_u
          ? 'Correct'
          : 'EquationU';
    expect(judge(evidence)).toEqual({ verdict: expected });
    expect(truth.reencryption_correct).toBe(expected === 'Correct');
  });

  it('finds fresh answers of umbral-pre correct, and any other bytes of theirs wrong', () => {
    const [alice, bob, signing] = [pre.SecretKey.random(), pre.SecretKey.random(), pre.SecretKey.random()];
    const [capsule] = pre.encrypt(alice.publicKey(), new Uint8Array(1));
    const kfrags = pre.generateKFrags(alice, bob.publicKey(), new pre.Signer(signing), 2, 3, true, true);
    for (const kfrag of kfrags) {
      const cfrag = pre.reencrypt(capsule, kfrag).toBytesSimple();
      const evidence = makeEvidence(sign(capsule.toBytesSimple(), cfrag));
      expect(judge(evidence)).toEqual({ verdict: 'Correct' });
      const spoilt = evidenceOf({
        capsule: capsule.toBytesSimple(),
        cfrag: flip(cfrag, 294),
        fragment: fragmentOfCfrag(cfrag),
      });
      expect(judge(spoilt)).toEqual({ verdict: 'EquationE' });
    }
  });

  it('every cheat has its verdict', () => {
    const cheats = cheatsOf(honest);
    expect(cheats.length).toBeGreaterThan(50);
    for (const cheat of cheats)
      expect([cheat.name, judge(evidenceOf(cheat))]).toEqual([cheat.name, { verdict: cheat.verdict }]);
    expect(judge(evidenceOf({ ...honest, fragment: fragmentOfCfrag(honest.cfrag) }))).toEqual({ verdict: 'Correct' });
  });

  it('a wrong hint convicts nobody, honest or not', () => {
    const guilty = cheatsOf(honest).find(({ verdict }) => verdict === 'EquationU') as Cheat;
    for (const answer of [{ ...honest, fragment: fragmentOfCfrag(honest.cfrag) }, guilty]) {
      for (const { name, refused, which, evidence } of falseReportsOf(evidenceOf(answer))) {
        const expected = which === undefined ? { refused } : { refused, which };
        expect([name, judge(evidence)]).toEqual([name, expected]);
      }
    }
  });

  it('nothing that the node did not sign convicts it', () => {
    const right = evidenceOf(cheatsOf(honest)[0] as Cheat);
    const changes: Partial<Evidence>[] = [
      { policyId: zeroHash },
      { request: zeroHash },
      { leaf: { ...right.leaf, index: 3 } },
      { leaf: { ...right.leaf, node: placeOf('another') } },
      { leaf: { ...right.leaf, fragment: zeroHash } },
      { leaf: { ...right.leaf, terms: zeroHash } },
      { capsule: honest.otherCapsule },
      { cfrag: flip(right.cfrag, 0) },
      { r: zeroHash },
      { vs: zeroHash },
      { r: toHex(new Uint8Array(32).fill(255)) },
    ];
    for (const change of changes) expect(judge({ ...right, ...change })).toEqual({ refused: 'NotOperator' });
    const stranger = makeEvidence(sign(honest.capsule, flip(honest.cfrag, 0), undefined, SecretKey.random()));
    expect(judge(stranger)).toEqual({ refused: 'NotOperator' });
  });

  it('counts from its epoch to fourteen later', () => {
    const evidence = evidenceOf(cheatsOf(honest)[0] as Cheat);
    const at = (currentEpoch: number) => judgeEvidence(evidence, { ...court, currentEpoch });
    expect(at(epoch - 1)).toEqual({ refused: 'EvidenceTooEarly' });
    expect(at(epoch)).toEqual({ verdict: 'Commitment' });
    expect(at(epoch + 14)).toEqual({ verdict: 'Commitment' });
    expect(at(epoch + 15)).toEqual({ refused: 'EvidenceExpired' });
  });

  it('no change of an honest answer after signing is guilt', () => {
    const evidence = evidenceOf({ ...honest, fragment: fragmentOfCfrag(honest.cfrag) });
    const places = concatBytes(evidence.capsule, evidence.cfrag).length;
    fc.assert(
      fc.property(fc.nat(places - 1), fc.integer({ min: 1, max: 255 }), (place, mask) => {
        const changed =
          place < evidence.capsule.length
            ? { ...evidence, capsule: flip(evidence.capsule, place, mask) }
            : { ...evidence, cfrag: flip(evidence.cfrag, place - evidence.capsule.length, mask) };
        expect(judge(changed)).toEqual({ refused: 'NotOperator' });
        // the guilty twin: the same bytes, had the node signed them
        const signed = judge(makeEvidence(sign(changed.capsule, changed.cfrag, evidence.leaf.fragment)));
        expect(['BadCapsule', undefined]).toContain('refused' in signed ? signed.refused : undefined);
        if ('verdict' in signed) expect(signed.verdict === 'Correct').toBe(place >= 66 && place < 98);
      }),
      { numRuns: 60 },
    );
  });

  it('is encoded as the ABI says', () => {
    const evidence = evidenceOf(cheatsOf(honest)[0] as Cheat);
    const { inputs } = adjudicatorAbi.find((item) => item.type === 'function' && item.name === 'evaluate') as {
      inputs: readonly object[];
    };
    const coder = AbiCoder.defaultAbiCoder();
    const plain = { ...evidence, capsule: toHex(evidence.capsule), cfrag: toHex(evidence.cfrag) };
    const encoded = coder.encode(inputs as never[], [plain]);
    expect(toHex(encodeEvidence(evidence))).toBe(encoded);
    const reporter = addressOf(operator.publicKey);
    const salt = wordOf('salt');
    expect(commitHash(evidence, reporter, salt)).toBe(
      keccak256(coder.encode(['bytes32', 'address', 'bytes32'], [keccak256(encoded), reporter, salt])),
    );
  });

  it('refuses what cannot be evidence', () => {
    const answer = sign(honest.capsule, honest.cfrag);
    const without = { ...answer, capsule: answer.capsule.subarray(1) };
    expect(refusalOf(() => makeEvidence(without))).toBe('E_LENGTH');
    expect(refusalOf(() => makeEvidence({ ...answer, cfrag: new Uint8Array(360) }))).toBe('E_LENGTH');
    expect(refusalOf(() => makeEvidence({ ...answer, signature: new Uint8Array(65) }))).toBe('E_SIGNATURE');
  });
});
