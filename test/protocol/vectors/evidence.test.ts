import { describe, expect, it } from 'vitest';
import { capsuleHints, challengeActs, challengeIdOf } from '../../../lib/protocol/challenge.ts';
import type { Evidence } from '../../../lib/protocol/evidence.ts';
import { judgeEvidence } from '../../../lib/protocol/evidenceVerdict.ts';
import { fromHex, type Hex } from '../../../lib/protocol/hex.ts';
import { challengeVectors } from '../../../scripts/vectors/challenge.ts';
import { evidenceVectors } from '../../../scripts/vectors/evidence.ts';
import challenge from '../../vectors/challenge.json' with { type: 'json' };
import vectors from '../../vectors/evidence.json' with { type: 'json' };

const hex = (text: string): Hex => text as Hex;
type Plain = (typeof vectors)['honest']['evidence'];

const evidenceOf = (plain: Plain): Evidence => ({
  policyId: hex(plain.policyId),
  leaf: {
    index: plain.leaf.index,
    node: hex(plain.leaf.node),
    fragment: hex(plain.leaf.fragment),
    terms: hex(plain.leaf.terms),
  },
  epoch: plain.epoch,
  request: hex(plain.request),
  r: hex(plain.r),
  vs: hex(plain.vs),
  y: plain.y.map(BigInt),
  products: plain.products.map(BigInt),
  capsule: fromHex(plain.capsule),
  cfrag: fromHex(plain.cfrag),
});

const { contracts } = vectors;
const judge = (evidence: Evidence) =>
  judgeEvidence(evidence, {
    contracts: {
      chainId: contracts.chainId,
      adjudicator: hex(contracts.adjudicator),
      policyManager: hex(contracts.policyManager),
      escrow: hex(contracts.escrow),
    },
    currentEpoch: vectors.epoch + vectors.evidenceEpochs,
    evidenceEpochs: vectors.evidenceEpochs,
    operatorValid: (node, signer, epoch) =>
      node === vectors.honest.evidence.leaf.node && signer === vectors.operator && epoch === vectors.epoch,
  });

describe('evidence.json', () => {
  it('is what the writer computes', () => {
    expect(JSON.parse(JSON.stringify(evidenceVectors()))).toEqual(vectors);
  });

  it('every verdict', () => {
    for (const { verdict, evidence } of [vectors.honest, ...vectors.recorded, ...vectors.guilty]) {
      expect(judge(evidenceOf(evidence))).toEqual({ verdict });
    }
    const met = new Set([...vectors.guilty, vectors.honest].map(({ verdict }) => verdict));
    expect(met.size).toBe(7);
  });

  it('every refusal, about the honest answer and about its guilty twin', () => {
    const guilty = vectors.guilty.find(({ name }) => name === vectors.guiltyTwin)!;
    const changed = (plain: Plain, change: { list: string; place: number; value: string }) => {
      const list = change.list as 'y' | 'products';
      const values = plain[list].map((old, i) => (i === change.place ? change.value : old));
      return evidenceOf({ ...plain, [list]: values });
    };
    for (const { name, refused, which, honest, guilty: other } of vectors.refused) {
      const expected = which === null ? { refused } : { refused, which };
      expect([name, judge(changed(vectors.honest.evidence, honest))]).toEqual([name, expected]);
      expect([name, judge(changed(guilty.evidence, other))]).toEqual([name, expected]);
    }
  });
});

describe('challenge.json', () => {
  it('is what the writer computes', () => {
    expect(JSON.parse(JSON.stringify(challengeVectors()))).toEqual(challenge);
  });

  it('ids, hints, acts', () => {
    for (const { id, policyId, leaf, capsule, epoch, challenger } of challenge.ids) {
      const of = {
        policyId: hex(policyId),
        leaf: hex(leaf),
        capsule: hex(capsule),
        epoch,
        challenger: hex(challenger),
      };
      expect(challengeIdOf(of)).toBe(id);
    }
    for (const { capsule, hints } of challenge.capsules) {
      expect(capsuleHints(fromHex(capsule))).toEqual(hints.map(BigInt));
    }
    for (const { revokedAt, at, ...acts } of challenge.acts) {
      const now = { deadline: challenge.window, revokedAt: revokedAt ?? undefined, now: at };
      expect(challengeActs(now)).toEqual(acts);
    }
  });
});
