/**
 * Blobs at the HTTP chunk stores of nodes (`/v1/chunks/{id}`), or at any server that serves the same paths.
 *
 * Owns: trying places in turn, and beside each other when one is slow, until one gives the right bytes. Owns not: reservations, which a put at a node needs first
 * (`alice/publish.ts`). URIs of links and manifests: one that ends in `/` is a store, `<uri><id>`; another is the blob itself.
 * Source: protocol.md sections 7 and 8.3.
 */
import { utf8 } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { sha256 } from '../protocol/hash.ts';
import { toHex } from '../protocol/hex.ts';
import { maxChunkBytes } from '../protocol/limits.ts';
import type { ChunkId } from '../protocol/reservation.ts';
import { type ByteSpan, checkBlob, type Storage, type StorageOptions } from './storage.ts';

/** Milliseconds for one blob from one place. */
const usualTimeoutMs = 30_000;

export interface HttpStorageOptions {
  /** Stores, each a URL that ends in `/` and takes an id behind it. */
  readonly stores: readonly string[];
  /** For one blob from one place. Default 30,000. */
  readonly timeoutMs?: number;
  /** Another place is asked too when one has given nothing for so long. Default 1,500. */
  readonly hedgeMs?: number;
  readonly fetch?: typeof fetch;
}

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

export class HttpStorage implements Storage {
  readonly #stores: readonly string[];
  readonly #timeoutMs: number;
  readonly #hedgeMs: number;
  readonly #fetch: typeof fetch;
  /** Stores that failed or dawdled come last. */
  readonly #faults = new Map<string, number>();

  constructor(options: HttpStorageOptions) {
    this.#stores = options.stores.filter((store) => /^https?:\/\/.+\/$/.test(store));
    this.#timeoutMs = options.timeoutMs ?? usualTimeoutMs;
    this.#hedgeMs = options.hedgeMs ?? 1_500;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  async get(
    id: ChunkId,
    options: StorageOptions & { readonly range?: ByteSpan | undefined } = {},
  ): Promise<Uint8Array> {
    const { range, signal } = options;
    const places = this.#inTurn(id);
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    let worst = new ProtocolError('STORAGE_NOT_FOUND', {
      field: 'id',
      details: `None of ${places.length} places has ${id}.`,
    });
    const running = new Map<string, Promise<Uint8Array | undefined>>();
    const ask = (store: string) => {
      const attempt = this.#getFrom(store, id, range, stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) this.#blame(store);
        if (error instanceof ProtocolError) worst = error;
        else worst = new ProtocolError('NODE_UNREACHABLE', { details: `${store} cannot be reached.`, cause: error });
        return undefined;
      });
      running.set(store, attempt);
    };
    try {
      // One place at a time; the next as soon as one has failed, or beside one that keeps us waiting.
      while (places.length > 0 || running.size > 0) {
        if (signal?.aborted) throw new ProtocolError('ABORTED', { cause: signal.reason });
        const next = places.shift();
        if (next !== undefined) ask(next);
        const first = await this.#firstOf(running, places.length > 0, stop.signal);
        if (first === undefined) continue;
        running.delete(first.store);
        if (first.bytes === undefined) continue;
        for (const slow of running.keys()) this.#blame(slow);
        return first.bytes;
      }
      if (signal?.aborted) throw new ProtocolError('ABORTED', { cause: signal.reason });
      throw worst;
    } finally {
      stop.abort();
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

  /** From one place, checked; `undefined` if it has not got the blob. */
  async #getFrom(
    store: string,
    id: ChunkId,
    range: ByteSpan | undefined,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const headers: Record<string, string> = range
      ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` }
      : {};
    const response = await this.#ask('GET', store + id, headers, undefined, signal);
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (response.status !== (range ? 206 : 200)) {
      await response.body?.cancel();
      throw new ProtocolError('NODE_REFUSED', { details: `${store} answered ${response.status}.` });
    }
    const bytes = await readAtMost(response, range?.length ?? maxChunkBytes);
    if (range === undefined) return checkBlob(id, bytes);
    if (bytes.length === range.length) return bytes;
    throw new ProtocolError('STORAGE_CORRUPT', { details: `${store} gave ${bytes.length} of ${range.length} bytes.` });
  }

  #blame(store: string): void {
    this.#faults.set(store, (this.#faults.get(store) ?? 0) + 1);
  }

  async has(id: ChunkId, options: StorageOptions = {}): Promise<boolean> {
    for (const store of this.#inTurn(id)) {
      try {
        const response = await this.#ask('HEAD', store + id, {}, undefined, options.signal);
        await response.body?.cancel();
        if (response.ok) return true;
      } catch {
        if (options.signal?.aborted) throw new ProtocolError('ABORTED');
      }
    }
    return false;
  }

  /** At the first place that takes it. */
  async put(id: ChunkId, bytes: Uint8Array, options: StorageOptions = {}): Promise<void> {
    let worst: unknown;
    for (const store of this.#inTurn(id)) {
      try {
        const headers = { 'content-type': 'application/octet-stream' };
        const response = await this.#ask('PUT', store + id, headers, bytes, options.signal);
        await response.body?.cancel();
        if (response.ok) return;
        worst = new ProtocolError('NODE_REFUSED', { details: `${store} answered ${response.status}.` });
      } catch (error) {
        worst = error;
      }
    }
    throw worst instanceof ProtocolError
      ? worst
      : new ProtocolError('NODE_UNREACHABLE', { details: 'No place took the blob.', cause: worst });
  }

  /** The places in the order of this blob; those that failed come last. */
  #inTurn(id: ChunkId): string[] {
    return placementOrder(id, this.#stores).sort((a, b) => (this.#faults.get(a) ?? 0) - (this.#faults.get(b) ?? 0));
  }

  async #ask(
    method: string,
    url: string,
    headers: Record<string, string>,
    body: Uint8Array | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    if (signal?.aborted) throw new ProtocolError('ABORTED');
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    return this.#fetch(url, {
      method,
      headers,
      redirect: 'error',
      credentials: 'omit',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body && { body: body as Uint8Array<ArrayBuffer> }),
    });
  }
}

/** Fetch one blob by its id from URIs of a link or manifest. Throws as {@link HttpStorage.get}. */
export async function fetchBlob(
  id: ChunkId,
  uris: readonly string[],
  options: StorageOptions & { readonly fetch?: typeof fetch } = {},
): Promise<Uint8Array> {
  const stores = uris.filter((uri) => uri.endsWith('/'));
  const direct = uris.filter((uri) => /^https?:\/\//.test(uri) && !uri.endsWith('/'));
  const storage = new HttpStorage({ stores, ...(options.fetch && { fetch: options.fetch }) });
  try {
    return await storage.get(id, options);
  } catch (error) {
    for (const uri of direct) {
      try {
        const response = await (options.fetch ?? fetch)(uri, {
          redirect: 'error',
          credentials: 'omit',
          signal: AbortSignal.any([AbortSignal.timeout(usualTimeoutMs), ...(options.signal ? [options.signal] : [])]),
        });
        if (response.ok) return await checkBlob(id, await readAtMost(response, maxChunkBytes));
      } catch {
        // The next place may have it; the first error tells enough if none has.
      }
    }
    throw error;
  }
}

async function readAtMost(response: Response, most: number): Promise<Uint8Array> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > most) {
    await response.body?.cancel();
    throw new ProtocolError('STORAGE_CORRUPT', {
      details: `A place offers ${declared} bytes; at most ${most} were expected.`,
    });
  }
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const buffer = new Uint8Array(declared > 0 ? declared : most);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (length + value.length > buffer.length) {
      await reader.cancel().catch(() => undefined);
      throw new ProtocolError('STORAGE_CORRUPT', { details: `A place gave more than ${buffer.length} bytes.` });
    }
    buffer.set(value, length);
    length += value.length;
  }
  return length === buffer.length ? buffer : buffer.slice(0, length);
}
