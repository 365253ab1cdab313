/**
 * A person's place in this browser: a journal and encrypted files, in IndexedDB, in pages and in Workers.
 *
 * Owns: the database, its two stores. Owns not: sealing (`SealedJournal`), what the records say, the vault (`lib/keys/vaultStore.ts`).
 */
import type { Journal } from '../../characters/journal.ts';
import { keyError } from '../../keys/keyError.ts';
import type { ProtocolError } from '../../protocol/errors.ts';

const stores = { journal: 'journal', blobs: 'blobs' } as const;

/** Files by name. `put` resolves when the bytes survive a crash. Put there what is encrypted: `blobRange` and `openSealedFile` open it again. */
export interface BlobStore {
  get(name: string): Promise<Blob | undefined>;
  put(name: string, blob: Blob): Promise<void>;
  delete(name: string): Promise<void>;
}

/**
 * One database of one person on one chain: `journal` for {@link AliceOptions.journal} and its like, `blobs` for the encrypted files
 * that a grant still needs after a reload. Both throw E_STORE.
 */
export class IndexedDbPlace {
  readonly journal: Journal;
  readonly blobs: BlobStore;
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
    const { journal, blobs } = stores;
    this.journal = {
      get: async (key) => (await this.#read(journal, (objects) => objects.get(key))) as Uint8Array | undefined,
      put: (key, bytes) => this.#write(journal, (objects) => objects.put(bytes, key)),
      delete: (key) => this.#write(journal, (objects) => objects.delete(key)),
      names: async (prefix) => {
        const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
        return (await this.#read(journal, (objects) => objects.getAllKeys(range))).map(String);
      },
    };
    this.blobs = {
      get: async (key) => (await this.#read(blobs, (objects) => objects.get(key))) as Blob | undefined,
      put: (key, blob) => this.#write(blobs, (objects) => objects.put(blob, key)),
      delete: (key) => this.#write(blobs, (objects) => objects.delete(key)),
    };
  }

  /** Opens the database of that name, or makes it. Throws E_STORE where the browser gives none (some private windows). */
  static async open(name: string): Promise<IndexedDbPlace> {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      for (const store of Object.values(stores)) opening.result.createObjectStore(store);
    };
    const database = await answerOf(opening);
    // Another tab with a newer version of this library, or one that erases everything, must not wait for us.
    database.onversionchange = () => database.close();
    return new IndexedDbPlace(database);
  }

  /** Lets go of the database. */
  close(): void {
    this.#database.close();
  }

  async #read<T>(store: string, ask: (objects: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return answerOf(ask(this.#begin(store, 'readonly').objectStore(store)));
  }

  /** Resolves when the write is on disk, as a journal promises. */
  async #write(store: string, act: (objects: IDBObjectStore) => void): Promise<void> {
    const transaction = this.#begin(store, 'readwrite');
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(failed(transaction.error));
      transaction.onabort = () => reject(failed(transaction.error));
      act(transaction.objectStore(store));
    });
  }

  #begin(store: string, mode: IDBTransactionMode): IDBTransaction {
    try {
      return this.#database.transaction(store, mode, { durability: 'strict' });
    } catch (cause) {
      throw failed(cause); // It was closed, perhaps for a newer version of itself.
    }
  }
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failed(request.error));
  });

const failed = (cause: unknown): ProtocolError =>
  keyError('E_STORE', { field: 'indexedDB', ...(cause !== null && { cause }) });
