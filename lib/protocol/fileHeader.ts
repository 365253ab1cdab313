/**
 * The header of a file, and the index of its chunks, as bytes.
 *
 *   header = "DnFl" 01 || suite u8 || salt (16) || capsule_simple (98) || wrapped (72) || u16be(len) || meta     at most 4,096
 *   meta   = AEAD(metaKey, nonce zero, aad = header before the length field, CBOR [name, mediaType, size or null], zeros)
 *   index  = "DnIx" 01 || 32-byte chunk ids in order
 *
 * Owns: both layouts and what meta may say. Owns not: keys and ciphers (`fileCipher.ts`), chunks (`fileEncrypt.ts`,
 * `fileDecrypt.ts`), the capsule's own check (umbral). Source: spec/protocol.md section 8.1.
 */
import { checkBrand } from './brand.ts';
import { checkBytes, concatBytes, u16be } from './bytes.ts';
import { decodeCborFirst, encodeCbor } from './cbor.ts';
import { chunkPlainBytes } from './constants.ts';
import { refuse } from './errors.ts';
import { orNull, textOf, tupleOf, uintOf } from './fields.ts';
import { sha256 } from './hash.ts';
import { fromHex, type Hex, toHex } from './hex.ts';

/** 1 = ChaCha20-Poly1305, 2 = AES-256-GCM (default). Same layout. */
export type FileSuite = 1 | 2;

/** What a cipher adds to a chunk or to meta. */
export const tagLength = 16;
/** 32 GiB of plaintext. */
export const maxChunks = 32_768;
export const maxFileSize = maxChunks * chunkPlainBytes;
/** Largest header, with its meta. */
export const maxHeaderLength = 4_096;
/** Bytes before the length field: what meta's tag covers. */
export const headerPrefixLength = 192;

const metaBlock = 256;

/** What the sender says of the file: encrypted, authenticated by the file key, still the sender's word. */
export interface FileMeta {
  /** At most 255 bytes of UTF-8; no control characters, no separators. May be empty. */
  readonly name: string;
  readonly mediaType: string;
  /** Plaintext bytes, or undefined if the sender did not know. */
  readonly size: number | undefined;
}

/** A parsed header; nothing in it is authenticated until its meta is opened. */
export interface FileHeader {
  readonly bytes: Uint8Array;
  /** S(bytes): the header's address, and the associated data of every chunk. */
  readonly id: Hex;
  readonly suite: FileSuite;
  readonly salt: Uint8Array;
  /** capsule_simple, 98 bytes, not yet checked. */
  readonly capsule: Uint8Array;
  /** The file key under the capsule, 72 bytes: nonce, key, tag. */
  readonly wrapped: Uint8Array;
  /** Sealed meta: a multiple of 256 bytes and the tag. */
  readonly meta: Uint8Array;
}

/** The header before its length field. Shape: salt 16, capsule 98, wrapped 72. Throws E_LENGTH. */
export function headerPrefix(parts: {
  suite: FileSuite;
  salt: Uint8Array;
  capsule: Uint8Array;
  wrapped: Uint8Array;
}): Uint8Array {
  return concatBytes(
    Uint8Array.of(0x44, 0x6e, 0x46, 0x6c, 1, parts.suite),
    checkBytes(parts.salt, 16, 'salt'),
    checkBytes(parts.capsule, 98, 'capsule'),
    checkBytes(parts.wrapped, 72, 'wrapped'),
  );
}

/** The whole header from its prefix and its sealed meta. */
export function makeHeader(prefix: Uint8Array, sealedMeta: Uint8Array): FileHeader {
  return parseFileHeader(concatBytes(prefix, u16be(sealedMeta.length), sealedMeta));
}

/**
 * How long the header is that begins with these (at least 194) bytes, for readers of a stream.
 * Throws E_LENGTH, E_BRAND, E_VERSION, E_FILE (unknown suite).
 */
export function fileHeaderLength(bytes: Uint8Array): number {
  checkBrand(bytes, 'DnFl', 'header');
  if (bytes.length < headerPrefixLength + 2) {
    refuse('E_LENGTH', 'header', `at least ${headerPrefixLength + 2} bytes`, `${bytes.length} bytes`);
  }
  const suite = bytes[5];
  if (suite !== 1 && suite !== 2) refuse('E_FILE', 'suite', '1 or 2', `${suite}`);
  const length = ((bytes[headerPrefixLength] as number) << 8) | (bytes[headerPrefixLength + 1] as number);
  const total = headerPrefixLength + 2 + length;
  if (total > maxHeaderLength || length < metaBlock + tagLength || (length - tagLength) % metaBlock !== 0) {
    refuse(
      'E_LENGTH',
      'meta',
      `16 and a multiple of 256, in at most ${maxHeaderLength} bytes of header`,
      `${length} bytes`,
    );
  }
  return total;
}

/** Parse exactly one header. Throws E_TYPE, E_LENGTH, E_BRAND, E_VERSION, E_FILE. */
export function parseFileHeader(input: Uint8Array): FileHeader {
  checkBytes(input, undefined, 'header');
  if (input.length > maxHeaderLength)
    refuse('E_LENGTH', 'header', `at most ${maxHeaderLength} bytes`, `${input.length} bytes`);
  const length = fileHeaderLength(input);
  if (input.length !== length) refuse('E_LENGTH', 'header', `${length} bytes`, `${input.length} bytes`);
  const bytes = Uint8Array.from(input);
  return {
    bytes,
    id: toHex(sha256(bytes)),
    suite: bytes[5] as FileSuite,
    salt: bytes.subarray(6, 22),
    capsule: bytes.subarray(22, 120),
    wrapped: bytes.subarray(120, 192),
    meta: bytes.subarray(headerPrefixLength + 2),
  };
}

/** Meta before it is sealed: CBOR and zeros up to a multiple of 256. Throws E_FIELD, E_LENGTH, E_NUMBER, E_UTF8. */
export function encodeMeta(meta: FileMeta): Uint8Array {
  const item = encodeCbor([meta.name, meta.mediaType, meta.size ?? null], 'meta');
  const bytes = new Uint8Array(Math.ceil(item.length / metaBlock) * metaBlock);
  bytes.set(item);
  readMeta(bytes);
  return bytes;
}

/** The inverse: one CBOR item, then only zeros. Throws the errors of CBOR, E_FIELD, E_LENGTH, E_NUMBER. */
export function readMeta(bytes: Uint8Array): FileMeta {
  const { value, rest } = decodeCborFirst(bytes, 'meta');
  if (rest.some((byte) => byte !== 0)) refuse('E_LENGTH', 'meta', 'zeros behind the end', 'other bytes');
  const [name, mediaType, size] = tupleOf(value, 3, 'meta');
  return {
    name: checkName(textOf(name, 'meta.name', 255)),
    mediaType: textOf(mediaType, 'meta.mediaType', 255),
    size: orNull(size, (given) => uintOf(given, 'meta.size', maxFileSize)),
  };
}

function checkName(name: string): string {
  if (/[/\\]/.test(name) || name === '.' || name === '..') {
    refuse('E_FIELD', 'meta.name', 'a name without / and \\', 'a path');
  }
  return name;
}

/** How many chunks a file of this size has: an empty file has one, which is empty. */
export function chunksOf(size: number): number {
  return Math.max(1, Math.ceil(size / chunkPlainBytes));
}

/** The index blob. Throws E_COUNT, E_HEX. */
export function encodeFileIndex(chunkIds: readonly Hex[]): Uint8Array {
  if (chunkIds.length < 1 || chunkIds.length > maxChunks) {
    refuse('E_COUNT', 'index', `1 to ${maxChunks} chunks`, `${chunkIds.length}`);
  }
  return concatBytes(Uint8Array.of(0x44, 0x6e, 0x49, 0x78, 1), ...chunkIds.map((id) => fromHex(id, 32, 'chunk id')));
}

/** Chunk ids in order. Throws E_TYPE, E_LENGTH, E_BRAND, E_VERSION. */
export function parseFileIndex(bytes: Uint8Array): readonly Hex[] {
  checkBytes(bytes, undefined, 'index');
  checkBrand(bytes, 'DnIx', 'index');
  const length = bytes.length - 5;
  if (length < 32 || length % 32 !== 0 || length > 32 * maxChunks) {
    refuse('E_LENGTH', 'index', `5 and 32 to ${32 * maxChunks} bytes, in steps of 32`, `${bytes.length} bytes`);
  }
  return Array.from({ length: length / 32 }, (_, i) => toHex(bytes.subarray(5 + 32 * i, 37 + 32 * i)));
}
