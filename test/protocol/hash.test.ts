import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keccak, keccakAgain } from '../../lib/protocol/hash.ts';

describe('a hash that is made again and again', () => {
  // Few letters, so that the same bytes come twice, and bytes with the same sum and others beside them.
  const bytes = fc.uint8Array({ maxLength: 4, max: 2 });

  it('is K of the parts, whatever was hashed before', () => {
    fc.assert(
      fc.property(fc.array(fc.array(bytes, { maxLength: 3 }), { maxLength: 40 }), (calls) => {
        for (const parts of calls) expect(keccakAgain(...parts)).toBe(keccak(...parts));
      }),
    );
  });

  it('tells bytes apart that have one place', () => {
    // 31 * 1 + 0 = 31 * 0 + 31.
    const [one, other] = [Uint8Array.of(1, 0), Uint8Array.of(0, 31)];
    for (const part of [one, other, one, other]) expect(keccakAgain(part)).toBe(keccak(part));
  });

  it('is of the bytes as they were', () => {
    const part = new Uint8Array(200).fill(7);
    const before = keccakAgain(part);
    part[199] = 8;
    expect(keccakAgain(part)).toBe(keccak(part));
    part[199] = 7;
    expect(keccakAgain(part)).toBe(before);
  });

  it('is made of long bytes too', () => {
    for (const length of [1_024, 1_025, 5_000]) {
      const part = new Uint8Array(length).fill(length);
      for (const _ of [1, 2]) expect(keccakAgain(part)).toBe(keccak(part));
    }
  });
});
