import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url } from '../../lib/protocol/base64url.ts';
import {
  cardRegistration,
  formatCard,
  isVerifiedCard,
  makeCard,
  parseCard,
  verifyCard,
} from '../../lib/protocol/card.ts';
import { type CborValue, decodeCbor, encodeCbor } from '../../lib/protocol/cbor.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import { Keyring } from '../../lib/protocol/keys.ts';
import { addressOf } from '../../lib/protocol/signature.ts';
import { signTyped } from '../../lib/protocol/typed.ts';
import { fingerprintWords } from '../../lib/protocol/words.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { codeOf, flipped, pattern } from './errorCode.ts';

const contracts = {
  chainId: 31337,
  adjudicator: toHex(pattern(20, 1)),
  policyManager: toHex(pattern(20, 2)),
  escrow: toHex(pattern(20, 3)),
  keyRegistry: toHex(pattern(20, 4)),
};
const bob = Keyring.random();
const wallet = SecretKey.random();
const owner = addressOf(wallet.publicKey);
const contents = {
  receivingSecretKey: bob.receiving(),
  verifyingSecretKey: bob.verifying(),
  issuedAt: 1_800_000_000,
  name: 'Bob',
};
const card = makeCard(contracts, contents);
const text = formatCard(card);
const prefix = 'dintel:card:1.';
const body = fromBase64url(text.slice(prefix.length), 'E_CARD', 'card');
const edited = (edit: (items: CborValue[]) => void): string => {
  const items = [...(decodeCbor(body) as CborValue[])];
  edit(items);
  return prefix + toBase64url(encodeCbor(items));
};

describe('a receive card', () => {
  it('comes back from its text and proves its keys', async () => {
    expect(text.startsWith(prefix)).toBe(true);
    expect(formatCard(parseCard(text))).toBe(text);
    const verified = await verifyCard(parseCard(text), contracts);
    expect(isVerifiedCard(verified)).toBe(true);
    expect(isVerifiedCard({ ...verified })).toBe(false);
    expect(verified.reader).toBe(addressOf(bob.verifying().publicKey));
    expect(verified.provenOwner).toBeUndefined();
    expect(verified.card.name).toBe('Bob');
  });

  it('can be vouched for by its owner', async () => {
    const draft = makeCard(contracts, { ...contents, owner });
    expect((await verifyCard(draft, contracts)).provenOwner).toBeUndefined();
    const ownerSignature = signTyped('KeyRegistration', wallet, contracts, cardRegistration(draft));
    const full = makeCard(contracts, { ...contents, owner, ownerSignature });
    expect((await verifyCard(full, contracts)).provenOwner).toBe(owner);
    const other = signTyped('KeyRegistration', SecretKey.random(), contracts, cardRegistration(draft));
    const forged = makeCard(contracts, { ...contents, owner, ownerSignature: other });
    expect(await codeOf(() => verifyCard(forged, contracts))).toBe('E_SIGNATURE');
    expect((await verifyCard(forged, contracts, async () => true)).provenOwner).toBe(owner);
    expect(await codeOf(() => makeCard(contracts, { ...contents, ownerSignature }))).toBe('E_CARD');
  });

  it('of keys that are not held is refused', async () => {
    const thief = Keyring.random();
    const mixed = { ...card, receivingKey: thief.receiving().publicKey };
    expect(await codeOf(() => verifyCard(mixed, contracts))).toBe('E_SIGNATURE');
    expect(await codeOf(() => verifyCard({ ...card, owner }, contracts))).toBe('E_SIGNATURE');
    expect(await codeOf(() => verifyCard({ ...card, version: 1 }, contracts))).toBe('E_SIGNATURE');
    expect(await codeOf(() => verifyCard({ ...card, popVerifying: card.popReceiving }, contracts))).toBe('E_SIGNATURE');
    expect(await codeOf(() => verifyCard(card, { ...contracts, chainId: 1 }))).toBe('E_DOMAIN');
    const elsewhere = { ...contracts, keyRegistry: toHex(pattern(20, 9)) };
    expect(await codeOf(() => verifyCard(card, elsewhere))).toBe('E_SIGNATURE');
    const same = { ...contents, verifyingSecretKey: contents.receivingSecretKey };
    expect(await codeOf(() => makeCard(contracts, same))).toBe('E_CARD');
  });

  it.each<[string, string, string]>([
    ['another text', 'bob@example.org', 'E_BRAND'],
    ['an address', owner, 'E_BRAND'],
    ['a newer version', text.replace('card:1.', 'card:2.'), 'E_VERSION'],
    ['no version', text.replace('card:1.', 'card:'), 'E_CARD'],
    ['a cut end', text.slice(0, -3), 'E_CARD'],
    ['too many characters', text + 'A'.repeat(1500), 'E_CARD'],
    ['nine items', edited((items) => items.pop()), 'E_CARD'],
    ['a control character in the name', edited((items) => items.splice(6, 1, 'a\u0007')), 'E_CARD'],
    ['a name of 65 bytes', edited((items) => items.splice(6, 1, 'x'.repeat(65))), 'E_CARD'],
    ['a zero owner', edited((items) => items.splice(1, 1, new Uint8Array(20))), 'E_CARD'],
    ['a key that is no point', edited((items) => items.splice(2, 1, new Uint8Array(33))), 'E_CARD'],
    ['one key twice', edited((items) => items.splice(2, 1, items[3] as CborValue)), 'E_CARD'],
  ])('with %s is refused', async (_name, form, code) => {
    expect(await codeOf(() => parseCard(form))).toBe(code);
  });

  it('fails for every changed bit of what is proven', async () => {
    const survivors = new Set<string>();
    for (let bit = 0; bit < body.length * 8; bit += 5) {
      const code = await codeOf(async () => {
        const changed = parseCard(prefix + toBase64url(flipped(body, bit)));
        await verifyCard(changed, contracts);
        survivors.add(
          `${changed.name === card.name ? '' : 'name'}${changed.issuedAt === card.issuedAt ? '' : 'issuedAt'}`,
        );
      });
      expect(code).toMatch(/^(E_CARD|E_SIGNATURE|E_DOMAIN|accepted)$/);
    }
    expect([...survivors].filter((what) => what !== 'name' && what !== 'issuedAt')).toEqual([]);
  });
});

describe('fingerprint words', () => {
  it('are six, change with either key and with their order', () => {
    const [a, b] = [bob.receiving().publicKey, bob.verifying().publicKey];
    const words = fingerprintWords(a, b);
    expect(words).toHaveLength(6);
    expect(fingerprintWords(a, b)).toEqual(words);
    expect(fingerprintWords(b, a)).not.toEqual(words);
    expect(fingerprintWords(a, SecretKey.random().publicKey)).not.toEqual(words);
  });
});
