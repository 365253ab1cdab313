import { createCipheriv, createECDH, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../lib/protocol/bytes.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import {
  kfragAad,
  openSeal,
  openSealedKfrag,
  type SealPurpose,
  seal,
  sealedKfragKeyNumber,
  sealKfrag,
  sealWith,
} from '../../lib/protocol/seal.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { codeOf, flipped, pattern } from './errorCode.ts';

const purposes: readonly SealPurpose[] = ['kfrag', 'request', 'answer', 'label', 'manifest', 'notice'];
const bob = SecretKey.random();

/** The formula of the specification by OpenSSL only. */
function openssl(
  e: SecretKey,
  recipient: Uint8Array,
  purpose: string,
  aad: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(e.toSecretBytes());
  const point = new Uint8Array(ecdh.getPublicKey(null, 'compressed'));
  // ECDH of OpenSSL gives x only; the parity comes from the point itself, computed through the public key of e*P.
  const shared = sharedByOpenssl(e, recipient);
  const key = new Uint8Array(hkdfSync('sha256', shared, concatBytes(point, recipient), `dintel/1/seal/${purpose}`, 32));
  const cipher = createCipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 });
  cipher.setAAD(aad, { plaintextLength: message.length });
  return concatBytes(point, cipher.update(message), cipher.final(), cipher.getAuthTag());
}

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** ser(e*P) where P = b*G is known here: (e*b mod n)*G by OpenSSL. */
function sharedByOpenssl(e: SecretKey, recipient: Uint8Array): Uint8Array {
  expect(recipient).toEqual(bob.publicKey.toBytes());
  const product = (BigInt(toHex(e.toSecretBytes())) * BigInt(toHex(bob.toSecretBytes()))) % order;
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(product.toString(16).padStart(64, '0'), 'hex');
  return new Uint8Array(ecdh.getPublicKey(null, 'compressed'));
}

describe('a seal', () => {
  it('is the formula of the specification, for each purpose', () => {
    for (const purpose of purposes) {
      const e = SecretKey.random();
      const made = sealWith(e, bob.publicKey, purpose, utf8('context'), utf8('message'));
      expect(toHex(made)).toBe(toHex(openssl(e, bob.publicKey.toBytes(), purpose, utf8('context'), utf8('message'))));
    }
  });

  it('opens for its key, purpose and context only', async () => {
    const message = pattern(40);
    const sealed = seal(bob.publicKey, 'label', utf8('a'), message);
    expect(sealed.length).toBe(message.length + 49);
    expect(openSeal(bob, 'label', utf8('a'), sealed)).toEqual(message);
    expect(await codeOf(() => openSeal(SecretKey.random(), 'label', utf8('a'), sealed))).toBe('seal.open');
    expect(await codeOf(() => openSeal(bob, 'notice', utf8('a'), sealed))).toBe('seal.open');
    expect(await codeOf(() => openSeal(bob, 'label', utf8('b'), sealed))).toBe('seal.open');
    expect(seal(bob.publicKey, 'label', utf8('a'), message)).not.toEqual(sealed);
  });

  it('has one error for every change, cut and addition', async () => {
    const sealed = seal(bob.publicKey, 'notice', new Uint8Array(0), pattern(3));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      expect(await codeOf(() => openSeal(bob, 'notice', new Uint8Array(0), flipped(sealed, bit)))).toBe('seal.open');
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(await codeOf(() => openSeal(bob, 'notice', new Uint8Array(0), sealed.subarray(0, length)))).toBe(
        'seal.open',
      );
    }
    expect(await codeOf(() => openSeal(bob, 'notice', new Uint8Array(0), concatBytes(sealed, Uint8Array.of(0))))).toBe(
      'seal.open',
    );
    const error = await Promise.resolve()
      .then(() => openSeal(bob, 'notice', new Uint8Array(0), new Uint8Array(0)))
      .catch((caught: unknown) => caught as Error);
    expect((error as Error).cause).toBeUndefined();
  });

  it('answers any bytes with that error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), async (bytes) => {
        expect(await codeOf(() => openSeal(bob, 'request', bytes, bytes))).toBe('seal.open');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a sealed kfrag', () => {
  const place = { keyNumber: 3, policyId: toHex(pattern(32)), index: 2, node: toHex(pattern(20)) };
  const kfrag = pattern(310);
  const sealed = sealKfrag(bob.publicKey, place, kfrag);

  it('opens at its place', () => {
    expect(sealed.length).toBe(363);
    expect(kfragAad(place).length).toBe(58);
    expect(sealedKfragKeyNumber(sealed)).toBe(3);
    expect(openSealedKfrag(bob, place, sealed)).toEqual(kfrag);
    expect(openSealedKfrag(bob, place, concatBytes(pattern(5), sealed).subarray(5))).toEqual(kfrag);
  });

  it('does not open in another policy, place, node or under another number', async () => {
    const others = [{ policyId: toHex(pattern(32, 9)) }, { index: 3 }, { node: toHex(pattern(20, 9)) }];
    for (const other of others)
      expect(await codeOf(() => openSealedKfrag(bob, { ...place, ...other }, sealed))).toBe('seal.open');
    expect(await codeOf(() => openSealedKfrag(bob, place, flipped(sealed, 24)))).toBe('seal.open');
    expect(await codeOf(() => openSealedKfrag(bob, place, sealed.subarray(1)))).toBe('E_LENGTH');
    expect(await codeOf(() => sealKfrag(bob.publicKey, place, pattern(309)))).toBe('E_LENGTH');
    expect(await codeOf(() => sealKfrag(bob.publicKey, { ...place, index: 65_536 }, kfrag))).toBe('E_NUMBER');
    expect(await codeOf(() => sealKfrag(bob.publicKey, { ...place, node: '0x12' }, kfrag))).toBe('E_HEX');
  });
});
