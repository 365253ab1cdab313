import { hkdfSync } from 'node:crypto';
import { SecretKeyFactory as ReferenceFactory } from '@nucypher/umbral-pre';
import { HDNodeWallet, Mnemonic } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, u32be, utf8 } from '../../lib/protocol/bytes.ts';
import { sha256 } from '../../lib/protocol/hash.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import { Keyring, labelBytes, parseLabel } from '../../lib/protocol/keys.ts';
import { EncryptingRatchet, nodePeerSeed, nodeSeed, operatorKey } from '../../lib/protocol/nodeKeys.ts';
import { codeOf, pattern } from './errorCode.ts';

/** HKDF by Node's OpenSSL and keys by the reference: nothing of ours. */
const hkdf = (ikm: Uint8Array, info: string): Uint8Array => new Uint8Array(hkdfSync('sha256', ikm, '', info, 32));
const referenceKey = (seed: Uint8Array, label: Uint8Array): string =>
  toHex(ReferenceFactory.fromSecureRandomness(seed).makeKey(label).toBEBytes());

const phrase = `${'abandon '.repeat(23)}art`;

describe('a keyring', () => {
  const root = pattern(32);
  const keyring = Keyring.fromRoot(root);

  it('derives what another implementation of the table derives', () => {
    const person = hkdf(root, 'dintel/1/person');
    for (const v of [0, 1, 0xffffffff]) {
      expect(toHex(keyring.verifying(v).toSecretBytes())).toBe(
        referenceKey(person, concatBytes(utf8('verifying/'), u32be(v))),
      );
      expect(toHex(keyring.receiving(v).toSecretBytes())).toBe(
        referenceKey(person, concatBytes(utf8('receiving/'), u32be(v))),
      );
      const path = concatBytes(sha256(utf8('médical')), u32be(v));
      expect(toHex(keyring.delegating('médical', v).toSecretBytes())).toBe(
        referenceKey(hkdf(root, 'dintel/1/labels'), path),
      );
    }
    expect(toHex(keyring.vaultKey())).toBe(toHex(hkdf(root, 'dintel/1/vault')));
    expect(toHex(keyring.verifying().toSecretBytes())).toBe(toHex(keyring.verifying(0).toSecretBytes()));
  });

  it('has a key for each label and one for each normal form', () => {
    const key = (label: string): string => toHex(keyring.delegating(label).toSecretBytes());
    expect(key('e\u0301')).toBe(key('\u00e9'));
    expect(key('a')).not.toBe(key('A'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (label) => {
        expect(parseLabel(labelBytes(label))).toBe(label.normalize('NFC'));
      }),
      { numRuns: 200 },
    );
  });

  it('refuses labels that are none', async () => {
    for (const label of ['', '\ud800', 'a\udc00b', 'x'.repeat(1025), 'é'.repeat(513)]) {
      expect(await codeOf(() => keyring.delegating(label))).toBe('E_LABEL');
    }
    expect(labelBytes('é'.repeat(512)).length).toBe(1024);
    expect(await codeOf(() => labelBytes(7 as unknown as string))).toBe('E_LABEL');
    expect(await codeOf(() => parseLabel(utf8('e\u0301')))).toBe('E_LABEL');
    expect(await codeOf(() => parseLabel(Uint8Array.of(0xff)))).toBe('E_UTF8');
  });

  it('refuses other roots and versions', async () => {
    expect(await codeOf(() => Keyring.fromRoot(pattern(31)))).toBe('E_LENGTH');
    expect(await codeOf(() => Keyring.fromRoot('00'.repeat(32) as never))).toBe('E_TYPE');
    for (const version of [-1, 1.5, 2 ** 32, Number.NaN])
      expect(await codeOf(() => keyring.receiving(version))).toBe('E_NUMBER');
  });

  it('shows nothing and forgets when told', async () => {
    const own = Keyring.fromRoot(root);
    expect(`${own} ${JSON.stringify(own)} ${Object.values(own)}`).not.toContain(toHex(root).slice(2, 10));
    const copy = own.toSecretBytes();
    const [signing, opening] = [own.verifying(), own.receiving(2)];
    expect(own.verifying() === signing && own.receiving(2) === opening && own.receiving() !== opening).toBe(true);
    own.dispose();
    expect(copy).toEqual(root);
    for (const key of [signing, opening]) expect(() => key.toSecretBytes()).toThrow('a living key');
    for (const act of [
      () => own.verifying(),
      () => own.delegating('x'),
      () => own.vaultKey(),
      () => own.toSecretBytes(),
    ]) {
      expect(await codeOf(act)).toBe('KEY_LOCKED');
    }
    expect(Keyring.random().toSecretBytes()).not.toEqual(Keyring.random().toSecretBytes());
  });
});

describe("a node's keys", () => {
  const seed = nodeSeed(phrase);

  it('come from the phrase as wallets derive them', () => {
    const wallet = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(phrase), "m/44'/60'/0'/0/0");
    expect(toHex(seed)).toBe(Mnemonic.fromPhrase(phrase).computeSeed());
    expect(toHex(operatorKey(seed).toSecretBytes())).toBe(wallet.privateKey);
    expect(nodeSeed(`  ${phrase.replaceAll(' ', '\n ')} `)).toEqual(seed);
    expect(toHex(nodePeerSeed(seed))).toBe(toHex(hkdf(seed, 'dintel/1/node/peer')));
  });

  it('agree with ethers for any seed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        const wallet = HDNodeWallet.fromSeed(bytes).derivePath("m/44'/60'/0'/0/0");
        expect(toHex(operatorKey(bytes).toSecretBytes())).toBe(wallet.privateKey);
      }),
      { numRuns: 20 },
    );
  });

  it('refuse other phrases without repeating them', async () => {
    for (const bad of [phrase.slice(8), `${'abandon '.repeat(24)}`, `${'zzz '.repeat(24)}`, '']) {
      expect(await codeOf(() => nodeSeed(bad))).toBe('E_WORDS');
    }
    await expect(async () => nodeSeed(`${'secretword '.repeat(24)}`)).rejects.not.toThrow(/secretword/);
    expect(await codeOf(() => operatorKey(pattern(32)))).toBe('E_LENGTH');
  });

  it('ratchet forward and never back', async () => {
    const states = [hkdf(seed, 'dintel/1/node/ratchet')];
    for (let k = 0; k < 3; k++) states.push(hkdf(states[k] as Uint8Array, 'dintel/1/node/next'));
    const keys = states.map((state) => referenceKey(state, utf8('encrypting')));
    const ratchet = EncryptingRatchet.fromSeed(seed);
    keys.forEach((key, k) => {
      expect(toHex(ratchet.key(k).toSecretBytes())).toBe(key);
    });
    ratchet.forget(2);
    expect(ratchet.oldest).toBe(2);
    expect(toHex(ratchet.toSecretBytes())).toBe(toHex(states[2] as Uint8Array));
    expect(await codeOf(() => ratchet.key(1))).toBe('E_KEY_NUMBER');
    ratchet.forget(1);
    expect(toHex(ratchet.key(3).toSecretBytes())).toBe(keys[3]);
    const restored = EncryptingRatchet.fromState(states[2] as Uint8Array, 2);
    expect(toHex(restored.key(3).toSecretBytes())).toBe(keys[3]);
    expect(await codeOf(() => restored.key(20_000))).toBe('E_KEY_NUMBER');
    expect(await codeOf(() => restored.key(-1))).toBe('E_NUMBER');
    expect(await codeOf(() => EncryptingRatchet.fromState(pattern(33), 0))).toBe('E_LENGTH');
  });
});
