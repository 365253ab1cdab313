/**
 * Bob's check of the proxies. Owns: the equations of a cfrag, alone and merged. Owns not: encodings (`capsuleFrag.ts`) nor
 * opening (`open.ts`). Source: spec/umbral.md sections 7 and 14.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { concat } from './bytes.ts';
import { type Capsule, capsuleParts } from './capsule.ts';
import {
  CapsuleFrag,
  type CapsuleFragParts,
  capsuleFragParts,
  type VerifiedCapsuleFrag,
  verifiedCapsuleFragOf,
} from './capsuleFrag.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, kindOf, UmbralError } from './errors.ts';
import { cfragDigest, kfragDigest } from './hash.ts';
import { bytesOfKey, PublicKey, pointOfKey } from './keys.ts';

/** Alice's verifying key, her delegating key, and Bob's own. */
export interface CapsuleFragKeys {
  readonly verifyingKey: PublicKey;
  readonly delegatingKey: PublicKey;
  readonly receivingKey: PublicKey;
}

export type CapsuleFragFault = 'cfrag.kfrag_signature' | 'cfrag.reencryption';

export interface VerifiedCapsuleFrags {
  /** In the order of the input, without the rejected ones. */
  readonly verified: readonly VerifiedCapsuleFrag[];
  /** Which inputs failed, and the first check each failed. */
  readonly rejected: readonly { readonly index: number; readonly code: CapsuleFragFault }[];
}

/**
 * Verifies all fragments of one capsule as one weighted sum: several times cheaper than one by one, and as sure (an error
 * has probability 2^-128). If the sum fails the fragments are checked one by one, so that the guilty are named.
 * Does not throw for wrong fragments: they are in `rejected`. Throws `parse` for arguments of a wrong kind.
 */
export function verifyCapsuleFrags(
  capsule: Capsule,
  cfrags: readonly CapsuleFrag[],
  keys: CapsuleFragKeys,
): VerifiedCapsuleFrags {
  const parts = checkList(cfrags).map((cfrag, i) =>
    capsuleFragParts(expectInstance(cfrag, CapsuleFrag, `cfrags[${i}]`)),
  );
  const faults = findFaults(capsule, parts, keys);
  return {
    verified: parts.filter((_, i) => faults[i] === undefined).map(verifiedCapsuleFragOf),
    rejected: faults.flatMap((code, index) => (code ? [{ index, code }] : [])),
  };
}

/** One fragment. Throws its fault. */
export function verifyOne(capsule: Capsule, cfrag: CapsuleFrag, keys: CapsuleFragKeys): VerifiedCapsuleFrag {
  const parts = capsuleFragParts(cfrag);
  const [fault] = findFaults(capsule, [parts], keys);
  if (!fault) return verifiedCapsuleFragOf(parts);
  const details =
    fault === 'cfrag.kfrag_signature'
      ? { field: 'cfrag, signature', expected: "Alice's over this id and commitment for these keys", got: 'another' }
      : { field: 'cfrag, proof', expected: 'the proof of a right re-encryption of this capsule', got: 'a false one' };
  throw new UmbralError(fault, details);
}

function findFaults(
  capsule: Capsule,
  cfrags: readonly CapsuleFragParts[],
  keys: CapsuleFragKeys,
): (CapsuleFragFault | undefined)[] {
  const signer = pointOfKey(expectInstance(keys.verifyingKey, PublicKey, 'verifyingKey'));
  const a = bytesOfKey(expectInstance(keys.delegatingKey, PublicKey, 'delegatingKey'));
  const b = bytesOfKey(expectInstance(keys.receivingKey, PublicKey, 'receivingKey'));
  const challenges = challengesOf(capsule, cfrags);
  if (cfrags.length === 0) return [];
  const signed = arithmetic().ecdsa.verify(
    signer,
    concat(...cfrags.map((cfrag) => kfragDigest(cfrag, a, b))),
    concat(...cfrags.map((cfrag) => cfrag.signature)),
  );
  const proofs = cfrags.flatMap((cfrag, i) =>
    signed[i] === 1 ? [{ index: i, cfrag, challenge: challenges.subarray(32 * i, 32 * i + 32) }] : [],
  );
  const faults = cfrags.map((_, i) => (signed[i] === 1 ? undefined : ('cfrag.kfrag_signature' as const)));
  if (proofsHold(capsule, proofs)) return faults;
  const guilty = new Set(proofs.length === 1 ? proofs : proofs.filter((proof) => !proofsHold(capsule, [proof])));
  const guiltyIndices = new Set(Array.from(guilty, ({ index }) => index));
  return faults.map((fault, i) => (guiltyIndices.has(i) ? 'cfrag.reencryption' : fault));
}

/** h of each fragment, as one list. */
export function challengesOf(capsule: Capsule, cfrags: readonly CapsuleFragParts[]): Uint8Array {
  const { e, v } = capsuleParts(capsule);
  return arithmetic().scalars.reduce(concat(...cfrags.map((cfrag) => cfragDigest({ ...cfrag, e, v }))));
}

interface Proof {
  readonly cfrag: CapsuleFragParts;
  readonly challenge: Uint8Array;
}

/** The three equations of all the proofs, merged under weights that are drawn here, after everything else is fixed. */
function proofsHold(capsule: Capsule, proofs: readonly Proof[]): boolean {
  if (proofs.length === 0) return true;
  const { ePoint, vPoint } = capsuleParts(capsule);
  return arithmetic().proofsHold({
    e: ePoint,
    v: vPoint,
    points: concat(...proofs.map(({ cfrag }) => cfrag.points().subarray(0, 6 * 64))),
    challenges: concat(...proofs.map(({ challenge }) => challenge)),
    responses: concat(...proofs.map(({ cfrag }) => cfrag.z)),
    weights: randomBytes(16 * 3 * proofs.length),
  });
}

/** A real array of something: what a JavaScript caller may get wrong first. Throws `parse`. */
export function checkList<T>(list: readonly T[]): readonly T[] {
  if (Array.isArray(list)) return list;
  throw new UmbralError('parse', { field: 'cfrags', expected: 'an array of fragments', got: kindOf(list) });
}
