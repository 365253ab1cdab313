/** Numbers and times of the network as people read them, in their language. Pure; every function says its unit. */
import { awayFormat, dateFormat, numberFormat } from '../i18n/formats.ts';
import type { Language } from '../i18n/texts.ts';

/** Units of 18 decimals, at most `digits` of them; what is more than nothing is never shown as nothing. */
export function amount(value: bigint, language: Language, digits = 4): string {
  const format = numberFormat(language, { maximumFractionDigits: digits });
  const least = 10n ** BigInt(18 - digits);
  if (value !== 0n && value < least && value > -least) return `< ${format.format(10 ** -digits)}`;
  // Twelve digits are enough to read; the rest is in the contract.
  return format.format(Number(value / 10n ** 6n) / 1e12);
}

/** A number for an axis: short, e.g. 120K, 0.0005. */
export const short = (value: number, language: Language): string =>
  value === 0
    ? '0'
    : numberFormat(language, {
        notation: value >= 10_000 ? 'compact' : 'standard',
        maximumSignificantDigits: 3,
      }).format(value);

const units: readonly (readonly [number, 'day' | 'hour' | 'minute' | 'second'])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** A span of seconds in its largest unit or two, e.g. 1 hr 5 min. */
export function span(seconds: number, language: Language): string {
  let rest = Math.max(0, Math.round(seconds));
  const said: string[] = [];
  for (const [length, unit] of units) {
    const count = Math.floor(rest / length);
    rest %= length;
    if (count > 0) said.push(numberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(count));
    if (said.length === 2 || (said.length === 1 && count > 9)) break;
  }
  return said.join(' ') || numberFormat(language, { style: 'unit', unit: 'second', unitDisplay: 'short' }).format(0);
}

/** How long ago, or in how long, `time` is from `now`; both in seconds. */
export function fromNow(time: number, now: number, language: Language): string {
  const away = time - now;
  const [length, unit] = units.find(([one]) => Math.abs(away) >= one) ?? ([1, 'second'] as const);
  return awayFormat(language, { numeric: 'auto' }).format(Math.trunc(away / length), unit);
}

/** A point in time, seconds since 1970, as the reader's clock has it. */
export const clock = (time: number, language: Language): string =>
  dateFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time * 1000);

/** Only the hour of it, or the day if the span shown is longer than two days. */
export const moment = (time: number, spanSeconds: number, language: Language): string =>
  dateFormat(
    language,
    spanSeconds > 172_800 ? { month: 'short', day: 'numeric' } : { hour: '2-digit', minute: '2-digit' },
  ).format(time * 1000);

/** A chance from 0 to 1, with as many digits as it takes to tell it from certainty. */
export function chance(value: number, language: Language): string {
  const near = Math.min(value, 1 - value);
  const digits = near <= 0 ? 0 : Math.min(6, Math.max(0, Math.ceil(-Math.log10(near)) - 1));
  return numberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(value);
}

/** Wei per share and epoch. */
export const gwei = (wei: bigint, language: Language): string =>
  `${numberFormat(language).format(Number(wei / 10n ** 6n) / 1000)} gwei`;
