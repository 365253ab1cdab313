import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CborValue, encodeCbor } from '../../lib/protocol/cbor.ts';
import { encodeConditions, judgeConditions, parseConditions } from '../../lib/protocol/conditions.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import { codeOf } from './errorCode.ts';

describe('conditions', () => {
  it('have one encoding', () => {
    expect(toHex(encodeConditions({ notBefore: 100, notAfter: 200 }))).toBe('0x8201836474696d65186418c8');
    expect(toHex(encodeConditions({}))).toBe('0x8201836474696d65f6f6');
    expect(parseConditions(encodeConditions({ notAfter: 5 }))).toEqual({
      head: 'time',
      notBefore: undefined,
      notAfter: 5,
    });
  });

  it('are half open', () => {
    const bytes = encodeConditions({ notBefore: 100, notAfter: 200 });
    expect(judgeConditions(bytes, 99)).toEqual({ allowed: false, code: 'E_PENDING', from: 100 });
    expect(judgeConditions(bytes, 100)).toEqual({ allowed: true });
    expect(judgeConditions(bytes, 199)).toEqual({ allowed: true });
    expect(judgeConditions(bytes, 200)).toEqual({ allowed: false, code: 'E_EXPIRED', since: 200 });
    expect(judgeConditions(encodeConditions({ notBefore: 100 }), 2 ** 40)).toEqual({ allowed: true });
    expect(judgeConditions(encodeConditions({ notAfter: 1 }), 0)).toEqual({ allowed: true });
  });

  it('of an unknown version or head are refused by name', () => {
    for (const head of ['all', 'any', 'not', 'token', 'call', 'moon']) {
      const bytes = encodeCbor([1, [head, null, null]]);
      expect(() => judgeConditions(bytes, 0)).toThrow(new RegExp(`"${head}"`));
    }
    expect(() => parseConditions(encodeCbor([2, ['time', null, null]]))).toThrow(/version 2/);
  });

  it.each<[string, CborValue]>([
    ['null', null],
    ['an empty list', []],
    ['a version alone', [1]],
    ['something behind the node', [1, ['time', null, null], null]],
    ['a node that is text', [1, 'time']],
    ['an empty node', [1, []]],
    ['a head that is a number', [1, [1, null, null]]],
    ['two items', [1, ['time', null]]],
    ['four items', [1, ['time', null, null, null]]],
    ['text for seconds', [1, ['time', '1', null]]],
    ['bytes for seconds', [1, ['time', null, Uint8Array.of(1)]]],
    ['an empty window', [1, ['time', 5, 5]]],
    ['a window turned round', [1, ['time', 6, 5]]],
  ])('refuses %s', async (_name, value) => {
    expect(await codeOf(() => parseConditions(encodeCbor(value)))).toBe('E_CONDITION');
  });

  it('are refused when too long, empty or in another encoding', async () => {
    expect(await codeOf(() => parseConditions(new Uint8Array(0)))).toBe('E_LENGTH');
    expect(await codeOf(() => parseConditions(new Uint8Array(1025)))).toBe('E_LENGTH');
    expect(await codeOf(() => parseConditions(Uint8Array.of(0x82, 0x18, 1, 0x83)))).toBe('E_CONDITION');
    expect(await codeOf(() => encodeConditions({ notBefore: 2, notAfter: 1 }))).toBe('E_CONDITION');
    expect(await codeOf(() => encodeConditions({ notBefore: -1 }))).toBe('E_NUMBER');
  });

  it('answer any bytes with a judgement or E_CONDITION', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 24 }), (bytes) => {
        try {
          judgeConditions(bytes, 7);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          expect((error as ProtocolError).code).toBe('E_CONDITION');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
