/**
 * A manifest sealed to its readers, and the label sealed to Alice.
 *
 *   "DnSl" 01 || u8 count || count * SEAL(receiving_i, "manifest", "", contentKey) (81 each)
 *             || ChaCha20-Poly1305(contentKey, nonce zero, aad = all before, DnMf padded with zeros to a multiple of 1,024)
 *
 * Recipients: Bob first, Alice's own key second; who they are is not said, so a reader tries each.
 * Owns: this envelope. Owns not: what is inside (`manifest.ts`). Source: spec/protocol.md section 8.3.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { type PublicKey, SecretKey } from '../umbral/keys.ts';
import { checkBrand } from './brand.ts';
import { checkBytes, concatBytes } from './bytes.ts';
import { DintelError, refuse } from './errors.ts';
import { sha256 } from './hash.ts';
import { fromHex, type Hex, toHex } from './hex.ts';
import { labelBytes, parseLabel } from './keys.ts';
import { maxManifestBytes, parseManifest, type SignedManifest } from './manifest.ts';
import { openSeal, seal, sealOverhead, sealWith } from './seal.ts';

/** Readers of one sealed manifest. */
export const maxRecipients = 16;

const slotBytes = 32 + sealOverhead;
const block = 1_024;
const none = new Uint8Array(0);
const zeroNonce = new Uint8Array(12);

/** A sealed manifest with its name. */
export interface SealedManifest {
  readonly bytes: Uint8Array;
  /** S(bytes). */
  readonly id: Hex;
}

/** S(DnSl bytes): the name under which a manifest is stored and linked. */
export const manifestIdOf = (sealed: Uint8Array): Hex => toHex(sha256(sealed));

/** Seal signed DnMf bytes. Throws E_COUNT (recipients), E_TOO_LARGE, and what is wrong with the manifest itself. */
export function sealManifest(signedManifest: Uint8Array, recipients: readonly PublicKey[]): SealedManifest {
  const contentKey = randomBytes(32);
  const ephemerals = recipients.map(() => SecretKey.random());
  try {
    return sealManifestWith(contentKey, ephemerals, signedManifest, recipients);
  } finally {
    contentKey.fill(0);
    for (const ephemeral of ephemerals) ephemeral.dispose();
  }
}

/** The same with a given key and given e, for vectors only. Not exported from the package. */
export function sealManifestWith(
  contentKey: Uint8Array,
  ephemerals: readonly SecretKey[],
  signedManifest: Uint8Array,
  recipients: readonly PublicKey[],
): SealedManifest {
  if (recipients.length < 1 || recipients.length > maxRecipients) {
    refuse('E_COUNT', 'recipients', `1 to ${maxRecipients}`, `${recipients.length}`);
  }
  parseManifest(signedManifest);
  const padded = new Uint8Array(Math.ceil(signedManifest.length / block) * block);
  padded.set(signedManifest);
  const front = concatBytes(
    Uint8Array.of(0x44, 0x6e, 0x53, 0x6c, 1, recipients.length),
    ...recipients.map((key, i) => sealWith(ephemerals[i] as SecretKey, key, 'manifest', none, contentKey)),
  );
  const bytes = concatBytes(front, chacha20poly1305(contentKey, zeroNonce, front).encrypt(padded));
  if (bytes.length > maxManifestBytes) {
    refuse('E_TOO_LARGE', 'manifest', `at most ${maxManifestBytes} bytes sealed`, `${bytes.length} bytes`);
  }
  return { bytes, id: manifestIdOf(bytes) };
}

/**
 * Open a sealed manifest with a receiving key. Sizes are checked before anything is opened or decoded; the result is parsed,
 * not verified. Throws E_TOO_LARGE, E_LENGTH, E_BRAND, E_VERSION, E_COUNT, `seal.open` (not sealed to this key), E_DECRYPT
 * (changed), and what {@link parseManifest} throws.
 */
export function openManifest(receivingSecretKey: SecretKey, sealed: Uint8Array): SignedManifest {
  checkBytes(sealed, undefined, 'manifest');
  if (sealed.length > maxManifestBytes) {
    refuse('E_TOO_LARGE', 'manifest', `at most ${maxManifestBytes} bytes`, `${sealed.length} bytes`);
  }
  checkBrand(sealed, 'DnSl', 'manifest');
  const count = sealed[5] ?? 0;
  if (count < 1 || count > maxRecipients) refuse('E_COUNT', 'recipients', `1 to ${maxRecipients}`, `${count}`);
  const front = 6 + count * slotBytes;
  const body = sealed.length - front - 16;
  if (body < block || body % block !== 0) {
    refuse('E_LENGTH', 'manifest', `${front + 16} bytes and a multiple of ${block}`, `${sealed.length} bytes`);
  }
  const contentKey = openSlot(receivingSecretKey, sealed, count);
  const cipher = chacha20poly1305(checkBytes(contentKey, 32, 'contentKey'), zeroNonce, sealed.subarray(0, front));
  let padded: Uint8Array;
  try {
    padded = cipher.decrypt(sealed.subarray(front));
  } catch {
    return refuse('E_DECRYPT', 'manifest', 'the sealed bytes unchanged', 'others');
  } finally {
    contentKey.fill(0);
  }
  return parseManifest(padded, true);
}

function openSlot(receivingSecretKey: SecretKey, sealed: Uint8Array, count: number): Uint8Array {
  for (let i = 0; i < count; i++) {
    const at = 6 + i * slotBytes;
    try {
      return openSeal(receivingSecretKey, 'manifest', none, sealed.subarray(at, at + slotBytes));
    } catch (error) {
      if (!(error instanceof DintelError) || error.code !== 'seal.open') throw error;
    }
  }
  return refuse('seal.open', 'manifest', 'a manifest sealed to this receiving key', 'one for others');
}

/** The label for Alice's own eyes, bound to the policy. Throws E_LABEL, E_HEX. */
export function sealLabel(receivingKey: PublicKey, policyId: Hex, label: string): Uint8Array {
  return seal(receivingKey, 'label', fromHex(policyId, 32, 'policyId'), labelBytes(label));
}

/** Throws `seal.open`, E_LABEL, E_UTF8. */
export function openLabel(receivingSecretKey: SecretKey, policyId: Hex, sealedLabel: Uint8Array): string {
  return parseLabel(openSeal(receivingSecretKey, 'label', fromHex(policyId, 32, 'policyId'), sealedLabel));
}
