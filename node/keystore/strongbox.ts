/**
 * The box that keeps a few dozen secret bytes at rest, opened by one of several slots. Slot kinds other than a password
 * (passkey, wallet signature, phrase) have their place in the format and are refused by name until they exist.
 *
 * Owns: the file format, its bounds, the password stretch. Owns not: what the bytes mean (nodeKeystore, personKeystore).
 * Source: DESIGN section 4, research/reliability.md T-W09 and C20 to C25, RFC 7914 (scrypt).
 *
 * Layout (JSON, one line): a random box key seals the secret with ChaCha20-Poly1305; each slot wraps that box key under a
 * key of its own. So a rotation re-seals without asking for the password, and a new password re-wraps 32 bytes only.
 * `checksum` = SHA-256 over everything that decides how much work opening is, and is compared before any of that work;
 * it finds accidents. Forgery is found by the two tags, whose associated data are the same header bytes.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { concatBytes, fromHex, toHex, utf8 } from 'dintel/protocol';
import { OperatorError } from '../config/operatorError.ts';

export type BoxKind = 'node' | 'person';

/** What we write. 2^17 · 8 · 128 bytes = 128 MiB for about 0.4 s on the machine this was measured on. */
const writtenScrypt = { n: 2 ** 17, r: 8, p: 1 } as const;
/** What we are willing to read; checked before the first byte is stretched, so that a file cannot be a bomb. */
const scryptBounds = { minN: 2 ** 14, maxN: 2 ** 20, maxR: 32, maxP: 16, maxMemory: 2 ** 30 } as const;

const minPasswordCharacters = 8;
const maxPasswordBytes = 1_024;

interface PasswordSlot {
  readonly type: 'password';
  readonly kdf: {
    readonly name: 'scrypt';
    readonly n: number;
    readonly r: number;
    readonly p: number;
    readonly salt: string;
  };
  readonly nonce: string;
  readonly wrapped: string;
}

interface BoxFile {
  readonly format: 'dintel-keystore';
  readonly version: 1;
  readonly kind: BoxKind;
  readonly public: Readonly<Record<string, string>>;
  readonly cipher: 'chacha20-poly1305';
  readonly slots: readonly PasswordSlot[];
  readonly checksum: string;
  readonly nonce: string;
  readonly sealed: string;
}

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

function slotHeader(kind: BoxKind, kdf: PasswordSlot['kdf']): Uint8Array {
  return utf8(`dintel/1/keystore/slot ${JSON.stringify([kind, 'password', kdf.name, kdf.n, kdf.r, kdf.p, kdf.salt])}`);
}

function boxHeader(file: Pick<BoxFile, 'version' | 'kind' | 'public' | 'cipher'>): Uint8Array {
  return utf8(`dintel/1/keystore/box ${JSON.stringify([file.version, file.kind, file.cipher, sorted(file.public)])}`);
}

function checksumOf(file: Pick<BoxFile, 'version' | 'kind' | 'public' | 'cipher' | 'slots'>): string {
  const hash = createHash('sha256').update(boxHeader(file));
  for (const slot of file.slots) hash.update(slotHeader(file.kind, slot.kdf));
  return hash.digest('hex');
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Hex without 0x, as the file has it. */
const hexOf = (bytes: Uint8Array): string => toHex(bytes).slice(2);
const bytesOf = (text: string): Uint8Array => fromHex(`0x${text}`);

function malformed(problem: string): OperatorError {
  return new OperatorError('E_KEYSTORE_FORMAT', `this is no keystore that can be read here: ${problem}`, {
    cure: 'restore it from its backup, or use the version of dintel that wrote it',
  });
}

function parseBox(bytes: Uint8Array, kind: BoxKind): BoxFile {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformed('not UTF-8 JSON');
  }
  const box = members(value, 'keystore');
  if (box.format !== 'dintel-keystore') throw malformed('field format: expected "dintel-keystore"');
  if (box.version !== 1) throw malformed(`field version: expected 1, got ${shown(box.version)}`);
  only(box, ['format', 'version', 'kind', 'public', 'cipher', 'slots', 'checksum', 'nonce', 'sealed'], 'keystore');
  if (box.kind !== kind) throw malformed(`field kind: expected "${kind}", got ${shown(box.kind)}`);
  if (box.cipher !== 'chacha20-poly1305') {
    throw malformed(`field cipher: expected "chacha20-poly1305", got ${shown(box.cipher)}`);
  }
  const publicPart: Record<string, string> = {};
  for (const [name, text] of Object.entries(members(box.public, 'public'))) {
    if (typeof text !== 'string') throw malformed(`field public.${name}: expected a text`);
    publicPart[name] = text;
  }
  if (!Array.isArray(box.slots) || box.slots.length < 1 || box.slots.length > 8) {
    throw malformed('field slots: expected 1 to 8 slots');
  }
  const file: BoxFile = {
    format: 'dintel-keystore',
    version: 1,
    kind,
    public: publicPart,
    cipher: 'chacha20-poly1305',
    slots: box.slots.map(parseSlot),
    checksum: hex(box.checksum, 'checksum', 32, 32),
    nonce: hex(box.nonce, 'nonce', 12, 12),
    sealed: hex(box.sealed, 'sealed', 17, 4_096),
  };
  if (checksumOf(file) !== file.checksum) throw malformed('its checksum does not match: the file is damaged');
  return file;
}

function parseSlot(value: unknown): PasswordSlot {
  const slot = members(value, 'slot');
  only(slot, ['type', 'kdf', 'nonce', 'wrapped'], 'slot');
  if (slot.type !== 'password') throw malformed(`field slot.type: expected "password", got ${shown(slot.type)}`);
  const kdf = members(slot.kdf, 'slot.kdf');
  only(kdf, ['name', 'n', 'r', 'p', 'salt'], 'slot.kdf');
  if (kdf.name !== 'scrypt') throw malformed(`field slot.kdf.name: expected "scrypt", got ${shown(kdf.name)}`);
  const { minN, maxN, maxR, maxP, maxMemory } = scryptBounds;
  const n = bounded(kdf.n, 'n', minN, maxN);
  if (!Number.isInteger(Math.log2(n))) throw outOfBounds('n', n, 'a power of two');
  const r = bounded(kdf.r, 'r', 1, maxR);
  const p = bounded(kdf.p, 'p', 1, maxP);
  if (128 * n * r > maxMemory) throw outOfBounds('n·r', n * r, `at most ${maxMemory / 128}`);
  return {
    type: 'password',
    kdf: { name: 'scrypt', n, r, p, salt: hex(kdf.salt, 'salt', 16, 64) },
    nonce: hex(slot.nonce, 'slot.nonce', 12, 12),
    wrapped: hex(slot.wrapped, 'slot.wrapped', 48, 48),
  };
}

function bounded(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw outOfBounds(name, value, `a whole number from ${min} to ${max}`);
  }
  return value;
}

function outOfBounds(name: string, got: unknown, expected: string): OperatorError {
  return new OperatorError('E_KDF_BOUNDS', `keystore field ${name}: expected ${expected}, got ${shown(got)}`, {
    cure: 'this file asks for more work than any keystore of ours does; restore yours from its backup',
  });
}

function members(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${where}: expected an object`);
  return value as Record<string, unknown>;
}

function only(value: Record<string, unknown>, names: readonly string[], where: string): void {
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) throw malformed(`${where}: field ${shown(name)} is not known`);
  }
}

function hex(value: unknown, name: string, minBytes: number, maxBytes: number): string {
  const fits =
    typeof value === 'string' &&
    /^(?:[0-9a-f]{2})*$/.test(value) &&
    value.length >= minBytes * 2 &&
    value.length <= maxBytes * 2;
  if (!fits) throw malformed(`field ${name}: expected ${minBytes} to ${maxBytes} bytes of lower-case hex`);
  return value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
