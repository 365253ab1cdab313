'use client';

import { type Area, type Mark, TimeAxis, ValueAxis } from './Plot';
import { scaleOf, stepsThrough, ticksOf } from './scale';

/** What holds from `at` on. */
export interface Step {
  readonly at: number;
  readonly value: number;
}

/** A value that changes in steps, as a line over a wash, from the first step to `until`. `second` is drawn as a line alone. */
export function Steps({
  area,
  steps,
  second = [],
  from,
  until,
  marks,
  text,
}: {
  readonly area: Area;
  readonly steps: readonly Step[];
  readonly second?: readonly Step[];
  readonly from: number;
  readonly until: number;
  readonly marks: readonly Mark[];
  readonly text: (value: number) => string;
}) {
  const ticks = ticksOf(Math.max(0, ...[...steps, ...second].map(({ value }) => value)));
  const up = scaleOf([0, ticks.at(-1) ?? 1], [area.bottom, area.top]);
  const along = scaleOf([from, until], [area.left, area.right]);
  const placesOf = (list: readonly Step[]): (readonly [number, number])[] => {
    const before = list.filter(({ at }) => at <= from).at(-1);
    const inside = list.filter(({ at }) => at > from && at <= until);
    const all = [
      { at: from, value: before?.value ?? 0 },
      ...inside,
      { at: until, value: (inside.at(-1) ?? before)?.value ?? 0 },
    ];
    return all.map(({ at, value }) => [along(at), up(value)] as const);
  };
  const line = stepsThrough(placesOf(steps));
  return (
    <>
      <ValueAxis area={area} scale={up} marks={ticks.map((at) => ({ at, text: text(at) }))} />
      <path d={`${line}V${area.bottom}H${area.left}Z`} className="fill-teal-wash" />
      <path d={line} className="fill-none stroke-teal" strokeWidth="1.75" />
      {second.length > 0 && (
        <path
          d={stepsThrough(placesOf(second))}
          className="fill-none stroke-amber"
          strokeWidth="1.75"
          strokeDasharray="4 3"
        />
      )}
      <line x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} className="stroke-edge" />
      <TimeAxis area={area} scale={along} marks={marks} />
    </>
  );
}
