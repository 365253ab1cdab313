/**
 * Challenge: a demand on chain for one answer. Owns: its id, the hints with which a contract checks a capsule, the bond. Owns not:
 * when Bob opens one (lib/characters/bob) nor the checks (the Adjudicator contract). Source: spec/protocol.md section 5.3.
 */
import { generators, hashToScalar, Point, Scalar } from '../umbral/toolkit.ts';
import { addressWord, bytes32Word, uintWord } from './abi.ts';
import { checkBytes, utf8 } from './bytes.ts';
import { coordinates, times } from './evidence.ts';
import { keccak } from './hash.ts';
import type { Address, Hex } from './hex.ts';
import { capsuleBytes } from './leaf.ts';

/** What a receipt that answers a challenge names as its request. `capsule` is K of its 98 bytes. Throws E_HEX, E_NUMBER. */
export function challengeIdOf(of: { policyId: Hex; leaf: Hex; capsule: Hex; epoch: number; challenger: Address }): Hex {
  return keccak(
    bytes32Word(of.policyId, 'policyId'),
    bytes32Word(of.leaf, 'leaf'),
    bytes32Word(of.capsule, 'capsule'),
    uintWord(of.epoch, 32, 'epoch'),
    addressWord(of.challenger, 'challenger'),
  );
}

/**
 * y of E, y of V, x and y of s*G, x and y of h*E. Shape: capsule_simple, 98 bytes, valid. Throws E_LENGTH, and `parse` for a
 * capsule that is none.
 */
export function capsuleHints(capsule: Uint8Array): readonly bigint[] {
  checkBytes(capsule, capsuleBytes, 'capsule');
  const [e, v] = [capsule.subarray(0, 33), capsule.subarray(33, 66)].map((bytes) => Point.fromBytes(bytes));
  const s = Scalar.fromBytes(capsule.subarray(66));
  const h = hashToScalar(utf8('CAPSULE_POINTS'), capsule.subarray(0, 33), capsule.subarray(33, 66));
  return [coordinates(e)[1], coordinates(v)[1], ...coordinates(times(generators.G, s)), ...coordinates(times(e, h))];
}

/** What a challenge and its policy allow at a second; the names are the contract's refusals. */
export interface ChallengeActs {
  readonly answer: 'none' | 'WindowClosed';
  readonly excuse: 'none' | 'NotExcused';
  readonly timeout: 'none' | 'WindowOpen' | 'Excused';
}

/**
 * Which acts an open challenge takes now. An answer counts while now <= deadline, a timeout from then on; a revocation at a second
 * <= deadline excuses, whenever it is pointed out. Units: seconds; `revokedAt` undefined if the policy is not revoked.
 */
export function challengeActs(of: { deadline: number; revokedAt: number | undefined; now: number }): ChallengeActs {
  const over = of.now > of.deadline;
  const excused = of.revokedAt !== undefined && of.revokedAt <= of.deadline;
  return {
    answer: over ? 'WindowClosed' : 'none',
    excuse: excused ? 'none' : 'NotExcused',
    timeout: over ? (excused ? 'Excused' : 'none') : 'WindowOpen',
  };
}

/** Least bond in native currency, and the gas of which a bond must cover the base fee. Units: wei, gas. */
export const minBondWei = 2n * 10n ** 15n;
export const bondGas = 400_000n;
