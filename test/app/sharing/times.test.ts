/** Choices of time that the contract takes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { delaysFor, durationsFor } from '../../../app/sharing/times.ts';

it('offers no beginning that makes a share longer than what a policy bills', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 * 86_400 }), (epochLength) => {
      for (const lasts of durationsFor(epochLength)) {
        const delays = delaysFor(epochLength, lasts);
        expect(delays.length).toBeLessThanOrEqual(4);
        for (const delay of delays) expect((delay + lasts) / epochLength).toBeLessThanOrEqual(1_000);
      }
    }),
  );
  expect(delaysFor(86_400, 7 * 86_400).length).toBeGreaterThan(2);
  expect(delaysFor(30, 3_600)).toEqual([600, 3_600]);
});
