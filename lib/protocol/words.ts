/**
 * Fingerprints: two keys as six words that people can compare by voice. Source: spec/protocol.md section 8.4.
 */
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { PublicKey } from '../umbral/keys.ts';
import { fingerprintDigest } from './derive.ts';

/**
 * Six words of the English BIP-39 list, from the first 66 bits of S("dintel/1/fingerprint" || receiving || verifying).
 * Finding other keys with the same words takes about 2^66 tries.
 */
export function fingerprintWords(receiving: PublicKey, verifying: PublicKey): readonly string[] {
  const digest = fingerprintDigest(receiving.toBytes(), verifying.toBytes());
  let bits = 0n;
  for (const byte of digest.subarray(0, 9)) bits = (bits << 8n) | BigInt(byte);
  bits >>= 6n;
  return Array.from({ length: 6 }, (_, i) => wordlist[Number((bits >> BigInt(11 * (5 - i))) & 2047n)] as string);
}
