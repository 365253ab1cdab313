/**
 * Where a person's unfinished work is written down before the next act, so that a crash can be resumed.
 *
 * Owns: the interface, a memory one, and the seal under the vault key (what lies at rest shows neither keys nor whom a
 * grant is for). Owns not: files (node), IndexedDB (app), what is written (`alice/grantRecord.ts`).
 * Source: protocol.md sections 2 (vault) and 9 (each arrow persisted under the vault key).
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { checkBytes, concatBytes, utf8 } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Keyring } from '../protocol/keys.ts';

/**
 * Small durable storage by name. `put` resolves only when the bytes survive a crash (temporary file, fsync, rename),
 * replaces wholly or not at all, and is never asked for two values of one name at once. Names are `[a-z0-9./-]`.
 */
export interface Journal {
  get(name: string): Promise<Uint8Array | undefined>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  delete(name: string): Promise<void>;
  /** All names that begin so. */
  names(prefix: string): Promise<readonly string[]>;
}

/** For tests, throw-away personas, and pages that need no second visit. */
export class MemoryJournal implements Journal {
  readonly #entries = new Map<string, Uint8Array>();

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#entries.get(name)?.slice();
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.#entries.set(name, bytes.slice());
  }

  async delete(name: string): Promise<void> {
    this.#entries.delete(name);
  }

  async names(prefix: string): Promise<readonly string[]> {
    return [...this.#entries.keys()].filter((name) => name.startsWith(prefix)).sort();
  }
}

/**
 * A journal whose entries are sealed: XChaCha20-Poly1305 under HKDF(vault, "dintel/1/journal"), a fresh nonce each time,
 * the name as associated data, so that entries cannot be swapped. Shape: `vaultKey` 32 bytes, copied; so are `former`, the keys of
 * roots before this one, under which entries may still lie. `get` throws E_DECRYPT for one that was changed or is another person's.
 */
export class SealedJournal implements Journal {
  readonly #inner: Journal;
  readonly #key: Uint8Array;
  readonly #former: readonly Uint8Array[];

  constructor(inner: Journal, vaultKey: Uint8Array, former: readonly Uint8Array[] = []) {
    this.#inner = inner;
    this.#key = journalKey(vaultKey);
    this.#former = former.map(journalKey);
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const sealed = await this.#inner.get(name);
    if (sealed === undefined) return undefined;
    for (const key of [this.#key, ...this.#former]) {
      try {
        return xchacha20poly1305(key, sealed.subarray(0, 24), utf8(name)).decrypt(sealed.subarray(24));
      } catch {
        // Not under this key, or changed.
      }
    }
    const details =
      'An entry is damaged, of another person, or sealed under another root: give the keyrings of all others in `former`.';
    throw new ProtocolError('E_DECRYPT', { field: 'journal', details });
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const nonce = randomBytes(24);
    await this.#inner.put(name, concatBytes(nonce, xchacha20poly1305(this.#key, nonce, utf8(name)).encrypt(bytes)));
  }

  delete(name: string): Promise<void> {
    return this.#inner.delete(name);
  }

  names(prefix: string): Promise<readonly string[]> {
    return this.#inner.names(prefix);
  }
}

const journalKey = (vaultKey: Uint8Array): Uint8Array =>
  hkdf(sha256, checkBytes(vaultKey, 32, 'vaultKey'), undefined, utf8('dintel/1/journal'), 32);

/** A person's journal under that person's own seal; what lies under the seal of a former root is read too. Throws KEY_LOCKED. */
export function sealedFor(keyring: Keyring, journal: Journal, former: readonly Keyring[] = []): SealedJournal {
  const vaultKey = keyring.vaultKey();
  const older = former.map((one) => one.vaultKey());
  try {
    return new SealedJournal(journal, vaultKey, older);
  } finally {
    for (const key of [vaultKey, ...older]) key.fill(0);
  }
}
