/** Amounts as people type them. */
import { expect, it } from 'vitest';
import { parseTokens } from '../../../app/operate/tokens.ts';

const one = 10n ** 18n;

it('takes whole tokens and decimals, with the marks that people put between digits', () => {
  expect(parseTokens('25000')).toBe(25_000n * one);
  expect(parseTokens(' 1,000.5 ')).toBe(1_000n * one + one / 2n);
  expect(parseTokens('0.000000000000000001')).toBe(1n);
});

it('takes nothing else', () => {
  for (const text of ['', '-1', '1.', '.5', '1e6', '0x10', '1.0000000000000000001', '1.2.3']) {
    expect(parseTokens(text)).toBeUndefined();
  }
});
