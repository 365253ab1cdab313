/**
 * Addresses and hex as adapters meet them: from wallets in any case, from RPCs in any case. Owns: making them lower-case.
 * Owns not: text typed by people, whose checksum counts (`parseAddress` of protocol/address.ts).
 */
import type { Address, Hex } from './chain.ts';
import { ChainError } from './errors.ts';

const addressPattern = /^0x[0-9a-fA-F]{40}$/;
const hexPattern = /^0x(?:[0-9a-fA-F]{2})*$/;

/** An address of a wallet or RPC in lower case. Throws `chain.abi`. */
export function lowerAddress(text: string): Address {
  if (!addressPattern.test(text)) throw new ChainError('chain.abi', 'Expected an address: 0x and 40 hex digits.');
  return text.toLowerCase() as Address;
}

export function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && hexPattern.test(value);
}
