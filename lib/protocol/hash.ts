/**
 * The two hashes of the protocol. K is keccak-256 and names things on chain; S is SHA-256 and names stored bytes. Results are
 * Hex when they are names, bytes when they feed another computation. Source: spec/protocol.md, Notation.
 */
import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, equalBytes } from './bytes.ts';
import { type Hex, toHex } from './hex.ts';

/** K(parts in a row), 32 bytes. */
export function keccakBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(...parts));
}

/** K(parts in a row) as a name. */
export function keccak(...parts: readonly Uint8Array[]): Hex {
  return toHex(keccakBytes(...parts));
}

/** Hashes made last, each with all the bytes that it is of; a place is chosen by their sum, and the newest has it. */
const made: ({ readonly bytes: Uint8Array; readonly hash: Hex } | undefined)[] = [];
const places = 1_024;
/** No leaf and no signed structure is longer; what is longer is not kept. */
const maxKept = 1_024;

/**
 * K(parts in a row) of public bytes that are hashed again and again: a leaf is named by Alice, its node and Bob, a message is hashed to
 * learn who signed it and to verify it. Never for secrets, which it would keep. Internal.
 */
export function keccakAgain(...parts: readonly Uint8Array[]): Hex {
  const bytes = concatBytes(...parts);
  if (bytes.length > maxKept) return keccak(bytes);
  let sum = bytes.length;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
  const place = (sum >>> 0) % places;
  const known = made[place];
  if (known !== undefined && equalBytes(known.bytes, bytes)) return known.hash;
  const hash = keccak(bytes);
  made[place] = { bytes, hash };
  return hash;
}

/** S(parts in a row), 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256Bytes(parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(...parts));
}
