/**
 * Every hash of the scheme, with its tag. Owns: hash to scalar, the KDF, and the byte layout of each use.
 * Owns not: where the parts come from. Source: spec/umbral.md section 2 (table) and section 6 (signed message).
 */
import { compress, concat, u32be, utf8 } from './bytes.ts';
import { arithmetic } from './engine/current.ts';

/** SHA-256 over u32be(len(tag)) || tag || parts, not yet reduced: callers reduce many at once. */
const taggedDigest = (tag: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  sha256Of(concat(u32be(tag.length), tag, ...parts));

/** H(tag, parts...) in [1, n-1], 32 bytes. Parts are joined without lengths. Source: spec section 2. */
export const hashToScalarBytes = (tag: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  arithmetic().scalars.reduce(taggedDigest(tag, ...parts));

/** HKDF-SHA-256 with no salt, extract and expand. Units: bytes. Source: spec section 2, KDF. */
export const hkdf = (ikm: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
  arithmetic().hashes.hkdf(ikm, info, length);

export const sha256Of = (message: Uint8Array): Uint8Array => arithmetic().hashes.sha256(message);

const CAPSULE_POINTS = /* @__PURE__ */ utf8('CAPSULE_POINTS');
const SHARED_SECRET = /* @__PURE__ */ utf8('SHARED_SECRET');
const POLYNOMIAL_ARG = /* @__PURE__ */ utf8('POLYNOMIAL_ARG');
const CFRAG_VERIFICATION = /* @__PURE__ */ utf8('CFRAG_VERIFICATION');

/** ser(U). Source: spec section 1. */
export const U_BYTES = /* @__PURE__ */ compress(
  /* @__PURE__ */ Uint8Array.of(
    ...[0x07, 0x93, 0x90, 0xd0, 0xfb, 0xe2, 0x20, 0xfc, 0x34, 0xaa, 0xb8, 0xec, 0xbf, 0x49, 0x09, 0x80],
    ...[0x98, 0x03, 0x68, 0x20, 0xfa, 0xdb, 0x98, 0xc0, 0x31, 0x43, 0xe5, 0x5d, 0xb8, 0xec, 0x73, 0xcd],
    ...[0x7e, 0xa5, 0x0b, 0x21, 0x9d, 0xa8, 0x6a, 0x70, 0xe8, 0x48, 0x94, 0x13, 0xe4, 0xb9, 0x38, 0x8a],
    ...[0xfb, 0x63, 0xac, 0x6f, 0x26, 0xe5, 0xec, 0x2c, 0xfd, 0xd9, 0x83, 0xb8, 0x3f, 0x0e, 0x84, 0xe7],
  ),
);

/** h of a capsule from ser(E), ser(V). */
export const capsuleChallenge = (e: Uint8Array, v: Uint8Array): Uint8Array => hashToScalarBytes(CAPSULE_POINTS, e, v);

/** d from ser(X), ser(pk_B), ser(DH). */
export const sharedSecret = (x: Uint8Array, receivingKey: Uint8Array, dh: Uint8Array): Uint8Array =>
  hashToScalarBytes(SHARED_SECRET, x, receivingKey, dh);

/** The share index of every kfrag id, 32 bytes each, as one list. */
export const shareIndices = (
  x: Uint8Array,
  receivingKey: Uint8Array,
  dh: Uint8Array,
  ids: readonly Uint8Array[],
): Uint8Array =>
  arithmetic().scalars.reduce(concat(...ids.map((id) => taggedDigest(POLYNOMIAL_ARG, x, receivingKey, dh, id))));

/** Digest of the re-encryption challenge: reduce it (many at once) to h. All nine parts are ser(.) of their points. */
export function cfragDigest(part: {
  readonly e: Uint8Array;
  readonly v: Uint8Array;
  readonly e1: Uint8Array;
  readonly v1: Uint8Array;
  readonly e2: Uint8Array;
  readonly v2: Uint8Array;
  readonly u1: Uint8Array;
  readonly u2: Uint8Array;
}): Uint8Array {
  const { e, e1, e2, v, v1, v2, u1, u2 } = part;
  return taggedDigest(CFRAG_VERIFICATION, e, e1, e2, v, v1, v2, U_BYTES, u1, u2);
}

/**
 * SHA-256 of what Alice signs for a kfrag: id, U1, X and the keys that are given, each behind 01; 00 stands for none.
 * All encoded. Source: spec section 6, signed message.
 */
export function kfragDigest(
  { id, u1, x }: { readonly id: Uint8Array; readonly u1: Uint8Array; readonly x: Uint8Array },
  delegatingKey: Uint8Array | undefined,
  receivingKey: Uint8Array | undefined,
): Uint8Array {
  const optional = (key: Uint8Array | undefined) => (key ? [Uint8Array.of(1), key] : [Uint8Array.of(0)]);
  return sha256Of(concat(id, u1, x, ...optional(delegatingKey), ...optional(receivingKey)));
}
