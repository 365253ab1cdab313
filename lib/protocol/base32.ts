/**
 * Base32 without padding, strict: one text for each byte string, and only characters that a QR code packs densely.
 * Owns: the two directions. Source: RFC 4648 section 6; ISO/IEC 18004 (alphanumeric mode).
 */
import type { CommonCode } from './codes.ts';
import { refuse } from './errors.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet.charAt((held << (5 - bits)) & 31) : text;
}

/** Throws `code` for a character outside the alphabet, a length that no bytes have, or spare bits that are not zero. */
export function fromBase32(text: string, code: CommonCode, field: string): Uint8Array {
  if ([1, 3, 6].includes(text.length % 8)) refuse(code, field, 'base32', 'one character too many or too few');
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return refuse(code, field, 'base32 without padding', 'another character');
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0) refuse(code, field, 'the text as it was copied, in full', 'another end');
  return bytes;
}
