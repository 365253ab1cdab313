/** Scales and ticks: what every plot stands on. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lineThrough, scaleOf, stepsThrough, ticksOf } from '../../../app/plots/scale.ts';

it('ticks are round, start at 0, reach the most and are few', () => {
  expect(ticksOf(7)).toEqual([0, 5, 10]);
  expect(ticksOf(0.0012)).toEqual([0, 0.0005, 0.001, 0.0015]);
  expect(ticksOf(0)).toEqual([0, 1]);
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (most) => {
      const ticks = ticksOf(most);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-9));
      expect(ticks.length).toBeLessThanOrEqual(5);
    }),
  );
});

it('scales are straight, and harmless where there is no span', () => {
  const scale = scaleOf([10, 20], [100, 0]);
  expect([10, 15, 20].map(scale)).toEqual([100, 50, 0]);
  expect(scaleOf([5, 5], [7, 9])(5)).toBe(7);
});

it('paths go through their places', () => {
  expect(
    lineThrough([
      [0, 1],
      [2, 3],
    ]),
  ).toBe('M0.0 1.0L2.0 3.0');
  expect(
    stepsThrough([
      [0, 1],
      [2, 3],
    ]),
  ).toBe('M0.0 1.0H2.0V3.0');
});
