import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from '../../lib/protocol/base64url.ts';
import { concatBytes } from '../../lib/protocol/bytes.ts';
import { type CborValue, decodeCbor, encodeCbor } from '../../lib/protocol/cbor.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import { Keyring } from '../../lib/protocol/keys.ts';
import { formatLink, type Link, parseLink } from '../../lib/protocol/link.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { codeOf, flipped, pattern } from './errorCode.ts';

const policyManager = toHex(pattern(20));
const known = [{ chainId: 31337, policyManager }];
const link: Link = {
  chainId: 31337,
  policyManager,
  policyId: toHex(pattern(32, 1)),
  manifestId: toHex(pattern(32, 2)),
  verifyingKey: SecretKey.random().publicKey,
  uris: ['https://a.example/m', 'ipfs://x'],
  bob: undefined,
};
const text = formatLink('https://dintel.example', link);
const data = text.slice(text.indexOf('#d1.') + 4);
const withBody = (body: Uint8Array): string => `https://x/open#d1.${toBase64url(body)}`;
const edited = (edit: (items: CborValue[]) => void): string => {
  const items = [...(decodeCbor(fromBase64url(data, 'E_LINK', 'link')) as CborValue[])];
  edit(items);
  return withBody(encodeCbor(items));
};

describe('a link', () => {
  it('comes back from its text, whatever the origin', () => {
    expect(text).toMatch(/^https:\/\/dintel\.example\/open#d1\.[A-Za-z0-9_-]+$/);
    for (const form of [text, `#d1.${data}`, `d1.${data}`, `http://evil.example/x?y#d1.${data}`]) {
      const parsed = parseLink(form, known);
      expect({ ...parsed, verifyingKey: parsed.verifyingKey.toBytes() }).toEqual({
        ...link,
        verifyingKey: link.verifyingKey.toBytes(),
      });
    }
  });

  it('can carry a throw-away Bob, who shows himself to nobody', () => {
    const bob = Keyring.random();
    const parsed = parseLink(formatLink('', { ...link, bob }), known);
    expect(parsed.bob?.receiving().publicKey.toBytes()).toEqual(bob.receiving().publicKey.toBytes());
    expect(JSON.stringify(parsed.bob)).toBe('{}');
  });

  it('of a chain or contract that is not known is refused, not followed', async () => {
    expect(await codeOf(() => parseLink(text, []))).toBe('E_DOMAIN');
    expect(await codeOf(() => parseLink(text, [{ chainId: 1, policyManager }]))).toBe('E_DOMAIN');
    expect(await codeOf(() => parseLink(text, [{ chainId: 31337, policyManager: toHex(pattern(20, 2)) }]))).toBe(
      'E_DOMAIN',
    );
    expect(
      await codeOf(() =>
        parseLink(text, [{ chainId: 31337, policyManager: policyManager.toUpperCase().replace('0X', '0x') as never }]),
      ),
    ).toBe('accepted');
  });

  it.each<[string, string, string]>([
    ['another text', 'hello', 'E_LINK'],
    ['an empty one', '', 'E_LINK'],
    ['a newer version', `x#d2.${data}`, 'E_VERSION'],
    ['padding', `x#d1.${data}=`, 'E_LINK'],
    ['a space behind it', `${text} `, 'E_LINK'],
    ['a cut end', text.slice(0, -4), 'E_LINK'],
    ['1,501 characters', `${'x'.repeat(1501 - text.length)}${text}`, 'E_LINK'],
    ['bytes behind the body', withBody(concatBytes(fromBase64url(data, 'E_LINK', 'link'), Uint8Array.of(0))), 'E_LINK'],
    ['six items', edited((items) => items.pop()), 'E_LINK'],
    ['eight items', edited((items) => items.push(null)), 'E_LINK'],
    ['a short id', edited((items) => items.splice(3, 1, pattern(31))), 'E_LINK'],
    [
      'a key off the curve',
      edited((items) => items.splice(4, 1, concatBytes(Uint8Array.of(2), new Uint8Array(31), Uint8Array.of(5)))),
      'E_LINK',
    ],
    ['nine places', edited((items) => items.splice(5, 1, Array(9).fill('u'))), 'E_LINK'],
    ['a secret of 31 bytes', edited((items) => items.splice(6, 1, pattern(31))), 'E_LINK'],
    ['chain 0', edited((items) => items.splice(0, 1, 0)), 'E_LINK'],
  ])('with %s is refused', async (_name, form, code) => {
    expect(await codeOf(() => parseLink(form, known))).toBe(code);
  });

  it('with nonzero spare bits is refused', async () => {
    const body = encodeCbor([
      ...(decodeCbor(fromBase64url(data, 'E_LINK', 'link')) as CborValue[]).slice(0, 5),
      ['xx'],
      null,
    ]);
    const encoded = toBase64url(body);
    expect(body.length % 3).not.toBe(0);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.charAt(alphabet.indexOf(encoded.at(-1) as string) + 1);
    expect(await codeOf(() => parseLink(`#d1.${encoded}`, known))).toBe('accepted');
    expect(await codeOf(() => parseLink(`#d1.${encoded.slice(0, -1)}${last}`, known))).toBe('E_LINK');
  });

  it('never fails with anything but our errors, whichever bit is changed', async () => {
    const body = fromBase64url(data, 'E_LINK', 'link');
    for (let bit = 0; bit < body.length * 8; bit += 3) {
      expect(await codeOf(() => parseLink(withBody(flipped(body, bit)), known))).toMatch(
        /^(E_LINK|E_DOMAIN|accepted)$/,
      );
    }
  });

  it('too long is not made', async () => {
    const uris = Array.from({ length: 8 }, (_, i) => `https://${'x'.repeat(200)}${i}`);
    expect(await codeOf(() => formatLink('https://a', { ...link, uris }))).toBe('E_LINK');
    for (const origin of [
      'https://a#b',
      'https://a?b',
      'https://a b',
      'app.example',
      '/sub',
      'https://',
      'https:///x',
    ]) {
      expect(await codeOf(() => formatLink(origin, link)), origin).toBe('E_URL');
    }
    expect(formatLink('https://a.example/sub//', link)).toBe(formatLink('https://a.example/sub', link));
    expect(formatLink('https://a.example/', link)).toMatch(/^https:\/\/a\.example\/open#d1\./);
  });
});
