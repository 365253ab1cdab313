/**
 * Which chunks this node promises to keep and takes in. Owns: the checks of `/v1/reservations` and of a chunk's upload.
 * Owns not: files, indexes, collection of chunks that no policy names any more. Source: protocol.md section 7.
 */
import {
  addressOf,
  ProtocolError,
  type ReservationAnswer,
  type ReservationBody,
  reservationOf,
  verifyReservation,
} from '../../protocol/index.ts';
import { PublicKey } from '../../umbral/index.ts';
import { checkAudience, checkDomain, checkLeaf, knownLeaf } from './leaves.ts';
import { checkPayment } from './payment.ts';
import { epochOf, freshHead, servablePolicy } from './policies.ts';
import type { ChunkRef, UrsulaPorts } from './ports.ts';

/** Bytes of chunks that a node keeps: for all policies together, and for any one of them. */
export interface StorageLimits {
  readonly storageBytes: number;
  readonly policyStorageBytes: number;
}

/** Seconds for which a claim may wait for its bytes, whatever its reservation says. */
const longestClaimS = 86_400;

/**
 * Reserve room for chunks of a servable policy, within the byte budget of its leaf and the node's own limits. Idempotent: what
 * is reserved already costs nothing again. What is not uploaded when the reservation expires gives its room back: a signature
 * alone must not fill a disk; and nobody has room, or a leaf that is settled on our gas, below what the node takes. Throws ProtocolError with the first of: E_DOMAIN, E_AUDIENCE, E_CHAIN_STALE, E_POLICY,
 * E_REVOKED, E_EXPIRED, E_PENDING, E_PAYMENT, E_LEAF, E_CLOCK, E_SIGNATURE, E_FIELD, E_BUDGET, E_STORAGE.
 */
export async function reserveChunks(
  ports: UrsulaPorts,
  limits: StorageLimits,
  body: ReservationBody,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<ReservationAnswer> {
  const { policyId, leaf, chunks } = body;
  const { expiresAt, signature } = body.reservation;
  checkDomain(ports, body.domain);
  checkAudience(ports, leaf);
  const head = freshHead(ports);
  const policy = await servablePolicy(ports, policyId, head);
  checkPayment(ports, body, policy, head);
  const whole = checkLeaf(leaf, body.proof, policy);
  const { hash } = whole;
  const now = Math.floor(ports.clock.nowMs() / 1000);
  if (now >= expiresAt) {
    throw new ProtocolError('E_CLOCK', {
      field: 'reservation.expiresAt',
      expected: `later than ${now}`,
      data: { now },
    });
  }
  const reservation = reservationOf({ policyId, leaf: hash, chunks, expiresAt });
  verifyReservation({
    contracts: ports.network,
    reservation,
    signature,
    verifyingAddress: addressOf(verifyingKey(leaf.keys[2])),
  });
  await ports.leaves?.remember(knownLeaf(policyId, leaf, whole, body.proof), epochOf(ports, head.timestamp));
  // In turn: what is free is read here and taken when it is durable, and two at once must not take the same room.
  return inTurn(async () => {
    await ports.chunks.lapse(now);
    const added = newChunks(ports, hash, chunks);
    const reserved = sizeOf(added);
    const used = ports.chunks.used(hash);
    const budget = leaf.byteBudget;
    if (used + reserved > budget) {
      throw new ProtocolError('E_BUDGET', {
        details: `The policy may keep ${budget} bytes here and uses ${used}; this asks for ${reserved} more.`,
        data: { used, budget, asked: reserved },
      });
    }
    // What another policy brought, or claimed, takes no room twice; a larger claim takes the difference.
    const fresh = added.reduce((sum, { id, size }) => sum + Math.max(0, size - (ports.chunks.chunk(id)?.size ?? 0)), 0);
    if (ports.chunks.total() + fresh > limits.storageBytes) throw new ProtocolError('E_STORAGE');
    const byPolicy = ports.chunks.usedByPolicy(policyId);
    if (byPolicy + reserved > limits.policyStorageBytes) {
      const { policyStorageBytes } = limits;
      throw new ProtocolError('E_BUDGET', {
        details: `This node keeps at most ${policyStorageBytes} bytes for one policy; this one uses ${byPolicy}.`,
        data: { used: byPolicy, budget: policyStorageBytes, asked: reserved },
      });
    }
    await ports.chunks.reserve(policyId, hash, chunks, Math.min(expiresAt, now + longestClaimS));
    return { reserved, used: used + reserved, budget };
  });
}

/**
 * May these bytes be sent as this chunk? `size` = Content-Length. Returns what is to be done with them. Throws E_NOT_RESERVED,
 * E_LENGTH (more than was reserved). That they hash to the id is for whoever writes them to check.
 */
export function admitChunk(ports: Pick<UrsulaPorts, 'chunks'>, id: string, size: number): 'store' | 'held' {
  const chunk = ports.chunks.chunk(id);
  if (chunk === undefined) throw new ProtocolError('E_NOT_RESERVED', { field: 'id' });
  if (chunk.held) return 'held';
  if (size > chunk.size) {
    throw new ProtocolError('E_LENGTH', { field: 'body', expected: `${chunk.size} bytes`, got: `${size} bytes` });
  }
  return 'store';
}

/** The chunks that the leaf has not yet, each once. Throws E_FIELD for a size that contradicts another or the held bytes. */
function newChunks(ports: UrsulaPorts, leaf: `0x${string}`, chunks: readonly ChunkRef[]): readonly ChunkRef[] {
  const ids = chunks.map(({ id }) => id);
  const reserved = ports.chunks.reservedBy(leaf, ids);
  const added = new Map<string, ChunkRef>();
  for (const [i, chunk] of chunks.entries()) {
    const known = ports.chunks.chunk(chunk.id);
    const size = added.get(chunk.id)?.size ?? (known?.held === true ? known.size : chunk.size);
    if (size !== chunk.size) {
      throw new ProtocolError('E_FIELD', { field: `chunks[${i}].size`, expected: `${size}`, got: `${chunk.size}` });
    }
    if (!reserved.has(chunk.id)) added.set(chunk.id, chunk);
  }
  return [...added.values()];
}

const sizeOf = (chunks: readonly ChunkRef[]): number => chunks.reduce((sum, { size }) => sum + size, 0);

function verifyingKey(bytes: Uint8Array): PublicKey {
  try {
    return PublicKey.fromBytes(bytes);
  } catch (error) {
    throw new ProtocolError('E_FIELD', { field: 'leaf.keys[2]', expected: 'a point of the curve', cause: error });
  }
}
