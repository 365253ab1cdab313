/**
 * An Ethereum key as the keystores need it: a fresh one, one from a file, its address.
 * Owns not: transactions (lib/chain) nor signatures (lib/protocol).
 */
import { type Address, addressOf, fromHex, type Hex, toHex } from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';
import { OperatorError } from '../config/operatorError.ts';
import { readSecretFile } from '../config/secretFile.ts';

/** Lower-case. Shape: 32-byte secret. */
export function accountOf(secretKey: Uint8Array): Address {
  return addressOf(SecretKey.fromBytes(secretKey).publicKey);
}

/** The hex form that chain adapters take. Call it at the line that hands it over, and nowhere else. */
export function revealHex(secretKey: Uint8Array): Hex {
  return toHex(secretKey);
}

/** A fresh key. */
export function newAccountKey(): Uint8Array {
  return SecretKey.random().toSecretBytes();
}

/** An account key from a file of mode 0600 that holds 64 hex digits, with or without 0x. Errors: E_WALLET_KEY, E_PERMS. */
export async function readAccountKeyFile(path: string): Promise<Uint8Array> {
  const bytes = await readSecretFile(path, {
    what: 'wallet key file',
    code: 'E_WALLET_KEY',
    exitCause: 'key',
    cure: 'give a file of mode 0600 with 64 hex digits',
  });
  const text = new TextDecoder().decode(bytes).trim().replace(/^0x/i, '');
  bytes.fill(0);
  try {
    if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new RangeError('not 64 hex digits');
    return SecretKey.fromBytes(fromHex(`0x${text.toLowerCase()}`)).toSecretBytes();
  } catch {
    // The cause would quote what the file holds.
    throw new OperatorError('E_WALLET_KEY', `wallet key file ${path} does not hold a key: expected 64 hex digits`);
  }
}
