'use client';

import { type Area, type Mark, TimeAxis, ValueAxis } from './Plot';
import { scaleOf, ticksOf } from './scale';

/** What holds from `at` on: the height of each band, from the bottom up. */
export interface Layer {
  readonly at: number;
  readonly parts: readonly number[];
}

const looks = {
  teal: 'fill-teal',
  tealPale: 'fill-teal/30',
  grey: 'fill-edge/60',
  line: 'fill-line',
} as const;

/** Parts of a whole as they change in steps, one band on another; what lies behind `now` is paler, since it has not happened yet. */
export function Bands({
  area,
  layers,
  colours,
  from,
  until,
  now,
  nowText,
  marks,
  text,
}: {
  readonly area: Area;
  readonly layers: readonly Layer[];
  /** Of each band, from the bottom up. */
  readonly colours: readonly (keyof typeof looks)[];
  readonly from: number;
  readonly until: number;
  readonly now: number;
  readonly nowText: string;
  readonly marks: readonly Mark[];
  readonly text: (value: number) => string;
}) {
  const heights = layers.map(({ at, parts }) => {
    let base = 0;
    return {
      at,
      edges: parts.map((part) => {
        base += part;
        return base;
      }),
    };
  });
  const ticks = ticksOf(Math.max(0, ...heights.map(({ edges }) => edges.at(-1) ?? 0)));
  const up = scaleOf([0, ticks.at(-1) ?? 1], [area.bottom, area.top]);
  const along = scaleOf([from, until], [area.left, area.right]);
  /** The band's upper edge from left to right, then its lower edge back. */
  const pathOf = (band: number): string => {
    const xs = [...layers.map(({ at }) => along(at)), along(until)];
    const edge = (place: number, which: number) => up(which < 0 ? 0 : (heights[place]?.edges[which] ?? 0));
    const there = layers.map((_, i) => `${edge(i, band).toFixed(1)}H${(xs[i + 1] ?? 0).toFixed(1)}`);
    const back = layers.map((_, i) => `V${edge(i, band - 1).toFixed(1)}H${(xs[i] ?? 0).toFixed(1)}`).reverse();
    return `M${(xs[0] ?? 0).toFixed(1)} ${there.join('V')}${back.join('')}Z`;
  };
  const here = along(Math.min(Math.max(now, from), until));
  const isAhead = now < until;
  return (
    <>
      <ValueAxis area={area} scale={up} marks={ticks.map((at) => ({ at, text: text(at) }))} />
      {colours.map((colour, band) => (
        <path key={colour} d={pathOf(band)} className={looks[colour]} />
      ))}
      {isAhead && (
        <>
          <rect
            x={here}
            y={area.top - 4}
            width={area.right - here}
            height={area.bottom - area.top + 4}
            className="fill-raised/45"
          />
          <line x1={here} x2={here} y1={area.top - 4} y2={area.bottom} className="stroke-ink" strokeDasharray="2 3" />
          <text
            x={here}
            dx={here > (area.left + area.right) / 2 ? -6 : 6}
            y={area.top - 2}
            textAnchor={here > (area.left + area.right) / 2 ? 'end' : 'start'}
            className="fill-ink"
          >
            {nowText}
          </text>
        </>
      )}
      <line x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} className="stroke-edge" />
      <TimeAxis area={area} scale={along} marks={marks} />
    </>
  );
}
