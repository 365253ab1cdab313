import { decode, encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CborValue, decodeCbor, decodeCborFirst, encodeCbor } from '../../lib/protocol/cbor.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { fromHex, toHex } from '../../lib/protocol/hex.ts';

const value = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constant(null),
    fc.maxSafeNat(),
    fc.nat(300),
    fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('\ufeff')),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
  ),
})).value;

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof ProtocolError ? error.code : `raw ${String(error)}`;
  }
  return 'accepted';
};

describe('cbor', () => {
  it('gives back what it encoded', () => {
    fc.assert(
      fc.property(value, (v) => {
        expect(decodeCbor(encodeCbor(v))).toEqual(v);
      }),
    );
  });

  it('writes what cborg writes, and reads nothing that cborg reads otherwise', () => {
    fc.assert(
      fc.property(value, (v) => {
        const bytes = encodeCbor(v);
        expect(toHex(bytes)).toBe(toHex(Uint8Array.from(encode(v))));
        expect(decode(bytes, { strict: true })).toEqual(v);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (codeOf(() => decodeCbor(bytes)) !== 'accepted') return;
        expect(decode(bytes, { strict: true })).toEqual(decodeCbor(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows the examples of RFC 8949 appendix A', () => {
    const examples: readonly [CborValue, string][] = [
      [0, '00'],
      [23, '17'],
      [24, '1818'],
      [255, '18ff'],
      [256, '190100'],
      [65536, '1a00010000'],
      [1000000000000, '1b000000e8d4a51000'],
      [null, 'f6'],
      [fromHex('0x01020304'), '4401020304'],
      ['\u00fc', '62c3bc'],
      ['\ud800\udd51', '64f0908591'],
      [[1, [2, 3], [4, 5]], '8301820203820405'],
      [[], '80'],
    ];
    for (const [v, hex] of examples) {
      expect(toHex(encodeCbor(v))).toBe(`0x${hex}`);
      expect(decodeCbor(fromHex(`0x${hex}`))).toEqual(v);
    }
  });

  it.each([
    ['nothing', '', 'E_LENGTH'],
    ['a byte behind the end', '0000', 'E_LENGTH'],
    ['cut bytes', '4401', 'E_LENGTH'],
    ['cut head', '19', 'E_LENGTH'],
    ['an array cut inside its last item', '820141', 'E_LENGTH'],
    ['an array with an item too few', '8201', 'E_COUNT'],
    ['23 in two bytes', '1817', 'E_CANONICAL'],
    ['255 in three bytes', '1900ff', 'E_CANONICAL'],
    ['65535 in five bytes', '1a0000ffff', 'E_CANONICAL'],
    ['2^32-1 in nine bytes', '1b00000000ffffffff', 'E_CANONICAL'],
    ['long head of bytes', '580101', 'E_CANONICAL'],
    ['long head of an array', '980100', 'E_CANONICAL'],
    ['2^53', '1b0020000000000000', 'E_NUMBER'],
    ['a length of 2^32-1', '5affffffff', 'E_LENGTH'],
    ['a count of 2^31', '9a80000000', 'E_COUNT'],
    ['-1', '20', 'E_CANONICAL'],
    ['a map', 'a0', 'E_CANONICAL'],
    ['a tag', 'c001', 'E_CANONICAL'],
    ['false', 'f4', 'E_CANONICAL'],
    ['undefined', 'f7', 'E_CANONICAL'],
    ['a half float', 'f93c00', 'E_CANONICAL'],
    ['a one-byte simple value', 'f8f6', 'E_CANONICAL'],
    ['indefinite bytes', '5f4101ff', 'E_CANONICAL'],
    ['indefinite array', '9f01ff', 'E_CANONICAL'],
    ['a break', 'ff', 'E_CANONICAL'],
    ['a reserved length', '1c', 'E_CANONICAL'],
    ['text that is not UTF-8', '61ff', 'E_UTF8'],
    ['a surrogate in UTF-8', '63eda080', 'E_UTF8'],
    ['text with a byte order mark', '63efbbbf', 'E_UTF8'],
    ['nine levels', '81'.repeat(9).concat('00'), 'E_DEPTH'],
    ['30,000 levels', '81'.repeat(30_000).concat('00'), 'E_DEPTH'],
  ])('refuses %s', (_name, hex, code) => {
    expect(codeOf(() => decodeCbor(fromHex(`0x${hex}`)))).toBe(code);
  });

  it('refuses to encode what it could not decode', () => {
    expect(codeOf(() => encodeCbor(-1))).toBe('E_NUMBER');
    expect(codeOf(() => encodeCbor(-0))).toBe('E_NUMBER');
    expect(codeOf(() => encodeCbor(1.5))).toBe('E_NUMBER');
    expect(codeOf(() => encodeCbor(2 ** 53))).toBe('E_NUMBER');
    expect(codeOf(() => encodeCbor('\ud800'))).toBe('E_UTF8');
    expect(codeOf(() => encodeCbor('\ufeffx'))).toBe('E_UTF8');
    expect(codeOf(() => encodeCbor([true as unknown as null]))).toBe('E_CANONICAL');
    expect(codeOf(() => encodeCbor([[[[[[[[[]]]]]]]]]))).toBe('E_DEPTH');
  });

  it('decodes the first value and leaves the rest', () => {
    const { value: first, rest } = decodeCborFirst(fromHex('0x8201020000'));
    expect(first).toEqual([1, 2]);
    expect(toHex(rest)).toBe('0x0000');
  });

  it('answers any bytes with one encoding or a typed error', () => {
    const outcome = (bytes: Uint8Array): void => {
      const code = codeOf(() => {
        expect(encodeCbor(decodeCbor(bytes))).toEqual(bytes);
      });
      expect(code.startsWith('raw'), code).toBe(false);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 24 }), outcome), { numRuns: 5_000 });
    const mutated = fc.tuple(value, fc.nat(), fc.nat(255)).map(([v, at, byte]) => {
      const bytes = encodeCbor(v);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(fc.property(mutated, outcome), { numRuns: 3_000 });
  });
});
