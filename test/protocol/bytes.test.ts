import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressWord, bytes32Word, uintWord } from '../../lib/protocol/abi.ts';
import {
  checkBytes,
  checkUint,
  concatBytes,
  equalBytes,
  fromUtf8,
  u16be,
  u32be,
  u64be,
  uintBytes,
  utf8,
} from '../../lib/protocol/bytes.ts';
import { checkHex, fromHex, isHex, toHex } from '../../lib/protocol/hex.ts';
import { refusalOf } from './refusal.ts';

describe('bytes', () => {
  it('writes big-endian integers and refuses what does not fit', () => {
    expect(toHex(u16be(0x1234))).toBe('0x1234');
    expect(toHex(u32be(0xdeadbeef))).toBe('0xdeadbeef');
    expect(toHex(u64be(2n ** 64n - 1n))).toBe('0xffffffffffffffff');
    expect(toHex(u64be(Number.MAX_SAFE_INTEGER))).toBe('0x001fffffffffffff');
    const values: readonly unknown[] = [
      -1,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      -1n,
      2n ** 64n,
      '1',
      null,
      undefined,
      {},
      [],
    ];
    for (const value of values)
      expect(
        refusalOf(() => u64be(value as number)),
        String(value),
      ).toBe('E_NUMBER');
    expect(refusalOf(() => u16be(65_536))).toBe('E_NUMBER');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        expect(BigInt(toHex(uintBytes(value, 256)))).toBe(value);
        expect(checkUint(value, 256, 'x')).toBe(value);
      }),
    );
  });

  it('writes short and long bytes in the same digits', () => {
    const all = Uint8Array.from({ length: 300 }, (_, i) => i);
    for (const length of [0, 1, 255, 256, 257, 300]) {
      const bytes = all.subarray(0, length);
      const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
      expect(toHex(bytes)).toBe(`0x${text}`);
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }
  });

  it('joins and compares', () => {
    expect(concatBytes()).toEqual(new Uint8Array());
    expect(concatBytes(Uint8Array.of(1), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1))).toBe(true);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(2))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
  });

  it('L18: takes bytes only, and only as many as asked', () => {
    const kinds: readonly unknown[] = [
      'ab',
      null,
      1,
      [1],
      new DataView(new ArrayBuffer(2)),
      new ArrayBuffer(2),
      undefined,
    ];
    for (const value of kinds) expect(refusalOf(() => checkBytes(value, 2, 'x'))).toBe('E_TYPE');
    expect(refusalOf(() => checkBytes(new Uint8Array(1), 2, 'x'))).toBe('E_LENGTH');
    expect(checkBytes(new Uint8Array(2), 2, 'x').length).toBe(2);
  });

  it('turns text into UTF-8 and back, refusing what has no such form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    expect(fromUtf8(utf8('\ufeffa'))).toBe('\ufeffa');
    expect(refusalOf(() => utf8('\ud800'))).toBe('E_UTF8');
    expect(refusalOf(() => fromUtf8(Uint8Array.of(0xc0, 0x80)))).toBe('E_UTF8');
  });
});

describe('hex', () => {
  it('has one form for each byte string', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = toHex(bytes);
        expect(text).toMatch(/^0x([0-9a-f]{2})*$/);
        expect(fromHex(text)).toEqual(bytes);
        expect(isHex(text, bytes.length)).toBe(true);
        expect(isHex(text, bytes.length + 1)).toBe(false);
      }),
    );
  });

  it('L19: refuses other text', () => {
    for (const text of [
      '',
      'ab',
      '0xa',
      '0xAB',
      '0x0g',
      '0x 0',
      '0x00 ',
      ' 0x00',
      '0x00\n',
      '0X00',
      7,
      null,
      undefined,
      ['0x00'],
    ]) {
      expect(
        refusalOf(() => checkHex(text)),
        String(text),
      ).toBe('E_HEX');
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.anything()), (value) => {
        expect(['accepted', 'E_HEX']).toContain(refusalOf(() => fromHex(value as string)));
      }),
    );
  });
});

describe('words', () => {
  it('pads on the left and takes exact lengths', () => {
    expect(toHex(uintWord(5, 8, 'x'))).toBe(`0x${'00'.repeat(31)}05`);
    expect(toHex(addressWord(`0x${'Ab'.repeat(20)}`, 'x'))).toBe(`0x${'00'.repeat(12)}${'ab'.repeat(20)}`);
    expect(refusalOf(() => uintWord(256, 8, 'x'))).toBe('E_NUMBER');
    for (const bad of ['0x', `0x${'00'.repeat(31)}`, `0x${'00'.repeat(33)}`, 7, null]) {
      expect(refusalOf(() => bytes32Word(bad as string, 'x'))).toBe('E_HEX');
      expect(refusalOf(() => addressWord(bad as string, 'x'))).toBe('E_HEX');
    }
  });
});
