/** Who is asked first, and when one more. */
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { Latencies } from '../../lib/characters/bob/latency.ts';
import type { Address } from '../../lib/protocol/hex.ts';

const node = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
let now: number;
let dice: number;
let latencies: Latencies;
beforeEach(() => {
  now = 0;
  dice = 0;
  latencies = new Latencies(
    () => now,
    () => dice,
  );
});
const order = (...nodes: number[]) => latencies.order(nodes, node);

it('quick ones first, unknown ones before slow ones, silent and lying ones last', () => {
  latencies.answered(node(1), 900);
  latencies.answered(node(2), 20);
  latencies.failed(node(3));
  latencies.waited(node(4), 1_500);
  expect(order(1, 2, 3, 4, 5)).toEqual([2, 5, 1, 4, 3]);
});

it('what is about alike has no fixed order', () => {
  const many = new Latencies(() => now, Math.random);
  for (const n of [1, 2, 3]) many.answered(node(n), 20 + n);
  const firsts = new Set(Array.from({ length: 200 }, () => many.order([1, 2, 3], node)[0]));
  expect(firsts.size).toBe(3);
});

it('a bad opinion is half forgotten in a minute, and at once with an answer; a cut-off proves no more than it shows', () => {
  latencies.failed(node(1));
  now += 60_000;
  expect(latencies.expectedMs(node(1))).toBe(5_100);
  now += 600_000;
  expect(latencies.expectedMs(node(1))).toBeLessThan(220);
  latencies.failed(node(1));
  latencies.answered(node(1), 40);
  expect(latencies.expectedMs(node(1))).toBe(40);
  latencies.waited(node(1), 30);
  expect(latencies.expectedMs(node(1))).toBe(40);
  latencies.waited(node(1), 400);
  expect(latencies.expectedMs(node(1))).toBe(400);
});

it('asks one more after three times what the slowest should take, between 50 and 300 ms; 300 for strangers', () => {
  expect(latencies.hedgeMs([], 0)).toBe(300);
  latencies.answered(node(1), 10);
  latencies.answered(node(2), 30);
  latencies.answered(node(3), 500);
  expect(latencies.hedgeMs([node(1), node(2), node(3)], 2)).toBe(90);
  expect(latencies.hedgeMs([node(1), node(2)], 1)).toBe(50);
  expect(latencies.hedgeMs([node(1), node(3)], 2)).toBe(300);
  expect(latencies.hedgeMs([node(1), node(9)], 2)).toBe(300);
});

it('an order is always of all, whatever was seen', () => {
  const seen = fc.array(fc.tuple(fc.nat(9), fc.nat(2), fc.nat(20_000)), { maxLength: 40 });
  fc.assert(
    fc.property(seen, fc.double({ min: 0, max: 0.99, noNaN: true }), (events, roll) => {
      dice = roll;
      for (const [n, what, ms] of events) {
        now += ms;
        if (what === 0) latencies.answered(node(n), ms);
        else if (what === 1) latencies.waited(node(n), ms);
        else latencies.failed(node(n));
      }
      const all = Array.from({ length: 10 }, (_, n) => n);
      expect(latencies.order(all, node).toSorted((a, b) => a - b)).toEqual(all);
      for (const n of all) expect(latencies.expectedMs(node(n))).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 50 },
  );
});
