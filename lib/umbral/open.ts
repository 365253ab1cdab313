/**
 * Bob's opening. Owns: decryptReencrypted. Owns not: verifying fragments (`verifyCapsuleFrags.ts`).
 * Source: spec/umbral.md section 8.
 */
import { compress, concat, copyBytes, item, sameBytes, wipe } from './bytes.ts';
import { type Capsule, capsuleParts } from './capsule.ts';
import { type CapsuleFragParts, capsuleFragParts, VerifiedCapsuleFrag } from './capsuleFrag.ts';
import { demDecrypt } from './dem.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, expectList, UmbralError } from './errors.ts';
import { sharedSecret, shareIndices } from './hash.ts';
import { bytesOfKey, PublicKey, pointOfKey, SecretKey, withSecret } from './keys.ts';

export interface Reencrypted {
  readonly receivingSecretKey: SecretKey;
  readonly delegatingKey: PublicKey;
  readonly capsule: Capsule;
  /** At least as many as the threshold, of one capsule and one delegation, no two of one kfrag. Any order. */
  readonly cfrags: readonly VerifiedCapsuleFrag[];
  readonly ciphertext: Uint8Array;
}

/**
 * Opens what was encrypted for Alice with the fragments that the proxies made for Bob.
 * Throws `open.no_cfrags`; `open.mismatched` (fragments of two delegations); `open.repeating` (two of one kfrag);
 * `open.validation` (fewer than the threshold, or another capsule, delegation or receiver); `dem.too_short`, `dem.auth`
 * (the ciphertext is not this capsule's, or was changed).
 */
export function decryptReencrypted(input: Reencrypted): Uint8Array {
  const { receivingSecretKey, delegatingKey, capsule } = input;
  expectInstance(receivingSecretKey, SecretKey, 'receivingSecretKey');
  expectInstance(delegatingKey, PublicKey, 'delegatingKey');
  const { simple } = capsuleParts(capsule);
  const ciphertext = copyBytes(input.ciphertext, 'ciphertext');
  const cfrags = expectList(input.cfrags, 'cfrags').map((cfrag, i) =>
    capsuleFragParts(expectInstance(cfrag, VerifiedCapsuleFrag, `cfrags[${i}]`)),
  );
  checkOneDelegation(cfrags);
  const keySeed = openCapsule(receivingSecretKey, delegatingKey, capsule, cfrags);
  try {
    return demDecrypt(keySeed, ciphertext, simple);
  } finally {
    wipe(keySeed);
  }
}

/** Steps 1 and 2. */
function checkOneDelegation(cfrags: readonly CapsuleFragParts[]): void {
  const [first] = cfrags;
  if (!first) throw new UmbralError('open.no_cfrags', { field: 'cfrags', expected: 'at least one', got: 'none' });
  const other = cfrags.findIndex(({ x }) => !sameBytes(x, first.x));
  if (other < 0) return;
  const expected = 'the precursor of cfrags[0]';
  throw new UmbralError('open.mismatched', { field: `cfrags[${other}]`, expected, got: 'one of another delegation' });
}

/** Steps 3 to 7: the 33-byte key seed, to be wiped by the caller. */
function openCapsule(
  receivingSecretKey: SecretKey,
  delegatingKey: PublicKey,
  capsule: Capsule,
  cfrags: readonly CapsuleFragParts[],
): Uint8Array {
  const engine = arithmetic();
  const { s, challenge } = capsuleParts(capsule);
  const { x, points } = cfrags[0]!;
  const xPoint = item(points(), 6, 64);
  const receivingKey = bytesOfKey(receivingSecretKey.publicKey);
  const dhPoint = withSecret(receivingSecretKey, (scalars) => engine.secretProducts([{ base: xPoint, scalars }]));
  const dh = compress(dhPoint); // DH = b*X
  const d = sharedSecret(x, receivingKey, dh);
  const indices = shareIndices(
    x,
    receivingKey,
    dh,
    cfrags.map(({ id }) => id),
  );
  const lambdas = engine.scalars.lagrangeAtZero(indices);
  const sOverD = engine.scalars.mul(s, engine.scalars.invert(d));
  try {
    if (!lambdas) throw repeating(cfrags);
    const { valid, seed } = engine.open({
      e1: concat(...cfrags.map((cfrag) => item(cfrag.points(), 0, 64))),
      v1: concat(...cfrags.map((cfrag) => item(cfrag.points(), 1, 64))),
      lambdas,
      challenge,
      sOverD,
      d,
      delegatingKey: pointOfKey(delegatingKey),
    });
    if (!valid) {
      throw new UmbralError('open.validation', {
        field: 'cfrags',
        expected: 'at least the threshold of fragments, all of this capsule, for this receiving and delegating key',
        got: `${cfrags.length} that do not open it`,
      });
    }
    const keySeed = compress(seed);
    wipe(seed);
    return keySeed;
  } finally {
    wipe(dhPoint, dh, d, indices, sOverD, lambdas ?? new Uint8Array());
  }
}

function repeating(cfrags: readonly CapsuleFragParts[]): UmbralError {
  const index = cfrags.findIndex(({ id }, i) => cfrags.slice(0, i).some((earlier) => sameBytes(earlier.id, id)));
  const expected = 'fragments of different kfrags';
  return new UmbralError('open.repeating', { field: `cfrags[${index}]`, expected, got: 'one that is there already' });
}
