/**
 * Scalars and points as untrusted bytes. Owns: the range rule of scalars, strict point decoding with its error, drawing
 * scalars. Owns not: arithmetic (the engine). Source: spec/umbral.md section 1.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { isZero, item } from './bytes.ts';
import { arithmetic } from './engine/current.ts';
import { UmbralError } from './errors.ts';

/** n, the order of the group, big-endian. */
const ORDER = /* @__PURE__ */ Uint8Array.of(
  ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe],
  ...[0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41],
);

/** Whether 32 bytes are below n. Looks at every byte whatever they are, since they may be secret. */
function isBelowOrder(scalar: Uint8Array): boolean {
  let borrow = 0;
  for (let i = 31; i >= 0; i--) borrow = ((scalar[i]! - ORDER[i]! - borrow) >> 8) & 1;
  return borrow === 1;
}

/** Checks 32 bytes: below n, and not 0 if `nonzero`. Throws `parse`. */
export function checkScalar(scalar: Uint8Array, field: string, nonzero = false): Uint8Array {
  if (!isBelowOrder(scalar)) {
    throw new UmbralError('parse', { field, expected: 'a scalar below the group order', got: 'a larger number' });
  }
  if (nonzero && isZero(scalar)) {
    throw new UmbralError('parse', { field, expected: 'a nonzero scalar', got: 'zero' });
  }
  return scalar;
}

/** Decodes concatenated 33-byte points to 64-byte ones. `fields` names them in order. Throws `parse` naming the bad one. */
export function decodePoints(encoded: Uint8Array, fields: readonly string[]): Uint8Array {
  const { points, bad } = arithmetic().decompress(encoded);
  if (bad >= 0) throw badPoint(encoded.subarray(33 * bad), fields[bad] ?? 'point');
  return points;
}

function badPoint(encoded: Uint8Array, field: string): UmbralError {
  const tag = encoded[0]!;
  const expected = 'a compressed secp256k1 point';
  const got = tag === 2 || tag === 3 ? 'an x without a point on the curve' : `tag ${tag}`;
  return new UmbralError('parse', { field, expected, got });
}

/** Whether 32 random bytes are a scalar in [1, n-1], or must be drawn again. */
export const isRandomScalar = (candidate: Uint8Array): boolean => isBelowOrder(candidate) && !isZero(candidate);

/** Uniform in [1, n-1], by rejection. Source: spec section 1. */
export function randomScalar(): Uint8Array {
  for (;;) {
    const candidate = randomBytes(32);
    if (isRandomScalar(candidate)) return candidate;
  }
}

/** `count` scalars of {@link randomScalar} as one list. */
export function randomScalars(count: number): Uint8Array {
  const out = randomBytes(32 * count);
  for (let i = 0; i < count; i++) {
    if (!isRandomScalar(item(out, i, 32))) out.set(randomScalar(), 32 * i);
  }
  return out;
}
