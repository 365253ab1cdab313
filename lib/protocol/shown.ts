/**
 * Text from others as a person may see it: names of files, notes, names on cards.
 * Owns: making visible what would change how the rest of the line reads. Owns not: refusing text (`fields.ts`), HTML.
 * Source: research/reliability.md A03. Such characters are not refused: Arabic, Persian and emoji names have them lawfully.
 */

/**
 * Characters that have no form of their own: controls, line separators, lone surrogates, and format characters, among them the
 * overrides that show `exe.gpj` as a picture. The two joiners stay: they turn nothing round, and emoji are made with them.
 */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** The text with each of them written out, `\u{202e}`. For eyes only: never a name to save under or to compare. */
export function shownText(text: string): string {
  return text.replaceAll(unseen, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}
