import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBuckets } from '../../lib/characters/ursula/bucket.ts';

describe('TokenBuckets', () => {
  it('T-R06 serves a burst, then the rate, and says how long to wait', () => {
    const buckets = new TokenBuckets({ burst: 3, perSecond: 0.5 });
    expect([1, 2, 3].map(() => buckets.take('a', 0))).toEqual([0, 0, 0]);
    expect(buckets.take('a', 0)).toBe(2);
    expect(buckets.take('b', 0)).toBe(0);
    expect(buckets.take('a', 1_999)).toBe(1);
    expect(buckets.take('a', 2_000)).toBe(0);
  });

  it('never lets more through than burst + rate * time, whatever the order of times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -500, max: 1_000 }), { minLength: 1, maxLength: 200 }), (steps) => {
        const buckets = new TokenBuckets({ burst: 5, perSecond: 2 });
        let now = 0;
        let forward = 0;
        let taken = 0;
        for (const step of steps) {
          now += step;
          forward += Math.max(0, step);
          if (buckets.take('k', now) === 0) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(5 + (forward / 1000) * 2 + 1e-6);
      }),
    );
  });

  it('forgets quiet keys and stays bounded', () => {
    const buckets = new TokenBuckets({ burst: 2, perSecond: 1 }, 100);
    for (let i = 0; i < 1_000; i += 1) buckets.take(`key${i}`, 0);
    expect(buckets.size).toBeLessThanOrEqual(100);
    buckets.take('late', 60_000);
    expect(buckets.size).toBe(1);
  });
});
