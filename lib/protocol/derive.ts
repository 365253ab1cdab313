/**
 * Every HKDF and SHA-256 of protocol sections 2 and 8, each with its domain label and byte layout, in one place.
 * Labels are ASCII without terminator; HKDF is HKDF-SHA-256; an empty salt is 32 zero bytes.
 *
 * Owns: the labels and what they are hashed with. Owns not: Keccak hashes (leaf, ids, typed data), curve work.
 * Source: spec/protocol.md sections 2, 8.1, 8.3, 8.4, 8.5.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, u32be, utf8 } from './bytes.ts';
import { sha256 as hash } from './hash.ts';

/** HKDF-SHA-256 to 32 bytes; `info` is the label and then the parts, without lengths between them. */
function derive(ikm: Uint8Array, salt: Uint8Array | undefined, label: string, ...parts: Uint8Array[]): Uint8Array {
  return hkdf(sha256, ikm, salt, concatBytes(utf8(label), ...parts), 32);
}

/** Seed of the person factory, from the 32-byte root. */
export const personSeed = (root: Uint8Array): Uint8Array => derive(root, undefined, 'dintel/1/person');
/** Seed of the factory of delegating keys, from the 32-byte root. */
export const labelsSeed = (root: Uint8Array): Uint8Array => derive(root, undefined, 'dintel/1/labels');
/** Key of local state and grant drafts, from the 32-byte root. */
export const vaultSecret = (root: Uint8Array): Uint8Array => derive(root, undefined, 'dintel/1/vault');

/** r_0 of a node's ratchet, from the 64-byte BIP-39 seed. */
export const ratchetStart = (seed: Uint8Array): Uint8Array => derive(seed, undefined, 'dintel/1/node/ratchet');
/** r_(k+1) from r_k. One way: the next erases nothing, but nothing leads back. */
export const ratchetNext = (state: Uint8Array): Uint8Array => derive(state, undefined, 'dintel/1/node/next');
/** Ed25519 seed of the peer identity, from the 64-byte BIP-39 seed. */
export const peerSeed = (seed: Uint8Array): Uint8Array => derive(seed, undefined, 'dintel/1/node/peer');

/** Single-use key of a SEAL: Z = ser(e*P); bound to ser(e*G), ser(P) and the purpose. */
export function sealKey(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array, purpose: string): Uint8Array {
  return derive(shared, concatBytes(ephemeral, recipient), `dintel/1/seal/${purpose}`);
}

/** Key of a file's chunks or of its meta. `suite` enters as the one byte that stands in the header. */
export function fileSecret(fileKey: Uint8Array, salt: Uint8Array, use: 'payload' | 'meta', suite: number): Uint8Array {
  return derive(fileKey, salt, `dintel/1/file/${use}/`, Uint8Array.of(suite));
}

/** Key of pairwise notice tags: shared = ser(a*B) = ser(b*A); sender A, recipient B as ser(), so each direction has its own. */
export function tagSecret(shared: Uint8Array, sender: Uint8Array, recipient: Uint8Array): Uint8Array {
  return derive(shared, undefined, 'dintel/1/tag/', sender, recipient);
}

/** The i-th pairwise tag: HMAC-SHA256(k, u32be(i)). */
export const pairwiseTagBytes = (secret: Uint8Array, i: number): Uint8Array => hmac(sha256, secret, u32be(i));

/** What a manifest's signature covers: 49 bytes, a length that no kfrag message has. */
export function manifestMessage(payload: Uint8Array): Uint8Array {
  return concatBytes(utf8('dintel/1/manifest'), hash(payload));
}

/** What an author signs: the ids of header and index, 32 bytes each. */
export function authorMessage(headerId: Uint8Array, indexId: Uint8Array): Uint8Array {
  return concatBytes(utf8('dintel/1/author'), headerId, indexId);
}

/** Digest whose first 66 bits are the six fingerprint words. */
export function fingerprintDigest(receiving: Uint8Array, verifying: Uint8Array): Uint8Array {
  return hash(utf8('dintel/1/fingerprint'), receiving, verifying);
}
