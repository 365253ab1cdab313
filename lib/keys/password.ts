/**
 * Passwords: which are taken, and how one becomes a key. Owns: the rule, scrypt. Owns not: the bounds of what is read (`boxFile.ts`).
 * Source: DESIGN section 4; RFC 7914; research/reliability.md C25.
 */
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { utf8 } from '../protocol/bytes.ts';
import { came } from '../protocol/came.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { bytesOf, hexOf, type ScryptFacts } from './boxFile.ts';
import { keyError } from './keyError.ts';

/** What we write. 2^17 · 8 · 128 bytes = 128 MiB for about half a second on the machine this was measured on. */
const writtenScrypt = { n: 2 ** 17, r: 8, p: 1 } as const;
const minPasswordCharacters = 8;
const maxPasswordBytes = 1_024;

/** scrypt to 32 bytes. Node brings its native one; the default is noble's, which yields to the page now and then. */
export type Stretch = (password: Uint8Array, facts: ScryptFacts) => Promise<Uint8Array>;

export const scryptStretch: Stretch = (password, { n, r, p, salt }) =>
  scryptAsync(password, bytesOf(salt), { N: n, r, p, dkLen: 32, asyncTick: 50 });

/** How a new password is stretched. */
export function newScrypt(): ScryptFacts {
  return { name: 'scrypt', ...writtenScrypt, salt: hexOf(randomBytes(32)) };
}

/**
 * Refuse what is no password: empty, shorter than 8 characters, control characters. Unicode is normalised (NFKC), so that
 * the same password typed on another keyboard is the same. The message never contains any of it. Throws E_PASSWORD_WEAK, E_TYPE.
 */
export function checkPassword(password: string): string {
  if (typeof password !== 'string') {
    throw new ProtocolError('E_TYPE', { field: 'password', expected: 'text', got: came(password) });
  }
  const normal = password.normalize('NFKC');
  const length = Array.from(normal).length;
  if (length < minPasswordCharacters) {
    throw weak(`at least ${minPasswordCharacters} characters`, `${length}`);
  }
  if (/[\p{Cc}\p{Surrogate}]/u.test(normal)) {
    throw weak('no control characters (tab, line feed, escape)', 'some');
  }
  if (utf8(normal).length > maxPasswordBytes) throw weak(`at most ${maxPasswordBytes} bytes`, 'more');
  return normal;
}

const weak = (expected: string, got: string): ProtocolError =>
  keyError('E_PASSWORD_WEAK', { field: 'password', expected, got });
