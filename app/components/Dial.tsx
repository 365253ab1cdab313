/**
 * The M-of-N dial: N ticks on a circle, the first `lit` of them filled, a horizon line where the threshold lies. Logo, loader and
 * status in one; the words beside it carry the meaning, so the drawing is hidden from readers unless it is given a label.
 */
export function Dial({
  shares,
  threshold,
  lit,
  size = 28,
  label,
}: {
  readonly shares: number;
  readonly threshold: number;
  readonly lit: number;
  readonly size?: number;
  readonly label?: string;
}) {
  const ticks = Array.from({ length: shares }, (_, index) => {
    const turn = (index / shares) * 2 * Math.PI - Math.PI / 2;
    const at = (radius: number) => ({ x: 50 + radius * Math.cos(turn), y: 50 + radius * Math.sin(turn) });
    return { index, from: at(27), to: at(42) };
  });
  const reached = lit >= threshold;
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 100 100"
      role={label === undefined ? 'presentation' : 'img'}
      aria-label={label}
    >
      <line x1="4" y1="50" x2="96" y2="50" className="stroke-line" strokeWidth="2" />
      {ticks.map(({ index, from, to }) => (
        <line
          key={index}
          x1={from.x.toFixed(2)}
          y1={from.y.toFixed(2)}
          x2={to.x.toFixed(2)}
          y2={to.y.toFixed(2)}
          strokeWidth="9"
          strokeLinecap="round"
          className={index < lit ? 'stroke-teal' : 'stroke-line'}
        />
      ))}
      <circle cx="50" cy="50" r="9" className={reached ? 'fill-teal' : 'fill-none stroke-quiet'} strokeWidth="3" />
    </svg>
  );
}
