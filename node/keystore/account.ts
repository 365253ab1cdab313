/**
 * An Ethereum key as the keystores need it: check, address, signature over a digest.
 * Owns not: transactions (lib/chain) nor what is signed (lib/protocol). Source: protocol.md section 4 (65 bytes r || s || v, low s).
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { Address, Hex } from 'dintel/chain';
import { OperatorError } from '../config/operatorError.ts';
import { readSecretFile } from '../config/secretFile.ts';

/** Lower-case. Shape: 32-byte secret. */
export function addressOf(secretKey: Uint8Array): Address {
  const uncompressed = secp256k1.getPublicKey(secretKey, false);
  return `0x${bytesToHex(keccak_256(uncompressed.subarray(1)).subarray(12))}`;
}

/** 65 bytes r || s || v, v 27 or 28, low s, deterministic (RFC 6979). Shape: 32-byte digest, signed as it is. */
export function signDigest(secretKey: Uint8Array, digest: Uint8Array): Uint8Array {
  const recovered = secp256k1.sign(digest, secretKey, { prehash: false, lowS: true, format: 'recovered' });
  const signature = new Uint8Array(65);
  signature.set(recovered.subarray(1), 0);
  signature[64] = 27 + (recovered[0] as number);
  return signature;
}

/** The hex form that chain adapters take. Call it at the line that hands it over, and nowhere else. */
export function revealHex(secretKey: Uint8Array): Hex {
  return `0x${bytesToHex(secretKey)}`;
}

/** A fresh key. */
export function newAccountKey(): Uint8Array {
  return secp256k1.utils.randomSecretKey();
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
  const key = /^[0-9a-fA-F]{64}$/.test(text) ? hexToBytes(text.toLowerCase()) : undefined;
  if (key === undefined || !secp256k1.utils.isValidSecretKey(key)) {
    throw new OperatorError('E_WALLET_KEY', `wallet key file ${path} does not hold a key: expected 64 hex digits`);
  }
  return key;
}
