/**
 * The contract's verdict, computed here: the same checks in the same order, so that a report that would fail is never sent. Owns:
 * the verdict and what an accuser can get wrong. Owns not: the penalty. The arithmetic is plain multiplication of points, where the
 * contract asks ecrecover. Source: spec/protocol.md section 6, steps 1 to 8.
 */
import { generators, Point, Scalar } from '../umbral/toolkit.ts';
import { expandSignature } from './compactSignature.ts';
import { ProtocolError } from './errors.ts';
import {
  attempt,
  coordinates,
  type Evidence,
  encodedPoints,
  evidencePlaces,
  proofChallenge,
  times,
  uintOf,
} from './evidence.ts';
import type { Address } from './hex.ts';
import { fragmentOfCfrag, leafHash } from './leaf.ts';
import type { Contracts } from './messages.ts';
import { receiptOf } from './receipt.ts';
import { recoverTyped } from './typed.ts';
import type { CFragVerdict } from './verdicts.ts';

/** Why the contract would not judge: names of its errors. `which` is BadHint's argument. */
export type EvidenceRefusal =
  | { readonly refused: 'EvidenceTooEarly' | 'EvidenceExpired' | 'NotOperator' | 'BadCapsule' }
  | { readonly refused: 'BadHint'; readonly which: number };

export type Judgement = { readonly verdict: CFragVerdict } | EvidenceRefusal;

/** What the contract reads from the chain. Units: epochs. */
export interface Court {
  readonly contracts: Contracts;
  readonly currentEpoch: number;
  readonly evidenceEpochs: number;
  operatorValid(node: Address, signer: Address, epoch: number): boolean;
}

const fieldPrime = 2n ** 256n - 2n ** 32n - 977n;
const groupOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const cubic = (x: bigint): bigint => (x ** 3n + 7n) % fieldPrime;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % fieldPrime, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % fieldPrime;
    square = (square * square) % fieldPrime;
  }
  return result;
}

/** Whether 33 bytes encode a point with this y and an x that ecrecover can take. */
function isPoint(encoded: Uint8Array, y: bigint): boolean {
  const x = uintOf(encoded.subarray(1));
  return (
    x > 0n && x < groupOrder && y < fieldPrime && encoded[0] === 2 + Number(y & 1n) && (y * y) % fieldPrime === cubic(x)
  );
}

/** Whether no y makes a point of the bytes; for y other than 0 only what needs no square root. */
function isImpossible(encoded: Uint8Array, y: bigint): boolean {
  const x = uintOf(encoded.subarray(1));
  if ((encoded[0] !== 2 && encoded[0] !== 3) || x >= groupOrder) return true;
  return y === 0n && power(cubic(x), (fieldPrime - 1n) / 2n) !== 1n;
}

/**
 * What `evaluate` would answer. Throws E_LENGTH, E_HEX, E_NUMBER for evidence that cannot even be encoded (the contract's
 * BadEncoding).
 */
export function judgeEvidence(evidence: Evidence, court: Court): Judgement {
  const { leaf, epoch, capsule, cfrag } = evidence;
  if (epoch > court.currentEpoch) return { refused: 'EvidenceTooEarly' };
  if (court.currentEpoch > epoch + court.evidenceEpochs) return { refused: 'EvidenceExpired' };
  const signer = signerOf(evidence, court.contracts);
  if (signer === undefined || !court.operatorValid(leaf.node, signer, epoch)) return { refused: 'NotOperator' };
  if (fragmentOfCfrag(cfrag) !== leaf.fragment) return { verdict: 'Commitment' };
  const z = attempt(() => Scalar.fromBytes(cfrag.subarray(evidencePlaces.z, evidencePlaces.z + 32)));
  if (z === undefined || z.isZero) return { verdict: 'Scalar' };
  const encoded = encodedPoints({ capsule, cfrag });
  const hint = (i: number): bigint => evidence.y[i] ?? 0n;
  for (const [i, bytes] of encoded.entries()) {
    if (i < 2 && !isPoint(bytes, hint(i))) return { refused: 'BadCapsule' };
    if (i >= 2 && isImpossible(bytes, hint(i))) return { verdict: 'Point' };
    if (i >= 2 && !isPoint(bytes, hint(i))) return { refused: 'BadHint', which: i };
  }
  return judgeEquations(evidence, encoded, z);
}

/** Steps 7 and 8; every point decodes. */
function judgeEquations(evidence: Evidence, encoded: readonly Uint8Array[], z: Scalar): Judgement {
  const h = proofChallenge(encoded);
  const points = encoded.map((bytes) => Point.fromBytes(bytes));
  const generator = generators.U;
  const [e, v, e1, v1, e2, v2, u1, u2] = points;
  const equations = [
    ['EquationE', e, e1, e2],
    ['EquationV', v, v1, v2],
    ['EquationU', generator, u1, u2],
  ] as const;
  for (const [i, [verdict, base, once, twice]] of equations.entries()) {
    const left = times(base, z) as Point;
    const right = times(once, h) as Point;
    for (const [k, product] of [left, right].entries()) {
      const [x, y] = coordinates(product);
      const place = 4 * i + 2 * k;
      if (x !== evidence.products[place] || y !== evidence.products[place + 1]) {
        return { refused: 'BadHint', which: 8 + 2 * i + k };
      }
    }
    if (!(twice as Point).add(right).equals(left)) return { verdict };
  }
  return { verdict: 'Correct' };
}

/** Undefined for a signature that recovers to nobody. */
function signerOf(evidence: Evidence, contracts: Contracts): Address | undefined {
  const { policyId, epoch, request, capsule, cfrag, r, vs } = evidence;
  const receipt = receiptOf({ policyId, leaf: leafHash(evidence.leaf), epoch, request, capsule, cfrag });
  try {
    return recoverTyped('Receipt', contracts, receipt, expandSignature({ r, vs }));
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'E_SIGNATURE') return undefined;
    throw error;
  }
}
