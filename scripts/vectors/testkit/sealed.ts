/**
 * Files for the testkit, made from parts so that each part may be wrong while all others are right: a header is sealed over
 * the prefix as it stands, chunks under any place, flag, key and associated data.
 * Source: spec/protocol.md section 8.1.
 */
import { concatBytes, type FileMeta, type FileSuite, fromHex, sha256, toHex, u16be, utf8 } from 'dintel/protocol';
import { chunkNonce, type FileCipher, loadCipher } from '../../../lib/protocol/fileCipher.ts';
import { encodeMeta, headerPrefix } from '../../../lib/protocol/fileHeader.ts';
import { keyFor } from '../file.ts';

export const MiB = 1_048_576;

/** The text of small vectors. */
export const text = utf8('twenty bytes of text');
export const textMeta: FileMeta = { name: 'twenty.txt', mediaType: 'text/plain', size: 20 };
/** What the header of larger vectors says: that the sender did not know the size. */
export const openMeta: FileMeta = { name: 'large.bin', mediaType: '', size: undefined };

/** What may deviate in a header. */
export interface HeaderChoices {
  /** Names the file key, capsule and salt. */
  readonly key?: string;
  readonly suite?: FileSuite;
  readonly meta?: FileMeta;
  /** The plaintext of meta as bytes, instead of `meta`. */
  readonly metaBytes?: Uint8Array;
  /** The first 192 bytes changed before meta is sealed over them. */
  readonly prefix?: (prefix: Uint8Array) => Uint8Array;
  readonly metaNonce?: Uint8Array;
  readonly metaAad?: (prefix: Uint8Array) => Uint8Array;
  /** What enters the derivation of keys instead of what stands in the header. */
  readonly derive?: { readonly suite?: number; readonly salt?: Uint8Array; readonly metaUse?: 'payload' };
}

/** A chunk: its plaintext and its stored bytes. */
export interface SealedChunk {
  readonly plain: Uint8Array;
  readonly bytes: Uint8Array;
}

export class SealedParts {
  readonly key: ReturnType<typeof keyFor>;
  readonly header: Uint8Array;
  readonly aad: Uint8Array;
  readonly payload: FileCipher;

  constructor(key: ReturnType<typeof keyFor>, header: Uint8Array, payload: FileCipher) {
    this.key = key;
    this.header = header;
    this.aad = sha256(header);
    this.payload = payload;
  }

  /** A chunk of given plaintext, right for its place. */
  async chunk(index: number, last: boolean, plain: Uint8Array): Promise<SealedChunk> {
    return { plain, bytes: await this.payload.seal(chunkNonce(index, last), this.aad, plain) };
  }

  /** A chunk whose ciphertext is zeros: both ciphers are streams, so the plaintext is the stream itself. */
  async zeros(index: number, last: boolean, length = MiB, aad = this.aad, cipher = this.payload): Promise<SealedChunk> {
    return zeroChunk(cipher, chunkNonce(index, last), aad, length);
  }

  /** The header and chunks in a row. */
  file(...chunks: readonly (SealedChunk | Uint8Array)[]): Uint8Array {
    return concatBytes(this.header, ...chunks.map((chunk) => (chunk instanceof Uint8Array ? chunk : chunk.bytes)));
  }
}

export async function zeroChunk(
  cipher: FileCipher,
  nonce: Uint8Array,
  aad: Uint8Array,
  length: number,
): Promise<SealedChunk> {
  const plain = (await cipher.seal(nonce, aad, new Uint8Array(length))).slice(0, length);
  return { plain, bytes: await cipher.seal(nonce, aad, plain) };
}

/** Seal a header as chosen, and load what seals its chunks. */
export async function sealParts(choices: HeaderChoices = {}): Promise<SealedParts> {
  const key = keyFor(`testkit ${choices.key ?? 'one'}`);
  const made = headerPrefix({ suite: choices.suite ?? 2, salt: key.salt, capsule: key.capsule, wrapped: key.wrapped });
  const prefix = choices.prefix?.(made) ?? made;
  // The suite byte as it stands in the header, whatever it is, enters the keys.
  const suite = (choices.derive?.suite ?? prefix[5]) as FileSuite;
  const salt = choices.derive?.salt ?? prefix.slice(6, 22);
  const metaCipher = await loadCipher(suite, key.fileKey, salt, choices.derive?.metaUse ?? 'meta');
  const aad = choices.metaAad?.(prefix) ?? prefix;
  const plain = choices.metaBytes ?? encodeMeta(choices.meta ?? textMeta);
  const sealed = await metaCipher.seal(choices.metaNonce ?? new Uint8Array(12), aad, plain);
  const header = concatBytes(prefix, u16be(sealed.length), sealed);
  return new SealedParts(key, header, await loadCipher(suite, key.fileKey, salt, 'payload'));
}

/** The small file that most vectors spoil. */
export async function smallFile(choices: HeaderChoices = {}): Promise<{ parts: SealedParts; file: Uint8Array }> {
  const parts = await sealParts(choices);
  return { parts, file: parts.file(await parts.chunk(0, true, text)) };
}

/** A plaintext of meta: CBOR given as hexadecimal, padded with zeros to a multiple of 256. */
export function metaOf(cbor: string): Uint8Array {
  const item = fromHex(`0x${cbor}`);
  const bytes = new Uint8Array(Math.max(256, Math.ceil(item.length / 256) * 256));
  bytes.set(item);
  return bytes;
}

/** CBOR text in hexadecimal, head in its shortest form. */
export function cborText(content: Uint8Array | string): string {
  const bytes = typeof content === 'string' ? utf8(content) : content;
  const body = toHex(bytes).slice(2);
  const length = bytes.length.toString(16);
  if (bytes.length < 24) return (0x60 + bytes.length).toString(16) + body;
  return bytes.length < 256 ? `78${length.padStart(2, '0')}${body}` : `79${length.padStart(4, '0')}${body}`;
}
