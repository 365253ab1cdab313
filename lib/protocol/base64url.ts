/**
 * base64url without padding, strict: one text for each byte string. Owns: the two directions.
 * Source: RFC 4648 section 5; spec/protocol.md section 8.4 (nonzero spare bits are refused).
 */

import type { CommonCode } from './codes.ts';
import { refuse } from './errors.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values = new Map([...alphabet].map((character, value) => [character, value]));

export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet.charAt((held >> bits) & 63);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet.charAt((held << (6 - bits)) & 63) : text;
}

/** Throws `code` for a character outside the alphabet, a length that no bytes have, or spare bits that are not zero. */
export function fromBase64url(text: string, code: CommonCode, field: string): Uint8Array {
  if (text.length % 4 === 1) refuse(code, field, 'base64url', 'one character too many or too few');
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    const value = values.get(character);
    if (value === undefined) return refuse(code, field, 'base64url without padding', 'another character');
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0) refuse(code, field, 'the text as it was copied, in full', 'another end');
  return bytes;
}
