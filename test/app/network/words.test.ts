/** Numbers as people read them. */
import { expect, it } from 'vitest';
import { amount, chance, fromNow, short, span } from '../../../app/network/words.ts';

const one = 10n ** 18n;

it('amounts: what is more than nothing is never shown as nothing', () => {
  expect(amount(0n, 'en')).toBe('0');
  expect(amount(1n, 'en')).toBe('< 0.0001');
  expect(amount(123_456n * one + one / 2n, 'en', 2)).toBe('123,456.5');
  expect(amount(25_000n * one, 'es', 0)).toBe('25.000');
});

it('chances: as many digits as tell them from certainty', () => {
  expect([0, 0.5, 0.99144, 0.001158, 0.9999997, 1].map((value) => chance(value, 'en'))).toEqual([
    ...['0%', '50%', '99.14%', '0.12%', '99.99997%', '100%'],
  ]);
});

it('spans and distances: the largest units that matter', () => {
  expect(span(3_900, 'en')).toBe('1 hr 5 min');
  expect(span(0, 'en')).toBe('0 sec');
  expect(span(86_400 * 21, 'en')).toBe('21 days');
  expect(fromNow(100, 160, 'en')).toBe('1 minute ago');
  expect(fromNow(7_300, 0, 'en')).toBe('in 2 hours');
  expect(short(120_000, 'en')).toBe('120K');
});
