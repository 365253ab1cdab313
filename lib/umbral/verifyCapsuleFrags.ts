/**
 * Bob's check of many proxies at once. Owns: verifyCapsuleFrags. Owns not: the equations (`capsuleFragProof.ts`) nor opening
 * (`open.ts`). Source: spec/umbral.md sections 7 and 14.
 */
import type { Capsule } from './capsule.ts';
import { CapsuleFrag, capsuleFragParts, type VerifiedCapsuleFrag, verifiedCapsuleFragOf } from './capsuleFrag.ts';
import { type CapsuleFragFault, type CapsuleFragKeys, findFaults, proven } from './capsuleFragProof.ts';
import { expectInstance, expectList } from './errors.ts';

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
  const parts = expectList(cfrags, 'cfrags').map((cfrag, i) =>
    capsuleFragParts(expectInstance(cfrag, CapsuleFrag, `cfrags[${i}]`)),
  );
  const faults = findFaults(capsule, parts, keys);
  return {
    verified: parts
      .filter((_, i) => faults[i] === undefined)
      .map((part) => verifiedCapsuleFragOf(proven(capsule, part, keys))),
    rejected: faults.flatMap((code, index) => (code ? [{ index, code }] : [])),
  };
}
