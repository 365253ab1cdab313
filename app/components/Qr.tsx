import { encode } from 'uqr';

/** A text as a QR code: dark on light in every theme, for cameras. */
export function Qr({
  text,
  label,
  size = 220,
}: {
  readonly text: string;
  readonly label: string;
  readonly size?: number;
}) {
  const { data, size: modules } = encode(text, { border: 3 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${modules} ${modules}`}
      shapeRendering="crispEdges"
      className="h-auto max-w-full rounded-[10px] border border-line"
    >
      <path fill="#ffffff" d={`M0 0h${modules}v${modules}h-${modules}z`} />
      <path fill="#101820" d={path} />
    </svg>
  );
}
