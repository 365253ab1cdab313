import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase32, toBase32 } from '../../lib/protocol/base32.ts';
import { makeCard } from '../../lib/protocol/card.ts';
import {
  DintelError,
  formatCard,
  formatCardLink,
  formatCardQr,
  parseCard,
  readCard,
} from '../../lib/protocol/index.ts';
import { SecretKey } from '../../lib/umbral/index.ts';

const contracts = {
  chainId: 31337,
  adjudicator: `0x${'a1'.repeat(20)}`,
  policyManager: `0x${'a2'.repeat(20)}`,
  escrow: `0x${'a3'.repeat(20)}`,
  keyRegistry: `0x${'a4'.repeat(20)}`,
} as const;
const card = makeCard(contracts, {
  receivingSecretKey: SecretKey.random(),
  verifyingSecretKey: SecretKey.random(),
  issuedAt: 1_800_000_000,
  name: 'Bob Ñ',
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof DintelError) return error.code;
    throw error;
  }
};

describe('forms of a card', () => {
  it('all say the same, and the QR form is what a QR code packs densest', () => {
    const text = formatCard(card);
    const link = formatCardLink('https://dintel.example', card);
    const qr = formatCardQr(card);
    expect(link).toBe(`https://dintel.example/add#c1.${text.slice('dintel:card:1.'.length)}`);
    expect(qr).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
    for (const form of [text, link, qr, ` ${text}\n`, link.slice(link.indexOf('#'))]) {
      expect(formatCard(readCard(form))).toBe(text);
    }
  });

  it('refuse what was changed, whatever the form', () => {
    const codes = /^E_(CARD|BRAND|VERSION|DOMAIN)$/;
    for (const form of [formatCard(card), formatCardLink('https://x.example', card), formatCardQr(card)]) {
      fc.assert(
        fc.property(fc.nat(form.length - 1), fc.constantFrom('A', 'b', '7', '-', '!', ''), (place, letter) => {
          const changed = form.slice(0, place) + letter + form.slice(place + 1);
          // An origin may be any; a signature that was changed is found by verifyCard.
          const code = codeOf(() => readCard(changed));
          if (code !== 'accepted') expect(code).toMatch(codes);
        }),
        { numRuns: 150 },
      );
    }
    expect(codeOf(() => readCard(formatCardQr(card).toLowerCase()))).toBe('E_CARD');
    expect(codeOf(() => readCard('x'.repeat(5_000)))).toBe('E_CARD');
    expect(codeOf(() => readCard(7 as unknown as string))).toBe('E_TYPE');
    expect(codeOf(() => parseCard(formatCardQr(card)))).toBe('E_BRAND');
    expect(codeOf(() => formatCardLink('https://x#y', card))).toBe('E_LINK');
  });
});

describe('base32', () => {
  it('agrees with RFC 4648 and goes both ways, one text for each byte string', () => {
    const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
    const vectors = {
      '': '',
      f: 'MY',
      fo: 'MZXQ',
      foo: 'MZXW6',
      foob: 'MZXW6YQ',
      fooba: 'MZXW6YTB',
      foobar: 'MZXW6YTBOI',
    };
    for (const [plain, text] of Object.entries(vectors)) expect(toBase32(ascii(plain))).toBe(text);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(fromBase32(toBase32(bytes), 'E_CARD', 'x')).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AMYZ27'), maxLength: 12 }), (text) => {
        const code = codeOf(() => fromBase32(text, 'E_CARD', 'x'));
        if (code === 'accepted') expect(toBase32(fromBase32(text, 'E_CARD', 'x'))).toBe(text);
        else expect(code).toBe('E_CARD');
      }),
    );
  });
});
