import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OperatorError } from '../../../node/config/operatorError.ts';
import { PersonKeystore } from '../../../node/keystore/personKeystore.ts';
import { newPhrase, parsePhrase } from '../../../node/keystore/phrase.ts';
import { checkPassword, Strongbox } from '../../../node/keystore/strongbox.ts';
import { scratchFolder } from '../support/scratch.ts';

const password = 'correct horse battery staple';
const secret = new Uint8Array(65).map((_, place) => place);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const box = (await Strongbox.create('person', { wallet: '0xabc' }, secret, password)).toBytes();

async function refusal(work: () => unknown): Promise<{ code: string; message: string; ms: number }> {
  const started = performance.now();
  try {
    await work();
  } catch (error) {
    const ms = performance.now() - started;
    if (error instanceof OperatorError) return { code: `${error.exitCode} ${error.code}`, message: error.message, ms };
    throw error;
  }
  return { code: 'accepted', message: '', ms: 0 };
}

const opened = (bytes: Uint8Array, word = password) => refusal(() => Strongbox.open(bytes, 'person', word));
/** The same box with one member changed; the checksum is left as it was. */
function changed(change: (file: Record<string, never>) => void): Uint8Array {
  const file = JSON.parse(text(box));
  change(file);
  return new TextEncoder().encode(JSON.stringify(file));
}

test('opens with its password, whichever way it is typed in Unicode, and gives the secret back', async () => {
  const composed = await Strongbox.create('person', {}, secret, 'contraseña única');
  const bytes = composed.toBytes();
  const again = await Strongbox.open(bytes, 'person', 'contrasen\u0303a u\u0301nica');
  expect(again.revealSecret()).toEqual(secret);
  again.replaceSecret(secret.toReversed());
  const resealed = await Strongbox.open(again.toBytes(), 'person', 'contraseña única');
  expect(resealed.revealSecret()).toEqual(secret.toReversed());
});

test('C21, C22 a wrong password and a changed box are one error with one text', async () => {
  const flip = (hex: string): string => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);
  const wrong = await opened(box, 'another password');
  const spoiled = [
    changed((file: Record<string, string>) => {
      file.sealed = flip(file.sealed ?? '');
    }),
    changed((file: Record<string, string>) => {
      file.nonce = flip(file.nonce ?? '');
    }),
    changed((file: { slots?: { wrapped: string }[] }) => {
      const slot = file.slots?.[0];
      if (slot) slot.wrapped = flip(slot.wrapped);
    }),
  ];
  expect(wrong.code).toBe('4 E_PASSWORD');
  for (const bytes of spoiled) {
    const { code, message } = await opened(bytes);
    expect([code, message]).toEqual([wrong.code, wrong.message]);
  }
});

test('C23 a box that asks for more work than ours do is refused before any work', async () => {
  const kdf = (over: Record<string, number>) =>
    changed((file: { slots?: { kdf: object }[] }) => Object.assign(file.slots?.[0]?.kdf ?? {}, over));
  for (const over of [
    { n: 2 ** 30 },
    { n: 2 ** 21 },
    { n: 2 ** 13 },
    { n: 100_000 },
    { r: 0 },
    { r: 64 },
    { p: 0 },
    { p: 99 },
    { n: 2 ** 20, r: 16 },
  ]) {
    const { code, ms } = await opened(kdf(over));
    expect(code, JSON.stringify(over)).toBe('4 E_KDF_BOUNDS');
    expect(ms, JSON.stringify(over)).toBeLessThan(50);
  }
});

test('C24 other versions, ciphers, slots and fields, and a damaged header, are named and refused before any work', async () => {
  const cases: Record<string, Uint8Array> = {
    version: changed((file: Record<string, unknown>) => {
      file.version = 9;
    }),
    cipher: changed((file: Record<string, unknown>) => {
      file.cipher = 'rot13';
    }),
    slot: changed((file: { slots?: { type: string }[] }) => {
      const slot = file.slots?.[0];
      if (slot) slot.type = 'passkey';
    }),
    surplus: changed((file: Record<string, unknown>) => {
      file.surplus = 1;
    }),
    checksum: changed((file: { public?: Record<string, string> }) => {
      file.public = { wallet: '0xdef' };
    }),
    kind: new TextEncoder().encode(text(box).replace('"person"', '"node"')),
    'UTF-8': Uint8Array.of(0xff, 0xfe),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    const { code, ms, message } = await opened(bytes);
    expect(code, name).toBe('4 E_KEYSTORE_FORMAT');
    expect(message, name).toMatch(new RegExp(name, 'i'));
    expect(ms, name).toBeLessThan(50);
  }
});

test('whatever is done to its bytes, a box opens with the right secret or not at all, by a code', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(box.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (place, flip, cut) => {
        const bytes = cut ? box.slice(0, place) : box.slice();
        if (!cut) bytes[place] = (bytes[place] ?? 0) ^ flip;
        // Only what fails before the stretch is tried here; the rest costs 0.4 s each and has its own tests.
        const header = text(bytes);
        fc.pre(cut || !/^[0-9a-f]$/.test(String.fromCharCode(bytes[place] ?? 0)) || !header.includes('"sealed"'));
        // The line's end says nothing: without it, or with another blank there, the box is the same box.
        const same = header.trimEnd() === text(box).trimEnd();
        expect((await opened(bytes)).code).toMatch(same ? /^accepted$/ : /^4 E_(KEYSTORE_FORMAT|KDF_BOUNDS|PASSWORD)$/);
      },
    ),
    { numRuns: 60, examples: [[box.length - 1, 1, true]] },
  );
});

test('C25 weak passwords are refused, and no message repeats one', async () => {
  for (const weak of ['', 'x', 'seven77', 'with\ttab in it', 'line\nfeed here', 'x'.repeat(2_000)]) {
    const { code, message } = await refusal(() => checkPassword(weak));
    expect(code, JSON.stringify(weak)).toBe('4 E_PASSWORD_WEAK');
    if (weak.length > 3) expect(message).not.toContain(weak);
  }
});

test('C27 a phrase is read in any case, spacing and by prefix; a wrong one is named by the place of its word', async () => {
  const phrase = newPhrase();
  const words = phrase.split(' ');
  expect(words).toHaveLength(24);
  expect(parsePhrase(`  ${words.map((word) => word.slice(0, 4).toUpperCase()).join('  \n')} `)).toBe(phrase);
  const { message: short, code } = await refusal(() => parsePhrase(words.slice(1).join(' ')));
  expect([code, short]).toEqual(['4 E_MNEMONIC', expect.stringContaining('word 23')]);
  const foreign = words.with(6, 'zzzzzz').join(' ');
  expect((await refusal(() => parsePhrase(foreign))).message).toContain('word 7 ');
  const swapped = Array.from({ length: 24 }, () => 'abandon').join(' ');
  expect((await refusal(() => parsePhrase(swapped))).message).toContain('checksum');
});

test('C20, C17 a keystore file is 0600 whatever the umask, and one that others can read is refused', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'key');
  const made = await PersonKeystore.create(path, password);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await PersonKeystore.open(path, password, 'alice')).revealRoot()).toEqual(made.revealRoot());
  expect(await PersonKeystore.walletOf(path, 'alice')).toBe(made.wallet);
  expect((await refusal(() => PersonKeystore.create(path, password))).code).toBe('4 E_EXISTS');
  chmodSync(path, 0o644);
  expect((await refusal(() => PersonKeystore.open(path, password, 'alice'))).code).toBe('4 E_PERMS');
  expect((await refusal(() => PersonKeystore.open(join(folder, 'none'), password, 'alice'))).code).toBe('4 E_KEYSTORE');
  mkdirSync(join(folder, 'sub'));
  expect((await refusal(() => PersonKeystore.open(join(folder, 'sub'), password, 'alice'))).code).toBe('4 E_KEYSTORE');
  writeFileSync(join(folder, 'huge'), new Uint8Array(100_000), { mode: 0o600 });
  expect((await refusal(() => PersonKeystore.open(join(folder, 'huge'), password, 'alice'))).code).toBe('4 E_KEYSTORE');
  expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from(made.revealRoot()).toString('hex'));
});
