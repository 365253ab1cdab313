/**
 * The box that keeps a few dozen secret bytes at rest, opened by one of several slots. Slot kinds other than a password
 * (passkey, wallet signature, phrase) have their place in the format and are refused by name until they exist.
 *
 * Owns: sealing, opening, the password stretch. Owns not: the file format (boxFile), what the bytes mean (nodeKeystore, personKeystore).
 * Source: DESIGN section 4, research/reliability.md T-W09 and C20 to C25, RFC 7914 (scrypt).
 *
 * Layout (JSON, one line): a random box key seals the secret with ChaCha20-Poly1305; each slot wraps that box key under a
 * key of its own. So a rotation re-seals without asking for the password, and a new password re-wraps 32 bytes only.
 * `checksum` = SHA-256 over everything that decides how much work opening is, and is compared before any of that work;
 * it finds accidents. Forgery is found by the two tags, whose associated data are the same header bytes.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { concatBytes, utf8 } from 'dintel/protocol';
import { OperatorError } from '../config/operatorError.ts';
import {
  type BoxFile,
  type BoxKind,
  boxHeader,
  bytesOf,
  checksumOf,
  hexOf,
  type PasswordSlot,
  parseBox,
  slotHeader,
} from './boxFile.ts';

/** What we write. 2^17 · 8 · 128 bytes = 128 MiB for about 0.4 s on the machine this was measured on. */
const writtenScrypt = { n: 2 ** 17, r: 8, p: 1 } as const;
const minPasswordCharacters = 8;
const maxPasswordBytes = 1_024;

/** One text for a wrong password and for a changed box: nobody learns from us which of the two it was. */
const passwordMessage = 'wrong password, or the keystore was changed after it was written';

/**
 * Refuse what is no password: empty, shorter than 8 characters, control characters. Unicode is normalised (NFKC), so that
 * the same password typed on another keyboard is the same. The message never contains any of it.
 */
export function checkPassword(password: string): string {
  const normal = password.normalize('NFKC');
  const length = Array.from(normal).length;
  if (length < minPasswordCharacters) {
    throw new OperatorError(
      'E_PASSWORD_WEAK',
      `a password has at least ${minPasswordCharacters} characters, this one has ${length}`,
    );
  }
  if (/\p{Cc}/u.test(normal)) {
    throw new OperatorError('E_PASSWORD_WEAK', 'a password has no control characters (tab, line feed, escape)');
  }
  if (utf8(normal).length > maxPasswordBytes) {
    throw new OperatorError('E_PASSWORD_WEAK', `a password has at most ${maxPasswordBytes} bytes`);
  }
  return normal;
}

/** An open box: its secret may be read and replaced. `wipe` ends it. */
export class Strongbox {
  readonly kind: BoxKind;
  readonly publicPart: Readonly<Record<string, string>>;
  readonly #boxKey: Uint8Array;
  readonly #slots: readonly PasswordSlot[];
  #secret: Uint8Array;

  private constructor(
    kind: BoxKind,
    publicPart: Readonly<Record<string, string>>,
    boxKey: Uint8Array,
    slots: readonly PasswordSlot[],
    secret: Uint8Array,
  ) {
    this.kind = kind;
    this.publicPart = publicPart;
    this.#boxKey = boxKey;
    this.#slots = slots;
    this.#secret = secret;
  }

  static async create(
    kind: BoxKind,
    publicPart: Readonly<Record<string, string>>,
    secret: Uint8Array,
    password: string,
  ): Promise<Strongbox> {
    const boxKey = new Uint8Array(randomBytes(32));
    const slot = await makeSlot(kind, boxKey, checkPassword(password));
    return new Strongbox(kind, publicPart, boxKey, [slot], secret.slice());
  }

  /** Errors: E_KEYSTORE_FORMAT (damaged, foreign, newer), E_KDF_BOUNDS, E_PASSWORD_WEAK, E_PASSWORD. */
  static async open(bytes: Uint8Array, kind: BoxKind, password: string): Promise<Strongbox> {
    const file = parseBox(bytes, kind);
    const normal = checkPassword(password);
    for (const slot of file.slots) {
      const wrapKey = await stretch(normal, slot.kdf);
      const boxKey = unseal(wrapKey, slot.nonce, slotHeader(file.kind, slot.kdf), slot.wrapped);
      wrapKey.fill(0);
      if (boxKey === undefined) continue;
      const secret = unseal(boxKey, file.nonce, boxHeader(file), file.sealed);
      if (secret !== undefined) return new Strongbox(file.kind, file.public, boxKey, file.slots, secret);
      boxKey.fill(0);
    }
    throw new OperatorError('E_PASSWORD', passwordMessage, {
      cure: 'type it again, or restore the keystore from its backup',
    });
  }

  /** The secret itself, as a copy; the caller wipes it. */
  revealSecret(): Uint8Array {
    return this.#secret.slice();
  }

  /** Put another secret in its place; it is at rest once `toBytes` has been written. */
  replaceSecret(secret: Uint8Array): void {
    const old = this.#secret;
    this.#secret = secret.slice();
    old.fill(0);
  }

  /** The file. Every call seals under a fresh nonce. */
  toBytes(): Uint8Array {
    const head = {
      format: 'dintel-keystore',
      version: 1,
      kind: this.kind,
      public: this.publicPart,
      cipher: 'chacha20-poly1305',
    } as const;
    const nonce = randomBytes(12);
    const sealed = seal(this.#boxKey, nonce, boxHeader(head), this.#secret);
    const file: BoxFile = {
      ...head,
      slots: this.#slots,
      checksum: checksumOf({ ...head, slots: this.#slots }),
      nonce: hexOf(nonce),
      sealed: hexOf(sealed),
    };
    return utf8(`${JSON.stringify(file)}\n`);
  }

  wipe(): void {
    this.#boxKey.fill(0);
    this.#secret.fill(0);
  }
}

/** What anyone may know of a box without its password. Errors: as `Strongbox.open` before the password. */
export function readPublicPart(bytes: Uint8Array, kind: BoxKind): Readonly<Record<string, string>> {
  return parseBox(bytes, kind).public;
}

async function makeSlot(kind: BoxKind, boxKey: Uint8Array, password: string): Promise<PasswordSlot> {
  const kdf = { name: 'scrypt', ...writtenScrypt, salt: hexOf(randomBytes(32)) } as const;
  const wrapKey = await stretch(password, kdf);
  const nonce = randomBytes(12);
  const wrapped = seal(wrapKey, nonce, slotHeader(kind, kdf), boxKey);
  wrapKey.fill(0);
  return { type: 'password', kdf, nonce: hexOf(nonce), wrapped: hexOf(wrapped) };
}

function stretch(password: string, kdf: PasswordSlot['kdf']): Promise<Uint8Array> {
  const { n, r, p } = kdf;
  // OpenSSL counts a little more than 128·N·r; ask for twice that.
  const options = { N: n, r, p, maxmem: 256 * n * r + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(utf8(password), bytesOf(kdf.salt), 32, options, (error, key) => {
      if (error === null) resolve(new Uint8Array(key.buffer, key.byteOffset, key.length));
      else reject(new OperatorError('E_KDF_BOUNDS', 'this machine cannot stretch the password', { cause: error }));
    });
  });
}

const tagBytes = 16;
const cipherName = 'chacha20-poly1305';

/** Ciphertext and tag. A nonce is random and never used twice with one key: a key seals some thousands of times at most. */
function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, secret: Uint8Array): Uint8Array {
  const cipher = createCipheriv(cipherName, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad, { plaintextLength: secret.length });
  return concatBytes(cipher.update(secret), cipher.final(), cipher.getAuthTag());
}

function unseal(key: Uint8Array, nonceHex: string, aad: Uint8Array, sealedHex: string): Uint8Array | undefined {
  const sealed = bytesOf(sealedHex);
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv(cipherName, key, bytesOf(nonceHex), { authTagLength: tagBytes });
  decipher.setAAD(aad, { plaintextLength: end });
  decipher.setAuthTag(sealed.subarray(end));
  const opened = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return Uint8Array.from(opened);
  } catch {
    return undefined; // the one failure of an AEAD: not this key, or not these bytes
  } finally {
    opened.fill(0);
  }
}
