/**
 * Bytes, as every layout of the protocol is written: concatenation and big-endian integers. Owns: these helpers and their checks.
 * Owns not: hex (hex.ts) or hashes (hash.ts). Source: spec/protocol.md, Notation.
 */
import { came } from './came.ts';
import { ProtocolError, refuse } from './errors.ts';

/** The parts in a row, in a fresh array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const result = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/** Whether two public byte strings are equal. Not in constant time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Throws E_TYPE if `value` is not bytes, E_LENGTH if it has not `length` of them. */
export function checkBytes(value: unknown, length: number | undefined, field: string): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new ProtocolError('E_TYPE', {
      field,
      expected: 'bytes (Uint8Array)',
      got: came(value),
    });
  }
  if (length !== undefined && value.length !== length) {
    throw new ProtocolError('E_LENGTH', { field, expected: `${length} bytes`, got: `${value.length} bytes` });
  }
  return value;
}

/**
 * A whole number in [0, 2^bits) as big-endian bytes. Shape: bits a multiple of 8. Throws E_NUMBER for anything else: fractions,
 * negative, too large, or a JavaScript number above 2^53-1.
 */
export function uintBytes(value: number | bigint, bits: number, field = 'value'): Uint8Array {
  let rest = checkUint(value, bits, field);
  const result = new Uint8Array(bits / 8);
  // Most numbers are small: what is above them is zero already.
  for (let i = result.length - 1; rest !== 0n; i--) {
    result[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return result;
}

/** The same rule without encoding. */
export function checkUint(value: unknown, bits: number, field: string): bigint {
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  if (!whole || value < 0 || BigInt(value) >> BigInt(bits) !== 0n) {
    throw new ProtocolError('E_NUMBER', { field, expected: `a whole number below 2^${bits}`, got: came(value, true) });
  }
  return BigInt(value);
}

export const u16be = (value: number, field?: string): Uint8Array => uintBytes(value, 16, field);
export const u32be = (value: number, field?: string): Uint8Array => uintBytes(value, 32, field);
export const u64be = (value: number | bigint, field?: string): Uint8Array => uintBytes(value, 64, field);

const encoder = new TextEncoder();

/** Text as UTF-8. Throws E_UTF8 for a lone surrogate, which UTF-8 cannot hold. */
export function utf8(text: string, field = 'text'): Uint8Array {
  // /u matches whole code points, so that only a lone surrogate is one.
  if (/\p{Surrogate}/u.test(text)) refuse('E_UTF8', field, 'well-formed Unicode', 'a lone surrogate');
  return encoder.encode(text);
}

/** UTF-8 as text, byte for byte: invalid UTF-8 throws E_UTF8, a byte-order mark is kept as a character. */
export function fromUtf8(bytes: Uint8Array, field = 'text'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProtocolError('E_UTF8', { field, expected: 'valid UTF-8' });
  }
}
