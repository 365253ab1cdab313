/**
 * The static words of Solidity's ABI, which policy ids, leaves and typed data are hashed over. Owns: one 32-byte word per value.
 * Owns not: dynamic types (typed.ts hashes those first). Source: Solidity ABI specification; spec/protocol.md sections 3 and 4.
 */
import { checkUint, uintBytes } from './bytes.ts';
import { fromHex } from './hex.ts';

/** uintN in a word. Throws E_NUMBER if the value does not fit in `bits`. */
export function uintWord(value: number | bigint, bits: number, field: string): Uint8Array {
  return uintBytes(checkUint(value, bits, field), 256, field);
}

/** address in a word; any case of digits is one address. Throws E_HEX. */
export function addressWord(address: string, field: string): Uint8Array {
  const word = new Uint8Array(32);
  word.set(fromHex(typeof address === 'string' ? address.toLowerCase() : address, 20, field), 12);
  return word;
}

/** bytes32 in a word. Throws E_HEX. */
export function bytes32Word(hex: string, field: string): Uint8Array {
  return fromHex(hex, 32, field);
}
