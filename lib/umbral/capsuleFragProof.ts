/**
 * The equations of a cfrag. Owns: which of some fragments are false, merged and one by one, and the challenge h.
 * Owns not: the classes (`capsuleFrag.ts`). Source: spec/umbral.md sections 7 and 14.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { concat, item } from './bytes.ts';
import { type Capsule, capsuleParts } from './capsule.ts';
import type { CapsuleFragParts } from './capsuleFrag.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, UmbralError } from './errors.ts';
import { cfragDigest, kfragDigest } from './hash.ts';
import { bytesOfKey, PublicKey, pointOfKey } from './keys.ts';

/** Alice's verifying key, her delegating key, and Bob's own. */
export interface CapsuleFragKeys {
  readonly verifyingKey: PublicKey;
  readonly delegatingKey: PublicKey;
  readonly receivingKey: PublicKey;
}

export type CapsuleFragFault = 'cfrag.kfrag_signature' | 'cfrag.reencryption';

/** What to throw for a fault. */
export function faultError(fault: CapsuleFragFault): UmbralError {
  const details =
    fault === 'cfrag.kfrag_signature'
      ? { field: 'cfrag, signature', expected: "Alice's over this id and commitment for these keys", got: 'another' }
      : { field: 'cfrag, proof', expected: 'the proof of a right re-encryption of this capsule', got: 'a false one' };
  return new UmbralError(fault, details);
}

/**
 * For each fragment the first check that it fails, or `undefined`: Alice's signature, then the proof. All proofs go into one
 * weighted sum; only if that fails are they tried one by one, so that the guilty are named.
 */
export function findFaults(
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
    signed[i] === 1 ? [{ index: i, cfrag, challenge: item(challenges, i, 32) }] : [],
  );
  const faults = cfrags.map((_, i) => (signed[i] === 1 ? undefined : ('cfrag.kfrag_signature' as const)));
  if (proofsHold(capsule, proofs)) return faults;
  const guilty = new Set(proofs.length === 1 ? proofs : proofs.filter((proof) => !proofsHold(capsule, [proof])));
  const guiltyIndices = new Set(Array.from(guilty, ({ index }) => index));
  return faults.map((fault, i) => (guiltyIndices.has(i) ? 'cfrag.reencryption' : fault));
}

/** The parts of a fragment without fault, which say from now on what they were checked for (`open.ts` uses it). */
export const proven = (capsule: Capsule, cfrag: CapsuleFragParts, keys: CapsuleFragKeys): CapsuleFragParts => ({
  ...cfrag,
  proven: {
    capsule: capsuleParts(capsule).simple,
    delegatingKey: bytesOfKey(keys.delegatingKey),
    receivingKey: bytesOfKey(keys.receivingKey),
  },
});

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
