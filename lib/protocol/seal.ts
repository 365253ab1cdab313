/**
 * SEAL: encrypt to a public key, once, for one purpose. Also the sealed kfrag, which is bound to its policy and place.
 *
 *   SEAL(P, purpose, aad, m) = ser(e*G) || ChaCha20-Poly1305(key, nonce zero, aad, m), 49 bytes longer than m
 *   key = HKDF(ser(e*P), ser(e*G) || ser(P), "dintel/1/seal/" || purpose, 32)
 *
 * The key is used once, hence the zero nonce. Whoever opens learns nothing about why it failed: one error, `seal.open`.
 * Owns: these two forms. Owns not: what is inside (kfrags, labels, keys). Source: spec/protocol.md sections 2 and 3.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { PublicKey, SecretKey } from '../umbral/keys.ts';
import { sharedPoint } from '../umbral/sharedPoint.ts';
import { checkBytes, concatBytes, u16be, u32be } from './bytes.ts';
import { sealKey } from './derive.ts';
import { refuse } from './errors.ts';
import { type Address, fromHex, type Hex } from './hex.ts';
import { kfragBytes, sealedKfragBytes } from './leaf.ts';

/** What a seal is for; a seal of one purpose never opens as another. */
export type SealPurpose = 'kfrag' | 'request' | 'answer' | 'label' | 'manifest' | 'notice';

/** Bytes that a seal adds: the point and the tag. */
export const sealOverhead = 33 + 16;

const zeroNonce = new Uint8Array(12);

/** Seal `message` to `recipient`; `aad` is authenticated and must be the same when opening. */
export function seal(recipient: PublicKey, purpose: SealPurpose, aad: Uint8Array, message: Uint8Array): Uint8Array {
  return sealWith(SecretKey.random(), recipient, purpose, aad, message);
}

/** SEAL with a given e, for vectors only: a repeated e is a repeated key. Not exported from the package. */
export function sealWith(
  ephemeral: SecretKey,
  recipient: PublicKey,
  purpose: SealPurpose,
  aad: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const point = ephemeral.publicKey.toBytes();
  const shared = sharedPoint(ephemeral, recipient);
  const key = sealKey(shared, point, recipient.toBytes(), purpose);
  try {
    return concatBytes(point, chacha20poly1305(key, zeroNonce, aad).encrypt(message));
  } finally {
    shared.fill(0);
    key.fill(0);
  }
}

/** Open a seal. Throws `seal.open` whatever is wrong: length, point, key, purpose, aad or tag. */
export function openSeal(recipient: SecretKey, purpose: SealPurpose, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  const own = recipient.publicKey.toBytes();
  let shared: Uint8Array | undefined;
  let key: Uint8Array | undefined;
  try {
    const point = sealed.subarray(0, 33);
    shared = sharedPoint(recipient, PublicKey.fromBytes(point));
    key = sealKey(shared, point, own, purpose);
    return chacha20poly1305(key, zeroNonce, aad).decrypt(sealed.subarray(33));
  } catch {
    return refuse('seal.open', purpose, 'a seal made for this key, purpose and context');
  } finally {
    shared?.fill(0);
    key?.fill(0);
  }
}

/** Where a sealed kfrag belongs; all of it is authenticated, so a kfrag cannot be re-homed into another policy. */
export interface KfragPlace {
  /** Number of the node's encrypting key. */
  readonly keyNumber: number;
  readonly policyId: Hex;
  /** Index of the leaf, 0..63. */
  readonly index: number;
  /** Stake wallet of the node. */
  readonly node: Address;
}

/** The 58 bytes that a kfrag's seal authenticates. Throws E_NUMBER, E_HEX. */
export function kfragAad(place: KfragPlace): Uint8Array {
  return concatBytes(
    u32be(place.keyNumber, 'keyNumber'),
    fromHex(place.policyId, 32, 'policyId'),
    u16be(place.index, 'index'),
    fromHex(place.node, 20, 'node'),
  );
}

/** Seal 310 kfrag bytes to a node's encrypting key: 363 bytes. Throws E_LENGTH, E_NUMBER, E_HEX. */
export function sealKfrag(nodeKey: PublicKey, place: KfragPlace, kfrag: Uint8Array): Uint8Array {
  return sealKfragWith(SecretKey.random(), nodeKey, place, kfrag);
}

/** The same with a given e, for vectors only. Not exported from the package. */
export function sealKfragWith(
  ephemeral: SecretKey,
  nodeKey: PublicKey,
  place: KfragPlace,
  kfrag: Uint8Array,
): Uint8Array {
  checkBytes(kfrag, kfragBytes, 'kfrag');
  return concatBytes(u32be(place.keyNumber), sealWith(ephemeral, nodeKey, 'kfrag', kfragAad(place), kfrag));
}

/** Which encrypting key a sealed kfrag asks for. Throws E_LENGTH. */
export function sealedKfragKeyNumber(sealedKfrag: Uint8Array): number {
  checkBytes(sealedKfrag, sealedKfragBytes, 'sealedKfrag');
  return new DataView(sealedKfrag.buffer, sealedKfrag.byteOffset).getUint32(0);
}

/** Open a sealed kfrag at its place: 310 bytes, not yet verified. The caller wipes them. Throws E_LENGTH, `seal.open`. */
export function openSealedKfrag(
  nodeSecretKey: SecretKey,
  place: Omit<KfragPlace, 'keyNumber'>,
  sealedKfrag: Uint8Array,
): Uint8Array {
  const aad = kfragAad({ ...place, keyNumber: sealedKfragKeyNumber(sealedKfrag) });
  return openSeal(nodeSecretKey, 'kfrag', aad, sealedKfrag.subarray(4));
}
