'use client';

import { type Area, type Mark, TimeAxis, ValueAxis } from './Plot';
import { scaleOf, ticksOf } from './scale';

/** One bar: its parts from the bottom up, and whether something is missing there (drawn as a hatched foot). */
export interface Bar {
  readonly key: number;
  readonly parts: readonly number[];
  readonly missing?: boolean;
  /** All of it in words, shown where a pointer rests. */
  readonly title: string;
}

const fills = ['fill-teal', 'fill-amber', 'fill-brick', 'fill-edge'] as const;

/** Bars side by side, each of stacked parts; `text` says a value of the axis. */
export function Bars({
  area,
  bars,
  marks,
  text,
  colours = [0, 1, 2],
}: {
  readonly area: Area;
  readonly bars: readonly Bar[];
  /** Words under the bars, by place in the list. */
  readonly marks: readonly Mark[];
  readonly text: (value: number) => string;
  /** Which of teal, amber, brick and grey each part has. */
  readonly colours?: readonly (0 | 1 | 2 | 3)[];
}) {
  const ticks = ticksOf(Math.max(0, ...bars.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0))));
  const up = scaleOf([0, ticks.at(-1) ?? 1], [area.bottom, area.top]);
  const along = scaleOf([0, bars.length], [area.left, area.right]);
  const gap = Math.min(4, (along(1) - along(0)) * 0.2);
  return (
    <>
      <ValueAxis area={area} scale={up} marks={ticks.map((at) => ({ at, text: text(at) }))} />
      {bars.map(({ key, parts, missing, title }, place) => {
        const [x, width] = [along(place) + gap / 2, Math.max(1, along(1) - along(0) - gap)];
        let base = 0;
        return (
          <g key={key}>
            <title>{title}</title>
            <rect
              x={along(place)}
              y={area.top}
              width={along(1) - along(0)}
              height={area.bottom - area.top}
              fill="transparent"
            />
            {missing === true && (
              <g className="stroke-amber" strokeWidth="1.5">
                {[0, 1, 2].map((line) => (
                  <line
                    key={line}
                    x1={x}
                    x2={x + width}
                    y1={area.bottom - 2 - 3 * line}
                    y2={area.bottom - 5 - 3 * line}
                  />
                ))}
              </g>
            )}
            {parts.map((part, i) => {
              const y = up(base + part);
              const height = up(base) - y;
              base += part;
              const colour = fills[colours[i] ?? 0];
              return (
                height > 0 && (
                  <rect key={colour} x={x} y={y} width={width} height={height} rx="1.5" className={colour} />
                )
              );
            })}
          </g>
        );
      })}
      <line x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} className="stroke-edge" />
      <TimeAxis area={area} scale={along} marks={marks} />
    </>
  );
}
