/**
 * A person's vault: the root at rest under several unlock slots, and in use while it is open.
 *
 * Owns: making, unlocking, locking, slots, versions of the root. Owns not: the box (`strongbox.ts`), the ceremonies (`passkey.ts`,
 * `wallet.ts`), where the bytes lie (`vaultStore.ts`), what a root derives (`Keyring`).
 * Source: DESIGN section 4; research/app-sdk.md section 6.
 *
 * Every change is written before it counts, around a fresh box key, and only over what was read: of two tabs that change the vault
 * at once one is told E_VAULT_CHANGED. What JavaScript forgets may leave copies; `lock` wipes those that we hold.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { ProtocolError } from '../protocol/errors.ts';
import { Keyring } from '../protocol/keys.ts';
import {
  checkOptions,
  having,
  listOf,
  milliseconds,
  optional,
  type Shapes,
  someFunction,
  someObject,
  someText,
} from '../protocol/shapes.ts';
import { ready } from '../umbral/engine/current.ts';
import { type BoxFile, formatBox, maxSlots, parseBox, type Slot, type SlotFacts, type SlotType } from './boxFile.ts';
import { type IdleClock, IdleTimer, systemIdleClock } from './idle.ts';
import { keyError } from './keyError.ts';
import { type Stretch, scryptStretch } from './password.ts';
import { phraseOfRoot, rootOfPhrase } from './phrase.ts';
import { makeSlot, type NewSlot, phraseSlot, type Unlock, wrapKeysFor } from './slot.ts';
import { type SlotKey, Strongbox, wrongKey } from './strongbox.ts';
import {
  decodeVaultSecret,
  encodeVaultSecret,
  maxRoots,
  type RootVersion,
  type VaultSecret,
  wipeVaultSecret,
} from './vaultSecret.ts';
import type { VaultStore } from './vaultStore.ts';

/** Where a vault lies, and when it locks itself. */
export interface VaultOptions {
  /** Where it lies: `FileVaultStore` of `dintel/platform/node`, `IndexedDbVaultStore`, `MemoryVaultStore`. */
  readonly store: VaultStore;
  /**
   * Milliseconds without a call to the vault itself after which it locks, and every keyring of it; default 15 minutes, 0 for never. What is
   * done with a keyring is no call: whoever works on says so by {@link Vault.touch}.
   */
  readonly idleMs?: number | undefined;
  readonly clock?: IdleClock | undefined;
  /** scrypt. Default: in JavaScript; Node's is five times as fast (`nativeStretch` of `dintel/platform/node`). */
  readonly stretch?: Stretch | undefined;
}

/** A slot as anyone may see it. `id` names it among the slots of its vault. */
export interface SlotInfo {
  readonly id: string;
  readonly type: SlotType;
  /** Credential id or address, hex without 0x; empty for passwords and phrases. */
  readonly subject: string;
  readonly name: string;
  /** What its ceremony is bound to. */
  readonly salt: string;
}

const infoOf = (slot: SlotFacts): SlotInfo => ({
  id: slot.kdf.salt.slice(0, 16),
  type: slot.type,
  subject: slot.type === 'password' ? '' : slot.id,
  name: slot.type === 'password' ? '' : slot.name,
  salt: slot.kdf.salt,
});

const defaultIdleMs = 15 * 60_000;

const openShapes: Shapes = {
  store: having('a VaultStore', 'read', 'swap'),
  idleMs: optional(milliseconds),
  clock: optional(having('an IdleClock', 'now', 'later')),
  stretch: optional(someFunction),
};
const createShapes: Shapes = {
  ...openShapes,
  slots: listOf({
    ...someObject,
    expected: "a slot, as { type: 'password', password }",
    of: { id: optional(someText) },
  }),
  phrases: optional(listOf(someText)),
};

/**
 * A person's roots, sealed under several ways to unlock them (password, passkey, wallet, phrase); {@link Vault.keyring} gives the keys
 * while it is open. Made by {@link Vault.create}, {@link Vault.open} or {@link Vault.import}.
 */
export class Vault {
  readonly #store: VaultStore;
  readonly #stretch: Stretch;
  readonly #clock: IdleClock;
  readonly #idle: IdleTimer | undefined;
  readonly #keyrings = new Set<Keyring>();
  readonly #listeners = new Set<() => void>();
  #file: BoxFile;
  /** What lies in the store, as far as we know. */
  #bytes: Uint8Array;
  #open: { readonly box: Strongbox; readonly secret: VaultSecret } | undefined;
  /** The last write, whatever becomes of it. */
  #writing: Promise<unknown> | undefined;

  private constructor(options: VaultOptions, bytes: Uint8Array) {
    this.#store = options.store;
    this.#stretch = options.stretch ?? scryptStretch;
    this.#clock = options.clock ?? systemIdleClock;
    const idleMs = options.idleMs ?? defaultIdleMs;
    this.#idle = idleMs > 0 ? new IdleTimer(idleMs, () => this.lock(), this.#clock) : undefined;
    this.#bytes = bytes;
    this.#file = parseBox(bytes, 'vault');
  }

  /**
   * A new person, or one whose roots come back from `phrases` (oldest first). Open when it resolves.
   * Throws E_FIELD, E_VAULT_EXISTS, E_COUNT (slots), E_PASSWORD_WEAK, E_WORDS, E_STORE.
   */
  static async create(
    options: VaultOptions & { readonly slots: readonly NewSlot[]; readonly phrases?: readonly string[] | undefined },
  ): Promise<Vault> {
    checkOptions(options, createShapes);
    const { store, slots, phrases, stretch = scryptStretch, clock = systemIdleClock } = options;
    checkSlotCount(slots.length);
    const createdAt = Math.floor(clock.now() / 1000);
    const found = phrases?.map(rootOfPhrase) ?? [randomBytes(32)];
    if (found.length < 1 || found.length > maxRoots) throw count('phrases', maxRoots, found.length);
    const roots = found.map((root): RootVersion => ({ root, createdAt }));
    const keys: SlotKey[] = [];
    await ready();
    for (const slot of slots) keys.push(await makeSlot(slot, newest(roots).root, stretch));
    const secret: VaultSecret = { roots, wrapKeys: keys.map(({ wrapKey }) => wrapKey) };
    const bytes = sealVault(secret, keys);
    if (!(await store.swap(undefined, bytes))) {
      wipeVaultSecret(secret);
      throw keyError('E_VAULT_EXISTS', { field: 'store' });
    }
    const vault = new Vault(options, bytes);
    const first = keys[0] as SlotKey;
    vault.#enter(Strongbox.unwrap(vault.#file, vault.#file.slots[0] as Slot, first.wrapKey));
    wipeVaultSecret(secret);
    return vault;
  }

  /** What lies in the store, locked. Throws E_VAULT_MISSING, E_KEYSTORE_FORMAT, E_KDF_BOUNDS, E_STORE. */
  static async open(options: VaultOptions): Promise<Vault> {
    checkOptions(options, openShapes);
    const bytes = await options.store.read();
    if (bytes === undefined) throw keyError('E_VAULT_MISSING', { field: 'store' });
    return new Vault(options, bytes);
  }

  /** A vault that was exported, put into an empty store; locked. Throws E_VAULT_EXISTS, E_KEYSTORE_FORMAT, E_KDF_BOUNDS, E_STORE. */
  static async import(options: VaultOptions & { readonly bytes: Uint8Array }): Promise<Vault> {
    checkOptions(options, openShapes);
    const bytes = formatBox(parseBox(options.bytes, 'vault'));
    if (!(await options.store.swap(undefined, bytes))) throw keyError('E_VAULT_EXISTS', { field: 'store' });
    return new Vault(options, bytes);
  }

  /** The sealed bytes, for a backup or another device: they open with the same slots. */
  export(): Uint8Array {
    return this.#bytes.slice();
  }

  get isLocked(): boolean {
    if (this.#open !== undefined && this.#idle?.expired === true) this.lock();
    return this.#open === undefined;
  }

  /** Its slots; a locked vault shows them too. */
  get slots(): readonly SlotInfo[] {
    return this.#file.slots.map(infoOf);
  }

  /** Versions of the root, from 0; to look at them is no use of the vault. Units: seconds. Throws KEY_LOCKED. */
  get rootVersions(): readonly { readonly version: number; readonly createdAt: number }[] {
    return this.#opened().secret.roots.map(({ createdAt }, version) => ({ version, createdAt }));
  }

  /**
   * Open it. Nothing happens if the key is wrong. Throws E_PASSWORD (wrong key or changed vault, one text for both),
   * E_PASSWORD_WEAK, E_WORDS, E_TYPE, E_LENGTH, E_KEYSTORE_FORMAT, E_VAULT_MISSING, E_STORE.
   */
  async unlock(unlock: Unlock): Promise<void> {
    // What is being written is what will lie there.
    await this.#writing;
    const bytes = await this.#store.read();
    if (bytes === undefined) throw keyError('E_VAULT_MISSING', { field: 'store' });
    const file = parseBox(bytes, 'vault');
    await ready();
    const box = await unwrapWith(file, unlock, this.#stretch);
    this.lock();
    this.#bytes = bytes;
    this.#file = file;
    this.#enter(box);
  }

  /** Forget everything secret, and every keyring that was handed out. */
  lock(): void {
    const open = this.#open;
    this.#open = undefined;
    this.#idle?.stop();
    for (const keyring of this.#keyrings) keyring.dispose();
    this.#keyrings.clear();
    if (open === undefined) return;
    open.box.wipe();
    wipeVaultSecret(open.secret);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Called after each lock, by hand or by time. Returns what ends it. */
  onLock(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Somebody is here: the time to the automatic lock starts anew. Throws KEY_LOCKED. */
  touch(): void {
    this.#use();
  }

  /** Keys of one version of the root, by default the newest; they end with the next lock. Throws KEY_LOCKED, E_NUMBER. */
  keyring(version?: number): Keyring {
    const { roots } = this.#use().secret;
    const found = version === undefined ? newest(roots) : roots[version];
    if (found === undefined) {
      throw new ProtocolError('E_NUMBER', {
        field: 'version',
        expected: `0 to ${roots.length - 1}`,
        got: String(version),
      });
    }
    const keyring = Keyring.fromRoot(found.root);
    this.#keyrings.add(keyring);
    return keyring;
  }

  /** Keys of every version, newest first: what belongs to an older one goes on with it (`[keyring, ...former]`). Throws KEY_LOCKED. */
  keyrings(): readonly Keyring[] {
    return this.rootVersions.map(({ version }) => this.keyring(version)).toReversed();
  }

  /** 24 words that write one version of the root, by default the newest. They are worth as much as the vault. Throws KEY_LOCKED, E_NUMBER. */
  phrase(version?: number): string {
    const root = this.keyring(version).toSecretBytes();
    const words = phraseOfRoot(root);
    root.fill(0);
    return words;
  }

  /** One more way in. Throws KEY_LOCKED, E_COUNT, E_PASSWORD_WEAK, E_SLOT (there already), E_VAULT_CHANGED, E_STORE. */
  async addSlot(slot: NewSlot): Promise<SlotInfo> {
    const { secret } = this.#use();
    checkSlotCount(this.#file.slots.length + 1);
    const key = await makeSlot(slot, newest(secret.roots).root, this.#stretch);
    const { subject, type } = infoOf(key.facts);
    if (type !== 'password' && this.slots.some((one) => one.type === type && one.subject === subject)) {
      throw keyError('E_SLOT', { field: 'slot', details: 'The vault has this way in already.' });
    }
    await this.#write((now) => ({ ...now, keys: [...now.keys, key] }));
    return infoOf(key.facts);
  }

  /** One way in less; never the last. What was copied before still opens with it: see `rotateRoot`. Throws KEY_LOCKED, E_SLOT, E_VAULT_CHANGED, E_STORE. */
  async removeSlot(id: string): Promise<void> {
    this.#use();
    if (!this.slots.some((slot) => slot.id === id)) throw keyError('E_SLOT', { field: 'id' });
    if (this.slots.length === 1) {
      throw keyError('E_SLOT', {
        field: 'id',
        details: 'The last way in cannot be removed: add another first.',
      });
    }
    await this.#write((now) => ({ ...now, keys: now.keys.filter(({ facts }) => infoOf(facts).id !== id) }));
  }

  /**
   * Another password in place of an old one, which must be told. Throws KEY_LOCKED, E_PASSWORD, E_PASSWORD_WEAK, E_VAULT_CHANGED, E_STORE.
   */
  async changePassword(old: string, fresh: string): Promise<void> {
    this.#use();
    for await (const { slot, wrapKey } of wrapKeysFor(
      { type: 'password', password: old },
      this.#file.slots,
      this.#stretch,
    )) {
      const box = Strongbox.unwrap(this.#file, slot, wrapKey);
      wrapKey.fill(0);
      if (box === undefined) continue;
      box.wipe();
      const key = await makeSlot({ type: 'password', password: fresh }, new Uint8Array(32), this.#stretch);
      const { id } = infoOf(slot);
      const swap = (one: SlotKey): SlotKey => (infoOf(one.facts).id === id ? key : one);
      return this.#write((now) => ({ ...now, keys: now.keys.map(swap) }));
    }
    throw wrongKey();
  }

  /**
   * A fresh root for everything from now on; older ones stay, for what was shared before. All slots open it, but a phrase slot turns
   * to the new root's phrase, which must be written down anew. From now on Alice, Bob and People are opened with the new `keyring()` and
   * `former: keyrings().slice(1)`, an Inbox with all `keyrings()`: what was begun, shared or kept before goes on with the root that it
   * belongs to. Resolves with the new version.
   * Throws KEY_LOCKED, E_COUNT (24 versions), E_VAULT_CHANGED, E_STORE.
   */
  async rotateRoot(): Promise<number> {
    const { roots } = this.#use().secret;
    if (roots.length >= maxRoots) throw count('roots', maxRoots, roots.length + 1);
    const root = randomBytes(32);
    const createdAt = Math.floor(this.#clock.now() / 1000);
    try {
      await this.#write((now) => ({
        roots: [...now.roots, { root, createdAt }],
        keys: now.keys.map((key) => (key.facts.type === 'phrase' ? phraseSlot(root) : key)),
      }));
    } finally {
      root.fill(0);
    }
    return roots.length;
  }

  /** Destroy it, here. Copies elsewhere stay. Throws E_VAULT_CHANGED, E_STORE. */
  async erase(): Promise<void> {
    this.lock();
    if (!(await this.#store.swap(this.#bytes, undefined))) throw keyError('E_VAULT_CHANGED', { field: 'store' });
  }

  toString(): string {
    return 'Vault:...';
  }

  #opened(): { readonly box: Strongbox; readonly secret: VaultSecret } {
    if (this.isLocked || this.#open === undefined) throw new ProtocolError('KEY_LOCKED', { field: 'vault' });
    return this.#open;
  }

  #use(): { readonly box: Strongbox; readonly secret: VaultSecret } {
    const open = this.#opened();
    this.#idle?.touch();
    return open;
  }

  #enter(box: Strongbox | undefined): void {
    if (box === undefined) throw wrongKey();
    const bytes = box.revealSecret();
    try {
      this.#open = { box, secret: decodeVaultSecret(bytes, this.#file.slots.length) };
    } finally {
      bytes.fill(0);
    }
    this.#idle?.touch();
  }

  /** Seal what `change` makes of the contents, put it in the store, and only then work with it. */
  async #write(change: (now: Contents) => Contents): Promise<void> {
    const opened = this.#use();
    const { secret } = opened;
    const keys = this.#file.slots.map((facts, place) => ({
      facts: factsOf(facts),
      wrapKey: secret.wrapKeys[place] as Uint8Array,
    }));
    const next = change({ roots: secret.roots, keys });
    const bytes = sealVault({ roots: next.roots, wrapKeys: next.keys.map(({ wrapKey }) => wrapKey) }, next.keys);
    const fresh = next.keys.filter(({ wrapKey }) => !secret.wrapKeys.includes(wrapKey));
    try {
      const swap = this.#store.swap(this.#bytes, bytes);
      this.#writing = swap.catch(() => undefined);
      if (!(await swap)) throw keyError('E_VAULT_CHANGED', { field: 'store' });
      this.#bytes = bytes;
      this.#file = parseBox(bytes, 'vault');
      // It may have locked itself while the store was writing; then it stays locked. So it does if it was unlocked since with what lay
      // there before: that does not know what was written.
      if (this.#open !== opened) return this.lock();
      this.#enter(Strongbox.unwrap(this.#file, this.#file.slots[0] as Slot, (next.keys[0] as SlotKey).wrapKey));
      opened.box.wipe();
      wipeVaultSecret(opened.secret);
    } finally {
      for (const { wrapKey } of fresh) wrapKey.fill(0);
    }
  }
}

interface Contents {
  readonly roots: readonly RootVersion[];
  readonly keys: readonly SlotKey[];
}

function sealVault(secret: VaultSecret, keys: readonly SlotKey[]): Uint8Array {
  checkDistinct(keys);
  const plain = encodeVaultSecret(secret);
  const box = Strongbox.seal('vault', {}, plain, keys);
  plain.fill(0);
  const bytes = box.toBytes();
  box.wipe();
  return bytes;
}

async function unwrapWith(file: BoxFile, unlock: Unlock, stretch: Stretch): Promise<Strongbox> {
  for await (const { slot, wrapKey } of wrapKeysFor(unlock, file.slots, stretch)) {
    const box = Strongbox.unwrap(file, slot, wrapKey);
    wrapKey.fill(0);
    if (box !== undefined) return box;
  }
  throw wrongKey();
}

/** A slot without the wrapping that it had. */
function factsOf(slot: Slot): SlotFacts {
  if (slot.type === 'password') return { type: slot.type, kdf: slot.kdf };
  return { type: slot.type, kdf: slot.kdf, id: slot.id, name: slot.name };
}

const newest = (roots: readonly RootVersion[]): RootVersion => roots.at(-1) as RootVersion;

/** Two slots of one salt could not be told apart. */
function checkDistinct(keys: readonly SlotKey[]): void {
  if (new Set(keys.map(({ facts }) => facts.kdf.salt)).size < keys.length) {
    throw keyError('E_SLOT', {
      field: 'slot.salt',
      expected: 'a salt of its own',
      got: 'that of another slot',
    });
  }
}

function checkSlotCount(slots: number): void {
  if (slots < 1 || slots > maxSlots) throw count('slots', maxSlots, slots);
}

function count(field: string, most: number, got: number): ProtocolError {
  return new ProtocolError('E_COUNT', { field, expected: `1 to ${most}`, got: String(got) });
}
