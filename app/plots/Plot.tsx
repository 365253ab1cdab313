'use client';

import type { ReactNode } from 'react';
import type { Scale } from './scale';
import { useWidth } from './useWidth';

/** Room around the drawing, in pixels: words of the value axis left, of the time axis below. */
const room = { left: 44, right: 12, top: 14, bottom: 26 } as const;

const bareRoom = { left: 1, right: 1, top: 4, bottom: 4 } as const;

/** Where a plot may draw, in pixels of its own. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One mark on an axis. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

/**
 * A drawing with its words: a title that stands for it where it cannot be seen, a legend, axes, and the same figures as a table. The
 * drawing is as wide as its place and keeps its height, so nothing moves when it appears.
 */
export function Plot({
  title,
  height: wanted = 180,
  legend,
  table,
  bare = false,
  draw,
}: {
  readonly title: string;
  /** In pixels, or by the width of the place. */
  readonly height?: number | ((width: number) => number);
  readonly legend?: ReactNode;
  /** The figures behind the drawing: names of the columns, then rows. */
  readonly table: {
    readonly name: string;
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
  /** No axes: the drawing has all of the room. */
  readonly bare?: boolean;
  readonly draw: (area: Area) => ReactNode;
}) {
  const [ref, width] = useWidth();
  const height = typeof wanted === 'number' ? wanted : wanted(width);
  const around = bare ? bareRoom : room;
  const area = {
    left: around.left,
    right: width - around.right,
    top: around.top,
    bottom: height - around.bottom,
  };
  return (
    <figure className="px-3 pt-4 pb-3 sm:px-5">
      {legend !== undefined && (
        <figcaption className="mb-2 flex flex-wrap gap-x-5 gap-y-1 text-sm">{legend}</figcaption>
      )}
      <div ref={ref} className="w-full overflow-hidden [contain:inline-size]">
        <svg role="img" aria-label={title} width={width} height={height} className="block text-[11px]">
          {draw(area)}
        </svg>
      </div>
      <details className="mt-1 text-sm">
        <summary className="inline-flex min-h-6 items-center text-quiet underline decoration-line underline-offset-4 hover:text-ink">
          {table.name}
        </summary>
        <div className="mt-2 overflow-hidden rounded-lg border border-line">
          <table className="w-full table-fixed [overflow-wrap:anywhere]">
            <thead>
              <tr>
                {table.head.map((name) => (
                  <th key={name} scope="col" className="bg-sunk px-3 py-1.5 text-left font-normal text-quiet">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row) => (
                <tr key={row.join('|')} className="border-line border-t">
                  {row.map((cell, i) => (
                    <td key={`${table.head[i]}`} className="px-3 py-1.5">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** Hairlines across with their values at the left. */
export function ValueAxis({
  area,
  scale,
  marks,
}: {
  readonly area: Area;
  readonly scale: Scale;
  readonly marks: readonly Mark[];
}) {
  return (
    <g>
      {marks.map(({ at, text }) => (
        <g key={at}>
          <line x1={area.left} x2={area.right} y1={scale(at)} y2={scale(at)} className="stroke-line" />
          <text x={area.left - 8} y={scale(at)} dy="0.32em" textAnchor="end" className="fill-quiet">
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Words under the drawing. The first and the last lean inwards, so that none is cut. */
export function TimeAxis({
  area,
  scale,
  marks,
}: {
  readonly area: Area;
  readonly scale: Scale;
  readonly marks: readonly Mark[];
}) {
  return (
    <g>
      {marks.map(({ at, text }, i) => (
        <text
          key={at}
          x={scale(at)}
          y={area.bottom + 18}
          textAnchor={i === 0 ? 'start' : i === marks.length - 1 ? 'end' : 'middle'}
          className="fill-quiet"
        >
          {text}
        </text>
      ))}
    </g>
  );
}

const swatches = {
  teal: 'bg-teal',
  tealWash: 'border border-teal bg-teal-wash',
  tealPale: 'bg-teal/30',
  amber: 'bg-amber',
  brick: 'bg-brick',
  grey: 'bg-edge/60',
  line: 'bg-line',
} as const;

/** One entry of a legend. */
export function Key({ colour, children }: { readonly colour: keyof typeof swatches; readonly children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-2 text-quiet">
      <span aria-hidden="true" className={`size-3 rounded-[3px] ${swatches[colour]}`} />
      {children}
    </span>
  );
}
