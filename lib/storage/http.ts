/**
 * Blobs at the HTTP chunk stores of nodes (`/v1/chunks/{id}`), or at any server that serves the same paths.
 *
 * Owns: trying places in turn, and beside each other when one is slow, until one gives the right bytes. Owns not: reservations,
 * which a put at a node needs first (`alice/publish.ts`), and addresses of other kinds (`uris.ts`).
 * Source: protocol.md sections 7 and 8.3.
 */
import { utf8 } from '../protocol/bytes.ts';
import { ProtocolError, refuse } from '../protocol/errors.ts';
import { sha256 } from '../protocol/hash.ts';
import { toHex } from '../protocol/hex.ts';
import { maxChunkBytes } from '../protocol/limits.ts';
import type { ChunkId } from '../protocol/reservation.ts';
import { checkSignal } from '../protocol/streams.ts';
import { noneOf } from './places.ts';
import {
  type HttpRequest,
  hostOf,
  type RequestOptions,
  Requests,
  readAtMost,
  refusal,
  writeRefusal,
} from './requests.ts';
import {
  type ByteSpan,
  checkBlob,
  checkId,
  type GetOptions,
  notFound,
  type Storage,
  type StorageOptions,
} from './storage.ts';

/** Which stores, and how they are asked. */
export interface HttpStorageOptions extends RequestOptions {
  /** Stores, each a URL that ends in `/` and takes an id behind it. */
  readonly stores: readonly string[];
  /** Another place is asked too when one has given nothing for so long. Default 1,500. */
  readonly hedgeMs?: number;
}

/** Whether a URI names a store: what takes an id behind it. */
export const isStore = (uri: unknown): boolean => typeof uri === 'string' && /^https?:\/\/.+\/$/.test(uri);

/** Where a node keeps chunks, as a store URI. */
export function chunkStoreOf(nodeUrl: string): string {
  return `${nodeUrl.replace(/\/+$/, '')}/v1/chunks/`;
}

/**
 * In which order stores hold and are asked for a blob: by S(id || store), highest first (rendezvous hashing). Writer and
 * reader agree without speaking, load spreads, and another cohort with the same nodes puts the blob at the same ones.
 */
export function placementOrder(id: ChunkId, stores: readonly string[]): string[] {
  const scored = stores.map((store) => ({ store, score: toHex(sha256(utf8(id + store))) }));
  return scored.sort((a, b) => (a.score > b.score ? -1 : 1)).map(({ store }) => store);
}

/** The chunk stores of nodes, over HTTP: what a manifest's places name. */
export class HttpStorage implements Storage {
  readonly #stores: readonly string[];
  readonly #hedgeMs: number;
  readonly #requests: Requests;
  /** Stores that failed or dawdled come last. */
  readonly #faults = new Map<string, number>();

  /** Throws E_URL for a store that is none. */
  constructor(options: HttpStorageOptions) {
    const wrong = options.stores.findIndex((store) => !isStore(store));
    if (wrong >= 0) refuse('E_URL', `stores[${wrong}]`, 'http(s)://…/', 'no last slash');
    this.#stores = options.stores;
    this.#hedgeMs = options.hedgeMs ?? 1_500;
    this.#requests = new Requests(options);
  }

  /** A whole blob is compared with its name; a range is as the place gave it. */
  async get(id: ChunkId, { range, signal }: GetOptions = {}): Promise<Uint8Array> {
    const name = checkId(id);
    return this.#requests.again(() => this.#getOnce(name, range, signal), signal);
  }

  /** From the first place that has it. */
  async #getOnce(id: ChunkId, range: ByteSpan | undefined, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const places = this.#inTurn(id);
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const failed: [string, unknown][] = [];
    const running = new Map<string, Promise<Uint8Array | undefined>>();
    const ask = (store: string) => {
      const attempt = this.#getFrom(store, id, range, stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted && (error as ProtocolError).code !== 'STORAGE_NOT_FOUND') this.#blame(store);
        failed.push([hostOf(store), error]);
        return undefined;
      });
      running.set(store, attempt);
    };
    try {
      // One place at a time; the next as soon as one has failed, or beside one that keeps us waiting.
      while (places.length > 0 || running.size > 0) {
        checkSignal(signal);
        const next = places.shift();
        if (next !== undefined) ask(next);
        const first = await this.#firstOf(running, places.length > 0, stop.signal);
        if (first === undefined) continue;
        running.delete(first.store);
        if (first.bytes === undefined) continue;
        for (const slow of running.keys()) this.#blame(slow);
        return first.bytes;
      }
      checkSignal(signal);
      throw noneOf('has the blob', failed);
    } finally {
      if (running.size > 0) stop.abort();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The next place to end, or undefined when it is time to ask another beside it. */
  async #firstOf(
    running: ReadonlyMap<string, Promise<Uint8Array | undefined>>,
    mayHedge: boolean,
    signal: AbortSignal,
  ): Promise<{ store: string; bytes: Uint8Array | undefined } | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ends = [...running].map(async ([store, attempt]) => ({ store, bytes: await attempt }));
    const hedge = new Promise<undefined>((resolve) => {
      if (mayHedge) timer = setTimeout(() => resolve(undefined), this.#hedgeMs);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    try {
      return await Promise.race([...ends, hedge]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** From one place, a whole blob checked. Throws STORAGE_NOT_FOUND and what a request throws. */
  #getFrom(store: string, id: ChunkId, range: ByteSpan | undefined, signal: AbortSignal): Promise<Uint8Array> {
    const headers = range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const request: HttpRequest = { method: 'GET', url: store + id, ...(headers && { headers }) };
    const use = async (response: Response) => {
      if (response.status === (range ? 206 : 200)) return readAtMost(response, range?.length ?? maxChunkBytes, store);
      await response.body?.cancel();
      throw response.status === 404 ? notFound(id, hostOf(store)) : refusal(store, response);
    };
    return this.#requests.once(request, use, signal).then((bytes) => {
      if (range === undefined) return checkBlob(id, bytes);
      if (bytes.length === range.length) return bytes;
      const details = `${hostOf(store)} gave ${bytes.length} of ${range.length} bytes.`;
      throw new ProtocolError('STORAGE_CORRUPT', { details });
    });
  }

  #blame(store: string): void {
    this.#faults.set(store, (this.#faults.get(store) ?? 0) + 1);
  }

  /** Whether a place says yes; one that does not answer counts as no. Throws ABORTED. */
  async has(id: ChunkId, { signal }: StorageOptions = {}): Promise<boolean> {
    const name = checkId(id);
    for (const store of this.#inTurn(name)) {
      try {
        if (await this.#requests.has({ method: 'HEAD', url: store + name }, signal)) return true;
      } catch {
        checkSignal(signal);
      }
    }
    return false;
  }

  /** At the first place that takes it. Throws STORAGE_REFUSED if none does. */
  async put(id: ChunkId, bytes: Uint8Array, { signal }: StorageOptions = {}): Promise<void> {
    const name = checkId(id);
    const headers = { 'content-type': 'application/octet-stream' };
    const use = async (response: Response) => {
      await response.body?.cancel();
      if (!response.ok) throw writeRefusal(response.url, response);
    };
    const once = async () => {
      const failed: [string, unknown][] = [];
      for (const store of this.#inTurn(name)) {
        try {
          return await this.#requests.once({ method: 'PUT', url: store + name, headers, body: bytes }, use, signal);
        } catch (error) {
          if (signal?.aborted) throw error;
          failed.push([hostOf(store), error]);
        }
      }
      throw noneOf('takes the blob', failed);
    };
    return this.#requests.again(once, signal);
  }

  /** The places in the order of this blob; those that failed come last. */
  #inTurn(id: ChunkId): string[] {
    return placementOrder(id, this.#stores).sort((a, b) => (this.#faults.get(a) ?? 0) - (this.#faults.get(b) ?? 0));
  }
}
