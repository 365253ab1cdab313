import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { parseJson, writeJson } from '../../lib/protocol/json.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const outcome = (input: string | Uint8Array): unknown => {
  try {
    return parseJson(typeof input === 'string' ? encode(input) : input);
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
};

describe('parseJson', () => {
  it('reads what JSON.parse reads, when it is of our kind', () => {
    const kinds = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.maxSafeNat(),
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(
        fc.string({ unit: 'grapheme' }).filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name)),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    }));
    fc.assert(
      fc.property(kinds.value, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(encode(text), 20)).toEqual(JSON.parse(text));
        expect(JSON.stringify(parseJson(encode(text), 20))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('reads escapes', () => {
    expect(outcome('"\\u0041\\n\\ud83d\\ude00\\/"')).toBe('A\n😀/');
    expect(outcome('"\u007f\u0085"')).toBe('\u007f\u0085');
  });

  it.each([
    ['', 'E_JSON'],
    [' ', 'E_JSON'],
    ['{', 'E_JSON'],
    ['{"a"', 'E_JSON'],
    ['{"a":', 'E_JSON'],
    ['{"a":1', 'E_JSON'],
    ['{"a":1,}', 'E_JSON'],
    ['{a:1}', 'E_JSON'],
    ["{'a':1}", 'E_JSON'],
    ['[1,]', 'E_JSON'],
    ['[1 2]', 'E_JSON'],
    ['[,]', 'E_JSON'],
    ['"', 'E_JSON'],
    ['"\\', 'E_JSON'],
    ['"\\"', 'E_JSON'],
    ['"\\x"', 'E_JSON'],
    ['"\\u12"', 'E_JSON'],
    ['"\n"', 'E_JSON'],
    ['"\\ud800"', 'E_JSON'],
    ['\ufeff{}', 'E_JSON'],
    ['{}\u0000', 'E_JSON'],
    ['\u0000{}', 'E_JSON'],
    ['{} {}', 'E_JSON'],
    ['// x\n{}', 'E_JSON'],
    ['\u00a0{}', 'E_JSON'],
    ['tru', 'E_JSON'],
    ['NaN', 'E_JSON'],
    ['Infinity', 'E_JSON'],
    ['01', 'E_JSON'],
    ['+1', 'E_JSON'],
    ['.5', 'E_JSON'],
    ['{"__proto__":1}', 'E_JSON'],
    ['{"\\u005f_proto__":1}', 'E_JSON'],
    ['{"constructor":{"prototype":{}}}', 'E_JSON'],
    ['{"a":1,"a":1}', 'E_JSON_DUPLICATE'],
    ['{"a":1,"\\u0061":1}', 'E_JSON_DUPLICATE'],
    ['{"b":{"a":1,"c":{},"a":1}}', 'E_JSON_DUPLICATE'],
    ['-1', 'E_NUMBER'],
    ['-0', 'E_NUMBER'],
    ['1.5', 'E_NUMBER'],
    ['1.0', 'E_NUMBER'],
    ['1e3', 'E_NUMBER'],
    ['1e400', 'E_NUMBER'],
    ['9007199254740992', 'E_NUMBER'],
    ['9007199254740993', 'E_NUMBER'],
    ['9'.repeat(60_000), 'E_NUMBER'],
    ['[[[[[[[[[]]]]]]]]]', 'E_DEPTH'],
    ['['.repeat(30_000), 'E_DEPTH'],
    ['{"a":'.repeat(30_000), 'E_DEPTH'],
  ])('refuses %s', (text, code) => {
    expect(outcome(text)).toBe(code);
  });

  it('takes eight levels and safe integers', () => {
    expect(outcome('[[[[[[[[]]]]]]]]')).toEqual([[[[[[[[]]]]]]]]);
    expect(outcome('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('refuses bytes that are no UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xfe, 0xff],
      [0x22, 0xe2, 0x82],
    ]) {
      expect(outcome(new Uint8Array(bytes))).toBe('E_UTF8');
    }
  });

  it('names offset and path', () => {
    try {
      parseJson(encode('{"a":[0,{"b":1.5}]}'));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_NUMBER', field: 'a[1].b', got: '1.5' });
    }
    expect(() => parseJson(encode('{"a" 1}'))).toThrow(/offset 5/);
  });

  it('gives objects without a prototype, so that nothing is inherited', () => {
    const value = parseJson(encode('{"toString":1}')) as object;
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect('hasOwnProperty' in value).toBe(false);
  });

  it('is linear: 64 KiB of the worst takes milliseconds', () => {
    const start = performance.now();
    for (const text of [
      '"'.repeat(65_536),
      '"\\'.repeat(32_768),
      ' '.repeat(65_536),
      '[0,'.repeat(21_845),
      `{${Array.from({ length: 6000 }, (_, i) => `"${i}":0`).join()}}`,
      '\\'.repeat(65_536),
      `"${'\\u0041'.repeat(10_000)}"`,
    ])
      outcome(text);
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it('lets nothing but a typed error out, whatever comes', () => {
    const base = '{"domain":{"chainId":31337,"a":"0x00"},"list":[1,null,true,"\\u0041é"]}';
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 64 }),
          fc.tuple(fc.nat(base.length), fc.uint8Array({ maxLength: 3 }), fc.nat(4)).map(([at, insert, drop]) => {
            const bytes = encode(base);
            return new Uint8Array([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + drop)]);
          }),
        ),
        (bytes) => {
          try {
            expect(parseJson(writeJson(parseJson(bytes)))).toEqual(parseJson(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
