/**
 * Blobs as raw blocks of IPFS: read through a gateway, which is trusted with nothing, or a Kubo node; written through the Kubo
 * node's RPC, which pins them. A blob is one block, its CID (`cid.ts`) its id.
 *
 * Owns: the requests. Owns not: which gateway; several are several places (`places.ts`). A whole chunk has 16 bytes more than the
 * mebibyte at which Kubo warns, less than the 2 MiB that its exchange carries: hence `allow-big-block`.
 * Source: specs.ipfs.tech, trustless gateway; docs.ipfs.tech, Kubo RPC API v0 (block/put, block/get, block/stat).
 */
import { ProtocolError } from '../protocol/errors.ts';
import { maxChunkBytes } from '../protocol/limits.ts';
import type { ChunkId } from '../protocol/reservation.ts';
import { cidOf } from './cid.ts';
import { hostOf, type RequestOptions, Requests, readAtMost, refusal } from './requests.ts';
import {
  checkBlob,
  type GetOptions,
  notFound,
  type ReadableStorage,
  type RefusedWrite,
  type Storage,
  type StorageOptions,
  sliceSpan,
} from './storage.ts';

const rawBlock = { accept: 'application/vnd.ipld.raw' };

/** Which IPFS gateway, and how it is asked. */
export interface GatewayStorageOptions extends RequestOptions {
  /** A trustless gateway, as `https://ipfs.example`: it serves `/ipfs/{cid}?format=raw` without a redirect. */
  readonly gateway: string;
}

/** A gateway: to read only. */
export class GatewayStorage implements ReadableStorage {
  readonly #gateway: string;
  readonly #requests: Requests;

  constructor(options: GatewayStorageOptions) {
    this.#gateway = options.gateway.replace(/\/+$/, '');
    this.#requests = new Requests(options);
  }

  /** A range is cut from the whole block, which is compared with its name. */
  async get(id: ChunkId, { range, signal }: GetOptions = {}): Promise<Uint8Array> {
    const bytes = await this.#requests.read({ method: 'GET', url: this.#block(id), headers: rawBlock }, signal);
    if (bytes === undefined) throw notFound(id, hostOf(this.#gateway));
    return sliceSpan(await checkBlob(id, bytes), range);
  }

  /** Whether the gateway has it at hand: it is not sent to look for it. */
  async has(id: ChunkId, { signal }: StorageOptions = {}): Promise<boolean> {
    const headers = { ...rawBlock, 'cache-control': 'only-if-cached' };
    return this.#requests.has({ method: 'HEAD', url: this.#block(id), headers }, signal);
  }

  #block(id: ChunkId): string {
    return `${this.#gateway}/ipfs/${cidOf(id)}?format=raw`;
  }
}

/** Which Kubo node, and how it is asked. */
export interface KuboStorageOptions extends RequestOptions {
  /** The RPC of a Kubo node, as `http://127.0.0.1:5001`; never one that strangers reach. */
  readonly rpc: string;
  /** Sent with each request: authorisation, where the node asks for it. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A Kubo node of one's own. */
export class KuboStorage implements Storage {
  readonly #rpc: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #requests: Requests;

  constructor(options: KuboStorageOptions) {
    this.#rpc = `${options.rpc.replace(/\/+$/, '')}/api/v0/block`;
    this.#headers = options.headers ?? {};
    this.#requests = new Requests(options);
  }

  /** The node may fetch the block from others. A range is cut from the whole block, which is compared with its name. */
  async get(id: ChunkId, { range, signal }: GetOptions = {}): Promise<Uint8Array> {
    const url = `${this.#rpc}/get?arg=${cidOf(id)}`;
    const bytes = await this.#ask(url, maxChunkBytes, signal);
    if (bytes === undefined) throw notFound(id, hostOf(url));
    return sliceSpan(await checkBlob(id, bytes), range);
  }

  /** Whether the node has the block itself. */
  async has(id: ChunkId, { signal }: StorageOptions = {}): Promise<boolean> {
    return (await this.#ask(`${this.#rpc}/stat?arg=${cidOf(id)}&offline=true`, 8_192, signal)) !== undefined;
  }

  /** Pinned. Throws STORAGE_REFUSED; STORAGE_CORRUPT if the node names the block otherwise. */
  async put(id: ChunkId, bytes: Uint8Array, { signal }: StorageOptions = {}): Promise<void> {
    await checkBlob(id, bytes);
    const url = `${this.#rpc}/put?cid-codec=raw&mhtype=sha2-256&pin=true&allow-big-block=true`;
    const body = new FormData();
    body.append('data', new Blob([bytes as Uint8Array<ArrayBuffer>]));
    const answer = await this.#requests.send({ method: 'POST', url, headers: this.#headers, body }, signal, reasonOf);
    const cid = cidOf(id);
    if (!answer.includes(`"${cid}"`)) {
      throw new ProtocolError('STORAGE_CORRUPT', {
        details: `${hostOf(url)} names the block otherwise.`,
        expected: cid,
      });
    }
  }

  /** RPC answers 500 both when a block is missing and when it failed; the words tell which. */
  #ask(url: string, most: number, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    const use = async (response: Response) => {
      if (response.ok) return readAtMost(response, most, url);
      const words = new TextDecoder().decode(await readAtMost(response, 8_192, url));
      if (response.status === 500 && /not found|could not find/.test(words)) return undefined;
      throw refusal(url, response);
    };
    const request = { method: 'POST', url, headers: this.#headers } as const;
    return this.#requests.again(() => this.#requests.once(request, use, signal), signal);
  }
}

/** RPC answers 500 whatever went wrong; these words stay true. Source: Kubo's and Linux's own texts. */
function reasonOf(words: string): RefusedWrite | undefined {
  if (/storage limit exceeded|no space left|quota exceeded/.test(words)) return 'full';
  if (/block is over/.test(words)) return 'tooLarge';
  return /read-only file system/.test(words) ? 'readOnly' : undefined;
}
