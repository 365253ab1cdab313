/**
 * Words of the app, in every language it speaks. A part of the app keeps its words beside it as `texts({English}, {Spanish})`; the
 * compiler refuses a language that lacks a line or has one too many.
 *
 * In a line, `{name}` is a value and `{n|node|nodes}` is the number n with the form that its language wants.
 */
import { numberFormat, pluralRules } from './formats.ts';

export type Language = 'en' | 'es';
export const languages: readonly Language[] = ['en', 'es'];
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', es: 'Español' };

export type Texts<K extends string> = Readonly<Record<Language, Readonly<Record<K, string>>>>;
export type Values = Readonly<Record<string, string | number | bigint>>;

/** The lines of one part of the app. */
export function texts<K extends string>(
  en: Readonly<Record<K, string>>,
  es: Readonly<Record<NoInfer<K>, string>>,
): Texts<K> {
  return { en, es };
}

/** One line with its values. */
export function say(language: Language, line: string, values: Values = {}): string {
  return line.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    const shown = typeof value === 'string' ? value : numberFormat(language).format(value);
    if (one === undefined) return shown;
    const form = pluralRules(language).select(Number(value)) === 'one' ? one : many;
    return `${shown} ${form}`;
  });
}
