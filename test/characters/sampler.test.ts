import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, drawOrder, hasRoom, samplerSeed, suggestRate } from '../../lib/characters/alice/sampler.ts';
import type { Address, Hex } from '../../lib/protocol/hex.ts';

const node = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const make = (stakes: readonly bigint[]) =>
  stakes.map((stakeWei, i) => ({ node: node(i + 1), stakeWei, url: `https://n${i}.example` }));

describe('the draw', () => {
  it('is a permutation of the staked candidates that depends on the set and the seed only', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, 10n ** 24n), { maxLength: 20 }), fc.nat(), fc.nat(), (stakes, a, shuffle) => {
        const candidates = make(stakes);
        const order = drawOrder(candidates, word(a));
        expect(new Set(order)).toEqual(new Set(candidates.filter((c) => c.stakeWei > 0n)));
        expect(order.length).toBe(new Set(order).size);
        const rotated = candidates.map((_, i) => candidates[(i + shuffle) % candidates.length]!);
        expect(drawOrder(rotated, word(a)).map((c) => c.node)).toEqual(order.map((c) => c.node));
      }),
    );
  });

  it('is fixed: a third party gets the same nodes from the same public facts', () => {
    const seed = samplerSeed(word(1), word(2));
    expect(seed).toBe('0xe90b7bceb6e7df5418fb78d8ee546e97c83a08bbccc01a0644d599ccd2a7c2e0');
    const order = drawOrder(make([5n, 5n, 5n, 5n, 5n]), seed).map((c) => Number(c.node));
    expect(order.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    expect(order).not.toEqual([1, 2, 3, 4, 5]);
  });

  it('follows stake: who has nine tenths comes first about nine times in ten, and nobody is never first', () => {
    const first = new Map<string, number>();
    for (let i = 0; i < 2_000; i++) {
      const [head] = drawOrder(make([90n, 5n, 5n]), samplerSeed(word(i), word(7)));
      first.set(head!.node, (first.get(head!.node) ?? 0) + 1);
    }
    expect(first.get(node(1))).toBeGreaterThan(1_730);
    expect(first.get(node(1))).toBeLessThan(1_870);
    expect(first.get(node(2))).toBeGreaterThan(50);
    expect(first.get(node(3))).toBeGreaterThan(50);
  });

  it('changes with either half of the seed', () => {
    expect(samplerSeed(word(1), word(2))).not.toBe(samplerSeed(word(2), word(1)));
    expect(() => samplerSeed('0x12', word(1))).toThrow();
  });
});

describe('diversity', () => {
  it('puts together what is run together, and keeps a local network apart', () => {
    expect(bucketOf('https://a.farm.example:9151')).toBe(bucketOf('https://b.farm.example'));
    expect(bucketOf('https://a.farm.example')).not.toBe(bucketOf('https://a.other.example'));
    expect(bucketOf('http://203.0.113.5:1')).toBe(bucketOf('http://203.0.113.200:2'));
    expect(bucketOf('http://203.0.113.5')).not.toBe(bucketOf('http://203.0.114.5'));
    expect(bucketOf('http://[2001:db8:1::1]')).toBe(bucketOf('http://[2001:db8:1:ffff::9]:80'));
    expect(bucketOf('http://[2001:db8:1::1]')).not.toBe(bucketOf('http://[2001:db8:2::1]'));
    expect(bucketOf('http://127.0.0.1:1001')).not.toBe(bucketOf('http://127.0.0.1:1002'));
    expect(bucketOf('http://localhost:1001')).not.toBe(bucketOf('http://localhost:1002'));
    expect(bucketOf('not a url')).toBe(bucketOf('not a url'));
  });

  it('stops at two of a bucket', () => {
    const cohort = [{ url: 'https://a.x.example' }, { url: 'https://b.y.example' }];
    expect(hasRoom(cohort, 'https://c.x.example')).toBe(true);
    expect(hasRoom([...cohort, { url: 'https://c.x.example' }], 'https://d.x.example')).toBe(false);
    expect(hasRoom(cohort, 'https://c.x.example', 1)).toBe(false);
  });
});

describe('the rate', () => {
  it('is accepted by twice as many nodes as needed, or by all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(0n, 1000n), { maxLength: 30 }),
        fc.integer({ min: 1, max: 10 }),
        (rates, shares) => {
          const rate = suggestRate(rates, shares);
          expect(rate).toBeGreaterThanOrEqual(1n);
          expect(rates.filter((least) => least <= rate).length).toBeGreaterThanOrEqual(
            Math.min(rates.length, shares * 2),
          );
        },
      ),
    );
    expect(suggestRate([9n, 1n, 2n, 3n, 1000n], 2)).toBe(9n);
    expect(suggestRate([], 2)).toBe(1n);
  });
});
