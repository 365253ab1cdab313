import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from '../../lib/protocol/base64url.ts';
import { codeOf } from './errorCode.ts';

describe('base64url', () => {
  it('is what Node writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(text, 'E_LINK', 'link')).toEqual(bytes);
      }),
    );
  });

  it('has one text for each byte string', async () => {
    for (const text of ['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'AA=', 'A A', '+/AA', 'AA\n', 'AÀ', 'A𝒜']) {
      expect(await codeOf(() => fromBase64url(text, 'E_LINK', 'link')), JSON.stringify(text)).toBe('E_LINK');
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        try {
          expect(toBase64url(fromBase64url(text, 'E_LINK', 'link'))).toBe(text);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('E_LINK');
        }
      }),
    );
  });
});
