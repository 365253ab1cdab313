/**
 * The file of a strongbox, as text and as a value: read strictly, with bounds checked before any work is done on its behalf.
 * Owns: the format, its checksum, what the seals are bound to. Owns not: opening (`strongbox.ts`).
 * Source: DESIGN section 4; research/app-sdk.md section 6; research/reliability.md C23, C24.
 *
 * JSON, one line. `checksum` = SHA-256 over everything that decides how much work opening is, compared before any of that work;
 * it finds accidents. Forgery is found by the tags, whose associated data are the same header bytes.
 */
import { utf8 } from '../protocol/bytes.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import { sha256 } from '../protocol/hash.ts';
import { fromHex, toHex } from '../protocol/hex.ts';
import { keyError } from './keyError.ts';

/** Whose secret lies inside. A box of one kind never opens as another. */
export type BoxKind = 'node' | 'person' | 'vault';

/** What we are willing to read; checked before the first byte is stretched, so that a file cannot be a bomb. */
const scryptBounds = { minN: 2 ** 14, maxN: 2 ** 20, maxR: 32, maxP: 16, maxMemory: 2 ** 30 } as const;
/** Slots of one box. */
export const maxSlots = 8;
/** Nothing that we keep comes near this. */
const maxBoxBytes = 65_536;

/** How a password becomes a key (RFC 7914). `salt`: 16 to 64 bytes of hex. */
export interface ScryptFacts {
  readonly name: 'scrypt';
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
}

/** A password's slot, as far as it is public. */
export interface PasswordFacts {
  readonly type: 'password';
  readonly kdf: ScryptFacts;
}

/** A slot whose key comes from 32 or more secret bytes that nobody can guess, so that HKDF is enough. */
export interface SecretFacts {
  readonly type: 'passkey' | 'wallet' | 'phrase';
  readonly kdf: { readonly name: 'hkdf'; readonly salt: string };
  /** Which one: a credential's id or an address, hex without 0x; empty for a phrase. */
  readonly id: string;
  /** How its owner calls it. At most 64 characters. */
  readonly name: string;
}

export type SlotFacts = PasswordFacts | SecretFacts;
export type SlotType = SlotFacts['type'];

/** A slot of the file: the box key, wrapped. */
export type Slot = SlotFacts & { readonly nonce: string; readonly wrapped: string };

export interface BoxFile {
  readonly format: 'dintel-keystore';
  readonly version: 1;
  readonly kind: BoxKind;
  readonly public: Readonly<Record<string, string>>;
  readonly cipher: 'chacha20-poly1305';
  readonly slots: readonly Slot[];
  readonly checksum: string;
  readonly nonce: string;
  readonly sealed: string;
}

type Head = Pick<BoxFile, 'version' | 'kind' | 'public' | 'cipher'>;

/** What a slot's seal is bound to. */
export function slotHeader(kind: BoxKind, facts: SlotFacts): Uint8Array {
  const parts =
    facts.type === 'password'
      ? [kind, facts.type, facts.kdf.name, facts.kdf.n, facts.kdf.r, facts.kdf.p, facts.kdf.salt]
      : [kind, facts.type, facts.kdf.name, facts.kdf.salt, facts.id, facts.name];
  return utf8(`dintel/1/keystore/slot ${JSON.stringify(parts)}`);
}

/** What the seal of the secret is bound to. */
export function boxHeader(file: Head): Uint8Array {
  return utf8(`dintel/1/keystore/box ${JSON.stringify([file.version, file.kind, file.cipher, sorted(file.public)])}`);
}

/** Over everything that decides how much work opening is. */
export function checksumOf(file: Head & { readonly slots: readonly SlotFacts[] }): string {
  return hexOf(sha256(boxHeader(file), ...file.slots.map((slot) => slotHeader(file.kind, slot))));
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Hex without 0x, as the file has it. */
export const hexOf = (bytes: Uint8Array): string => toHex(bytes).slice(2);
export const bytesOf = (text: string): Uint8Array => fromHex(`0x${text}`);

/** The file of a box. */
export const formatBox = (file: BoxFile): Uint8Array => utf8(`${JSON.stringify(file)}\n`);

export function malformed(problem: string): ProtocolError {
  return keyError('E_KEYSTORE_FORMAT', { field: 'keystore', details: problem });
}

/** Throws E_KEYSTORE_FORMAT (damaged, foreign, newer), E_KDF_BOUNDS. */
export function parseBox(bytes: Uint8Array, kind: BoxKind): BoxFile {
  if (!(bytes instanceof Uint8Array)) throw malformed('expected bytes');
  if (bytes.length > maxBoxBytes) throw malformed(`expected at most ${maxBoxBytes} bytes, got ${bytes.length}`);
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
    if (typeof text !== 'string') throw malformed(`field public.${name.slice(0, 40)}: expected a text`);
    publicPart[name] = text;
  }
  if (!Array.isArray(box.slots) || box.slots.length < 1 || box.slots.length > maxSlots) {
    throw malformed(`field slots: expected 1 to ${maxSlots} slots`);
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

function parseSlot(value: unknown): Slot {
  const slot = members(value, 'slot');
  const facts = slot.type === 'password' ? parsePasswordFacts(slot) : parseSecretFacts(slot);
  return {
    ...facts,
    nonce: hex(slot.nonce, 'slot.nonce', 12, 12),
    wrapped: hex(slot.wrapped, 'slot.wrapped', 48, 48),
  };
}

function parsePasswordFacts(slot: Record<string, unknown>): PasswordFacts {
  only(slot, ['type', 'kdf', 'nonce', 'wrapped'], 'slot');
  const kdf = members(slot.kdf, 'slot.kdf');
  only(kdf, ['name', 'n', 'r', 'p', 'salt'], 'slot.kdf');
  if (kdf.name !== 'scrypt') throw malformed(`field slot.kdf.name: expected "scrypt", got ${shown(kdf.name)}`);
  const { minN, maxN, maxR, maxP, maxMemory } = scryptBounds;
  const n = bounded(kdf.n, 'n', minN, maxN);
  if (!Number.isInteger(Math.log2(n))) throw outOfBounds('n', n, 'a power of two');
  const r = bounded(kdf.r, 'r', 1, maxR);
  const p = bounded(kdf.p, 'p', 1, maxP);
  if (128 * n * r > maxMemory) throw outOfBounds('n·r', n * r, `at most ${maxMemory / 128}`);
  return { type: 'password', kdf: { name: 'scrypt', n, r, p, salt: hex(kdf.salt, 'salt', 16, 64) } };
}

function parseSecretFacts(slot: Record<string, unknown>): SecretFacts {
  const { type } = slot;
  if (type !== 'passkey' && type !== 'wallet' && type !== 'phrase') {
    throw malformed(`field slot.type: expected "password", "passkey", "wallet" or "phrase", got ${shown(type)}`);
  }
  only(slot, ['type', 'kdf', 'id', 'name', 'nonce', 'wrapped'], 'slot');
  const kdf = members(slot.kdf, 'slot.kdf');
  only(kdf, ['name', 'salt'], 'slot.kdf');
  if (kdf.name !== 'hkdf') throw malformed(`field slot.kdf.name: expected "hkdf", got ${shown(kdf.name)}`);
  const { min, max } = idBytes[type];
  const id = hex(slot.id, 'slot.id', min, max);
  return { type, kdf: { name: 'hkdf', salt: hex(kdf.salt, 'salt', 32, 32) }, id, name: slotName(slot.name) };
}

/** Bytes of a credential's id (WebAuthn section 4), of an address, of nothing. */
const idBytes = { passkey: { min: 1, max: 1_023 }, wallet: { min: 20, max: 20 }, phrase: { min: 0, max: 0 } } as const;

/** A name that fits a slot. Throws E_KEYSTORE_FORMAT. */
export function slotName(value: unknown): string {
  if (typeof value !== 'string' || value.length > 64 || /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)) {
    throw malformed('field slot.name: expected a text of at most 64 characters without controls');
  }
  return value;
}

function bounded(value: unknown, name: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw outOfBounds(name, value, `a whole number from ${min} to ${max}`);
  }
  return value;
}

function outOfBounds(name: string, got: unknown, expected: string): ProtocolError {
  const details = `keystore field ${name}: expected ${expected}, got ${shown(got)}`;
  return keyError('E_KDF_BOUNDS', { field: name, details });
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
