/**
 * The two ciphers of files behind one shape, and the nonces that give each chunk its place and the file its end.
 *
 *   nonce of chunk i = 7 zero bytes || u32be(i) || last          payloadKey, metaKey: `fileSecret` in derive.ts
 *
 * Keys are fresh per file, so no nonce is ever used twice under one key. Owns: suites, nonces. Owns not: layout, streams.
 * Source: spec/protocol.md section 8.1.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { checkBytes } from './bytes.ts';
import { fileSecret } from './derive.ts';
import type { FileSuite } from './fileHeader.ts';
import { toHex } from './hex.ts';

/** One key of one file. `open` rejects for any change of key, nonce, aad or bytes; callers name the error. */
export interface FileCipher {
  seal(nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  open(nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
}

/** Derive the key for a use and load it; the derived bytes are wiped where the suite allows. `fileKey` stays the caller's. */
export async function loadCipher(
  suite: FileSuite,
  fileKey: Uint8Array,
  salt: Uint8Array,
  use: 'payload' | 'meta',
): Promise<FileCipher> {
  const secret = fileSecret(checkBytes(fileKey, 32, 'fileKey'), salt, use, suite);
  if (suite === 1) return chaChaPoly(secret);
  try {
    return aesGcm(await crypto.subtle.importKey('raw', own(secret), 'AES-GCM', false, ['encrypt', 'decrypt']));
  } finally {
    secret.fill(0);
  }
}

function aesGcm(key: CryptoKey): FileCipher {
  const options = (iv: Uint8Array, additionalData: Uint8Array): AesGcmParams => ({
    name: 'AES-GCM',
    iv: own(iv),
    additionalData: own(additionalData),
  });
  return {
    async seal(nonce, aad, plaintext) {
      return new Uint8Array(await crypto.subtle.encrypt(options(nonce, aad), key, own(plaintext)));
    },
    async open(nonce, aad, sealed) {
      return new Uint8Array(await crypto.subtle.decrypt(options(nonce, aad), key, own(sealed)));
    },
  };
}

function chaChaPoly(key: Uint8Array): FileCipher {
  return {
    async seal(nonce, aad, plaintext) {
      return chacha20poly1305(key, nonce, aad).encrypt(plaintext);
    },
    async open(nonce, aad, sealed) {
      return chacha20poly1305(key, nonce, aad).decrypt(sealed);
    },
  };
}

/** The nonce of chunk `index`; `last` for the final chunk only. */
export function chunkNonce(index: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** S(bytes) by WebCrypto: off this thread, several times as fast as in JavaScript. */
export async function digestId(bytes: Uint8Array): Promise<`0x${string}`> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', own(bytes))));
}

/** WebCrypto takes no view of shared memory; bytes that lie in some are copied. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}
