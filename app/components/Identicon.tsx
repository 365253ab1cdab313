/**
 * A face for an address: seven marks around a centre, each long or short, in one of six quiet hues, all from the address's own digits.
 * It helps to notice another address; it does not prove this one.
 */
const hues = ['#2f7d7e', '#8a6d2f', '#5b6ea6', '#9a5a4c', '#5f7f4a', '#86608f'] as const;
const marks = 7;

export function Identicon({ value, size = 24 }: { readonly value: string; readonly size?: number }) {
  const digits = [...value.toLowerCase().replace(/^0x/, '')].map((digit) => Number.parseInt(digit, 16) || 0);
  const hue = hues[((digits[0] ?? 0) * 16 + (digits[1] ?? 0)) % hues.length];
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 100 100" className="shrink-0">
      <circle cx="50" cy="50" r="48" fill={hue} fillOpacity="0.16" />
      <circle cx="50" cy="50" r={8 + (digits[2] ?? 0) / 2} fill={hue} />
      {Array.from({ length: marks }, (_, i) => {
        const turn = (i / marks) * 2 * Math.PI - Math.PI / 2;
        const far = 26 + (digits[3 + i] ?? 0);
        const at = (radius: number) =>
          `${(50 + radius * Math.cos(turn)).toFixed(1)} ${(50 + radius * Math.sin(turn)).toFixed(1)}`;
        return (
          <path key={turn} d={`M${at(22)}L${at(far)}`} stroke={hue} strokeWidth="9" strokeLinecap="round" fill="none" />
        );
      })}
    </svg>
  );
}
