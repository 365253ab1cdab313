/**
 * From values to places and back to words: linear scales, round ticks. Pure; no drawing.
 */

/** A straight line from a span of values to a span of places. */
export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

/** A scale; an empty span of values maps to the first place. */
export function scaleOf(values: readonly [number, number], places: readonly [number, number]): Scale {
  const [from, to] = values;
  const [start, end] = places;
  const at = (value: number) => (to === from ? start : start + ((value - from) / (to - from)) * (end - start));
  return Object.assign(at, { from, to });
}

/** Round values from 0 to at least `most`, at most `count` steps of 1, 2 or 5 times a power of ten. */
export function ticksOf(most: number, count = 3): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const steps = Math.ceil(most / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** A path of straight lines through places. */
export const lineThrough = (places: readonly (readonly [number, number])[]): string =>
  places.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** A path that keeps its height until the next place: what holds from then on. */
export const stepsThrough = (places: readonly (readonly [number, number])[]): string =>
  places
    .map(([x, y], i) => (i === 0 ? `M${x.toFixed(1)} ${y.toFixed(1)}` : `H${x.toFixed(1)}V${y.toFixed(1)}`))
    .join('');

/** Units of 18 decimals as a number, for drawing only. */
export const asNumber = (amount: bigint): number => Number(amount) / 1e18;
