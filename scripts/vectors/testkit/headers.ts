/** Headers that must be refused for what they say: their form, and the contents of a meta that opens. */
import { concatBytes, fromHex, utf8 } from 'dintel/protocol';
import { splice } from '../faults.ts';
import { cborText, type HeaderChoices, metaOf, smallFile } from './sealed.ts';
import type { Vector } from './vector.ts';

type Row = readonly [name: string, error: string, comment: string];

async function refused(
  name: string,
  error: string,
  comment: string,
  choices: HeaderChoices = {},
  spoil: (file: Uint8Array) => Uint8Array = (file) => file,
): Promise<Vector> {
  const { parts, file } = await smallFile(choices);
  return { name, expect: 'header failure', error, key: { fileKey: parts.key.fileKey }, file: spoil(file), comment };
}

const put =
  (at: number, ...bytes: readonly number[]) =>
  (prefix: Uint8Array): Uint8Array =>
    splice(prefix, at, bytes.length, ...bytes);

async function brands(): Promise<Vector[]> {
  const rows: (readonly [...Row, ...number[]])[] = [
    ['brand_byte_0', 'E_BRAND', 'another first byte', 0x45, 0x6e, 0x46, 0x6c],
    ['brand_byte_1', 'E_BRAND', 'another second byte', 0x44, 0x6f, 0x46, 0x6c],
    ['brand_byte_2', 'E_BRAND', 'another third byte', 0x44, 0x6e, 0x47, 0x6c],
    ['brand_byte_3', 'E_BRAND', 'another fourth byte', 0x44, 0x6e, 0x46, 0x6d],
    ['brand_lower_case', 'E_BRAND', 'dnfl', ...utf8('dnfl')],
    ['brand_of_index', 'E_BRAND', 'DnIx: an object of ours, of another kind', ...utf8('DnIx')],
    ['brand_of_manifest', 'E_BRAND', 'DnSl: an object of ours, of another kind', ...utf8('DnSl')],
  ];
  const vectors = await Promise.all(
    rows.map(([name, error, comment, ...bytes]) => refused(name, error, comment, { prefix: put(0, ...bytes) })),
  );
  for (const version of [0, 2, 0x31, 255]) {
    const comment = `version byte ${version}, all else right`;
    vectors.push(await refused(`version_${version}`, 'E_VERSION', comment, { prefix: put(4, version) }));
  }
  for (const suite of [0, 3, 0x32, 255]) {
    const comment = `suite byte ${suite}; keys are derived with it, and the cipher is AES-256-GCM`;
    vectors.push(await refused(`suite_${suite}`, 'E_FILE', comment, { prefix: put(5, suite) }));
  }
  return vectors;
}

/** Where a header is cut: the borders of its fields, and inside of some. */
const cuts = [0, 1, 4, 5, 6, 22, 55, 88, 120, 144, 191, 192, 193, 194, 195, 450, 465];

async function lengths(): Promise<Vector[]> {
  const vectors = await Promise.all(
    cuts.map((length) =>
      refused(`cut_at_${length}`, 'E_LENGTH', `only the first ${length} bytes`, {}, (file) => file.subarray(0, length)),
    ),
  );
  // Sealed rightly at these lengths, so that only the length is wrong.
  for (const length of [0, 1, 255, 257, 4096]) {
    const comment = `meta of ${length} bytes and its tag, sealed rightly; ${length === 4096 ? 'a header above 4,096 bytes' : 'no whole blocks of 256'}`;
    vectors.push(await refused(`meta_of_${length}`, 'E_LENGTH', comment, { metaBytes: new Uint8Array(length) }));
  }
  const said: (readonly [number, string])[] = [
    [0, 'meta of 272 bytes said to have none'],
    [16, 'meta of 272 bytes said to have a tag only'],
    [256, 'meta of 272 bytes said to have no tag'],
    [271, 'meta of 272 bytes said to have one less'],
    [273, 'meta of 272 bytes said to have one more'],
    [528, 'meta of 272 bytes said to have another block, which the file does not have'],
    [0x1001, 'the length with its bytes swapped'],
    [0xffff, 'the largest number'],
  ];
  for (const [length, comment] of said) {
    vectors.push(
      await refused(`meta_said_${length}`, 'E_LENGTH', comment, {}, (file) =>
        splice(file, 192, 2, length >> 8, length & 255),
      ),
    );
  }
  return vectors;
}

const name = cborText('twenty.txt');
const type = cborText('text/plain');
const size = '14';
const named = (text: Uint8Array | string): string => `83${cborText(text)}${type}${size}`;
const typed = (text: Uint8Array | string): string => `83${name}${cborText(text)}${size}`;
const sized = (cbor: string): string => `83${name}${type}${cbor}`;

/** What stands in meta instead of `83 name type 14`: name, code, comment, CBOR in hexadecimal. */
const contents: readonly (readonly [...Row, string])[] = [
  ['items_none', 'E_COUNT', 'an empty array', '80'],
  ['items_two', 'E_COUNT', 'an array of two', `82${name}${type}`],
  ['items_four', 'E_COUNT', 'an array of four', `84${name}${type}${size}f6`],
  ['items_too_many_for_bytes', 'E_COUNT', 'an array said to have 2^32 - 1 items', `9affffffff${name}${type}${size}`],
  ['zeros', 'E_FIELD', 'only padding: the integer 0', '00'],
  ['text', 'E_FIELD', 'text instead of an array', name],
  ['null', 'E_FIELD', 'null instead of an array', 'f6'],
  ['map', 'E_CANONICAL', 'a map', `a1${name}${type}`],
  ['tag', 'E_CANONICAL', 'a tagged array', `d9d9f783${name}${type}${size}`],
  ['array_indefinite', 'E_CANONICAL', 'an array of indefinite length', `9f${name}${type}${size}ff`],
  ['array_long_head', 'E_CANONICAL', 'the count in a second byte', `9803${name}${type}${size}`],
  ['name_indefinite', 'E_CANONICAL', 'text of indefinite length', `837f${name}ff${type}${size}`],
  ['name_long_head', 'E_CANONICAL', 'a length of 10 in a second byte', `83780a${name.slice(2)}${type}${size}`],
  ['name_bytes', 'E_FIELD', 'bytes instead of text', `834a${name.slice(2)}${type}${size}`],
  ['name_null', 'E_FIELD', 'no name is empty text, not null', `83f6${type}${size}`],
  ['name_number', 'E_FIELD', 'a number instead of text', `8301${type}${size}`],
  ['name_array', 'E_FIELD', 'an array instead of text', `8381${name}${type}${size}`],
  ['name_256_bytes', 'E_LENGTH', 'one byte too long', named('n'.repeat(256))],
  ['name_256_bytes_of_utf8', 'E_LENGTH', '128 characters of two bytes', named('é'.repeat(128))],
  ['name_beyond_end', 'E_LENGTH', 'text said to be longer than meta', `8378ff${name.slice(2)}`],
  ['name_slash', 'E_FIELD', 'a path', named('a/b')],
  ['name_root', 'E_FIELD', 'a path from the root', named('/etc/passwd')],
  ['name_slash_behind', 'E_FIELD', 'a folder', named('a/')],
  ['name_backslash', 'E_FIELD', 'a path of Windows', named('a\\b')],
  ['name_dot', 'E_FIELD', 'this folder', named('.')],
  ['name_dot_dot', 'E_FIELD', 'the folder above', named('..')],
  ['name_nul', 'E_FIELD', 'U+0000', named('a\u0000')],
  ['name_tab', 'E_FIELD', 'U+0009', named('a\tb')],
  ['name_line_feed', 'E_FIELD', 'U+000A', named('a\nb')],
  ['name_return', 'E_FIELD', 'U+000D', named('a\rb')],
  ['name_escape', 'E_FIELD', 'U+001B', named('\u001b[2J')],
  ['name_delete', 'E_FIELD', 'U+007F', named('a\u007f')],
  ['name_next_line', 'E_FIELD', 'U+0085', named('a\u0085b')],
  ['name_line_separator', 'E_FIELD', 'U+2028', named('a\u2028b')],
  ['name_paragraph_separator', 'E_FIELD', 'U+2029', named('a\u2029b')],
  ['name_not_utf8', 'E_UTF8', 'the byte ff', named(Uint8Array.of(0x61, 0xff))],
  ['name_overlong', 'E_UTF8', 'a slash in two bytes', named(Uint8Array.of(0xc0, 0xaf))],
  ['name_surrogate', 'E_UTF8', 'half of a pair', named(Uint8Array.of(0xed, 0xa0, 0x80))],
  ['name_cut_utf8', 'E_UTF8', 'two of three bytes', named(Uint8Array.of(0xe2, 0x82))],
  ['name_beyond_unicode', 'E_UTF8', 'U+110000', named(Uint8Array.of(0xf4, 0x90, 0x80, 0x80))],
  ['name_byte_order_mark', 'E_UTF8', 'U+FEFF in front', named('\ufeffa')],
  ['type_bytes', 'E_FIELD', 'bytes instead of text', `83${name}4a${type.slice(2)}${size}`],
  ['type_null', 'E_FIELD', 'no type is empty text, not null', `83${name}f6${size}`],
  ['type_256_bytes', 'E_LENGTH', 'one byte too long', typed('t'.repeat(256))],
  ['type_line_feed', 'E_FIELD', 'a header of HTTP smuggled in', typed('a/b\r\nx: y')],
  ['type_line_separator', 'E_FIELD', 'U+2028', typed('a\u2028b')],
  ['type_not_utf8', 'E_UTF8', 'the byte ff', typed(Uint8Array.of(0xff))],
  ['size_in_two_bytes', 'E_CANONICAL', '20 with a head of one byte more', sized('1814')],
  ['size_in_three_bytes', 'E_CANONICAL', '20 in 16 bits', sized('190014')],
  ['size_in_five_bytes', 'E_CANONICAL', '20 in 32 bits', sized('1a00000014')],
  ['size_in_nine_bytes', 'E_CANONICAL', '20 in 64 bits', sized('1b0000000000000014')],
  ['size_negative', 'E_CANONICAL', '-20', sized('33')],
  ['size_half', 'E_CANONICAL', '20.0 in 16 bits', sized('f94d00')],
  ['size_double', 'E_CANONICAL', '20.0 in 64 bits', sized('fb4034000000000000')],
  ['size_true', 'E_CANONICAL', 'true', sized('f5')],
  ['size_undefined', 'E_CANONICAL', 'undefined; unknown is null', sized('f7')],
  ['size_bignum', 'E_CANONICAL', '20 as a bignum', sized('c24114')],
  ['size_reserved_head', 'E_CANONICAL', 'the reserved initial byte 1c', sized('1c')],
  ['size_text', 'E_FIELD', 'text', sized('623230')],
  ['size_bytes', 'E_FIELD', 'bytes', sized('4114')],
  ['size_array', 'E_FIELD', 'an array', sized('8114')],
  ['size_too_large', 'E_NUMBER', '32 GiB and one byte', sized('1b0000000800000001')],
  ['size_above_integers', 'E_NUMBER', '2^53', sized('1b0020000000000000')],
  ['size_largest', 'E_NUMBER', '2^64 - 1', sized('1bffffffffffffffff')],
  ['size_deep', 'E_DEPTH', 'eight arrays in one another', sized(`${'81'.repeat(8)}14`)],
  ['second_item', 'E_LENGTH', 'another item behind the first', `83${name}${type}${size}01`],
  ['break_behind', 'E_LENGTH', 'a break behind the item', `83${name}${type}${size}ff`],
  ['head_at_end', 'E_LENGTH', 'the last byte begins a number', `83${cborText('n'.repeat(251))}6019`],
];

export async function headerFailures(): Promise<Vector[]> {
  const padded = (at: number): Uint8Array => splice(metaOf(`83${name}${type}${size}`), at, 1, 1);
  const nested = [
    ...contents.map(([kind, error, comment, cbor]) =>
      refused(`meta_${kind}`, error, comment, { metaBytes: metaOf(cbor) }),
    ),
    refused('meta_padding_first', 'E_LENGTH', 'the first byte of padding is 1', { metaBytes: padded(24) }),
    refused('meta_padding_last', 'E_LENGTH', 'the last byte of padding is 1', { metaBytes: padded(255) }),
    refused('meta_padding_second_block', 'E_LENGTH', 'a byte of the second block is 1', {
      metaBytes: concatBytes(metaOf(`83${name}${type}${size}`), splice(new Uint8Array(256), 100, 1, 1)),
    }),
    refused('meta_repeated', 'E_LENGTH', 'the whole block twice', {
      metaBytes: fromHex(`0x${`83${name}${type}${size}`.padEnd(512, '0').repeat(2)}`),
    }),
  ];
  return [...(await brands()), ...(await lengths()), ...(await Promise.all(nested))];
}
