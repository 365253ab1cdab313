/**
 * The file of a strongbox, as text and as a value: read strictly, with bounds checked before any work is done on its behalf.
 * Owns: the format, its checksum, what the seals are bound to. Owns not: opening (strongbox).
 * Source: DESIGN section 4; research/reliability.md C23, C24.
 */
import { createHash } from 'node:crypto';
import { fromHex, toHex, utf8 } from 'dintel/protocol';
import { OperatorError } from '../config/operatorError.ts';

export type BoxKind = 'node' | 'person';

/** What we are willing to read; checked before the first byte is stretched, so that a file cannot be a bomb. */
const scryptBounds = { minN: 2 ** 14, maxN: 2 ** 20, maxR: 32, maxP: 16, maxMemory: 2 ** 30 } as const;

export interface PasswordSlot {
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

export interface BoxFile {
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

/** What a slot's seal is bound to. */
export function slotHeader(kind: BoxKind, kdf: PasswordSlot['kdf']): Uint8Array {
  return utf8(`dintel/1/keystore/slot ${JSON.stringify([kind, 'password', kdf.name, kdf.n, kdf.r, kdf.p, kdf.salt])}`);
}

/** What the seal of the secret is bound to. */
export function boxHeader(file: Pick<BoxFile, 'version' | 'kind' | 'public' | 'cipher'>): Uint8Array {
  return utf8(`dintel/1/keystore/box ${JSON.stringify([file.version, file.kind, file.cipher, sorted(file.public)])}`);
}

/** Over everything that decides how much work opening is. */
export function checksumOf(file: Pick<BoxFile, 'version' | 'kind' | 'public' | 'cipher' | 'slots'>): string {
  const hash = createHash('sha256').update(boxHeader(file));
  for (const slot of file.slots) hash.update(slotHeader(file.kind, slot.kdf));
  return hash.digest('hex');
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Hex without 0x, as the file has it. */
export const hexOf = (bytes: Uint8Array): string => toHex(bytes).slice(2);
export const bytesOf = (text: string): Uint8Array => fromHex(`0x${text}`);

function malformed(problem: string): OperatorError {
  return new OperatorError('E_KEYSTORE_FORMAT', `this is no keystore that can be read here: ${problem}`, {
    cure: 'restore it from its backup, or use the version of dintel that wrote it',
  });
}

/** Errors: E_KEYSTORE_FORMAT, E_KDF_BOUNDS. */
export function parseBox(bytes: Uint8Array, kind: BoxKind): BoxFile {
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
