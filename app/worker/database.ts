/**
 * A person's place in this browser: sealed records and encrypted files, in IndexedDB. What is stored is sealed under the person's
 * vault key or is ciphertext; names of files, recipients and keys are never in clear.
 *
 * Owns: the database, its two stores. Owns not: sealing (lib's journal), what the records say.
 */
import type { Journal } from 'dintel';

const stores = { journal: 'journal', blobs: 'blobs' } as const;

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
  });

/** Encrypted files by name. */
export interface Blobs {
  get(name: string): Promise<Blob | undefined>;
  put(name: string, blob: Blob): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Opens the database of one person on one chain. */
export async function openDatabase(name: string): Promise<{ readonly journal: Journal; readonly blobs: Blobs }> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    for (const store of Object.values(stores)) opening.result.createObjectStore(store);
  };
  const database = await done(opening);
  const read = (store: string) => database.transaction(store, 'readonly').objectStore(store);
  /** Resolves when the write is on disk, as a journal promises. */
  const write = (store: string, act: (objects: IDBObjectStore) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error ?? new Error('IndexedDB failed.'));
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up.'));
      act(transaction.objectStore(store));
    });
  return {
    journal: {
      get: async (key) => (await done(read(stores.journal).get(key))) as Uint8Array | undefined,
      put: (key, bytes) => write(stores.journal, (objects) => objects.put(bytes, key)),
      delete: (key) => write(stores.journal, (objects) => objects.delete(key)),
      names: async (prefix) =>
        (await done(read(stores.journal).getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)))).map(String),
    },
    blobs: {
      get: async (key) => (await done(read(stores.blobs).get(key))) as Blob | undefined,
      put: (key, blob) => write(stores.blobs, (objects) => objects.put(blob, key)),
      delete: (key) => write(stores.blobs, (objects) => objects.delete(key)),
    },
  };
}
