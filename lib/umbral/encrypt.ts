/**
 * Enrico's and Alice's halves. Owns: encrypt, decryptOriginal. Owns not: opening with fragments (`open.ts`).
 * Source: spec/umbral.md section 5.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { compress, concat, copyBytes, isZero, item, wipe } from './bytes.ts';
import { type Capsule, capsuleOfParts, capsuleParts } from './capsule.ts';
import { demDecrypt, demEncryptWith } from './dem.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance } from './errors.ts';
import { capsuleChallenge } from './hash.ts';
import { PublicKey, pointOfKey, SecretKey, withSecret } from './keys.ts';
import { isRandomScalar } from './numbers.ts';

export interface Encrypted {
  readonly capsule: Capsule;
  /** nonce (24) || body (as long as the plaintext) || tag (16) */
  readonly ciphertext: Uint8Array;
}

/**
 * Encrypts for the owner of `delegatingKey`, who can open it and can let others open it. Knows no secret, needs no network.
 * Plaintext of 0 bytes or more, held in memory at once. Errors: `parse` for arguments of a wrong kind.
 */
export function encrypt(delegatingKey: PublicKey, plaintext: Uint8Array): Encrypted {
  expectInstance(delegatingKey, PublicKey, 'delegatingKey');
  const message = copyBytes(plaintext, 'plaintext');
  for (;;) {
    const draw = randomBytes(88); // one call to the system for all three
    const [r, u, nonce] = [draw.subarray(0, 32), draw.subarray(32, 64), draw.subarray(64)];
    if (!isRandomScalar(r) || !isRandomScalar(u)) continue;
    const encrypted = encryptWith({ r, u, nonce }, delegatingKey, message);
    wipe(draw);
    if (encrypted) {
      wipe(message);
      return encrypted;
    }
  }
}

/** Internal, since it takes its randomness. `undefined` if r + u = 0, which needs another draw. */
export function encryptWith(
  { r, u, nonce }: { readonly r: Uint8Array; readonly u: Uint8Array; readonly nonce: Uint8Array },
  delegatingKey: PublicKey,
  plaintext: Uint8Array,
): Encrypted | undefined {
  const engine = arithmetic();
  const sum = engine.scalars.add(r, u);
  if (isZero(sum)) return undefined;
  const products = engine.secretProducts([
    { base: 'G', scalars: concat(r, u) },
    { base: pointOfKey(delegatingKey), scalars: sum },
  ]);
  const ePoint = products.slice(0, 64); // E = r*G
  const vPoint = products.slice(64, 128); // V = u*G
  const e = compress(ePoint);
  const v = compress(vPoint);
  const challenge = capsuleChallenge(e, v);
  const s = engine.scalars.mulAdd(u, r, challenge); // s = u + r*h
  const capsule = capsuleOfParts({ e, v, s, ePoint, vPoint, challenge });
  const keySeed = compress(item(products, 2, 64)); // (r + u)*pk_A
  try {
    return { capsule, ciphertext: demEncryptWith(nonce, keySeed, plaintext, capsuleParts(capsule).simple) };
  } finally {
    wipe(keySeed, products, sum);
  }
}

/** Alice opens what was encrypted for her. Throws `dem.too_short`, `dem.auth`. */
export function decryptOriginal(delegatingSecretKey: SecretKey, capsule: Capsule, ciphertext: Uint8Array): Uint8Array {
  expectInstance(delegatingSecretKey, SecretKey, 'delegatingSecretKey');
  const { ePoint, vPoint, simple } = capsuleParts(capsule);
  const sealed = copyBytes(ciphertext, 'ciphertext');
  const seedPoint = withSecret(delegatingSecretKey, (scalars) =>
    arithmetic().secretProducts([{ base: concat(ePoint, vPoint), scalars }]),
  );
  const keySeed = compress(seedPoint); // a*(E + V)
  try {
    return demDecrypt(keySeed, sealed, simple);
  } finally {
    wipe(seedPoint, keySeed);
  }
}
