/**
 * Blobs in the origin private file system of a browser: on this device, out of reach of other sites, gone when its data are
 * cleared. Owns: names of files, one folder for each first byte of an id. Owns not: asking that the browser keep them
 * (`navigator.storage.persist`). What is written appears when it is whole: a page that dies leaves no half blob behind.
 * Source: WHATWG File System, section 3.
 */
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

/** Blobs in the origin private file system of a browser: on this device, gone when its data are cleared. */
export class OpfsStorage implements Storage {
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** Opens or makes a folder of this site. Throws STORAGE_REFUSED where the browser gives none (private windows, no HTTPS). */
  static async open(folder = 'dintel-blobs'): Promise<OpfsStorage> {
    try {
      const root = await navigator.storage.getDirectory();
      return new OpfsStorage(await root.getDirectoryHandle(folder, { create: true }));
    } catch (cause) {
      throw refusedWrite('This browser', 'forbidden', { cause });
    }
  }

  /** Throws STORAGE_NOT_FOUND, STORAGE_CORRUPT. */
  async get(id: ChunkId, { range, signal }: GetOptions = {}): Promise<Uint8Array> {
    checkSignal(signal);
    const file = await this.#find(id);
    if (file === undefined) throw notFound(id, 'This browser');
    const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
    return sliceSpan(await checkBlob(id, bytes), range);
  }

  async has(id: ChunkId, { signal }: StorageOptions = {}): Promise<boolean> {
    checkSignal(signal);
    return (await this.#find(id)) !== undefined;
  }

  /** Throws STORAGE_CORRUPT for bytes of another name, STORAGE_REFUSED when the device or the browser has no room. */
  async put(id: ChunkId, bytes: Uint8Array, options: StorageOptions = {}): Promise<void> {
    if (await this.has(id, options)) return;
    await checkBlob(id, bytes);
    const name = checkId(id);
    try {
      const folder = await this.#folder.getDirectoryHandle(name.slice(0, 2), { create: true });
      const file = await folder.getFileHandle(name, { create: true });
      const writer = await file.createWritable();
      await writer.write(bytes as Uint8Array<ArrayBuffer>);
      await writer.close();
    } catch (cause) {
      const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
      throw refusedWrite('This browser', isFull ? 'full' : 'other', { cause });
    }
  }

  async remove(id: ChunkId): Promise<void> {
    const name = checkId(id);
    const folder = await orMissing(this.#folder.getDirectoryHandle(name.slice(0, 2)));
    if (folder !== undefined) await orMissing(folder.removeEntry(name));
  }

  /** The file of a blob, if it is there with contents: one that is empty was begun and never written. */
  async #find(id: ChunkId): Promise<FileSystemFileHandle | undefined> {
    const name = checkId(id);
    const folder = await orMissing(this.#folder.getDirectoryHandle(name.slice(0, 2)));
    const file = folder && (await orMissing(folder.getFileHandle(name)));
    return file && (await file.getFile()).size > 0 ? file : undefined;
  }
}

/** Undefined for what is not there; other faults pass. */
async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
    throw error;
  }
}
