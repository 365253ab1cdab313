/** How one mark of the dial stands: not asked, asked, answered well, refused or silent, caught with a wrong answer. */
export type Mark = 'idle' | 'asked' | 'verified' | 'lost' | 'bad';

const strokes: Readonly<Record<Mark, string>> = {
  idle: 'stroke-line',
  asked: 'stroke-edge breathe',
  verified: 'stroke-teal',
  lost: 'stroke-amber',
  bad: 'stroke-brick',
};

/**
 * The M-of-N dial: N marks around a centre, a horizon for the threshold; the centre fills when enough have answered. Logo, loader and
 * status in one; the words beside it carry the meaning, so the drawing is hidden from readers unless it is given a label.
 *
 * Either `lit` marks shine, or each mark has its own state.
 */
export function Dial({
  shares,
  threshold,
  lit = 0,
  marks,
  size = 28,
  label,
  count = false,
}: {
  readonly shares: number;
  readonly threshold: number;
  readonly lit?: number;
  readonly marks?: readonly Mark[];
  readonly size?: number;
  readonly label?: string;
  /** Whether the centre says how many of how many. */
  readonly count?: boolean;
}) {
  const states = Array.from({ length: shares }, (_, i): Mark => marks?.[i] ?? (i < lit ? 'verified' : 'idle'));
  const verified = states.filter((state) => state === 'verified').length;
  const reached = verified >= threshold;
  const inner = count ? 32 : 27;
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 100 100"
      role={label === undefined ? 'presentation' : 'img'}
      aria-label={label}
      className="shrink-0"
    >
      {!count && <line x1="4" y1="50" x2="96" y2="50" className="stroke-line" strokeWidth="2" />}
      {states.map((state, index) => {
        const turn = (index / shares) * 2 * Math.PI - Math.PI / 2;
        const at = (radius: number) =>
          `${(50 + radius * Math.cos(turn)).toFixed(2)} ${(50 + radius * Math.sin(turn)).toFixed(2)}`;
        return (
          <path
            key={turn}
            d={`M${at(inner)}L${at(44)}`}
            strokeWidth={Math.min(9, 90 / shares)}
            strokeLinecap="round"
            className={strokes[state]}
          />
        );
      })}
      {count ? (
        <text
          x="50"
          y="51"
          textAnchor="middle"
          dominantBaseline="middle"
          className={`font-semibold text-[17px] ${reached ? 'fill-teal' : 'fill-ink'}`}
        >
          {verified}/{threshold}
        </text>
      ) : (
        <circle cx="50" cy="50" r="9" className={reached ? 'fill-teal' : 'fill-none stroke-quiet'} strokeWidth="3" />
      )}
    </svg>
  );
}
