/**
 * The symmetric half. Owns: XChaCha20-Poly1305 under a key from a 33-byte seed. Owns not: where the seed comes from.
 * Ciphertext: nonce (24) || body (as long as the plaintext) || tag (16). Source: spec/umbral.md section 5, DEM.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat, wipe } from './bytes.ts';
import { UmbralError } from './errors.ts';
import { hkdf } from './hash.ts';

const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const NO_INFO = /* @__PURE__ */ new Uint8Array();

/** Internal, since it takes its nonce (24 bytes). `keySeed` is the encoding of the capsule's secret point. */
export function demEncryptWith(
  nonce: Uint8Array,
  keySeed: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  const key = hkdf(keySeed, NO_INFO, 32);
  try {
    return concat(nonce, xchacha20poly1305(key, nonce, associatedData).encrypt(plaintext));
  } finally {
    wipe(key);
  }
}

/** The plaintext. Throws `dem.too_short` below 24 bytes, `dem.auth` for any other mismatch. */
export function demDecrypt(keySeed: Uint8Array, ciphertext: Uint8Array, associatedData: Uint8Array): Uint8Array {
  const got = `${ciphertext.length} bytes`;
  if (ciphertext.length < NONCE_BYTES) {
    throw new UmbralError('dem.too_short', { field: 'ciphertext', expected: 'at least 24 bytes', got });
  }
  const refusal = { field: 'ciphertext', expected: 'one made for this capsule and key, unchanged', got };
  if (ciphertext.length < NONCE_BYTES + TAG_BYTES) throw new UmbralError('dem.auth', refusal);
  const key = hkdf(keySeed, NO_INFO, 32);
  try {
    const cipher = xchacha20poly1305(key, ciphertext.subarray(0, NONCE_BYTES), associatedData);
    return cipher.decrypt(ciphertext.subarray(NONCE_BYTES));
  } catch {
    throw new UmbralError('dem.auth', refusal);
  } finally {
    wipe(key);
  }
}
