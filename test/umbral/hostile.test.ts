/**
 * Rows L01 to L48 of the hostile-input corpus (research/reliability.md section 3) that concern this layer, each with the code
 * of spec/umbral.md section 11 that answers it here. L46 (plaintext limit) and L49 to L55 are judged in lib/protocol: the
 * scheme has no such limit, chunk, brand or text label. L19 moved: this layer reads no hex, so that hex text is a wrong kind.
 */
import { describe, expect, it } from 'vitest';
import { UmbralError } from '../../lib/umbral/errors.ts';
import {
  Capsule,
  CapsuleFrag,
  decryptOriginal,
  decryptReencrypted,
  encrypt,
  generateKFrags,
  generators,
  KeyFrag,
  PublicKey,
  reencrypt,
  Scalar,
  SecretKey,
  Signature,
} from '../../lib/umbral/index.ts';
import { cast } from './cast.ts';
import { bytes, codeOf } from './support.ts';

const N = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
const P = 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f';
const story = cast();
const other = cast();
const point = story.keys.delegatingKey.toBytes();
const kfrag = story.kfrags[0]!.toBytes();
const cfrag = story.cfrags[0]!.toBytes();
const capsule = story.capsule.toBytes();
const simple = story.capsule.toBytesSimple();

const decodePoint = (value: Uint8Array) => () => PublicKey.fromBytes(value);
const decodeScalar = (value: Uint8Array) => () => SecretKey.fromBytes(value);
const verifyKFrag =
  (value: Uint8Array, keys: Partial<typeof story.keys> = {}) =>
  () =>
    KeyFrag.fromBytes(value).verify({ ...story.keys, ...keys });
const open = (cfrags: readonly unknown[]) => () =>
  decryptReencrypted({ ...story.opening, cfrags: cfrags as typeof story.verified });
const generate = (threshold: unknown, shares: unknown) => () =>
  generateKFrags({
    delegatingSecretKey: story.alice,
    receivingKey: story.bob.publicKey,
    signer: story.signer,
    threshold: threshold as number,
    shares: shares as number,
  });
const put = (into: Uint8Array, offset: number, what: Uint8Array | readonly number[]) => {
  const copy = into.slice();
  copy.set(what, offset);
  return copy;
};
const x = (hexX: string, tag = '02') => bytes(tag + hexX);
const big = (value: string) => BigInt(`0x${value}`);
const scalarHex = (value: bigint) => bytes(value.toString(16).padStart(64, '0'));
const readScalar = (from: Uint8Array, offset: number) =>
  BigInt(`0x${Array.from(from.subarray(offset, offset + 32), (b) => b.toString(16).padStart(2, '0')).join('')}`);
const highS = (from: Uint8Array, offset: number) => put(from, offset, scalarHex(big(N) - readScalar(from, offset)));
const detached = () => {
  const value = point.slice();
  structuredClone(value.buffer, { transfer: [value.buffer] });
  return value;
};
/** A view that no longer fits its buffer. TypeScript's es2023 library does not know resizable buffers yet. */
const resized = () => {
  const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [33, { maxByteLength: 64 }]);
  const value = new Uint8Array(buffer, 0, 33);
  (buffer as ArrayBuffer & { resize(length: number): void }).resize(10);
  return value;
};
const truncated = (value: Uint8Array) => Array.from(value, (_, length) => value.subarray(0, length));
const wrongKinds = ['02ab', null, 7, [2, 3], new DataView(new ArrayBuffer(33)), undefined, new Uint16Array(33), {}];

type Row = readonly [id: string, what: string, code: string, attempts: readonly (() => unknown)[]];

const rows: readonly Row[] = [
  ['L01', 'empty buffer for a point', 'parse', [decodePoint(new Uint8Array())]],
  ['L02', '32 and 34 bytes', 'parse', [decodePoint(point.subarray(1)), decodePoint(put(new Uint8Array(34), 0, point))]],
  ['L03', '65-byte uncompressed point', 'parse', [decodePoint(bytes(`04${'11'.repeat(64)}`))]],
  ['L04', 'hybrid prefix', 'parse', [decodePoint(put(point, 0, [6])), decodePoint(put(point, 0, [7]))]],
  ['L05', 'other prefixes', 'parse', [0, 1, 4, 5, 255].map((tag) => decodePoint(put(point, 0, [tag])))],
  ['L06', 'x without y', 'parse', [decodePoint(x('5'.padStart(64, '0')))]],
  ['L07', 'x = p', 'parse', [decodePoint(x(P))]],
  ['L08', 'x = p + 1', 'parse', [decodePoint(x((big(P) + 1n).toString(16)))]],
  ['L09', 'x = 2^256 - 1', 'parse', [decodePoint(x('f'.repeat(64)))]],
  ['L10', 'one zero byte', 'parse', [decodePoint(Uint8Array.of(0))]],
  ['L11', '33 zero bytes', 'parse', [decodePoint(new Uint8Array(33))]],
  [
    'L12',
    'identity made by arithmetic',
    'parse',
    [
      () => generators.G.subtract(generators.G).toBytes(),
      () => generators.G.multiply(Scalar.fromBytes(new Uint8Array(32))).toPublicKey(),
    ],
  ],
  ['L13', 'x of the twist', 'parse', [decodePoint(x('a'.padStart(64, '0'), '03'))]],
  ['L14', 'scalar 0', 'parse', [decodeScalar(new Uint8Array(32))]],
  ['L15', 'scalar n', 'parse', [decodeScalar(bytes(N))]],
  ['L16', 'scalar above n', 'parse', [decodeScalar(scalarHex(big(N) + 1n)), decodeScalar(bytes('f'.repeat(64)))]],
  ['L17', '31 and 33 bytes', 'parse', [decodeScalar(bytes('11'.repeat(31))), decodeScalar(bytes('11'.repeat(33)))]],
  [
    'L18',
    'not bytes',
    'parse',
    wrongKinds.flatMap((kind) => {
      const value = kind as Uint8Array;
      return [
        decodePoint(value),
        decodeScalar(value),
        () => Capsule.fromBytes(value),
        () => encrypt(story.alice.publicKey, value),
        () => encrypt(kind as PublicKey, new Uint8Array()),
        () => reencrypt(kind as unknown as Capsule, story.kfrags[0]!),
        () => decryptOriginal(story.alice, story.capsule, value),
      ];
    }),
  ],
  ['L19', 'hex text', 'parse', ['0', '0x02', 'ab cd'].map((value) => decodePoint(value as unknown as Uint8Array))],
  ['L20', 'detached or shrunk buffer', 'parse', [decodePoint(detached()), decodePoint(resized())]],
  [
    'L21',
    'capsule one byte short or long, in both forms',
    'parse',
    [
      () => Capsule.fromBytesSimple(simple.subarray(1)),
      () => Capsule.fromBytesSimple(put(new Uint8Array(99), 0, simple)),
      () => Capsule.fromBytes(capsule.subarray(0, 104)),
      () => Capsule.fromBytes(put(new Uint8Array(106), 0, capsule)),
    ],
  ],
  [
    'L22',
    'capsule with E and V swapped',
    'capsule.verify',
    [() => Capsule.fromBytesSimple(put(put(simple, 0, simple.subarray(33, 66)), 33, simple.subarray(0, 33)))],
  ],
  [
    'L23',
    'capsule signature + 1',
    'capsule.verify',
    [() => Capsule.fromBytesSimple(put(simple, 66, scalarHex((readScalar(simple, 66) + 1n) % big(N))))],
  ],
  ['L24', 'capsule with the identity', 'parse', [() => Capsule.fromBytesSimple(put(simple, 0, new Uint8Array(33)))]],
  ['L25', 'capsule of another key', 'dem.auth', [() => decryptOriginal(other.alice, story.capsule, story.ciphertext)]],
  ['L26', 'trailing byte', 'parse', [() => Capsule.fromBytes(put(new Uint8Array(106), 0, capsule))]],
  ['L27', 'kfrag truncated at every offset', 'parse', truncated(kfrag).map((cut) => verifyKFrag(cut))],
  [
    'L28',
    'kfrag of another signer',
    'kfrag.signature',
    [verifyKFrag(kfrag, { verifyingKey: other.keys.verifyingKey })],
  ],
  ['L29', 'kfrag for another Bob', 'kfrag.signature', [verifyKFrag(kfrag, { receivingKey: other.keys.receivingKey })]],
  ['L30', 'kfrag commitment replaced', 'kfrag.commitment', [verifyKFrag(put(kfrag, 143, point))]],
  ['L31', 'kfrag boolean byte 02', 'parse', [verifyKFrag(put(kfrag, 308, [2])), verifyKFrag(put(kfrag, 309, [2]))]],
  ['L32', 'kfrag signature with high s', 'kfrag.signature', [verifyKFrag(highS(kfrag, 210))]],
  [
    'L33',
    'kfrag signature with r = 0, s = 0, r = n',
    'parse',
    [
      verifyKFrag(put(kfrag, 178, new Uint8Array(32))),
      verifyKFrag(put(kfrag, 210, new Uint8Array(32))),
      verifyKFrag(put(kfrag, 178, bytes(N))),
    ],
  ],
  ['L34', 'DER for compact', 'parse', [() => Signature.fromBytes(story.signer.sign(point).toDer())]],
  [
    'L36',
    'cfrag for another capsule',
    'cfrag.reencryption',
    [() => story.cfrags[0]!.verify(other.capsule, story.keys)],
  ],
  ['L37', 'no cfrags', 'open.no_cfrags', [open([])]],
  ['L38', 'one too few', 'open.validation', [open(story.verified.slice(0, 1))]],
  ['L39', 'the same cfrag twice', 'open.repeating', [open([story.verified[0], story.verified[0]])]],
  [
    'L40',
    'two proofs from one kfrag',
    'open.repeating',
    [open([story.verified[0], reencrypt(story.capsule, story.kfrags[0]!)])],
  ],
  ['L41', 'cfrags of two delegations', 'open.mismatched', [open([story.verified[0], other.verified[0]])]],
  ['L42', 'unverified cfrags', 'parse', [open(story.cfrags), open([cfrag]), open('cfrags' as never)]],
  [
    'L43',
    'impossible thresholds',
    'generate.threshold',
    [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '2', null, 2n].map((value) => generate(value, 3)),
  ],
  ['L44', 'threshold above shares', 'generate.threshold', [generate(4, 3)]],
  [
    'L45',
    'too many shares, or a number that is none',
    'generate.threshold',
    [256, 2 ** 32, -1, 0, Number.NaN].map((value) => generate(1, value)),
  ],
  [
    'L47',
    'ciphertext without nonce',
    'dem.too_short',
    [() => decryptOriginal(story.alice, story.capsule, kfrag.subarray(0, 23))],
  ],
  [
    'L48',
    'ciphertext cut or flipped at every byte',
    'dem.auth',
    [...story.ciphertext.keys()]
      .filter((length) => length >= 24)
      .map((length) => story.ciphertext.subarray(0, length))
      .concat([...story.ciphertext].map((byte, i) => put(story.ciphertext, i, [byte ^ (1 << (i % 8))])))
      .map((bad) => () => decryptOriginal(story.alice, story.capsule, bad)),
  ],
];

describe('hostile inputs of the scheme', () => {
  it.each(rows)('%s %s: %s', (_id, _what, code, attempts) => {
    for (const attempt of attempts) expect(codeOf(attempt)).toBe(code);
  });

  it('L35 a cfrag with one bit flipped is never accepted, wherever the bit is', () => {
    for (let i = 0; i < cfrag.length; i++) {
      const code = codeOf(() =>
        CapsuleFrag.fromBytes(put(cfrag, i, [cfrag[i]! ^ (1 << (i % 8))])).verify(story.capsule, story.keys),
      );
      expect(code, `byte ${i}`).toMatch(/^(parse|cfrag\.kfrag_signature|cfrag\.reencryption)$/);
    }
  });

  it('the same capsule, kfrag and cfrags are good when nobody has touched them', () => {
    expect(verifyKFrag(kfrag)().toBytes()).toEqual(kfrag);
    expect(open(story.verified)()).toEqual(story.plaintext);
  });

  it('messages are short sentences that say what was expected and what came', () => {
    for (const [, , , attempts] of rows) {
      try {
        attempts[0]!();
      } catch (error) {
        const refusal = error as UmbralError;
        expect(refusal).toBeInstanceOf(UmbralError);
        expect(refusal.message.length).toBeLessThanOrEqual(200);
        expect(refusal.message).toContain(refusal.expected);
        expect(refusal.message).toContain(refusal.got);
      }
    }
  });
});
