'use client';

import { type Area, TimeAxis, ValueAxis } from './Plot';
import { lineThrough, scaleOf } from './scale';

/** Chances from 0 to 1 by whole numbers: one or two curves with their points, and the one that is chosen. */
export function Curve({
  area,
  points,
  chosen,
  onChoose,
}: {
  readonly area: Area;
  readonly points: readonly {
    readonly at: number;
    readonly good: number;
    readonly bad: number;
    readonly title: string;
  }[];
  readonly chosen: number;
  readonly onChoose: (at: number) => void;
}) {
  const up = scaleOf([0, 1], [area.bottom, area.top]);
  const inset = Math.min(24, (area.right - area.left) / (2 * points.length));
  const along = scaleOf([points[0]?.at ?? 0, points.at(-1)?.at ?? 1], [area.left + inset, area.right - inset]);
  const step = points.length > 1 ? along(2) - along(1) : area.right - area.left;
  const every = Math.ceil(points.length / Math.max(4, Math.floor((area.right - area.left) / 36)));
  return (
    <>
      <ValueAxis area={area} scale={up} marks={[0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: `${at * 100} %` }))} />
      <rect
        x={along(chosen) - Math.min(step, 44) / 2}
        y={area.top - 8}
        width={Math.min(step, 44)}
        height={area.bottom - area.top + 8}
        rx="8"
        className="fill-teal-wash"
      />
      <path
        d={lineThrough(points.map(({ at, good }) => [along(at), up(good)]))}
        className="fill-none stroke-teal"
        strokeWidth="2"
      />
      <path
        d={lineThrough(points.map(({ at, bad }) => [along(at), up(bad)]))}
        className="fill-none stroke-amber"
        strokeWidth="2"
        strokeDasharray="5 3"
      />
      {points.map(({ at, good, bad, title }) => (
        // The slider beside the drawing does the same for the keyboard.
        <g key={at} onPointerDown={() => onChoose(at)} className="cursor-pointer">
          <title>{title}</title>
          <rect x={along(at) - step / 2} y={area.top} width={step} height={area.bottom - area.top} fill="transparent" />
          <circle cx={along(at)} cy={up(good)} r={at === chosen ? 5 : 3} className="fill-teal" />
          <circle cx={along(at)} cy={up(bad)} r={at === chosen ? 5 : 3} className="fill-amber" />
        </g>
      ))}
      <line x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} className="stroke-edge" />
      <TimeAxis
        area={area}
        scale={along}
        marks={points
          .filter((_, i) => i % every === 0 || i === points.length - 1)
          .map(({ at }) => ({ at, text: String(at) }))}
      />
    </>
  );
}
