/**
 * An encrypted file at hand, ready to be granted: its header, the names of its chunks, and a way to read each. Made from a
 * `.dintel` file without any key, or from a store that holds it already.
 *
 * Owns: cutting and naming. Owns not: encryption (protocol/fileEncrypt.ts), uploading (`alice/publish.ts`).
 * Source: protocol.md section 8.1.
 */
import { chunkBytes } from '../protocol/constants.ts';
import { ProtocolError } from '../protocol/errors.ts';
import {
  encodeFileIndex,
  type FileHeader,
  maxChunks,
  parseFileHeader,
  parseFileIndex,
  tagLength,
} from '../protocol/fileHeader.ts';
import { type ByteRange, readHeaderAt } from '../protocol/fileSeek.ts';
import type { Hex } from '../protocol/hex.ts';
import { checkSignal, checkSource } from '../protocol/streams.ts';
import { hashBlob, type Storage } from '../storage/storage.ts';
import { ready } from '../umbral/engine/current.ts';
import { mapLimited } from './clock.ts';
import type { OnProgress } from './progress.ts';

/** An encrypted file whose every part has a name. Units: `size` plaintext bytes. */
export interface SealedFile {
  readonly header: FileHeader;
  readonly indexId: Hex;
  readonly indexBytes: Uint8Array;
  readonly chunkIds: readonly Hex[];
  readonly size: number;
  /** Sealed bytes of one chunk. */
  readChunk(index: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/**
 * Name the parts of a `.dintel` file: one pass over it, a megabyte at a time. Throws E_LENGTH, E_BRAND, E_VERSION, E_FILE,
 * ABORTED, and what `range` throws.
 */
export async function openSealedFile(
  range: ByteRange,
  options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: OnProgress | undefined } = {},
): Promise<SealedFile> {
  const { signal, onProgress } = options;
  await ready();
  const header = await readHeaderAt(range, signal);
  const body = range.size - header.bytes.length;
  const chunks = Math.max(1, Math.ceil(body / chunkBytes));
  const lastBytes = body - (chunks - 1) * chunkBytes;
  if (chunks > maxChunks || lastBytes < tagLength || (lastBytes === tagLength && chunks > 1)) {
    throw new ProtocolError('E_FILE', {
      field: 'file',
      expected: 'a header and whole chunks',
      got: `${range.size} bytes`,
    });
  }
  const readChunk = (index: number, readSignal?: AbortSignal) =>
    range.read(header.bytes.length + index * chunkBytes, index === chunks - 1 ? lastBytes : chunkBytes, readSignal);
  let done = 0;
  // A few at once, so that the disk reads while another chunk is hashed.
  const chunkIds = await mapLimited(Array.from({ length: chunks }), 4, async (_, index): Promise<Hex> => {
    checkSignal(signal);
    const bytes = await readChunk(index, signal);
    const id = await hashBlob(bytes);
    done += bytes.length;
    onProgress?.({ type: 'file.hashed', done, total: body });
    return `0x${id}`;
  });
  return withIndex(header, chunkIds, body - chunks * tagLength, readChunk);
}

/**
 * An encrypted file of the stream that `encrypt` gives, kept in memory: for what is small enough, and for grants that need not survive this
 * process. On a disk: `savedFile` of `dintel/platform/node`; in a browser: a blob of `dintel/platform/browser` and {@link openSealedFile}.
 */
export async function heldFile(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SealedFile> {
  checkSource(stream);
  const sealed = await new Response(stream).blob();
  return openSealedFile(blobRange(sealed), options);
}

/** A file that a store holds, by what a manifest says of it: to grant it again without having it. */
export async function storedFile(
  storage: Storage,
  file: { readonly headerBytes: Uint8Array; readonly indexId: Hex; readonly size: number; readonly chunks: number },
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SealedFile> {
  await ready();
  const header = parseFileHeader(file.headerBytes);
  const chunkIds = parseFileIndex(await storage.get(file.indexId.slice(2), options));
  if (chunkIds.length !== file.chunks) {
    throw new ProtocolError('E_FILE', { field: 'index', expected: `${file.chunks} chunks`, got: `${chunkIds.length}` });
  }
  return withIndex(header, chunkIds, file.size, (index, signal) =>
    storage.get((chunkIds[index] as Hex).slice(2), { signal }),
  );
}

async function withIndex(
  header: FileHeader,
  chunkIds: readonly Hex[],
  size: number,
  readChunk: SealedFile['readChunk'],
): Promise<SealedFile> {
  const indexBytes = encodeFileIndex(chunkIds);
  return { header, indexBytes, indexId: `0x${await hashBlob(indexBytes)}`, chunkIds, size, readChunk };
}

/** Stored bytes of chunk `index` of a file of this plaintext size. */
export function sealedSizeOf(file: Pick<SealedFile, 'size' | 'chunkIds'>, index: number): number {
  const last = file.chunkIds.length - 1;
  return index < last ? chunkBytes : file.size + file.chunkIds.length * tagLength - last * chunkBytes;
}

/** Bytes as a range, for files that are in memory. */
export function bytesRange(bytes: Uint8Array): ByteRange {
  return {
    size: bytes.length,
    read: async (offset, length) => {
      if (offset + length > bytes.length) {
        throw new ProtocolError('E_LENGTH', { field: 'range', expected: `inside ${bytes.length} bytes` });
      }
      return bytes.slice(offset, offset + length);
    },
  };
}

/** A `Blob` or `File` of a browser (or of Node) as a range: read in pieces, never whole. */
export function blobRange(blob: Blob): ByteRange {
  return {
    size: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}
