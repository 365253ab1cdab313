/**
 * The two hashes of the protocol. K is keccak-256 and names things on chain; S is SHA-256 and names stored bytes. Results are
 * Hex when they are names, bytes when they feed another computation. Source: spec/protocol.md, Notation.
 */
import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes } from './bytes.ts';
import { type Hex, toHex } from './hex.ts';

/** K(parts in a row), 32 bytes. */
export function keccakBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(...parts));
}

/** K(parts in a row) as a name. */
export function keccak(...parts: readonly Uint8Array[]): Hex {
  return toHex(keccakBytes(...parts));
}

/** S(parts in a row), 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256Bytes(parts.length === 1 && parts[0] !== undefined ? parts[0] : concatBytes(...parts));
}
