/**
 * Byte strings at the door and between functions. Owns: copying untrusted bytes once, joining, comparing, wiping, hex, and
 * the 33-byte form of an engine's point. Owns not: the layouts of objects (`layout.ts`) nor any arithmetic.
 */
import { kindOf, UmbralError } from './errors.ts';

/**
 * A private copy of untrusted bytes, of any length or of exactly `length`. Taken once, so that a caller who writes to its
 * buffer later (or shares it with another thread) changes nothing here. Throws `parse`.
 */
export function copyBytes(value: Uint8Array, field: string, length?: number): Uint8Array {
  const expected = length === undefined ? 'bytes (Uint8Array)' : `${length} bytes (Uint8Array)`;
  if (!isBytes(value)) throw new UmbralError('parse', { field, expected, got: kindOf(value) });
  let copy: Uint8Array;
  try {
    copy = new Uint8Array(value);
  } catch {
    throw new UmbralError('parse', { field, expected, got: 'a detached buffer' });
  }
  if (length !== undefined && copy.length !== length) {
    throw new UmbralError('parse', { field, expected, got: `${copy.length} bytes` });
  }
  return copy;
}

/** Also true for a Uint8Array of another realm (an iframe, a test environment); not for DataView and other views. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Compares without stopping early; lengths are public. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Overwrites secrets with zeros. JavaScript may keep copies that nobody can reach. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

export function isZero(bytes: Uint8Array): boolean {
  let all = 0;
  for (const byte of bytes) all |= byte;
  return all === 0;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Item `index` of a list of items of `size` bytes; a view, not a copy. */
export const item = (list: Uint8Array, index: number, size: number): Uint8Array =>
  list.subarray(index * size, (index + 1) * size);

/** Four bytes, big-endian. */
export const u32be = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

/** ser(P) of an engine's 64-byte point, which must not be the identity. Source: spec section 1. */
export function compress(point: Uint8Array): Uint8Array {
  const out = new Uint8Array(33);
  out[0] = 2 | (point[63]! & 1);
  out.set(point.subarray(0, 32), 1);
  return out;
}

/**
 * Whether `encoded` is ser(point). The identity (zeros) has no encoding and equals nothing, not even the bytes 02 00…00 that
 * its coordinates would give: those are no point, and who compares instead of decoding must not take them for one.
 */
export function encodes(point: Uint8Array, encoded: Uint8Array): boolean {
  return (
    !isZero(point) && encoded[0] === (2 | (point[63]! & 1)) && sameBytes(point.subarray(0, 32), encoded.subarray(1))
  );
}
