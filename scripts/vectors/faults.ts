/** How vectors spoil bytes: one fault at a time. */
import { concatBytes } from 'dintel/protocol';

/** One bit changed; bits of a byte count from the lowest. */
export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/** `remove` bytes at a place replaced by others. */
export function splice(bytes: Uint8Array, at: number, remove: number, ...insert: readonly number[]): Uint8Array {
  return concatBytes(bytes.subarray(0, at), Uint8Array.from(insert), bytes.subarray(at + remove));
}

/** Where `part` begins in `bytes`; it must occur. */
export function placeIn(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  throw new Error('the part does not occur');
}
