/**
 * Bob's opening. Owns: decryptReencrypted. Owns not: verifying fragments (`verifyCapsuleFrags.ts`).
 * Source: spec/umbral.md section 8.
 */
import { compress, concat, copyBytes, isZero, item, sameBytes, wipe } from './bytes.ts';
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
  const shared = shareWith(receivingSecretKey, cfrags);
  try {
    if (allProven(cfrags, capsule, delegatingKey, shared.receivingKey)) {
      try {
        return decrypt(fold(shared, cfrags), ciphertext, simple);
      } catch (error) {
        // Too few of them, or another ciphertext: step 6 tells which, as it would have before the ciphertext was looked at.
        if (!(error instanceof UmbralError)) throw error;
        wipe(openCapsule(shared, delegatingKey, capsule, cfrags));
        throw error;
      }
    }
    return decrypt(openCapsule(shared, delegatingKey, capsule, cfrags), ciphertext, simple);
  } finally {
    wipe(shared.d, shared.lambdas);
  }
}

function decrypt(keySeed: Uint8Array, ciphertext: Uint8Array, associatedData: Uint8Array): Uint8Array {
  try {
    return demDecrypt(keySeed, ciphertext, associatedData);
  } finally {
    wipe(keySeed);
  }
}

/**
 * Whether every fragment's proof was checked here, for this capsule, these keys. Then E' and V' are what step 6 would find
 * them to be, and one folded sum gives the key: several times faster. Source: spec section 14, folding.
 */
const allProven = (
  cfrags: readonly CapsuleFragParts[],
  capsule: Capsule,
  delegatingKey: PublicKey,
  receivingKey: Uint8Array,
): boolean =>
  cfrags.every(
    ({ proven }) =>
      proven !== undefined &&
      sameBytes(proven.capsule, capsuleParts(capsule).simple) &&
      sameBytes(proven.delegatingKey, bytesOfKey(delegatingKey)) &&
      sameBytes(proven.receivingKey, receivingKey),
  );

/** Steps 1 and 2. */
function checkOneDelegation(cfrags: readonly CapsuleFragParts[]): void {
  const [first] = cfrags;
  if (!first) throw new UmbralError('open.no_cfrags', { field: 'cfrags', expected: 'at least one', got: 'none' });
  const other = cfrags.findIndex(({ x }) => !sameBytes(x, first.x));
  if (other < 0) return;
  const expected = 'the precursor of cfrags[0]';
  throw new UmbralError('open.mismatched', { field: `cfrags[${other}]`, expected, got: 'one of another delegation' });
}

/** What Alice and Bob share: d and the Lagrange coefficients, secret, to be wiped by the caller. */
interface Shared {
  readonly receivingKey: Uint8Array;
  readonly d: Uint8Array;
  readonly lambdas: Uint8Array;
}

/** Steps 3 and 4. */
function shareWith(receivingSecretKey: SecretKey, cfrags: readonly CapsuleFragParts[]): Shared {
  const engine = arithmetic();
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
  wipe(dhPoint, dh, indices);
  if (lambdas) return { receivingKey, d, lambdas };
  wipe(d);
  throw repeating(cfrags);
}

const columnOf = (cfrags: readonly CapsuleFragParts[], index: number): Uint8Array =>
  concat(...cfrags.map((cfrag) => item(cfrag.points(), index, 64)));

const seedOf = (point: Uint8Array): Uint8Array => {
  const keySeed = compress(point);
  wipe(point);
  return keySeed;
};

/** Step 7 without step 6: the 33-byte key seed, to be wiped by the caller. Of step 6 stays that E' + V' is not the identity. */
function fold({ lambdas, d }: Shared, cfrags: readonly CapsuleFragParts[]): Uint8Array {
  const point = arithmetic().fold({ e1: columnOf(cfrags, 0), v1: columnOf(cfrags, 1), lambdas, d });
  if (isZero(point)) throw notOpened(cfrags); // a signer can make shares of 0, whose key everybody knows
  return seedOf(point);
}

/** Steps 5 to 7: the 33-byte key seed, to be wiped by the caller. */
function openCapsule(
  { d, lambdas }: Shared,
  delegatingKey: PublicKey,
  capsule: Capsule,
  cfrags: readonly CapsuleFragParts[],
): Uint8Array {
  const engine = arithmetic();
  const { s, challenge } = capsuleParts(capsule);
  const sOverD = engine.scalars.mul(s, engine.scalars.invert(d));
  const { valid, seed } = engine.open({
    e1: columnOf(cfrags, 0),
    v1: columnOf(cfrags, 1),
    lambdas,
    challenge,
    sOverD,
    d,
    delegatingKey: pointOfKey(delegatingKey),
  });
  wipe(sOverD);
  if (valid) return seedOf(seed);
  throw notOpened(cfrags);
}

const notOpened = (cfrags: readonly CapsuleFragParts[]): UmbralError =>
  new UmbralError('open.validation', {
    field: 'cfrags',
    expected: 'at least the threshold of fragments, all of this capsule, for this receiving and delegating key',
    got: `${cfrags.length} that do not open it`,
  });

function repeating(cfrags: readonly CapsuleFragParts[]): UmbralError {
  const index = cfrags.findIndex(({ id }, i) => cfrags.slice(0, i).some((earlier) => sameBytes(earlier.id, id)));
  const expected = 'fragments of different kfrags';
  return new UmbralError('open.repeating', { field: `cfrags[${index}]`, expected, got: 'one that is there already' });
}
