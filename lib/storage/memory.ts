/** A store in memory, for tests, small things and pages without a network. */
import type { ChunkId } from '../protocol/reservation.ts';
import { checkSignal } from '../protocol/streams.ts';
import {
  checkBlob,
  checkId,
  type GetOptions,
  notFound,
  refusedWrite,
  type Storage,
  type StorageOptions,
  sliceSpan,
} from './storage.ts';

/** How much is kept. */
export interface MemoryStorageOptions {
  /** Bytes that it holds at most. Default: as many as there is memory for. */
  readonly maxBytes?: number;
}

/** Blobs in memory: for tests, and for what is gone with the page. */
export class MemoryStorage implements Storage {
  readonly #blobs = new Map<ChunkId, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(options: MemoryStorageOptions = {}) {
    this.#maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
  }

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

  /** Throws STORAGE_CORRUPT for bytes of another name, STORAGE_REFUSED for what does not fit. */
  async put(id: ChunkId, bytes: Uint8Array, { signal }: StorageOptions = {}): Promise<void> {
    checkSignal(signal);
    const name = checkId(id);
    if (this.#blobs.has(name)) return;
    const blob = (await checkBlob(name, bytes)).slice();
    // Somebody else may have brought it meanwhile.
    if (this.#blobs.has(name)) return;
    if (this.#bytes + blob.length > this.#maxBytes) throw refusedWrite('Memory', 'full');
    this.#blobs.set(name, blob);
    this.#bytes += blob.length;
  }

  get size(): number {
    return this.#blobs.size;
  }
}
