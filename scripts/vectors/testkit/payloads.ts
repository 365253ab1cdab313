/** Files with a right header whose chunks are not the ones of that header, at their places, up to their end. */
import { concatBytes, type FileMeta, type FileSuite, u32be } from 'dintel/protocol';
import { chunkNonce, loadCipher } from '../../../lib/protocol/fileCipher.ts';
import { flip } from '../faults.ts';
import { MiB, openMeta, type SealedChunk, type SealedParts, sealParts, text, textMeta, zeroChunk } from './sealed.ts';
import type { Vector } from './vector.ts';

const none: Uint8Array = new Uint8Array(0);
type Row = readonly [name: string, error: string, comment: string, chunks: readonly (SealedChunk | Uint8Array)[]];

function failing(parts: SealedParts, meta: FileMeta, row: Row, released = none, rangeError?: string): Vector {
  const [name, error, comment, chunks] = row;
  return {
    name,
    expect: 'payload failure',
    error,
    ...(rangeError !== undefined && { rangeError }),
    key: { fileKey: parts.key.fileKey },
    meta,
    released,
    file: parts.file(...chunks),
    comment,
  };
}

/** A nonce with one byte set otherwise. */
function nonceWith(at: number, value: number): Uint8Array {
  const nonce = chunkNonce(0, true);
  nonce[at] = value;
  return nonce;
}

/** One chunk of twenty bytes. */
async function small(suite: FileSuite): Promise<Vector[]> {
  const parts = await sealParts({ suite });
  const other = await sealParts({ suite, key: 'two' });
  const again = await sealParts({ suite, meta: { ...textMeta, name: 'other.txt' } });
  const { payload, aad } = parts;
  const good = await parts.chunk(0, true, text);
  const { bytes } = good;
  const sealed = (nonce: Uint8Array, data = aad, cipher = payload): Promise<Uint8Array> =>
    cipher.seal(nonce, data, text);
  const swapped = await loadCipher(suite === 1 ? 2 : 1, parts.key.fileKey, parts.key.salt, 'payload');
  const metaKey = await loadCipher(suite, parts.key.fileKey, parts.key.salt, 'meta');
  const rows: readonly Row[] = [
    ['no_chunk', 'E_LENGTH', 'the header alone', []],
    ['one_byte', 'E_LENGTH', 'a single byte', [Uint8Array.of(0)]],
    ['cut_in_tag', 'E_LENGTH', '15 bytes: less than a tag', [bytes.subarray(0, 15)]],
    ['cut_to_tag', 'E_DECRYPT', 'the first 16 bytes', [bytes.subarray(0, 16)]],
    ['tag_only', 'E_DECRYPT', 'the last 16 bytes: the tag without its text', [bytes.subarray(-16)]],
    ['cut_first', 'E_DECRYPT', 'the first byte is missing', [bytes.subarray(1)]],
    ['cut_last', 'E_DECRYPT', 'the last byte is missing', [bytes.subarray(0, -1)]],
    ['bit_first', 'E_DECRYPT', 'the first bit', [flip(bytes, 0)]],
    ['bit_last', 'E_DECRYPT', 'a bit of the last byte of text', [flip(bytes, 8 * 19)]],
    ['bit_of_tag_first', 'E_DECRYPT', 'the first bit of the tag', [flip(bytes, 8 * 20)]],
    ['bit_of_tag_last', 'E_DECRYPT', 'the last bit of the tag', [flip(bytes, 8 * 35 + 7)]],
    ['zeros', 'E_DECRYPT', '36 zero bytes', [new Uint8Array(36)]],
    ['extended_by_zero', 'E_DECRYPT', 'a zero byte behind the end', [good, Uint8Array.of(0)]],
    ['extended_by_tag', 'E_DECRYPT', '16 bytes behind the end', [good, new Uint8Array(16)]],
    ['extended_by_itself', 'E_DECRYPT', 'the chunk twice; a short chunk is always the last', [good, good]],
    ['flag_missing', 'E_CHUNK_FINAL', 'the last flag is 0', [await parts.chunk(0, false, text)]],
    ['flag_2', 'E_DECRYPT', 'the last flag is 2', [await sealed(nonceWith(11, 2))]],
    ['flag_255', 'E_DECRYPT', 'the last flag is 255', [await sealed(nonceWith(11, 255))]],
    [
      'flag_in_front',
      'E_DECRYPT',
      'the flag in the first byte of the nonce',
      [await sealed(concatBytes(Uint8Array.of(1), new Uint8Array(11)))],
    ],
    ['nonce_prefix', 'E_DECRYPT', 'a 1 in front of the number', [await sealed(nonceWith(6, 1))]],
    [
      'nonce_of_zeros',
      'E_CHUNK_FINAL',
      'the nonce of meta is that of a chunk 0 which is not the last',
      [await sealed(new Uint8Array(12))],
    ],
    ['place_1', 'E_CHUNK_ORDER', 'the only chunk is sealed for place 1', [await parts.chunk(1, true, text)]],
    ['place_1_unflagged', 'E_CHUNK_ORDER', 'place 1, not the last', [await parts.chunk(1, false, text)]],
    ['place_16', 'E_CHUNK_ORDER', 'place 16', [await parts.chunk(16, true, text)]],
    ['place_largest', 'E_DECRYPT', 'place 32,767', [await parts.chunk(32_767, true, text)]],
    [
      'place_2_32',
      'E_DECRYPT',
      'the number 2^32 - 1',
      [await sealed(concatBytes(new Uint8Array(7), u32be(0xffffffff), Uint8Array.of(1)))],
    ],
    ['aad_none', 'E_DECRYPT', 'no associated data', [await sealed(chunkNonce(0, true), none)]],
    ['aad_header', 'E_DECRYPT', 'the header instead of its hash', [await sealed(chunkNonce(0, true), parts.header)]],
    [
      'aad_prefix',
      'E_DECRYPT',
      'the first 192 bytes of the header',
      [await sealed(chunkNonce(0, true), parts.header.subarray(0, 192))],
    ],
    [
      'of_another_header',
      'E_DECRYPT',
      'same key and salt, another name in the header',
      [await again.chunk(0, true, text)],
    ],
    ['of_another_file', 'E_DECRYPT', 'the chunk of a file of another key', [await other.chunk(0, true, text)]],
    ['under_meta_key', 'E_DECRYPT', 'sealed with the key of meta', [await sealed(chunkNonce(0, true), aad, metaKey)]],
    [
      'other_suite',
      'E_DECRYPT',
      'sealed in the other suite, with its key',
      [await sealed(chunkNonce(0, true), aad, swapped)],
    ],
    ['in_clear', 'E_DECRYPT', 'the text itself', [text]],
    ['header_twice', 'E_DECRYPT', 'the header once more before the chunk', [parts.header, good]],
  ];
  return rows.map(([name, ...row]) => failing(parts, textMeta, [`one_${name}_suite_${suite}`, ...row]));
}

/** An authentic chunk against what the header says of the size. */
async function sizes(): Promise<Vector[]> {
  const rows: (readonly [string, number, Uint8Array, string])[] = [
    ['one_less', 19, text, 'E_FILE'],
    ['one_more', 21, text, 'E_FILE'],
    ['none', 0, text, 'E_FILE'],
    ['of_empty', 1, none, 'E_FILE'],
    ['largest', 34_359_738_368, text, 'E_FILE'],
    ['of_two_chunks', MiB + 20, text, 'E_FILE'],
  ];
  const vectors = await Promise.all(
    rows.map(async ([name, size, plain, error]) => {
      const meta = { ...textMeta, size };
      const parts = await sealParts({ meta });
      const comment = `the header says ${size} bytes, the chunk has ${plain.length}`;
      return failing(parts, meta, [`size_${name}`, error, comment, [await parts.chunk(0, true, plain)]]);
    }),
  );
  for (const [name, size] of [
    ['ends_before_the_first_chunk', 5],
    ['ends_with_the_first_chunk', MiB],
  ] as const) {
    const meta = { ...openMeta, size };
    const parts = await sealParts({ meta });
    const chunks = [await parts.zeros(0, false), await parts.zeros(1, true, 5)];
    vectors.push(
      failing(parts, meta, [`size_${name}`, 'E_FILE', `the header says ${size} bytes, there are more`, chunks]),
    );
  }
  return vectors;
}

/** Three chunks: two whole ones and five bytes. */
async function large(): Promise<Vector[]> {
  const parts = await sealParts({ meta: openMeta });
  const other = await sealParts({ meta: openMeta, key: 'two' });
  const { aad, payload, key } = parts;
  const swapped = await loadCipher(1, key.fileKey, key.salt, 'payload');
  const [a, b, c] = [await parts.zeros(0, false), await parts.zeros(1, false), await parts.zeros(2, true, 5)];
  const [A, B] = [a.bytes, b.bytes];
  const ended = await parts.zeros(1, true);
  const rows: (readonly [...Row, whole: number, rangeError?: string])[] = [
    ['first_dropped', 'E_CHUNK_ORDER', 'chunks 1, 2', [b, c], 0],
    ['middle_dropped', 'E_CHUNK_ORDER', 'chunks 0, 2', [a, c], 1],
    ['last_dropped', 'E_CHUNK_FINAL', 'chunks 0, 1: cut at a border', [a, b], 1],
    ['two_dropped', 'E_CHUNK_FINAL', 'chunk 0: cut at a border', [a], 0],
    ['swapped', 'E_CHUNK_ORDER', 'chunks 1, 0, 2', [b, a, c], 0],
    ['first_repeated', 'E_CHUNK_ORDER', 'chunks 0, 0, 1, 2', [a, a, b, c], 1],
    ['middle_repeated', 'E_CHUNK_ORDER', 'chunks 0, 1, 1, 2', [a, b, b, c], 2],
    ['last_repeated', 'E_DECRYPT', 'chunks 0, 1, 2, 2: a short chunk is always the last', [a, b, c, c], 2],
    ['goes_on', 'E_DECRYPT', 'a whole chunk 3 behind the short last one', [a, b, c, await parts.zeros(3, true)], 2],
    ['last_whole_and_goes_on', 'E_CHUNK_FINAL', 'chunk 1 ends the file, chunk 2 follows', [a, ended, c], 1],
    ['flag_on_first', 'E_CHUNK_FINAL', 'chunk 0 ends the file, others follow', [await parts.zeros(0, true), b, c], 0],
    ['flag_doubled', 'E_CHUNK_FINAL', 'chunks 1 and 2 both say that they end the file', [a, ended, c], 1],
    ['flag_missing', 'E_CHUNK_FINAL', 'no chunk says that it ends the file', [a, b, await parts.zeros(2, false, 5)], 2],
    [
      'empty_last',
      'E_CHUNK_FINAL',
      'an empty last chunk behind two whole ones',
      [a, b, await parts.zeros(2, true, 0)],
      2,
    ],
    [
      'empty_last_behind_one',
      'E_CHUNK_FINAL',
      'an empty last chunk behind a whole one',
      [a, await parts.zeros(1, true, 0)],
      1,
    ],
    ['cut_in_first', 'E_DECRYPT', 'inside chunk 0', [A.subarray(0, 1000)], 0],
    ['cut_in_tag_of_first', 'E_DECRYPT', 'one byte before the end of chunk 0', [A.subarray(0, -1)], 0],
    ['cut_in_middle', 'E_DECRYPT', 'inside chunk 1', [a, B.subarray(0, 70_000)], 1],
    ['cut_to_one_byte_of_middle', 'E_LENGTH', 'behind the first byte of chunk 1', [a, B.subarray(0, 1)], 1],
    ['cut_to_tag_of_middle', 'E_CHUNK_FINAL', '16 bytes of chunk 1: no last chunk is empty', [a, B.subarray(0, 16)], 1],
    ['cut_in_tag_of_middle', 'E_DECRYPT', 'one byte before the end of chunk 1', [a, B.subarray(0, -1)], 1],
    ['cut_in_last', 'E_DECRYPT', 'one byte before the end of the file', [a, b, c.bytes.subarray(0, -1)], 2],
    ['cut_to_15_of_last', 'E_LENGTH', '15 bytes of the last chunk', [a, b, c.bytes.subarray(0, 15)], 2],
    ['extended', 'E_DECRYPT', 'a byte behind the end', [a, b, c, Uint8Array.of(0)], 2],
    ['byte_between', 'E_DECRYPT', 'a byte more between chunks 0 and 1', [a, Uint8Array.of(0), b, c], 1],
    ['byte_in_front', 'E_DECRYPT', 'a byte more before chunk 0', [Uint8Array.of(0), a, b, c], 0],
    ['bit_of_first', 'E_DECRYPT', 'the first bit of chunk 0', [flip(A, 0), b, c], 0],
    ['bit_of_tag_of_first', 'E_DECRYPT', 'the last bit of the tag of chunk 0', [flip(A, 8 * MiB + 127), b, c], 0],
    ['bit_of_middle', 'E_DECRYPT', 'a bit of chunk 1', [a, flip(B, 8 * 524_288), c], 1],
    ['bit_of_tag_of_middle', 'E_DECRYPT', 'the first bit of the tag of chunk 1', [a, flip(B, 8 * MiB), c], 1],
    ['bit_of_last', 'E_DECRYPT', 'a bit of chunk 2', [a, b, flip(c.bytes, 3)], 2],
    ['bit_of_tag_of_last', 'E_DECRYPT', 'the last bit of the file', [a, b, flip(c.bytes, 8 * 21 - 1)], 2],
    ['of_another_file', 'E_DECRYPT', 'chunk 1 of a file of another key', [a, await other.zeros(1, false), c], 1],
    ['last_of_another_file', 'E_DECRYPT', 'chunk 2 of a file of another key', [a, b, await other.zeros(2, true, 5)], 2],
    [
      'of_another_suite',
      'E_DECRYPT',
      'chunk 1 in the other suite',
      [a, await parts.zeros(1, false, MiB, aad, swapped), c],
      1,
    ],
    ['aad_none', 'E_DECRYPT', 'chunk 1 without associated data', [a, await parts.zeros(1, false, MiB, none), c], 1],
    [
      'short_middle',
      'E_DECRYPT',
      'chunk 1 is authentic and one byte short',
      [a, await parts.zeros(1, false, MiB - 1), c],
      1,
    ],
    [
      'long_middle',
      'E_DECRYPT',
      'chunk 1 is authentic and one byte long',
      [a, await parts.zeros(1, false, MiB + 1), c],
      1,
    ],
    [
      'long_last',
      'E_DECRYPT',
      'the only chunk is authentic and one byte long',
      [await parts.zeros(0, true, MiB + 1)],
      0,
      'E_LENGTH',
    ],
    [
      'number_little_endian',
      'E_DECRYPT',
      'the number of chunk 1 in little-endian order',
      [a, await zeroChunk(payload, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0), aad, MiB), c],
      1,
    ],
    [
      'number_from_one',
      'E_CHUNK_ORDER',
      'chunks counted from 1',
      [await parts.zeros(1, false), await parts.zeros(2, true, 5)],
      0,
    ],
    ['number_not_counted', 'E_CHUNK_ORDER', 'chunk 1 sealed as chunk 0', [a, await parts.zeros(0, false), c], 1],
    ['number_skipped', 'E_CHUNK_ORDER', 'chunk 1 sealed as chunk 17', [a, await parts.zeros(17, false), c], 1],
    ['number_far', 'E_DECRYPT', 'chunk 1 sealed as chunk 300', [a, await parts.zeros(300, false), c], 1],
  ];
  return rows.map(([name, error, comment, chunks, whole, rangeError]) => {
    const released = concatBytes(...[a.plain, b.plain].slice(0, whole));
    return failing(parts, openMeta, [`three_${name}`, error, comment, chunks], released, rangeError);
  });
}

/** A few of the same in suite 1, which takes other paths. */
async function largeChaCha(): Promise<Vector[]> {
  const parts = await sealParts({ suite: 1, meta: openMeta });
  const [a, b] = [await parts.zeros(0, false), await parts.zeros(1, true, 5)];
  const rows: (readonly [...Row, whole: number])[] = [
    ['last_dropped', 'E_CHUNK_FINAL', 'chunk 0 of two', [a], 0],
    ['swapped', 'E_DECRYPT', 'chunk 1, which is short, before chunk 0', [b, a], 0],
    ['flag_doubled', 'E_CHUNK_FINAL', 'both say that they end the file', [await parts.zeros(0, true), b], 0],
    ['bit_of_tag_of_last', 'E_DECRYPT', 'the last bit of the file', [a, flip(b.bytes, 8 * 21 - 1)], 1],
  ];
  return rows.map(([name, error, comment, chunks, whole]) =>
    failing(parts, openMeta, [`two_${name}_suite_1`, error, comment, chunks], whole === 1 ? a.plain : none),
  );
}

export async function payloadFailures(): Promise<Vector[]> {
  return [...(await small(2)), ...(await small(1)), ...(await sizes()), ...(await large()), ...(await largeChaCha())];
}
