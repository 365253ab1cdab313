/** The arithmetic behind the quorum chooser, against sums made the long way and against what must hold of any choice. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advised, atLeast, quorumCurve } from '../../../app/network/quorum.ts';

/** Every outcome of n things, one by one. */
function byEnumeration(least: number, n: number, p: number): number {
  let sum = 0;
  for (let outcome = 0; outcome < 2 ** n; outcome++) {
    const happened = outcome.toString(2).replaceAll('0', '').length;
    if (happened >= least) sum += p ** happened * (1 - p) ** (n - happened);
  }
  return sum;
}

const chance = fc.double({ min: 0, max: 1, noNaN: true });

it('sums what enumeration sums', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 10 }), chance, (n, least, p) => {
      expect(atLeast(least, n, p)).toBeCloseTo(byEnumeration(least, n, p), 10);
    }),
    { numRuns: 60 },
  );
});

it('keeps small distances from 1: five of nine, one in a million failing', () => {
  expect(1 - atLeast(5, 9, 1 - 1e-6)).toBeLessThan(1e-15);
  expect(atLeast(3, 5, 0.001)).toBeCloseTo(9.98e-9, 10);
});

it('a higher threshold opens less often and colludes less often', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 64 }), chance, chance, (shares, failing, colluding) => {
      const curve = quorumCurve(shares, { failing, colluding });
      for (const [i, one] of curve.entries()) {
        expect(one.opens).toBeGreaterThanOrEqual(0);
        expect(one.colludes).toBeLessThanOrEqual(1);
        const before = curve[i - 1];
        if (before === undefined) continue;
        expect(one.opens).toBeLessThanOrEqual(before.opens + 1e-9);
        expect(one.colludes).toBeLessThanOrEqual(before.colludes + 1e-9);
      }
    }),
    { numRuns: 60 },
  );
});

it('advises the middle when both fears are equal, and leans to the greater one', () => {
  expect(advised(5, { failing: 0.1, colluding: 0.1 })).toBe(3);
  expect(advised(5, { failing: 0.01, colluding: 0.2 })).toBe(4);
  expect(advised(5, { failing: 0.3, colluding: 0.001 })).toBeLessThan(3);
});
