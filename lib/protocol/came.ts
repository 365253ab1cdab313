/**
 * What came in the place of what was expected, as an error says it: by its kind, and by its value only where that is no secret. Owns: the
 * words. Owns not: the checks (`shapes.ts`, `bytes.ts`).
 */
import { kindOf } from '../umbral/errors.ts';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A number or a date as text. Any other may be a key or a password that came to the wrong place. */
const showable = /^[\d.:TZ+-]{1,24}$/;

/** Numbers as they are written; text only if `showsText` and it is one or a date; of everything else the kind. Throws nothing, whatever came. */
export function came(value: unknown, showsText = false): string {
  if (typeof value === 'string') {
    return showsText && showable.test(value) ? `the text "${value}"` : 'text';
  }
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return isObject(value) && typeof value.then === 'function' ? 'a Promise: await it first' : kindOf(value);
}
