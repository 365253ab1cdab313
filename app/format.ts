/** Numbers and times as people read them. Pure; every function says its unit. */
import { dateFormat } from './i18n/formats.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Token or native units with 18 decimals, at most `digits` of them, e.g. 100,000 or 0.0012. */
export function units18(amount: bigint, digits = 4): string {
  const negative = amount < 0n;
  const value = negative ? -amount : amount;
  const fraction = (value % 10n ** 18n).toString().padStart(18, '0').slice(0, digits).replace(/0+$/, '');
  const text = `${whole.format(value / 10n ** 18n)}${fraction === '' ? '' : `.${fraction}`}`;
  const tiny = value > 0n && text === '0' ? `< ${Number(`1e-${digits}`)}` : text;
  return negative ? `−${tiny}` : tiny;
}

/** Bytes as people say them, e.g. 214 B, 1.5 MB. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB'] as const;
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds since 1970 as a time of day if it is within a day, else as a date with its time. */
export function timeOf(seconds: number, language: string): string {
  const date = new Date(seconds * 1000);
  const near = Math.abs(date.getTime() - Date.now()) < 86_400_000;
  return dateFormat(language, {
    ...(!near && { day: 'numeric', month: 'short', year: 'numeric' }),
    hour: 'numeric',
    minute: '2-digit',
  }).format(date);
}
