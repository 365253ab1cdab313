'use client';

import type { Area } from './Plot';

/** One cell of a strip. */
export interface Cell {
  readonly key: number;
  readonly kind: 'full' | 'missed' | 'ahead' | 'open' | 'none';
  readonly title: string;
}

const looks = {
  full: 'fill-teal',
  missed: 'fill-amber',
  ahead: 'fill-teal-wash stroke-teal',
  open: 'fill-none stroke-line',
  none: 'fill-line',
} as const;

/** Cells in rows, in reading order, the newest at the end; a missed one is lower as well as of another colour. */
export function Beats({
  area,
  cells,
  size = 14,
}: {
  readonly area: Area;
  readonly cells: readonly Cell[];
  readonly size?: number;
}) {
  const perRow = beatsPerRow(area.right - area.left, size);
  return cells.map(({ key, kind, title }, i) => {
    const [x, y] = [area.left + (i % perRow) * size, area.top + Math.floor(i / perRow) * size];
    const low = kind === 'missed' ? (size - 3) / 2 : 0;
    return (
      <rect
        key={key}
        x={x + 0.5}
        y={y + 0.5 + low}
        width={size - 4}
        height={size - 4 - low}
        rx="2"
        className={looks[kind]}
      >
        <title>{title}</title>
      </rect>
    );
  });
}

/** The height of a strip of so many cells in this width, all in pixels. */
export const beatsHeight = (width: number, cells: number, size = 14): number =>
  Math.ceil(cells / beatsPerRow(width, size)) * size + 8;

/** How many cells stand in a row of this width, in pixels. */
const beatsPerRow = (width: number, size: number): number => Math.max(1, Math.floor(width / size));
