import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { EncryptingRatchet, nodeSeed, operatorKey, recoverAddress, toHex } from 'dintel/protocol';
import { Wallet } from 'ethers';
import { expect, test } from 'vitest';
import { NodeKeystore } from '../../../node/keystore/nodeKeystore.ts';
import { scratchFolder } from '../support/scratch.ts';

/** 24 words of the BIP-39 reference vectors; never for real use. */
const phrase = `${'abandon '.repeat(23)}art`;
const password = 'a password for tests';

test('the operator is the first account of the phrase as every wallet derives it', async () => {
  const keystore = await NodeKeystore.create(join(scratchFolder(), 'key'), phrase, password);
  expect(keystore.operator).toBe(Wallet.fromPhrase(phrase).address.toLowerCase());
  expect(keystore.revealOperatorKey()).toEqual(operatorKey(nodeSeed(phrase)).toSecretBytes());
  const digest = new Uint8Array(32).fill(7);
  expect(recoverAddress(toHex(digest), keystore.signDigest(digest))).toBe(keystore.operator);
});

test('keys go on one way: the next can be opened at once, an erased one never again, on disk neither', async () => {
  const path = join(scratchFolder(), 'key');
  const reference = EncryptingRatchet.fromSeed(nodeSeed(phrase));
  const keystore = await NodeKeystore.create(path, phrase, password);
  const expected = (k: number): Uint8Array => reference.key(k).toSecretBytes();
  expect(keystore.encryptingKey()).toEqual({ keyNumber: 0, publicKey: reference.key(0).publicKey.toBytes() });
  expect(keystore.encryptingSecret(1)).toEqual(expected(1));
  expect(keystore.encryptingSecret(2)).toBeUndefined();

  await keystore.announced(1);
  await keystore.announced(2);
  await keystore.announced(3);
  expect(keystore.encryptingKey().keyNumber).toBe(3);
  expect(await keystore.eraseBelow(9)).toBe(true); // never the announced one, nor the one before it
  expect(keystore.oldestKeyNumber).toBe(2);
  expect([0, 1, 2, 3, 4, 5].map((k) => keystore.encryptingSecret(k) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
    true,
    false,
  ]);
  expect(await keystore.eraseBelow(1)).toBe(false);

  const again = await NodeKeystore.open(path, password);
  expect(again.encryptingKey().keyNumber).toBe(3);
  expect(again.oldestKeyNumber).toBe(2);
  expect(again.encryptingSecret(2)).toEqual(expected(2));
  expect(again.encryptingSecret(1)).toBeUndefined();
  expect(again.revealPeerSeed()).toEqual(keystore.revealPeerSeed());
  expect(readFileSync(path, 'utf8')).not.toContain('abandon');
});

test('a node is rebuilt from its phrase at the key number that the chain announces', async () => {
  const reference = EncryptingRatchet.fromSeed(nodeSeed(phrase));
  const rebuilt = await NodeKeystore.create(join(scratchFolder(), 'key'), phrase, password, { keyNumber: 40 });
  expect(rebuilt.encryptingKey()).toEqual({ keyNumber: 40, publicKey: reference.key(40).publicKey.toBytes() });
  // All that a living promise can need: 1,024 epochs and the evidence window, at 90 epochs a key.
  expect(rebuilt.encryptingSecret(28)).toEqual(reference.key(28).toSecretBytes());
  expect(rebuilt.oldestKeyNumber).toBe(8);
  expect(rebuilt.encryptingSecret(7)).toBeUndefined();
});

test('nothing of a keystore shows in text', async () => {
  const keystore = await NodeKeystore.create(join(scratchFolder(), 'key'), phrase, password);
  const shown = `${JSON.stringify(keystore)} ${inspect(keystore, { depth: 9 })}`;
  expect(shown).not.toContain(toHex(keystore.revealOperatorKey()).slice(2));
});
