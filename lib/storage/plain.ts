/**
 * Blobs behind plain HTTP GET, to read only: any web server or bucket that serves files named by their ids, or one address of one
 * blob. Owns: addresses. Source: protocol.md section 8.3 (`uris`).
 */
import { ProtocolError } from '../protocol/errors.ts';
import type { ChunkId } from '../protocol/reservation.ts';
import { hostOf, type RequestOptions, Requests } from './requests.ts';
import {
  checkBlob,
  checkId,
  type GetOptions,
  notFound,
  type ReadableStorage,
  type StorageOptions,
  sliceSpan,
} from './storage.ts';

/** Which web server, and how it is asked. */
export interface PlainStorageOptions extends RequestOptions {
  /** An http(s) address. One that ends in `/` takes an id behind it; another is a blob itself. */
  readonly url: string;
}

/** A plain web server as a store: blobs under their ids, read by GET. */
export class PlainStorage implements ReadableStorage {
  readonly #url: string;
  readonly #requests: Requests;

  /** Throws E_URL. */
  constructor(options: PlainStorageOptions) {
    if (!/^https?:\/\//.test(options.url) || !URL.canParse(options.url)) {
      throw new ProtocolError('E_URL', { field: 'url', expected: 'an address of http or https' });
    }
    this.#url = options.url;
    this.#requests = new Requests(options);
  }

  /** A range is cut from the whole blob, which is compared with its name. */
  async get(id: ChunkId, { range, signal }: GetOptions = {}): Promise<Uint8Array> {
    const bytes = await this.#requests.read({ method: 'GET', url: this.#place(id) }, signal);
    if (bytes === undefined) throw notFound(id, hostOf(this.#url));
    return sliceSpan(await checkBlob(id, bytes), range);
  }

  async has(id: ChunkId, { signal }: StorageOptions = {}): Promise<boolean> {
    return this.#requests.has({ method: 'HEAD', url: this.#place(id) }, signal);
  }

  #place(id: ChunkId): string {
    return this.#url.endsWith('/') ? this.#url + checkId(id) : this.#url;
  }
}
