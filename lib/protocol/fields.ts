/**
 * Reading decoded CBOR: each function takes a value that came from outside and returns it typed, or names what is wrong.
 * Owns: shape checks of single fields. Owns not: decoding (`cbor.ts`) and what fields mean together (each object's file).
 * Source: spec/protocol.md section 8.
 */
import { UmbralError } from '../umbral/errors.ts';
import { PublicKey } from '../umbral/keys.ts';
import { Signature } from '../umbral/signature.ts';
import type { CborValue } from './cbor.ts';
import { ProtocolError, refuse } from './errors.ts';
import { type Address, type Hex, toHex } from './hex.ts';

/** Characters that no name or address of ours contains: C0, DEL, C1, and the separators that break a line. */
const control = /[\p{Cc}\u2028\u2029]/u;

/** What a value is, for a sentence; never its content. */
function kindOf(value: CborValue | undefined): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string') return `text of ${value.length} characters`;
  return value instanceof Uint8Array ? `${value.length} bytes` : `an array of ${value.length}`;
}

/** An array of exactly `length` items. Throws E_FIELD, E_COUNT. */
export function tupleOf(value: CborValue, length: number, field: string): readonly CborValue[] {
  const items = listOf(value, Number.MAX_SAFE_INTEGER, field);
  if (items.length !== length) refuse('E_COUNT', field, `${length} items`, `${items.length}`);
  return items;
}

/** An array of `least` to `most` items. Throws E_FIELD, E_COUNT. */
export function listOf(value: CborValue, most: number, field: string, least = 0): readonly CborValue[] {
  if (!Array.isArray(value)) return refuse('E_FIELD', field, 'an array', kindOf(value));
  if (value.length < least || value.length > most)
    refuse('E_COUNT', field, `${least} to ${most} items`, `${value.length}`);
  return value;
}

/** `least` to `most` bytes; `most` defaults to `least`. Throws E_FIELD, E_LENGTH. */
export function bytesOf(value: CborValue | undefined, field: string, least: number, most = least): Uint8Array {
  if (!(value instanceof Uint8Array)) return refuse('E_FIELD', field, 'bytes', kindOf(value));
  if (value.length < least || value.length > most) {
    refuse('E_LENGTH', field, least === most ? `${least} bytes` : `${least} to ${most} bytes`, `${value.length} bytes`);
  }
  return value;
}

/** 32 bytes as the name that they are. */
export const idIn = (value: CborValue | undefined, field: string): Hex => toHex(bytesOf(value, field, 32));
/** 20 bytes as an address. */
export const addressIn = (value: CborValue | undefined, field: string): Address => toHex(bytesOf(value, field, 20));

/** An integer from `least` to `most`. Throws E_FIELD, E_NUMBER. */
export function uintOf(value: CborValue | undefined, field: string, most: number, least = 0): number {
  if (typeof value !== 'number') return refuse('E_FIELD', field, 'an unsigned integer', kindOf(value));
  if (value < least || value > most) refuse('E_NUMBER', field, `${least} to ${most}`, `${value}`);
  return value;
}

/** Text of at most `most` bytes of UTF-8 without control characters, tabs and line feeds allowed if `multiline`. Throws E_FIELD, E_LENGTH. */
export function textOf(value: CborValue | undefined, field: string, most: number, multiline = false): string {
  if (typeof value !== 'string') return refuse('E_FIELD', field, 'text', kindOf(value));
  const bytes = new TextEncoder().encode(value).length;
  if (bytes > most) refuse('E_LENGTH', field, `at most ${most} bytes of UTF-8`, `${bytes}`);
  if (control.test(multiline ? value.replaceAll(/[\n\t]/g, '') : value)) {
    refuse('E_FIELD', field, 'text without control characters', 'text with some');
  }
  return value;
}

/** Null, or what `read` makes of the value. */
export function orNull<T>(value: CborValue | undefined, read: (value: CborValue) => T): T | undefined {
  if (value === undefined) return refuse('E_COUNT', 'body', 'a value or null', 'nothing');
  return value === null ? undefined : read(value);
}

/** At most `most` addresses of at most 512 bytes each. The scheme is for the fetcher to judge. Throws E_FIELD, E_COUNT, E_LENGTH. */
export function urisOf(value: CborValue, field: string, most: number): readonly string[] {
  return listOf(value, most, field).map((uri, i) => textOf(uri, `${field}[${i}]`, 512));
}

/** A public key in its 33 bytes. Throws E_FIELD, E_LENGTH. */
export function keyIn(value: CborValue | undefined, field: string): PublicKey {
  const bytes = bytesOf(value, field, 33);
  return orField(() => PublicKey.fromBytes(bytes), field, 'a compressed point of secp256k1');
}

/** An Umbral signature in its 64 bytes. Throws E_FIELD, E_LENGTH. */
export function signatureIn(value: CborValue | undefined, field: string): Signature {
  const bytes = bytesOf(value, field, 64);
  return orField(() => Signature.fromBytes(bytes), field, 'r and s of secp256k1');
}

/** The scheme's `parse` is this layer's E_FIELD, with the field that this layer knows. */
function orField<T>(read: () => T, field: string, expected: string): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof UmbralError)) throw cause;
    throw new ProtocolError('E_FIELD', { field, expected, cause });
  }
}
