/**
 * Ethereum addresses: of a key, of a text, for people. Owns: `addr(P)` and EIP-55. Source: spec/protocol.md, Notation.
 */
import { utf8 } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccakBytes } from './hash.ts';
import { type Address, isHex, toHex } from './hex.ts';

/** `addr(P)`. Shape: 65 bytes 04 || x || y or the 64 bytes x || y. Throws E_LENGTH. */
export function addressOfPoint(uncompressed: Uint8Array): Address {
  const xy = uncompressed.length === 65 && uncompressed[0] === 4 ? uncompressed.subarray(1) : uncompressed;
  if (xy.length !== 64) {
    throw new ProtocolError('E_LENGTH', {
      field: 'point',
      expected: '64 or 65 bytes',
      got: `${uncompressed.length} bytes`,
    });
  }
  return toHex(keccakBytes(xy).subarray(12));
}

/** The form for people, EIP-55: mixed case is a checksum. */
export function checksumAddress(address: Address): Address {
  const lower = parseAddress(address).slice(2);
  const hash = keccakBytes(utf8(lower));
  let text = '';
  for (let i = 0; i < lower.length; i++) {
    const nibble = (hash[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15;
    text += nibble >= 8 ? lower.charAt(i).toUpperCase() : lower.charAt(i);
  }
  return `0x${text}`;
}

/**
 * An address typed or pasted by a person, or from a wallet, in any case; mixed case must have the right EIP-55 checksum.
 * Returns lower case. Throws E_ADDRESS.
 */
export function parseAddress(text: unknown, field = 'address'): Address {
  const fail = (why: string): ProtocolError =>
    new ProtocolError('E_ADDRESS', { field, expected: '0x and 40 hex digits', got: why });
  if (typeof text !== 'string') throw fail(typeof text);
  const body = text.slice(2);
  const lower = `0x${body.toLowerCase()}`;
  if (!text.startsWith('0x') || !isHex(lower, 20)) throw fail(`${text.length} characters`);
  const mixed = body !== body.toLowerCase() && body !== body.toUpperCase();
  if (mixed && checksumAddress(lower) !== text) throw fail('a wrong checksum');
  return lower;
}

/** Whether two addresses are the same account, whatever their case. */
export function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
