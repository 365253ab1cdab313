/** Files whose header no given key opens: another key, changed bytes under a tag, capsules that are none, keys derived otherwise. */
import { concatBytes, utf8 } from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';
import { capsuleChallenge } from '../../../lib/umbral/hash.ts';
import { flip, splice } from '../faults.ts';
import { keyFor } from '../file.ts';
import { secretOf } from '../people.ts';
import { type HeaderChoices, smallFile } from './sealed.ts';
import type { Vector } from './vector.ts';

const secretKey = secretOf('delegating').toSecretBytes();
/** The order of the group. */
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const word = (value: bigint): number[] =>
  Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 255n));
const numberOf = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

type Row = readonly [name: string, error: string, comment: string, choices: HeaderChoices];

/** Opened with the file key: the tag of meta does not hold. */
async function byFileKey(): Promise<Vector[]> {
  const { parts, file } = await smallFile();
  const { fileKey } = parts.key;
  const vector = (name: string, comment: string, changed: Uint8Array, key = fileKey): Vector => ({
    name,
    expect: 'key failure',
    error: 'E_DECRYPT',
    key: { fileKey: key },
    file: changed,
    comment,
  });
  const bits: (readonly [string, number, string])[] = [
    ['salt_first', 6, 'the first bit of the salt'],
    ['salt_last', 21, 'a bit of the last byte of the salt'],
    ['capsule_e', 30, 'a bit of E; the file key is given, so only the tag of meta tells'],
    ['capsule_v', 70, 'a bit of V; only the tag of meta tells'],
    ['capsule_s', 119, 'a bit of s; only the tag of meta tells'],
    ['wrapped_nonce', 120, 'a bit of the nonce of the wrapped key; only the tag of meta tells'],
    ['wrapped_key', 150, 'a bit of the wrapped key; only the tag of meta tells'],
    ['wrapped_tag', 191, 'a bit of the tag of the wrapped key; only the tag of meta tells'],
    ['meta_first', 194, 'the first bit of meta'],
    ['meta_padding', 400, 'a bit of the padding of meta'],
    ['meta_last', 449, 'a bit of the last byte of meta'],
    ['meta_tag_first', 450, 'the first bit of the tag of meta'],
    ['meta_tag_last', 465, 'a bit of the last byte of the tag of meta'],
  ];
  const long = await smallFile({ metaBytes: new Uint8Array(512) });
  const vectors = [
    ...bits.map(([name, at, comment]) => vector(`bit_of_${name}`, comment, flip(file, 8 * at))),
    vector('file_key_bit', 'one bit of the file key', file, flip(fileKey, 255)),
    vector('file_key_zeros', 'a key of zeros', file, new Uint8Array(32)),
    vector('file_key_of_another', 'the key of another file', file, keyFor('testkit two').fileKey),
    vector('suite_1_said', 'AES-256-GCM said to be ChaCha20-Poly1305', splice(file, 5, 1, 1)),
    vector(
      'suite_2_said',
      'ChaCha20-Poly1305 said to be AES-256-GCM',
      splice((await smallFile({ suite: 1 })).file, 5, 1, 2),
    ),
    vector('meta_said_one_block', 'meta of two blocks said to have one', splice(long.file, 192, 2, 0x01, 0x10)),
    vector('meta_of_zeros', 'meta and its tag all zeros', splice(file, 194, 272, ...new Uint8Array(272))),
    vector(
      'meta_of_another_file',
      'meta of a file of another key',
      concatBytes(file.subarray(0, 192), (await smallFile({ key: 'two' })).file.subarray(192)),
    ),
  ];
  const otherwise: (readonly [string, string, HeaderChoices])[] = [
    ['suite_as_text', 'the suite enters HKDF as the digit 2 of ASCII', { derive: { suite: 0x32 } }],
    [
      'suite_as_text_1',
      'suite 1 enters HKDF as the digit 1 of ASCII',
      { prefix: (p) => splice(p, 5, 1, 1), derive: { suite: 0x31 } },
    ],
    ['no_salt', 'HKDF without the salt', { derive: { salt: new Uint8Array(0) } }],
    ['salt_of_zeros', 'HKDF with 16 zero bytes instead of the salt', { derive: { salt: new Uint8Array(16) } }],
    ['meta_under_payload_key', 'meta sealed with the key of the chunks', { derive: { metaUse: 'payload' } }],
    ['meta_nonce_1', 'meta sealed with the nonce 1', { metaNonce: splice(new Uint8Array(12), 11, 1, 1) }],
    ['meta_no_aad', 'meta sealed without associated data', { metaAad: () => new Uint8Array(0) }],
    [
      'meta_aad_with_length',
      'the associated data of meta with the length field',
      { metaAad: (p) => concatBytes(p, Uint8Array.of(1, 16)) },
    ],
    ['meta_aad_without_brand', 'the associated data of meta without the brand', { metaAad: (p) => p.subarray(4) }],
    ['meta_aad_text', 'the associated data of meta is a label', { metaAad: () => utf8('dintel/1/file/meta/') }],
  ];
  for (const [name, comment, choices] of otherwise) {
    const made = await smallFile(choices);
    vectors.push(vector(`derived_${name}`, comment, made.file, made.parts.key.fileKey));
  }
  return vectors;
}

/** Opened from the capsule: everything else is sealed over the capsule as it stands, so that only the capsule is wrong. */
async function byCapsule(): Promise<Vector[]> {
  const at = (place: number, bytes: ArrayLike<number>) => ({
    prefix: (prefix: Uint8Array) => splice(prefix, place, bytes.length, ...Array.from(bytes)),
  });
  const one = keyFor('testkit one');
  const two = keyFor('testkit two');
  const [e, v, s] = [one.capsule.subarray(0, 33), one.capsule.subarray(33, 66), one.capsule.subarray(66)];
  const negated = (point: Uint8Array) => flip(point, 0);
  // V = -E with a proof that holds: the sum of both would be nothing, and its key known to all.
  const r = numberOf(secretOf('testkit r').toSecretBytes());
  const point = SecretKey.fromBytes(Uint8Array.from(word(r))).publicKey.toBytes();
  const h = numberOf(capsuleChallenge(point, negated(point)));
  const nothing = [...point, ...negated(point), ...word(((((h - 1n) * r) % order) + order) % order)];
  const x5 = [2, ...word(5n)];
  const rows: readonly Row[] = [
    ['e_prefix_4', 'parse', 'E begins with 04', at(22, [4])],
    ['e_prefix_0', 'parse', 'E begins with 00', at(22, [0])],
    ['e_zeros', 'parse', 'E is 33 zero bytes', at(22, new Uint8Array(33))],
    ['e_not_on_curve', 'parse', 'x = 5 is on no point', at(22, x5)],
    ['e_above_field', 'parse', 'x is 2^256 - 1', at(23, new Uint8Array(32).fill(255))],
    ['e_negated', 'capsule.verify', '-E', at(22, negated(e))],
    ['e_of_another', 'capsule.verify', 'E of another capsule', at(22, two.capsule.subarray(0, 33))],
    ['v_prefix_5', 'parse', 'V begins with 05', at(55, [5])],
    ['v_zeros', 'parse', 'V is 33 zero bytes', at(55, new Uint8Array(33))],
    ['v_not_on_curve', 'parse', 'x = 5 is on no point', at(55, x5)],
    ['v_above_field', 'parse', 'x is 2^256 - 1', at(56, new Uint8Array(32).fill(255))],
    ['v_negated', 'capsule.verify', '-V', at(55, negated(v))],
    ['v_of_another', 'capsule.verify', 'V of another capsule', at(55, two.capsule.subarray(33, 66))],
    ['points_swapped', 'capsule.verify', 'V, then E', at(22, [...v, ...e])],
    ['points_cancel', 'capsule.verify', 'V = -E, and the equation holds', at(22, nothing)],
    ['s_zero', 'capsule.verify', 's = 0', at(88, new Uint8Array(32))],
    ['s_order', 'parse', 's is the order of the group', at(88, word(order))],
    ['s_largest', 'parse', 's is 2^256 - 1', at(88, new Uint8Array(32).fill(255))],
    ['s_plus_one', 'capsule.verify', 's + 1', at(88, word((numberOf(s) + 1n) % order))],
    ['s_negated', 'capsule.verify', '-s', at(88, word(order - numberOf(s)))],
    ['of_another', 'dem.auth', 'a true capsule, of another file', at(22, two.capsule)],
    ['wrapped_nonce', 'dem.auth', 'a bit of the nonce of the wrapped key', at(120, flip(one.wrapped, 0))],
    ['wrapped_key', 'dem.auth', 'a bit of the wrapped key', at(120, flip(one.wrapped, 8 * 30))],
    ['wrapped_tag', 'dem.auth', 'a bit of the tag of the wrapped key', at(120, flip(one.wrapped, 8 * 71))],
    ['wrapped_of_another', 'dem.auth', 'the wrapped key of another file', at(120, two.wrapped)],
    ['wrapped_zeros', 'dem.auth', '72 zero bytes', at(120, new Uint8Array(72))],
  ];
  const failing = (name: string, error: string, comment: string, file: Uint8Array, secret = secretKey): Vector => ({
    name: `capsule_${name}`,
    expect: 'key failure',
    error,
    key: { secretKey: secret },
    file,
    comment,
  });
  const vectors = await Promise.all(
    rows.map(async ([name, error, comment, choices]) => failing(name, error, comment, (await smallFile(choices)).file)),
  );
  const { file } = await smallFile();
  const stranger = secretOf('stranger').toSecretBytes();
  const neighbour = Uint8Array.from(word(numberOf(secretKey) + 1n));
  vectors.push(failing('for_another_key', 'dem.auth', 'the secret key of somebody else', file, stranger));
  vectors.push(failing('for_the_next_key', 'dem.auth', 'the secret key plus one', file, neighbour));
  vectors.push(failing('salt', 'E_DECRYPT', 'the capsule opens; a bit of the salt is changed', flip(file, 8 * 6)));
  return vectors;
}

export async function keyFailures(): Promise<Vector[]> {
  return [...(await byFileKey()), ...(await byCapsule())];
}
