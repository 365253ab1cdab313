/** A store in memory, for tests, small things and pages without a network. */
import { ProtocolError } from '../protocol/errors.ts';
import type { ChunkId } from '../protocol/reservation.ts';
import { type ByteSpan, checkBlob, type Storage, sliceSpan } from './storage.ts';

export class MemoryStorage implements Storage {
  readonly #blobs = new Map<ChunkId, Uint8Array>();

  async get(id: ChunkId, options: { readonly range?: ByteSpan | undefined } = {}): Promise<Uint8Array> {
    const blob = this.#blobs.get(id);
    if (blob === undefined) throw new ProtocolError('STORAGE_NOT_FOUND', { field: 'id', got: id.slice(0, 16) });
    return sliceSpan(blob, options.range).slice();
  }

  async has(id: ChunkId): Promise<boolean> {
    return this.#blobs.has(id);
  }

  /** Throws STORAGE_CORRUPT for bytes of another name. */
  async put(id: ChunkId, bytes: Uint8Array): Promise<void> {
    if (!this.#blobs.has(id)) this.#blobs.set(id, (await checkBlob(id, bytes)).slice());
  }

  get size(): number {
    return this.#blobs.size;
  }
}
