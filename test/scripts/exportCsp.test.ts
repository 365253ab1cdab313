import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { withPolicy } from '../../scripts/exportCsp.ts';

const inline = 'self.__next_f.push([1,"a"])';
const page = `<!DOCTYPE html><html><head><meta charSet="utf-8"/><script src="/a.js"></script></head><body><script>${inline}</script></body></html>`;
const policyIn = (html: string): string =>
  /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';

it('stands before any script, names the inline ones by their hash and allows no others', () => {
  const html = withPolicy(page);
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'));
  expect(html).toMatch(/<head><meta charSet="utf-8"\/><meta http-equiv/);
  const hash = createHash('sha256').update(inline).digest('base64');
  expect(policyIn(html)).toContain(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`);
  expect(policyIn(html)).toMatch(/^default-src 'none'; /);
  expect(policyIn(html)).not.toMatch(/unsafe-inline|unsafe-eval' '(?!sha)|frame-ancestors/);
});

it('written twice is written once, and follows the page', () => {
  const once = withPolicy(page);
  expect(withPolicy(once)).toBe(once);
  const changed = withPolicy(once.replace(inline, 'other()'));
  expect(changed.match(/Content-Security-Policy/g)).toHaveLength(1);
  expect(policyIn(changed)).not.toBe(policyIn(once));
});

it('takes no page without a head', () => {
  expect(() => withPolicy('<p>nothing</p>')).toThrow('a page without a head');
});
