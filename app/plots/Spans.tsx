'use client';

import { type Area, type Mark, TimeAxis } from './Plot';
import { scaleOf } from './scale';

/** One span of time with its words. */
export interface Span {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'full' | 'over' | 'cut';
  readonly text: string;
}

const looks = { full: 'fill-teal', over: 'fill-edge/60', cut: 'fill-amber' } as const;

const row = 40;
const foot = 26;

/** The height of so many spans, in pixels. */
export const spansHeight = (spans: number): number => spans * row + foot + 12;

/** Spans under each other, each below its words, and a line where it is now; one that was cut short ends in a bar of its own. */
export function Spans({
  area,
  spans,
  from,
  until,
  now,
  marks,
}: {
  readonly area: Area;
  readonly spans: readonly Span[];
  readonly from: number;
  readonly until: number;
  readonly now: number;
  readonly marks: readonly Mark[];
}) {
  const along = scaleOf([from, until], [area.left, area.right]);
  const foundation = area.bottom - foot + 4;
  const here = along(now);
  return (
    <>
      <line x1={here} x2={here} y1={area.top} y2={foundation} className="stroke-ink" strokeDasharray="2 3" />
      {spans.map(({ key, from: start, to, kind, text }, place) => {
        const y = area.top + place * row;
        const [x, end] = [along(start), Math.max(along(start) + 3, along(to))];
        const left = x < (area.left + area.right) / 2;
        // Words do not stand on the line.
        const aside = left && Math.abs(here - x) < 6 ? here - x + 6 : 0;
        return (
          <g key={key}>
            <text
              x={left ? x + aside : end}
              y={y + 13}
              textAnchor={left ? 'start' : 'end'}
              className="fill-ink stroke-raised text-xs [paint-order:stroke]"
              strokeWidth="4"
            >
              {text}
            </text>
            <rect x={x} y={y + 20} width={end - x} height="8" rx="2" className={looks[kind]} />
            {kind === 'cut' && <rect x={end - 2} y={y + 16} width="2.5" height="16" className="fill-amber" />}
          </g>
        );
      })}
      <line x1={area.left} x2={area.right} y1={foundation} y2={foundation} className="stroke-edge" />
      <TimeAxis area={{ ...area, bottom: foundation }} scale={along} marks={marks} />
    </>
  );
}
