/** A store in memory, for tests, small things and pages without a network. */
import type { ChunkId } from '../protocol/reservation.ts';
import { checkSignal } from '../protocol/streams.ts';
import {
  checkBlob,
  checkId,
  type GetOptions,
  notFound,
  type Storage,
  type StorageOptions,
  sliceSpan,
} from './storage.ts';

export class MemoryStorage implements Storage {
  readonly #blobs = new Map<ChunkId, Uint8Array>();

  async get(id: ChunkId, { range, signal }: GetOptions = {}): Promise<Uint8Array> {
    checkSignal(signal);
    const blob = this.#blobs.get(checkId(id));
    if (blob === undefined) throw notFound(id, 'Memory');
    return sliceSpan(blob, range).slice();
  }

  async has(id: ChunkId, { signal }: StorageOptions = {}): Promise<boolean> {
    checkSignal(signal);
    return this.#blobs.has(checkId(id));
  }

  /** Throws STORAGE_CORRUPT for bytes of another name. */
  async put(id: ChunkId, bytes: Uint8Array, { signal }: StorageOptions = {}): Promise<void> {
    checkSignal(signal);
    if (!this.#blobs.has(checkId(id))) this.#blobs.set(id, (await checkBlob(id, bytes)).slice());
  }

  get size(): number {
    return this.#blobs.size;
  }
}
