/**
 * Blobs in an S3 bucket (or R2, MinIO, …) by presigned addresses, which a server of the application hands out: the browser holds
 * no key of the bucket. Owns: which address is asked for when. Owns not: signing, keys of objects, lifetimes.
 *
 * A blob is named by its SHA-256, so the signer can bind the very bytes: `x-amz-checksum-sha256` is the id in base64.
 * Source: Amazon S3 API reference, GetObject, HeadObject, PutObject.
 */
import type { ChunkId } from '../protocol/reservation.ts';
import { checkSignal } from '../protocol/streams.ts';
import { type HttpRequest, hostOf, type RequestOptions, Requests } from './requests.ts';
import {
  checkBlob,
  checkId,
  type GetOptions,
  notFound,
  type Storage,
  type StorageOptions,
  sliceSpan,
} from './storage.ts';

/** An address for one act on one blob, and headers that were signed with it. */
export interface PresignedUrl {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who presigns addresses of the bucket, and how it is asked. */
export interface S3StorageOptions extends RequestOptions {
  /** `size` in bytes for PUT. Called for each act; may ask the application's server, which decides who may. */
  presign(
    act: { readonly method: 'GET' | 'HEAD' | 'PUT'; readonly id: ChunkId; readonly size?: number },
    options: StorageOptions,
  ): Promise<PresignedUrl> | PresignedUrl;
}

/** Blobs in a bucket, by presigned addresses. */
export class S3Storage implements Storage {
  readonly #presign: S3StorageOptions['presign'];
  readonly #requests: Requests;

  constructor(options: S3StorageOptions) {
    this.#presign = options.presign;
    this.#requests = new Requests(options);
  }

  /** A range is cut from the whole blob, which is compared with its name. */
  async get(id: ChunkId, { range, signal }: GetOptions = {}): Promise<Uint8Array> {
    const request = await this.#request({ method: 'GET', id }, signal);
    const bytes = await this.#requests.read(request, signal);
    if (bytes === undefined) throw notFound(id, hostOf(request.url));
    return sliceSpan(await checkBlob(id, bytes), range);
  }

  async has(id: ChunkId, { signal }: StorageOptions = {}): Promise<boolean> {
    return this.#requests.has(await this.#request({ method: 'HEAD', id }, signal), signal);
  }

  /** Throws STORAGE_REFUSED for an address that was not signed for this, or a bucket that is full. */
  async put(id: ChunkId, bytes: Uint8Array, { signal }: StorageOptions = {}): Promise<void> {
    await checkBlob(id, bytes);
    const request = await this.#request({ method: 'PUT', id, size: bytes.length }, signal);
    await this.#requests.send({ ...request, body: bytes }, signal);
  }

  async #request(
    act: { readonly method: 'GET' | 'HEAD' | 'PUT'; readonly id: ChunkId; readonly size?: number },
    signal: AbortSignal | undefined,
  ): Promise<HttpRequest> {
    const id = checkId(act.id);
    checkSignal(signal);
    const { url, headers } = await this.#presign({ ...act, id }, { signal });
    return { method: act.method, url, ...(headers && { headers }) };
  }
}
