/**
 * Read any part of an encrypted file, at once or as a stream: only the chunks that hold it are fetched and opened. The last
 * chunk is opened first, because it alone proves where the file ends.
 *
 * Owns: places to chunks, a cache of one chunk. Owns not: opening chunks (`fileDecrypt.ts`), transport.
 * Source: spec/protocol.md section 8.1: chunk i starts at headerLength + i * 1,048,592.
 */
import { checkUint } from './bytes.ts';
import { chunkBytes, chunkPlainBytes } from './constants.ts';
import { refuse } from './errors.ts';
import { type OpenedFile, openFile } from './fileDecrypt.ts';
import { type FileHeader, fileHeaderLength, headerPrefixLength, maxChunks, parseFileHeader } from './fileHeader.ts';
import { inOrder, streamOf } from './streams.ts';

/** Chunks fetched and opened at once for a stream. */
const ahead = 3;

/** Bytes at a place: a local file, or HTTP with `Range`. `read` gives exactly `length` bytes or rejects. */
export interface ByteRange {
  /** Bytes in all. */
  readonly size: number;
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Gives the sealed bytes of chunk `index`. */
export type ChunkReader = (index: number, signal?: AbortSignal) => Promise<Uint8Array>;

/** The header of a `.dintel` file behind ranges. Throws E_LENGTH, E_BRAND, E_VERSION, E_FILE. */
export async function readHeaderAt(range: ByteRange, signal?: AbortSignal): Promise<FileHeader> {
  const front = await range.read(0, Math.min(range.size, headerPrefixLength + 2), signal);
  const length = fileHeaderLength(front);
  if (length > range.size) refuse('E_LENGTH', 'header', `${length} bytes`, `${range.size} bytes`);
  return parseFileHeader(await range.read(0, length, signal));
}

/** Open a `.dintel` file behind ranges for reading anywhere. Errors of {@link SeekableFile.open} and {@link readHeaderAt}. */
export async function openRange(range: ByteRange, fileKey: Uint8Array, signal?: AbortSignal): Promise<SeekableFile> {
  const header = await readHeaderAt(range, signal);
  const body = range.size - header.bytes.length;
  const chunks = Math.max(1, Math.ceil(body / chunkBytes));
  const reader: ChunkReader = (index, readSignal) => {
    const start = index * chunkBytes;
    return range.read(header.bytes.length + start, Math.min(chunkBytes, body - start), readSignal);
  };
  return SeekableFile.open(await openFile(header, fileKey), chunks, reader, signal);
}

/** A file whose end is proven. */
export class SeekableFile {
  readonly file: OpenedFile;
  /** Plaintext bytes, authenticated by the last chunk. */
  readonly size: number;
  readonly chunks: number;
  readonly #read: ChunkReader;
  #cached: { index: number; bytes: Uint8Array<ArrayBuffer> };

  private constructor(file: OpenedFile, chunks: number, read: ChunkReader, last: Uint8Array<ArrayBuffer>) {
    this.file = file;
    this.chunks = chunks;
    this.size = (chunks - 1) * chunkPlainBytes + last.length;
    this.#read = read;
    this.#cached = { index: chunks - 1, bytes: last };
  }

  /** Opens the last of `chunks` chunks. Throws E_COUNT, the errors of `openChunk`, and the reader's own. */
  static async open(file: OpenedFile, chunks: number, read: ChunkReader, signal?: AbortSignal): Promise<SeekableFile> {
    if (!Number.isInteger(chunks) || chunks < 1 || chunks > maxChunks) {
      refuse('E_COUNT', 'chunks', `1 to ${maxChunks}`, `${chunks}`);
    }
    const last = await file.openChunk(chunks - 1, true, await read(chunks - 1, signal));
    return new SeekableFile(file, chunks, read, last);
  }

  /** Plaintext of one chunk. */
  async chunk(index: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#cached.index === index) return this.#cached.bytes;
    const bytes = await this.#open(index, signal);
    this.#cached = { index, bytes };
    return bytes;
  }

  async #open(index: number, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    return this.file.openChunk(index, index === this.chunks - 1, await this.#read(index, signal));
  }

  /**
   * Plaintext from `start` to before `end` as a stream, places as for `Blob.slice`: negative ones count from the end, and what lies
   * outside is left out. A few chunks are fetched ahead; each is given out after its tag. Errors of the stream: as `chunk`, ABORTED.
   */
  slice(start = 0, end = this.size, signal?: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
    const place = (at: number) => Math.min(Math.max(at < 0 ? this.size + at : at, 0), this.size);
    const from = place(Math.trunc(start));
    return streamOf(this.#part(from, Math.max(from, place(Math.trunc(end))), signal));
  }

  async *#part(from: number, to: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    if (from === to) return;
    const first = Math.floor(from / chunkPlainBytes);
    const count = Math.floor((to - 1) / chunkPlainBytes) - first + 1;
    const indices = Array.from({ length: count }, (_, i) => first + i);
    const open = async (index: number) => {
      const start = index * chunkPlainBytes;
      // What is kept must not be changed by whoever reads.
      const bytes = index === this.#cached.index ? this.#cached.bytes.slice() : await this.#open(index, signal);
      return bytes.subarray(Math.max(0, from - start), to - start);
    };
    yield* inOrder(indices, ahead, open, signal);
  }

  /** Plaintext from `offset`, `length` bytes or up to the end. Throws E_NUMBER. */
  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    checkUint(offset, 48, 'offset');
    checkUint(length, 48, 'length');
    const result = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    for (let at = 0; at < result.length; ) {
      const index = Math.floor((offset + at) / chunkPlainBytes);
      const from = offset + at - index * chunkPlainBytes;
      const part = (await this.chunk(index, signal)).subarray(from, from + result.length - at);
      result.set(part, at);
      at += part.length;
    }
    return result;
  }
}
