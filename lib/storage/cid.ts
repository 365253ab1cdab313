/**
 * Ids as IPFS writes them: CIDv1 of the raw codec over SHA-256, in base32. The same 32 bytes, so a block of IPFS that is a blob
 * of ours has one name here and there. Owns: this one form. Source: multiformats CID specification; RFC 4648 section 6.
 */
import { ProtocolError } from '../protocol/errors.ts';
import { fromHex, toHex } from '../protocol/hex.ts';
import type { ChunkId } from '../protocol/reservation.ts';
import { checkId } from './storage.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** Version 1, codec raw (0x55), hash sha2-256 (0x12) of 32 bytes. */
const head = [0x01, 0x55, 0x12, 0x20];

/** The CID of a blob: `bafkrei…`, 59 characters. Throws E_HEX. */
export function cidOf(id: ChunkId): string {
  let text = 'b';
  let bits = 0;
  let value = 0;
  for (const byte of [...head, ...fromHex(`0x${checkId(id)}`)]) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >> (bits - 5)) & 31];
  }
  return text + alphabet[(value << (5 - bits)) & 31];
}

/** The id in a CID of that form. Throws E_FIELD for any other. */
export function idOfCid(cid: string): ChunkId {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of cid.slice(1)) {
    value = ((value << 5) | alphabet.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 255);
    }
  }
  const id = toHex(Uint8Array.from(bytes.slice(4))).slice(2);
  // One form only: what the id is written as must be what came.
  if (bytes.length === 36 && cidOf(id) === cid) return id;
  throw new ProtocolError('E_FIELD', { field: 'cid', expected: 'a CIDv1 of raw bytes with SHA-256, in base32' });
}
