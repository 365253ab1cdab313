/**
 * Decrypt a file from its header and the 32-byte file key: as a stream, or any part of it. A chunk is released only after
 * its tag; place, end and header are authenticated by nonce and associated data, so that nothing can be cut, swapped,
 * repeated or appended. Constant memory.
 *
 * Owns: opening headers, chunks, streams, and naming what is wrong. Owns not: where the file key comes from (capsule and
 * fragments: umbral), fetching. Source: spec/protocol.md section 8.1.
 */
import { Capsule } from '../umbral/capsule.ts';
import { decryptOriginal } from '../umbral/encrypt.ts';
import type { SecretKey } from '../umbral/keys.ts';
import { checkBytes } from './bytes.ts';
import { chunkBytes, chunkPlainBytes } from './constants.ts';
import { refuse } from './errors.ts';
import { chunkNonce, type FileCipher, loadCipher } from './fileCipher.ts';
import {
  type FileHeader,
  type FileMeta,
  fileHeaderLength,
  headerPrefixLength,
  maxChunks,
  maxHeaderLength,
  parseFileHeader,
  readMeta,
  tagLength,
} from './fileHeader.ts';
import { fromHex } from './hex.ts';
import { type ByteSource, inPieces, type Piece, piecesOf, streamOf } from './streams.ts';

/** How many chunks are in work at once: two while the one before them is handed on, so that two processors have work meanwhile. */
const width = 3;
/** How far around its place a misplaced chunk is looked for, to name the fault. */
const searched = 16;

/** The capsule of a header, checked. Throws UmbralError `parse`, `capsule.verify`. */
export function headerCapsule(header: FileHeader): Capsule {
  return Capsule.fromBytesSimple(header.capsule);
}

/** Alice's own way to a file key: 32 bytes, which the caller wipes. Throws UmbralError `capsule.verify`, `dem.auth`. */
export function openFileKey(delegatingSecretKey: SecretKey, header: FileHeader): Uint8Array {
  return decryptOriginal(delegatingSecretKey, headerCapsule(header), header.wrapped);
}

/**
 * Open a header with its file key, which is only read: the caller wipes it when this has returned.
 * Throws E_LENGTH (key), E_DECRYPT (key or header wrong), and what is wrong with an authentic meta (E_FIELD, …).
 */
export async function openFile(header: FileHeader, fileKey: Uint8Array): Promise<OpenedFile> {
  const metaCipher = await loadCipher(header.suite, fileKey, header.salt, 'meta');
  const prefix = header.bytes.subarray(0, headerPrefixLength);
  let meta: Uint8Array;
  try {
    meta = await metaCipher.open(new Uint8Array(12), prefix, header.meta);
  } catch {
    return refuse('E_DECRYPT', 'meta', 'the file key of this header', 'another, or a changed header');
  }
  return new OpenedFile(header, readMeta(meta), await loadCipher(header.suite, fileKey, header.salt, 'payload'));
}

/** A header whose meta is authentic, ready to open chunks. Made by {@link openFile} only. */
export class OpenedFile {
  readonly header: FileHeader;
  readonly meta: FileMeta;
  readonly #cipher: FileCipher;
  readonly #aad: Uint8Array;

  constructor(header: FileHeader, meta: FileMeta, cipher: FileCipher) {
    this.header = header;
    this.meta = meta;
    this.#cipher = cipher;
    this.#aad = fromHex(header.id, 32);
  }

  /**
   * Plaintext of chunk `index`. Shape: 1,048,592 bytes unless `last`; an empty last chunk only as chunk 0.
   * Throws E_LENGTH, E_CHUNK_FINAL (the file ends too early or goes on too long), E_CHUNK_ORDER (the chunk belongs
   * elsewhere), E_DECRYPT (changed), E_FILE (authentic, but not of the size that the header says).
   */
  async openChunk(index: number, last: boolean, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const field = `chunk[${index}]`;
    checkBytes(sealed, undefined, field);
    if (!Number.isInteger(index) || index < 0 || index >= maxChunks) {
      refuse('E_CHUNK_FINAL', field, `at most ${maxChunks} chunks`, 'more');
    }
    if (sealed.length < tagLength || sealed.length > chunkBytes || (!last && sealed.length < chunkBytes)) {
      const least = last ? tagLength : chunkBytes;
      refuse('E_LENGTH', field, `${least} to ${chunkBytes} bytes`, `${sealed.length} bytes`);
    }
    if (last && index > 0 && sealed.length === tagLength) {
      refuse('E_CHUNK_FINAL', field, 'a last chunk with at least one byte', 'an empty one');
    }
    const plaintext = await this.#try(index, last, sealed);
    if (plaintext === undefined) return this.#blame(index, last, sealed, field);
    this.#checkSize(index, last, plaintext.length, field);
    return plaintext;
  }

  /** An authentic chunk against an authentic size: where they differ, the sender contradicts himself. */
  #checkSize(index: number, last: boolean, length: number, field: string): void {
    const { size } = this.meta;
    if (size === undefined) return;
    const end = index * chunkPlainBytes + length;
    if (last ? end !== size : end >= size)
      refuse('E_FILE', field, `an end at ${size} bytes, as the header says`, `${end} bytes`);
  }

  async #try(index: number, last: boolean, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return await this.#cipher.open(chunkNonce(index, last), this.#aad, sealed);
    } catch {
      return undefined;
    }
  }

  /** Why a chunk did not open: tries the places it may belong to. Reached only with a wrong chunk; releases nothing. */
  async #blame(index: number, last: boolean, sealed: Uint8Array, field: string): Promise<never> {
    if ((await this.#try(index, !last, sealed)) !== undefined) {
      refuse(
        'E_CHUNK_FINAL',
        field,
        last ? 'the last chunk' : 'a chunk before the last',
        last ? 'one before it' : 'the last',
      );
    }
    for (let away = 1; away <= searched; away++) {
      for (const place of [index - away, index + away]) {
        if (place < 0 || place >= maxChunks) continue;
        for (const end of [false, true]) {
          if ((await this.#try(place, end, sealed)) !== undefined)
            refuse('E_CHUNK_ORDER', field, field, `chunk[${place}]`);
        }
      }
    }
    return refuse('E_DECRYPT', field, 'an authentic chunk of this file', 'other bytes');
  }
}

/**
 * Plaintext of the chunks that `source` gives in a row (what follows the header in a `.dintel` file, or chunk blobs in
 * order; pieces of any size). Errors of the stream: those of {@link OpenedFile.openChunk}, ABORTED, the source's own.
 */
export function decryptStream(
  file: OpenedFile,
  source: ByteSource,
  options: { readonly signal?: AbortSignal | undefined } = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const open = ({ index, last, bytes }: Piece) => file.openChunk(index, last, bytes);
  return streamOf(inPieces(source, chunkBytes, width, open, options.signal));
}

/**
 * Take the header off the front of a `.dintel` file; `rest` goes on behind it and must be read or cancelled.
 * Throws E_LENGTH, E_BRAND, E_VERSION, E_FILE.
 */
export async function readFileHeader(
  source: ByteSource,
): Promise<{ header: FileHeader; rest: ReadableStream<Uint8Array> }> {
  const pieces = piecesOf(source);
  try {
    let front: Uint8Array = new Uint8Array(0);
    let length = headerPrefixLength + 2;
    while (front.length < length) {
      const next = await pieces.next();
      if (next.done) break;
      const grown = new Uint8Array(front.length + next.value.length);
      grown.set(front);
      grown.set(next.value, front.length);
      front = grown;
      if (front.length >= headerPrefixLength + 2) length = fileHeaderLength(front);
    }
    const header = parseFileHeader(
      front.length > length ? front.subarray(0, length) : front.subarray(0, maxHeaderLength),
    );
    return { header, rest: streamOf(withFront(front.subarray(length), pieces)) };
  } catch (error) {
    await pieces.return(undefined);
    throw error;
  }
}

async function* withFront(front: Uint8Array, pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (front.length > 0) yield front;
    yield* pieces;
  } finally {
    await pieces.return(undefined);
  }
}
