/** Files that must open: the edges of what is allowed. */
import { concatBytes, type FileMeta, type FileSuite, fromHex, utf8 } from 'dintel/protocol';
import { secretOf } from '../people.ts';
import { cborText, type HeaderChoices, MiB, metaOf, openMeta, sealParts, text, textMeta } from './sealed.ts';
import type { Vector } from './vector.ts';

const secretKey = secretOf('delegating').toSecretBytes();

/** A file of one small chunk. */
async function small(
  name: string,
  plain: Uint8Array,
  meta: FileMeta,
  comment: string,
  choices: HeaderChoices = {},
): Promise<Vector> {
  const parts = await sealParts({ meta, ...choices });
  const file = parts.file(await parts.chunk(0, true, plain));
  return { name, expect: 'success', key: { fileKey: parts.key.fileKey }, meta, released: plain, file, comment };
}

/** Whole chunks, then one of `rest` bytes, all of them zeros when sealed. */
async function large(name: string, suite: FileSuite, chunks: number, rest: number, comment: string): Promise<Vector> {
  const parts = await sealParts({ suite, meta: { ...openMeta, size: (chunks - 1) * MiB + rest } });
  const sealed = await Promise.all(
    Array.from({ length: chunks }, (_, i) => parts.zeros(i, i === chunks - 1, i === chunks - 1 ? rest : MiB)),
  );
  const released = concatBytes(...sealed.map(({ plain }) => plain));
  const meta = { ...openMeta, size: released.length };
  const key = { fileKey: parts.key.fileKey };
  return { name, expect: 'success', key, meta, released, file: parts.file(...sealed), comment };
}

const none = new Uint8Array(0);
const unknown = (meta: Partial<FileMeta>): FileMeta => ({ name: '', mediaType: '', size: undefined, ...meta });

/** The names that readers take as they are, however odd. */
const names: readonly (readonly [string, string, string])[] = [
  ['empty', '', 'no name'],
  ['255_bytes', 'n'.repeat(255), 'the longest name'],
  ['127_characters_of_two_bytes', 'é'.repeat(127), 'a limit counts bytes of UTF-8, not characters'],
  ['three_dots', '...', 'only . and .. are places'],
  ['hidden', '.profile', 'a dot in front is part of a name'],
  ['spaces', '  a  ', 'spaces are part of a name'],
  ['astral', '\u{1f511}.key', 'four bytes of UTF-8'],
  ['right_to_left_mark', '\u202etxt.exe', 'part of the name; who shows it must write it out'],
  ['not_normalised', 'e\u0301', 'text is not normalised'],
  ['html', '<img src=x onerror=alert(1)>', 'text and nothing else'],
];

export async function successes(): Promise<Vector[]> {
  const twoBlocks = new Uint8Array(512);
  twoBlocks.set(metaOf(`83${cborText('twenty.txt')}${cborText('text/plain')}14`));
  const fifteenBlocks = new Uint8Array(3840);
  fifteenBlocks.set(twoBlocks);
  const full = `83${cborText('n'.repeat(250))}616114`;
  const vectors = [
    await small('suite_1', text, textMeta, 'ChaCha20-Poly1305', { suite: 1 }),
    await small('suite_2', text, textMeta, 'AES-256-GCM'),
    await small('empty_suite_1', none, unknown({ size: 0 }), 'one chunk, which is empty and last', { suite: 1 }),
    await small('empty_suite_2', none, unknown({ size: 0 }), 'one chunk, which is empty and last'),
    await small('empty_of_unknown_size', none, unknown({}), 'size null'),
    await small('one_byte', utf8('x'), unknown({ size: 1 }), 'the shortest file that is not empty'),
    await small('size_unknown', text, unknown({}), 'size null: the last chunk alone says where the file ends'),
    await small('type_empty', text, { ...textMeta, mediaType: '' }, 'no media type'),
    await small('type_255_bytes', text, { ...textMeta, mediaType: 't'.repeat(255) }, 'the longest media type'),
    await small('meta_two_blocks', text, textMeta, 'decoders take any number of zero blocks behind the item', {
      metaBytes: twoBlocks,
    }),
    await small('meta_fifteen_blocks', text, textMeta, 'the largest header: 4,050 bytes', { metaBytes: fifteenBlocks }),
    await small(
      'meta_full',
      text,
      { name: 'n'.repeat(250), mediaType: 'a', size: 20 },
      'an item of exactly 256 bytes: nothing is padded',
      { metaBytes: fromHex(`0x${full}`) },
    ),
    await small('meta_longest', text, unknown({ name: 'n'.repeat(255), mediaType: 't'.repeat(255), size: 20 }), 'both'),
    await large('chunk_less_one', 2, 1, MiB - 1, 'one byte less than a chunk'),
    await large('chunk_exact', 2, 1, MiB, 'a whole last chunk: nothing behind it'),
    await large('chunk_and_one', 2, 2, 1, 'two chunks, the last of one byte'),
    await large('chunks_two', 2, 2, MiB, 'two whole chunks'),
    await large('chunks_three', 2, 3, 5, 'three chunks'),
    await large('chunks_two_suite_1', 1, 2, 7, 'two chunks of ChaCha20-Poly1305'),
  ];
  for (const [name, value, comment] of names) {
    vectors.push(await small(`name_${name}`, text, { ...textMeta, name: value }, comment));
  }
  for (const suite of [1, 2] as const) {
    const vector = await small(`capsule_suite_${suite}`, text, textMeta, 'from the capsule', { suite });
    vectors.push({ ...vector, key: { secretKey } });
  }
  return vectors;
}
