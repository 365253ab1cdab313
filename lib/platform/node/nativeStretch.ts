/** The machine's own scrypt. Owns: calling it. Owns not: which parameters are written or taken (`lib/keys`). Source: RFC 7914. */
import { scrypt } from 'node:crypto';
import { keyError } from '../../keys/keyError.ts';
import type { Stretch } from '../../keys/password.ts';
import { fromHex } from '../../protocol/hex.ts';

/**
 * scrypt by OpenSSL, off the main thread: a fifth of the time that JavaScript takes. For {@link VaultOptions.stretch}; the result is the
 * same, so a vault opens with either. Throws E_KDF_BOUNDS (this machine has not the memory).
 */
export const nativeStretch: Stretch = (password, { n, r, p, salt }) => {
  // OpenSSL counts a little more than 128·N·r; ask for twice that.
  const options = { N: n, r, p, maxmem: 256 * n * r + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(password, fromHex(`0x${salt}`), 32, options, (cause, key) => {
      if (cause === null) resolve(new Uint8Array(key.buffer, key.byteOffset, key.length));
      else reject(keyError('E_KDF_BOUNDS', { details: 'this machine cannot stretch the password', cause }));
    });
  });
};
