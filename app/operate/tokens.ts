/** Amounts of tokens as people type them. Pure. */

/** Whole tokens or a decimal of at most 18 digits, as the smallest unit; undefined for anything else. Blanks and commas are let pass. */
export function parseTokens(text: string): bigint | undefined {
  const [, whole, part = ''] = /^(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text.replace(/[\s,_]/g, '')) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * 10n ** 18n + BigInt(part.padEnd(18, '0'));
}
