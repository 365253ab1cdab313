/**
 * Where the sealed bytes of a vault lie on a device: IndexedDB in browsers, memory for tests and throw-away personas. Never
 * localStorage, which every script of the origin reads at once and no Worker can.
 *
 * Owns: one value that is swapped whole. Owns not: what it means (`vault.ts`).
 */
import { equalBytes } from '../protocol/bytes.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { keyError } from './keyError.ts';

/** One value, replaced whole or not at all. */
export interface VaultStore {
  read(): Promise<Uint8Array | undefined>;
  /** Puts `after` in place if what lies there is still `before` (undefined: nothing); false if it is not. Durable when it resolves. */
  swap(before: Uint8Array | undefined, after: Uint8Array | undefined): Promise<boolean>;
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b);

/** Gone with the page. */
export class MemoryVaultStore implements VaultStore {
  #bytes: Uint8Array | undefined;

  async read(): Promise<Uint8Array | undefined> {
    return this.#bytes?.slice();
  }

  async swap(before: Uint8Array | undefined, after: Uint8Array | undefined): Promise<boolean> {
    if (!same(this.#bytes, before)) return false;
    this.#bytes = after?.slice();
    return true;
  }
}

const storeName = 'vaults';

/** Works in pages and in Workers. `name` tells several people on one device apart. Throws E_STORE. */
export class IndexedDbVaultStore implements VaultStore {
  readonly #name: string;
  readonly #database: string;
  readonly #factory: IDBFactory | undefined;
  #opened: Promise<IDBDatabase> | undefined;

  constructor(options: { readonly name?: string; readonly database?: string; readonly factory?: IDBFactory } = {}) {
    this.#name = options.name ?? 'default';
    this.#database = options.database ?? 'dintel-keys';
    this.#factory = options.factory ?? globalThis.indexedDB;
  }

  async read(): Promise<Uint8Array | undefined> {
    const store = (await this.#open()).transaction(storeName).objectStore(storeName);
    return asBytes(await answerOf(store.get(this.#name)));
  }

  async swap(before: Uint8Array | undefined, after: Uint8Array | undefined): Promise<boolean> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      // One transaction: two tabs that write at once are put in a row, and the second sees that it came too late.
      const transaction = database.transaction(storeName, 'readwrite', { durability: 'strict' });
      const store = transaction.objectStore(storeName);
      let swapped = false;
      const found = store.get(this.#name);
      found.onsuccess = () => {
        if (!same(asBytes(found.result), before)) return;
        swapped = true;
        if (after === undefined) store.delete(this.#name);
        else store.put(after.slice(), this.#name);
      };
      transaction.oncomplete = () => resolve(swapped);
      transaction.onabort = () => reject(failed(transaction.error));
    });
  }

  /** Lets go of the database; the next act opens it again. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    (await opened)?.close();
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= this.#connect().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #connect(): Promise<IDBDatabase> {
    if (this.#factory === undefined) throw failed(undefined);
    const request = this.#factory.open(this.#database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    const database = await answerOf(request);
    // Another tab with a newer version of this library must not wait for us.
    database.onversionchange = () => void this.close();
    return database;
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failed(request.error));
  });
}

/** What another version or a script has put there is no vault: it reads as bytes that do not parse. */
const asBytes = (value: unknown): Uint8Array | undefined =>
  value === undefined ? undefined : value instanceof Uint8Array ? value : new Uint8Array(0);

function failed(cause: unknown): ProtocolError {
  return keyError('E_STORE', { field: 'vault', ...(cause !== null && cause !== undefined && { cause }) });
}
