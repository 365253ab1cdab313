/**
 * What Bob has got: files whose keys are open, to be read as streams, whole or in part. Owns: fetching chunks and putting
 * them through the opener. Owns not: keys (`bob.ts`), the format (protocol/fileDecrypt.ts). Source: protocol.md section 8.1.
 */
import { ProtocolError } from '../../protocol/errors.ts';
import { decryptStream, type OpenedFile } from '../../protocol/fileDecrypt.ts';
import { parseFileIndex } from '../../protocol/fileHeader.ts';
import { SeekableFile } from '../../protocol/fileSeek.ts';
import type { Hex } from '../../protocol/hex.ts';
import { isAuthor, type ManifestFile } from '../../protocol/manifest.ts';
import { checkSignal, inOrder } from '../../protocol/streams.ts';
import type { Storage } from '../../storage/storage.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import type { OnProgress } from '../progress.ts';

/** Chunks fetched ahead of the reader. */
const ahead = 3;

/** How reading is ended, and who is told how far it is. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Who wrote a file. Anybody can make a key and sign with it, and who holds the file's key can forge its contents; so a signature
 * proves an author only if it is by a key that Bob knows: the sender's, by the link, or one that he names.
 */
export type Author =
  | { readonly proven: true; readonly key: PublicKey; readonly by: 'sender' | 'known' }
  | { readonly proven: false /** Of a signature that holds, by a stranger. */; readonly key: PublicKey | undefined };

function authorOf(entry: ManifestFile, sender: PublicKey, known: readonly PublicKey[]): Author {
  const key = entry.author && isAuthor(entry) ? entry.author.key : undefined;
  if (key?.equals(sender)) return { proven: true, key, by: 'sender' };
  if (key && known.some((one) => one.equals(key))) return { proven: true, key, by: 'known' };
  return { proven: false, key };
}

/** One file, opened. Name and type are the sender's word; what is not authentic never leaves it. */
export class RetrievedFile {
  readonly name: string;
  readonly mediaType: string;
  /** Plaintext bytes. */
  readonly size: number;
  readonly headerId: Hex;
  readonly author: Author;
  readonly #file: OpenedFile;
  readonly #entry: ManifestFile;
  readonly #storage: Storage;
  #ids: Promise<readonly Hex[]> | undefined;

  constructor(
    file: OpenedFile,
    entry: ManifestFile,
    storage: Storage,
    authors: { readonly sender: PublicKey; readonly known: readonly PublicKey[] },
  ) {
    this.#file = file;
    this.#entry = entry;
    this.#storage = storage;
    this.name = file.meta.name;
    this.mediaType = file.meta.mediaType;
    this.size = entry.size;
    this.headerId = entry.headerId;
    this.author = authorOf(entry, authors.sender, authors.known);
  }

  /**
   * The whole file from its beginning, a chunk at a time, each authenticated before it leaves. Constant memory.
   * Errors of the stream: STORAGE_NOT_FOUND, STORAGE_CORRUPT, NODE_UNREACHABLE, E_CHUNK_ORDER, E_CHUNK_FINAL, E_DECRYPT, ABORTED.
   */
  stream(options: ReadOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { signal, onProgress } = options;
    const plain = decryptStream(this.#file, this.#chunks(signal), { signal });
    if (!onProgress) return plain;
    let done = 0;
    const total = this.size;
    return plain.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          done += chunk.length;
          onProgress({ type: 'decrypt.bytes', done, total });
          controller.enqueue(chunk);
        },
      }),
    );
  }

  /** The whole file in memory: for small ones. */
  async bytes(options: ReadOptions = {}): Promise<Uint8Array> {
    return new Uint8Array(await new Response(this.stream(options)).arrayBuffer());
  }

  /** For reading anywhere: only the chunks that are needed are fetched; the end of the file is proven first. */
  async seek(options: ReadOptions = {}): Promise<SeekableFile> {
    const ids = await this.#chunkIds(options.signal);
    return SeekableFile.open(
      this.#file,
      ids.length,
      (index, signal) => this.#storage.get((ids[index] as Hex).slice(2), { signal }),
      options.signal,
    );
  }

  async *#chunks(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const ids = await this.#chunkIds(signal);
    yield* inOrder(listed(ids, signal), ahead, (id) => this.#storage.get(id.slice(2), { signal }));
  }

  /** Names of the chunks, by the index blob; asked for once, and again only if it failed. */
  #chunkIds(signal: AbortSignal | undefined): Promise<readonly Hex[]> {
    this.#ids ??= this.#readIndex(signal).catch((error: unknown) => {
      this.#ids = undefined;
      throw error;
    });
    return this.#ids;
  }

  async #readIndex(signal: AbortSignal | undefined): Promise<readonly Hex[]> {
    const ids = parseFileIndex(await this.#storage.get(this.#entry.indexId.slice(2), { signal }));
    if (ids.length === this.#entry.chunks) return ids;
    throw new ProtocolError('E_MANIFEST', {
      field: 'index',
      expected: `${this.#entry.chunks} chunks`,
      got: `${ids.length}`,
    });
  }
}

async function* listed<T>(items: readonly T[], signal: AbortSignal | undefined): AsyncGenerator<T> {
  for (const item of items) {
    checkSignal(signal);
    yield item;
  }
}
