import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeMeta, readMeta } from '../../lib/protocol/fileHeader.ts';
import { shownText } from '../../lib/protocol/shown.ts';

it.each([
  ['A03 an override', 'photo\u202egpj.exe', 'photo\\u{202e}gpj.exe'],
  ['isolates and marks', '\u2066a\u2069\u200f\u061c', '\\u{2066}a\\u{2069}\\u{200f}\\u{61c}'],
  ['nothing to see', 'a\u200bb\ufeff\u00ad', 'a\\u{200b}b\\u{feff}\\u{ad}'],
  ['a tag beyond the first plane', 'a\u{e0041}', 'a\\u{e0041}'],
  ['terminal control and line ends', '\u001b[31m\n\u2028\u0085', '\\u{1b}[31m\\u{a}\\u{2028}\\u{85}'],
  ['half a character', 'a\ud800b', 'a\\u{d800}b'],
  ['right to left and emoji as they are', 'תמונה 👩‍👩‍👧 تصویر.jpg', 'תמונה 👩‍👩‍👧 تصویر.jpg'],
])('%s', (_, text, shown) => {
  expect(shownText(text)).toBe(shown);
});

it('a file may have such a name: it is what it is, and only shown otherwise', () => {
  const name = 'photo\u202egpj.exe';
  expect(readMeta(encodeMeta({ name, mediaType: 'image/jpeg', size: 1 })).name).toBe(name);
});

it('leaves nothing unseen, and what is visible untouched', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const shown = shownText(text);
      expect(shown).not.toMatch(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      expect(shownText(shown)).toBe(shown);
    }),
  );
});
