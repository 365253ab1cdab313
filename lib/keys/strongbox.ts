/**
 * The box that keeps a few secret bytes at rest, opened by one of several slots.
 *
 * Owns: sealing, opening, wrapping. Owns not: the file format (`boxFile.ts`), what the bytes mean (`vaultSecret.ts`, the keystores
 * of node). Source: DESIGN section 4, research/reliability.md T-W09 and C20 to C25.
 *
 * A random box key seals the secret with ChaCha20-Poly1305; each slot wraps that box key under a key of its own. So another secret
 * is sealed without asking for a password, and a new password re-wraps 32 bytes only.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { utf8 } from '../protocol/bytes.ts';
import type { ProtocolError } from '../protocol/errors.ts';
import {
  type BoxFile,
  type BoxKind,
  boxHeader,
  bytesOf,
  checksumOf,
  formatBox,
  hexOf,
  parseBox,
  type Slot,
  type SlotFacts,
  slotHeader,
} from './boxFile.ts';
import { keyError } from './keyError.ts';
import { checkPassword, newScrypt, type Stretch, scryptStretch } from './password.ts';

/** One text for a wrong password and for a changed box: nobody learns from us which of the two it was. */
export function wrongKey(): ProtocolError {
  return keyError('E_PASSWORD', { field: 'key' });
}

/** A slot that is to be made: what is public of it, and the 32 bytes that wrap the box key. */
export interface SlotKey {
  readonly facts: SlotFacts;
  readonly wrapKey: Uint8Array;
}

/** A password as a slot. Throws E_PASSWORD_WEAK. */
export async function passwordSlot(password: string, stretch: Stretch = scryptStretch): Promise<SlotKey> {
  const normal = checkPassword(password);
  const kdf = newScrypt();
  return { facts: { type: 'password', kdf }, wrapKey: await stretch(utf8(normal), kdf) };
}

/** An open box: its secret may be read and replaced, its slots too. `wipe` ends it. */
export class Strongbox {
  readonly kind: BoxKind;
  readonly publicPart: Readonly<Record<string, string>>;
  #boxKey: Uint8Array;
  #slots: readonly Slot[];
  #secret: Uint8Array;

  private constructor(
    head: { readonly kind: BoxKind; readonly public: Readonly<Record<string, string>> },
    boxKey: Uint8Array,
    slots: readonly Slot[],
    secret: Uint8Array,
  ) {
    this.kind = head.kind;
    this.publicPart = head.public;
    this.#boxKey = boxKey;
    this.#slots = slots;
    this.#secret = secret;
  }

  /** A new box around a copy of `secret`. */
  static seal(
    kind: BoxKind,
    publicPart: Readonly<Record<string, string>>,
    secret: Uint8Array,
    slots: readonly SlotKey[],
  ): Strongbox {
    const box = new Strongbox({ kind, public: publicPart }, new Uint8Array(32), [], secret.slice());
    box.replaceSlots(slots);
    return box;
  }

  /** With one password and nothing else. Throws E_PASSWORD_WEAK. */
  static async create(
    kind: BoxKind,
    publicPart: Readonly<Record<string, string>>,
    secret: Uint8Array,
    password: string,
    stretch?: Stretch,
  ): Promise<Strongbox> {
    const slot = await passwordSlot(password, stretch);
    try {
      return Strongbox.seal(kind, publicPart, secret, [slot]);
    } finally {
      slot.wrapKey.fill(0);
    }
  }

  /** By its password. Throws E_KEYSTORE_FORMAT (damaged, foreign, newer), E_KDF_BOUNDS, E_PASSWORD_WEAK, E_PASSWORD. */
  static async open(bytes: Uint8Array, kind: BoxKind, password: string, stretch?: Stretch): Promise<Strongbox> {
    return openByPassword(parseBox(bytes, kind), password, stretch);
  }

  /** By the wrapping key of one of its slots; `undefined` if that is not the key or these are not the bytes. */
  static unwrap(file: BoxFile, slot: Slot, wrapKey: Uint8Array): Strongbox | undefined {
    const boxKey = unseal(wrapKey, slot.nonce, slotHeader(file.kind, slot), slot.wrapped);
    if (boxKey === undefined) return undefined;
    const secret = unseal(boxKey, file.nonce, boxHeader(file), file.sealed);
    if (secret !== undefined) return new Strongbox(file, boxKey, file.slots, secret);
    boxKey.fill(0);
    return undefined;
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

  /** Other slots in place of all, around a fresh box key: a slot that was removed opens nothing that is written from now on. */
  replaceSlots(slots: readonly SlotKey[]): void {
    const boxKey = randomBytes(32);
    this.#slots = slots.map(({ facts, wrapKey }) => {
      const nonce = randomBytes(12);
      const wrapped = hexOf(seal(wrapKey, nonce, slotHeader(this.kind, facts), boxKey));
      return { ...facts, nonce: hexOf(nonce), wrapped };
    });
    this.#boxKey.fill(0);
    this.#boxKey = boxKey;
  }

  /** The file. Every call seals under a fresh nonce. */
  toFile(): BoxFile {
    const head = {
      format: 'dintel-keystore',
      version: 1,
      kind: this.kind,
      public: this.publicPart,
      cipher: 'chacha20-poly1305',
    } as const;
    const slots = this.#slots;
    const nonce = randomBytes(12);
    const sealed = hexOf(seal(this.#boxKey, nonce, boxHeader(head), this.#secret));
    return { ...head, slots, checksum: checksumOf({ ...head, slots }), nonce: hexOf(nonce), sealed };
  }

  toBytes(): Uint8Array {
    return formatBox(this.toFile());
  }

  wipe(): void {
    this.#boxKey.fill(0);
    this.#secret.fill(0);
  }

  toString(): string {
    return 'Strongbox:...';
  }
}

/** Throws E_PASSWORD_WEAK, E_PASSWORD. */
async function openByPassword(file: BoxFile, password: string, stretch = scryptStretch): Promise<Strongbox> {
  const normal = utf8(checkPassword(password));
  try {
    for (const slot of file.slots) {
      if (slot.type !== 'password') continue;
      const wrapKey = await stretch(normal, slot.kdf);
      const box = Strongbox.unwrap(file, slot, wrapKey);
      wrapKey.fill(0);
      if (box !== undefined) return box;
    }
  } finally {
    normal.fill(0);
  }
  throw wrongKey();
}

/** What anyone may know of a box without its password. Throws E_KEYSTORE_FORMAT, E_KDF_BOUNDS. */
export function readPublicPart(bytes: Uint8Array, kind: BoxKind): Readonly<Record<string, string>> {
  return parseBox(bytes, kind).public;
}

/** Ciphertext and tag. A nonce is random and never used twice with one key: a key seals some thousands of times at most. */
function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, secret: Uint8Array): Uint8Array {
  return chacha20poly1305(key, nonce, aad).encrypt(secret);
}

function unseal(key: Uint8Array, nonce: string, aad: Uint8Array, sealed: string): Uint8Array | undefined {
  try {
    return chacha20poly1305(key, bytesOf(nonce), aad).decrypt(bytesOf(sealed));
  } catch {
    return undefined; // the one failure of an AEAD: not this key, or not these bytes
  }
}
