/**
 * Where encrypted blobs lie: headers, chunks, indexes, manifests; each at most 1,048,592 bytes, each named by the SHA-256
 * of its bytes. A store is trusted with nothing: whole blobs are compared with their names when they come back.
 *
 * Owns: the interface, the check. Owns not: what the bytes mean, encryption (protocol/file*.ts), single kinds of places (the
 * files beside this one).
 * Source: DESIGN section 6 (swarm), protocol.md sections 7 (chunks) and 8.1 (stored form).
 */
import { came } from '../protocol/came.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { sha256 } from '../protocol/hash.ts';
import { toHex } from '../protocol/hex.ts';
import { type ChunkId, isChunkId } from '../protocol/reservation.ts';

export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
}

/** How an act of a store is ended. */
export interface StorageOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Which part of a blob, and how its fetching is ended. */
export interface GetOptions extends StorageOptions {
  readonly range?: ByteSpan | undefined;
}

/**
 * A place to read named blobs from. `get` gives exactly the named bytes or throws STORAGE_NOT_FOUND, STORAGE_CORRUPT (nobody
 * had the right ones), NODE_UNREACHABLE, NODE_TIMEOUT, NODE_REFUSED, ABORTED; a `range` cannot be compared with the name, so
 * its reader must authenticate what it holds (file chunks do), or the place fetches the whole and compares it.
 */
export interface ReadableStorage {
  get(id: ChunkId, options?: GetOptions): Promise<Uint8Array>;
  has(id: ChunkId, options?: StorageOptions): Promise<boolean>;
}

/**
 * One to write to as well. `put` resolves when the blob is durable there; putting the same blob again costs nothing. It throws
 * STORAGE_REFUSED when the place will not take it, with `data.reason`: `forbidden` (sign in, or get another address), `full`, `tooLarge`,
 * `readOnly`, `other`, and `data.status` of HTTP if it is that; what may pass is NODE_REFUSED, NODE_UNREACHABLE or NODE_TIMEOUT; bytes of
 * another name are STORAGE_CORRUPT or refused.
 */
export interface Storage extends ReadableStorage {
  put(id: ChunkId, bytes: Uint8Array, options?: StorageOptions): Promise<void>;
}

/** Up to here a hash takes no longer than to ask another thread for it. */
const fewBytes = 2_048;

/** S(bytes) as a name; many bytes by WebCrypto: a megabyte in a few milliseconds, off the main thread where the platform can. */
export async function hashBlob(bytes: Uint8Array): Promise<ChunkId> {
  if (bytes.length <= fewBytes) return toHex(sha256(bytes)).slice(2);
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))).slice(2);
}

/** The bytes, if they are those of this name. Throws STORAGE_CORRUPT. */
export async function checkBlob(id: ChunkId, bytes: Uint8Array): Promise<Uint8Array> {
  if ((await hashBlob(bytes)) === checkId(id)) return bytes;
  throw new ProtocolError('STORAGE_CORRUPT', {
    field: 'id',
    expected: id.slice(0, 16),
    got: `${bytes.length} other bytes`,
  });
}

/** A name may become part of an address or of a file's name: nothing but a name passes, without 0x if it came with it. Throws E_HEX. */
export function checkId(id: ChunkId): ChunkId {
  const name: unknown = typeof id === 'string' && id.startsWith('0x') ? id.slice(2) : id;
  if (isChunkId(name)) return name;
  throw new ProtocolError('E_HEX', { field: 'id', expected: '64 lower-case hexadecimal digits', got: came(id) });
}

/** Throws E_NUMBER for a range outside of `size` bytes. */
export function sliceSpan(bytes: Uint8Array, range: ByteSpan | undefined): Uint8Array {
  if (range === undefined) return bytes;
  if (range.offset < 0 || range.length < 1 || range.offset + range.length > bytes.length) {
    throw new ProtocolError('E_NUMBER', { field: 'range', expected: `inside ${bytes.length} bytes` });
  }
  return bytes.subarray(range.offset, range.offset + range.length);
}

/** That a place has not got a blob. */
export function notFound(id: ChunkId, place: string): ProtocolError {
  return new ProtocolError('STORAGE_NOT_FOUND', { field: 'id', got: id.slice(0, 16), details: `${place} has it not.` });
}

/** Why a place does not take a blob, as `data.reason` of STORAGE_REFUSED says it. */
export type RefusedWrite = 'forbidden' | 'full' | 'tooLarge' | 'readOnly' | 'other';

const writeReasons: Readonly<Record<RefusedWrite, string>> = {
  forbidden: 'it does not let this writer in',
  full: 'it has no room left',
  tooLarge: 'a blob of this size is too large for it',
  readOnly: 'it takes no blobs there',
  other: 'it does not take this blob',
};

/** That a place does not take a blob. Shape: `place` names it, for people; nothing secret. `status`: of HTTP, if it is that. */
export function refusedWrite(
  place: string,
  reason: RefusedWrite,
  about: { readonly status?: number; readonly cause?: unknown } = {},
): ProtocolError {
  const { status, cause } = about;
  const details = `${place}: ${writeReasons[reason]}.`;
  return new ProtocolError('STORAGE_REFUSED', { details, cause, data: { reason, ...(status && { status }) } });
}
