/**
 * Reservation: Alice asks a node for room for named chunks of one policy. Owns: chunk ids and the message over them. Owns not:
 * budgets and storage (node). Source: spec/protocol.md sections 4 and 7, `/v1/reservations`.
 */
import { concatBytes } from './bytes.ts';
import { refuse } from './errors.ts';
import { keccak, sha256 } from './hash.ts';
import { type Address, fromHex, type Hex, toHex } from './hex.ts';
import { maxChunkBytes, maxReservedChunks } from './limits.ts';
import type { Contracts, Reservation } from './messages.ts';
import { type VerifiedMessage, verifyTyped } from './typed.ts';

export type VerifiedReservation = VerifiedMessage<'Reservation'>;

/** 64 lower-case hex digits of S(bytes), without 0x. */
export type ChunkId = string;

/** Name of stored bytes. */
export function chunkIdOf(bytes: Uint8Array): ChunkId {
  return toHex(sha256(bytes)).slice(2);
}

export function isChunkId(value: unknown): value is ChunkId {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** One blob to be kept. Units: bytes as stored, 1 to 1,048,592. */
export interface ChunkClaim {
  readonly id: ChunkId;
  readonly size: number;
}

/** The message for these chunks in this order: chunks = K(ids in a row), size = sum. Throws E_COUNT, E_NUMBER, E_HEX. */
export function reservationOf(of: {
  policyId: Hex;
  leaf: Hex;
  chunks: readonly ChunkClaim[];
  expiresAt: number;
}): Reservation {
  const { policyId, leaf, chunks, expiresAt } = of;
  if (chunks.length < 1 || chunks.length > maxReservedChunks) {
    refuse('E_COUNT', 'chunks', `1 to ${maxReservedChunks}`, String(chunks.length));
  }
  let size = 0;
  chunks.forEach((chunk, i) => {
    if (!Number.isSafeInteger(chunk.size) || chunk.size < 1 || chunk.size > maxChunkBytes) {
      refuse('E_NUMBER', `chunks[${i}].size`, `1 to ${maxChunkBytes}`, String(chunk.size));
    }
    size += chunk.size;
  });
  const ids = concatBytes(...chunks.map(({ id }, i) => fromHex(`0x${id}`, 32, `chunks[${i}].id`)));
  return { policyId, leaf, chunks: keccak(ids), size, expiresAt };
}

/** Throws E_SIGNATURE unless the policy's verifying key, as an address, signed it. */
export function verifyReservation(of: {
  contracts: Contracts;
  reservation: Reservation;
  signature: Uint8Array;
  verifyingAddress: Address;
}): VerifiedReservation {
  return verifyTyped('Reservation', of.contracts, of.reservation, of.signature, of.verifyingAddress);
}
