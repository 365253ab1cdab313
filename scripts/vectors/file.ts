/** file.json: small files whole, a file of three chunks by its ids, and one fault each. Source: spec/protocol.md section 8.1. */
import {
  concatBytes,
  encodeFileIndex,
  type FileMeta,
  type FileSuite,
  fromHex,
  type Hex,
  sha256,
  toHex,
  u16be,
  utf8,
} from 'dintel/protocol';
import { chunkNonce, loadCipher } from '../../lib/protocol/fileCipher.ts';
import { type FileWriter, type SealedFileKey, startFileWith } from '../../lib/protocol/fileEncrypt.ts';
import { encodeMeta } from '../../lib/protocol/fileHeader.ts';
import { encryptWith } from '../../lib/umbral/encrypt.ts';
import { flip, splice } from './faults.ts';
import { secretOf } from './people.ts';

const MiB = 1_048_576;
const delegating = secretOf('delegating');
const idOf = (bytes: Uint8Array): Hex => toHex(sha256(bytes));

/** The byte at place i of a large vector. */
const byteAt = (i: number): number => (i + 7 * (i >> 8)) & 255;

export function keyFor(name: string): SealedFileKey & { readonly salt: Uint8Array } {
  const fileKey = sha256(utf8(`dintel vector file key ${name}`));
  const random = {
    r: secretOf(`file r ${name}`).toSecretBytes(),
    u: secretOf(`file u ${name}`).toSecretBytes(),
    nonce: sha256(utf8(`dintel vector file nonce ${name}`)).subarray(0, 24),
  };
  const made = encryptWith(random, delegating.publicKey, fileKey);
  if (made === undefined) throw new Error('r + u must not vanish');
  const salt = sha256(utf8(`dintel vector file salt ${name}`)).subarray(0, 16);
  return { fileKey, capsule: made.capsule.toBytesSimple(), wrapped: made.ciphertext, salt };
}

const describeKey = (key: ReturnType<typeof keyFor>) => ({
  fileKey: toHex(key.fileKey),
  salt: toHex(key.salt),
  capsule: toHex(key.capsule),
  wrapped: toHex(key.wrapped),
});

const last = (writer: FileWriter, bytes: Uint8Array): Promise<Uint8Array> =>
  writer.sealChunk({ index: 0, last: true, bytes });

/** A file of one chunk, given whole. */
async function small(name: string, suite: FileSuite, plaintext: Uint8Array, meta: FileMeta) {
  const key = keyFor(name);
  const writer = await startFileWith(key, key.salt, meta, suite);
  const chunk = await last(writer, plaintext);
  const index = encodeFileIndex([idOf(chunk)]);
  return {
    name,
    suite,
    ...describeKey(key),
    meta: { ...meta, size: meta.size ?? null },
    plaintext: toHex(plaintext),
    header: toHex(writer.header.bytes),
    headerId: writer.header.id,
    chunk: toHex(chunk),
    chunkId: idOf(chunk),
    index: toHex(index),
    indexId: idOf(index),
  };
}

/** A header whose meta is sealed rightly but says something else than an encoder would. */
async function headerWithMeta(
  header: Uint8Array,
  key: ReturnType<typeof keyFor>,
  meta: Uint8Array,
): Promise<Uint8Array> {
  const cipher = await loadCipher(2, key.fileKey, key.salt, 'meta');
  const sealed = await cipher.seal(new Uint8Array(12), header.subarray(0, 192), meta);
  return concatBytes(header.subarray(0, 192), u16be(sealed.length), sealed);
}

async function faults(): Promise<object[]> {
  const key = keyFor('twenty bytes');
  const meta: FileMeta = { name: 'twenty.txt', mediaType: 'text/plain', size: 20 };
  const writer = await startFileWith(key, key.salt, meta, 2);
  const header = writer.header.bytes;
  const chunk = await last(writer, utf8('twenty bytes of text'));
  const file = concatBytes(header, chunk);
  const plainMeta = encodeMeta(meta);
  const lied = await startFileWith(key, key.salt, { ...meta, size: 21 }, 2);
  const payload = await loadCipher(2, key.fileKey, key.salt, 'payload');
  const short = await payload.seal(chunkNonce(0, true), fromHex(lied.header.id), utf8('twenty bytes of text'));
  const withMeta = async (changed: Uint8Array) => concatBytes(await headerWithMeta(header, key, changed), chunk);
  const cases: [string, Uint8Array, string][] = [
    ['another brand', flip(file, 0), 'E_BRAND'],
    ['version 2', splice(file, 4, 1, 2), 'E_VERSION'],
    ['suite 3', splice(file, 5, 1, 3), 'E_FILE'],
    ['the other suite', splice(file, 5, 1, 1), 'E_DECRYPT'],
    ['a bit of the salt', flip(file, 8 * 6), 'E_DECRYPT'],
    ['a bit of the capsule', flip(file, 8 * 100), 'E_DECRYPT'],
    ['a bit of the wrapped key', flip(file, 8 * 130), 'E_DECRYPT'],
    ['a length of meta that is no multiple', splice(file, 193, 1, 17), 'E_LENGTH'],
    ['a header above 4,096 bytes', splice(file, 192, 2, 0x10, 0x10), 'E_LENGTH'],
    ['a bit of meta', flip(file, 8 * 200), 'E_DECRYPT'],
    ['a bit of the tag of meta', flip(file, 8 * (header.length - 1)), 'E_DECRYPT'],
    ['padding of meta that is not zero', await withMeta(flip(plainMeta, 8 * 255)), 'E_LENGTH'],
    ['a second encoding of the size', await withMeta(splice(plainMeta, 23, 2, 0x18, 20)), 'E_CANONICAL'],
    ['a bit of the chunk', flip(file, 8 * header.length), 'E_DECRYPT'],
    ['a bit of its tag', flip(file, 8 * file.length - 8), 'E_DECRYPT'],
    ['one byte less', file.subarray(0, -1), 'E_DECRYPT'],
    ['one byte more', concatBytes(file, Uint8Array.of(0)), 'E_DECRYPT'],
    ['no chunk', header, 'E_LENGTH'],
    ['half a header', header.subarray(0, 300), 'E_LENGTH'],
    ['an authentic chunk of another size than the header says', concatBytes(lied.header.bytes, short), 'E_FILE'],
    [
      'a chunk without the last flag',
      concatBytes(
        header,
        await payload.seal(chunkNonce(0, false), fromHex(writer.header.id), utf8('twenty bytes of text')),
      ),
      'E_CHUNK_FINAL',
    ],
    [
      'a chunk of place 1',
      concatBytes(
        header,
        await payload.seal(chunkNonce(1, true), fromHex(writer.header.id), utf8('twenty bytes of text')),
      ),
      'E_CHUNK_ORDER',
    ],
  ];
  return cases.map(([name, bytes, code]) => ({ name, fileKey: toHex(key.fileKey), file: toHex(bytes), code }));
}

/** Three chunks, too large to be given: plaintext by rule, chunks by id, faults by which chunks come in which order. */
async function large(): Promise<object> {
  const key = keyFor('three chunks');
  const size = 2 * MiB + 5;
  const plaintext = Uint8Array.from({ length: size }, (_, i) => byteAt(i));
  const writer = await startFileWith(key, key.salt, { name: 'large.bin', mediaType: '', size: undefined }, 2);
  const ids: Hex[] = [];
  for (let i = 0; i < 3; i++) {
    const bytes = plaintext.subarray(i * MiB, (i + 1) * MiB);
    ids.push(idOf(await writer.sealChunk({ index: i, last: i === 2, bytes })));
  }
  const index = encodeFileIndex(ids);
  const payload = await loadCipher(2, key.fileKey, key.salt, 'payload');
  const empty = await payload.seal(chunkNonce(2, true), fromHex(writer.header.id), new Uint8Array(0));
  return {
    rule: 'the byte at place i is (i + 7 * floor(i / 256)) mod 256',
    size,
    sha256: idOf(plaintext),
    suite: 2,
    ...describeKey(key),
    header: toHex(writer.header.bytes),
    chunkIds: ids,
    index: toHex(index),
    indexId: idOf(index),
    faults: [
      { name: 'two swapped', chunks: [1, 0, 2], code: 'E_CHUNK_ORDER' },
      { name: 'the first dropped', chunks: [1, 2], code: 'E_CHUNK_ORDER' },
      { name: 'the middle dropped', chunks: [0, 2], code: 'E_CHUNK_ORDER' },
      { name: 'one repeated', chunks: [0, 0, 1, 2], code: 'E_CHUNK_ORDER' },
      { name: 'the last dropped', chunks: [0, 1], code: 'E_CHUNK_FINAL' },
      { name: 'an empty last chunk', chunks: [0, 1], append: toHex(empty), code: 'E_CHUNK_FINAL' },
      { name: 'a byte behind the end', chunks: [0, 1, 2], append: '0x00', code: 'E_DECRYPT' },
    ],
    indexFaults: [
      { name: 'another brand', index: toHex(flip(index, 0)), code: 'E_BRAND' },
      { name: 'version 2', index: toHex(splice(index, 4, 1, 2)), code: 'E_VERSION' },
      { name: 'no chunk', index: toHex(index.subarray(0, 5)), code: 'E_LENGTH' },
      { name: 'one byte more', index: toHex(concatBytes(index, Uint8Array.of(0))), code: 'E_LENGTH' },
      { name: 'one byte less', index: toHex(index.subarray(0, -1)), code: 'E_LENGTH' },
    ],
  };
}

export async function fileVectors(): Promise<object> {
  const text = { name: 'twenty.txt', mediaType: 'text/plain', size: 20 };
  return {
    about:
      'spec/protocol.md section 10, "file". A file is header || chunks. Faults are opened with the file key given; each has one fault. suite enters the key derivation as the one byte of the header.',
    delegating: { secret: toHex(delegating.toSecretBytes()), public: toHex(delegating.publicKey.toBytes()) },
    valid: [
      await small('twenty bytes', 2, utf8('twenty bytes of text'), text),
      await small('twenty bytes of suite 1', 1, utf8('twenty bytes of text'), text),
      await small('empty', 2, new Uint8Array(0), { name: '', mediaType: '', size: 0 }),
      await small('one byte, size unknown', 1, Uint8Array.of(42), {
        name: 'é'.repeat(127),
        mediaType: 'a/b',
        size: undefined,
      }),
    ],
    faults: await faults(),
    large: await large(),
  };
}
