/**
 * Encrypt a file: header, then chunks of 1 MiB as they are made, then the index. Nothing but the label's public key is
 * needed: no network, no policy, no Alice. Constant memory.
 *
 *   chunk i = AEAD(payloadKey, nonce = 7 zero bytes || u32be(i) || last, aad = S(header), 1,048,576 bytes of plaintext)
 *
 * Owns: making file keys, headers, chunks, ids. Owns not: where they go (storage), reading (`fileDecrypt.ts`).
 * Source: spec/protocol.md section 8.1.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { encrypt } from '../umbral/encrypt.ts';
import type { PublicKey } from '../umbral/keys.ts';
import { chunkPlainBytes } from './constants.ts';
import { refuse } from './errors.ts';
import { chunkNonce, digestId, type FileCipher, loadCipher } from './fileCipher.ts';
import {
  encodeFileIndex,
  encodeMeta,
  type FileHeader,
  type FileMeta,
  type FileSuite,
  headerPrefix,
  makeHeader,
  maxChunks,
  maxFileSize,
} from './fileHeader.ts';
import { fromHex, type Hex } from './hex.ts';
import { type ByteSource, inPieces, type Piece, streamOf } from './streams.ts';

/** How many chunks are in work at once: enough that cipher, hash and source overlap. Each costs 4 MiB, and a third gains little. */
const width = 2;

/** A fresh file key with its capsule. */
export interface SealedFileKey {
  /** 32 secret bytes. The caller wipes them. */
  readonly fileKey: Uint8Array;
  /** capsule_simple, 98 bytes. */
  readonly capsule: Uint8Array;
  /** 72 bytes. */
  readonly wrapped: Uint8Array;
}

/** Draw a file key and encrypt it to a label's delegating key. */
export function sealFileKey(delegatingKey: PublicKey): SealedFileKey {
  const fileKey = randomBytes(32);
  const { capsule, ciphertext } = encrypt(delegatingKey, fileKey);
  return { fileKey, capsule: capsule.toBytesSimple(), wrapped: ciphertext };
}

/** What the sender decides about a file. */
export interface EncryptFileOptions extends Partial<FileMeta> {
  readonly delegatingKey: PublicKey;
  /** Default 2, AES-256-GCM by WebCrypto. */
  readonly suite?: FileSuite | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One stored thing, addressed by the SHA-256 of its bytes. `index` counts chunks from 0. */
export type FileBlob =
  | { readonly kind: 'header' | 'index'; readonly id: Hex; readonly bytes: Uint8Array }
  | {
      readonly kind: 'chunk';
      readonly id: Hex;
      readonly bytes: Uint8Array;
      readonly index: number;
      readonly last: boolean;
    };

/**
 * Encrypt for a store: the header, each chunk as it is made, the index at the end. One may be uploading while the next is
 * encrypted; nothing is read ahead of the consumer but the few chunks in work.
 * Errors of the stream: E_LENGTH (the source is not of the size given), E_TOO_LARGE (32 GiB), E_FIELD (name), ABORTED, and
 * whatever the source throws.
 */
export function encryptFile(source: ByteSource, options: EncryptFileOptions): ReadableStream<FileBlob> {
  return streamOf(encryptBlobs(source, options));
}

async function* encryptBlobs(source: ByteSource, options: EncryptFileOptions): AsyncGenerator<FileBlob> {
  const writer = await startFile(options);
  const { header } = writer;
  yield { kind: 'header', id: header.id, bytes: header.bytes };
  const ids: Hex[] = [];
  const seal = (piece: Piece) => sealAndName(writer, piece);
  for await (const chunk of inPieces(source, chunkPlainBytes, width, seal, options.signal)) {
    ids.push(chunk.id);
    yield chunk;
  }
  const index = encodeFileIndex(ids);
  yield { kind: 'index', id: await digestId(index), bytes: index };
}

async function sealAndName(writer: FileWriter, piece: Piece): Promise<FileBlob> {
  const sealed = await writer.sealChunk(piece);
  const id = digestId(sealed);
  const bytes = moved(sealed);
  return { kind: 'chunk', id: await id, bytes, index: piece.index, last: piece.last };
}

/**
 * The same bytes in memory of this thread; where they were is free at once. WebCrypto leaves its results in memory of its own threads,
 * which comes back late and in pieces: a long encryption stays some 20 MiB smaller so, for a tenth of a millisecond a chunk.
 */
function moved(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  // ES2024; who has it not pays in memory only.
  (bytes.buffer as { readonly transfer?: (length: number) => ArrayBuffer }).transfer?.(0);
  return copy;
}

/** Encrypt to a plain `.dintel` file: header and chunks in a row, no ids. Errors as for {@link encryptFile}. */
export function encryptToStream(
  source: ByteSource,
  options: EncryptFileOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return streamOf(encryptBytes(source, options));
}

async function* encryptBytes(source: ByteSource, options: EncryptFileOptions): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const writer = await startFile(options);
  yield writer.header.bytes.slice();
  yield* inPieces(source, chunkPlainBytes, width, (piece) => writer.sealChunk(piece), options.signal);
}

/** A header and what seals the chunks behind it, each once and in order: a place sealed twice would repeat a nonce. */
export class FileWriter {
  readonly header: FileHeader;
  readonly #cipher: FileCipher;
  readonly #aad: Uint8Array;
  readonly #size: number | undefined;
  #next = 0;
  #ended = false;

  constructor(header: FileHeader, cipher: FileCipher, size: number | undefined) {
    this.header = header;
    this.#cipher = cipher;
    this.#aad = fromHex(header.id, 32);
    this.#size = size;
  }

  /**
   * Throws E_TOO_LARGE beyond 32,768 chunks, E_LENGTH when the end is not where the size said, E_CHUNK_ORDER and
   * E_CHUNK_FINAL for a chunk that is not the next one.
   */
  async sealChunk({ index, last, bytes }: Piece): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#ended) refuse('E_CHUNK_FINAL', 'index', 'no chunk after the last', `${index}`);
    if (index !== this.#next) refuse('E_CHUNK_ORDER', 'index', `${this.#next}`, `${index}`);
    if (index >= maxChunks) refuse('E_TOO_LARGE', 'source', `at most ${maxFileSize} bytes`, 'more');
    const end = index * chunkPlainBytes + bytes.length;
    if (this.#size !== undefined && (last ? end !== this.#size : end > this.#size)) {
      refuse('E_LENGTH', 'source', `${this.#size} bytes, the size given`, last ? `${end} bytes` : 'more');
    }
    this.#next += 1;
    this.#ended = last;
    return this.#cipher.seal(chunkNonce(index, last), this.#aad, bytes);
  }
}

/** Fresh key, fresh salt, header; the file key is wiped before this returns. */
async function startFile(options: EncryptFileOptions): Promise<FileWriter> {
  if (options.size !== undefined && options.size > maxFileSize) {
    refuse('E_TOO_LARGE', 'size', `at most ${maxFileSize} bytes`, `${options.size} bytes`);
  }
  const key = sealFileKey(options.delegatingKey);
  const salt = randomBytes(16);
  const meta = {
    name: options.name ?? '',
    mediaType: options.mediaType ?? 'application/octet-stream',
    size: options.size,
  };
  try {
    return await startFileWith(key, salt, meta, options.suite ?? 2);
  } finally {
    key.fileKey.fill(0);
  }
}

/** The same with a given key and salt, for vectors only: a repeated key is a repeated nonce. Not exported from the package. */
export async function startFileWith(
  key: SealedFileKey,
  salt: Uint8Array,
  meta: FileMeta,
  suite: FileSuite,
): Promise<FileWriter> {
  const prefix = headerPrefix({ suite, salt, capsule: key.capsule, wrapped: key.wrapped });
  const metaCipher = await loadCipher(suite, key.fileKey, salt, 'meta');
  const sealedMeta = await metaCipher.seal(new Uint8Array(12), prefix, encodeMeta(meta));
  const payload = await loadCipher(suite, key.fileKey, salt, 'payload');
  return new FileWriter(makeHeader(prefix, sealedMeta), payload, meta.size);
}
