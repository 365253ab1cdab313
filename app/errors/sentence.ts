/**
 * Any error as a sentence for people, in their language. Owns: the choice of words. Owns not: the words of lib (`protocol/codes.ts`,
 * `chain/errors.ts`), which are English; `spanish.ts` has those that people meet. Reads shapes, not classes: an error may have crossed
 * from a worker, and the front page shall not carry the whole vocabulary.
 */
import type { Language } from '../i18n/texts';
import { spanish } from './spanish';
import { plainTexts } from './texts';

/** What an error of lib looks like from outside. */
export interface Coded {
  readonly code: string;
  readonly shortMessage?: string | undefined;
  readonly details?: string | undefined;
  readonly revert?: { readonly name: string | undefined } | undefined;
  readonly retryable?: boolean | undefined;
  readonly data?: unknown;
}

/** The code of an error of lib, or undefined. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** One or two sentences: what happened and what would help. Never empty, never a stack. */
export function sentenceOfError(error: unknown, language: Language): string {
  const code = codeOf(error);
  if (code !== undefined) {
    const { shortMessage, details, revert } = error as Coded;
    const plain = plainTexts[language][code as keyof (typeof plainTexts)['en']];
    if (plain !== undefined) return plain;
    const known = language === 'es' ? (spanish[revert?.name ?? code] ?? spanish[code]) : undefined;
    if (known !== undefined) return known;
    if (revert?.name !== undefined && details !== undefined) return details;
    if (shortMessage !== undefined) return shortMessage;
  }
  if (error instanceof Error && error.message !== '') return error.message.split('\n')[0] as string;
  return language === 'es' ? 'Algo salió mal.' : 'Something went wrong.';
}

/** Whether the same may come off a moment later. */
export const isRetryable = (error: unknown): boolean => (error as Coded | undefined)?.retryable === true;

/** What a program would want to know, line by line: each place that was tried, or the field and what was expected of it. */
export function particularsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const places = placesOf(error).map(({ place, code }) => `${place}: ${code}`);
  if (places.length > 0) return places;
  const [, ...lines] = error.message.split('\n').filter((line) => line !== '' && !line.startsWith('Code: '));
  return lines.map((line) => line.replace(/^Details: /, ''));
}

interface Place {
  readonly place: string;
  readonly code: string;
}

/** Where a storage error looked, with each place's reason. */
function placesOf(error: unknown): readonly Place[] {
  const { data } = error as Coded;
  if (typeof data !== 'object' || data === null || !('places' in data) || !Array.isArray(data.places)) return [];
  return (data.places as readonly Partial<Place>[]).flatMap(({ place, code }) =>
    typeof place === 'string' && typeof code === 'string' ? [{ place, code }] : [],
  );
}
