/**
 * Where a person's keys come from: a demo seed, or the vault of this browser. Owns: the vault's methods, and what is forgotten when
 * it locks. Owns not: the ceremonies (passkeys and wallets live in the page), the vault itself (lib/keys).
 */
import { Keyring } from 'dintel';
import {
  IndexedDbVaultStore,
  type NewSlot,
  type SlotInfo,
  type Unlock,
  Vault,
  type VaultOptions,
  type VaultStore,
} from 'dintel/keys';
import { fromHex, ProtocolError } from 'dintel/protocol';
import type { KeySource } from './messages.ts';

/** How the keys stand, for the page. */
export interface KeysState {
  /** `demo`: a seed that nobody keeps. */
  readonly state: 'demo' | 'none' | 'locked' | 'open';
  readonly slots: readonly SlotInfo[];
  readonly roots: number;
}

/** What others must hear of. */
export interface KeysEvents {
  /** Whatever was opened with the keys must go. */
  readonly onLock: () => void;
  /** There is a newer root. */
  readonly onChange: () => void;
}

export class Keys {
  readonly #source: KeySource;
  readonly #store: VaultStore | undefined;
  readonly #options: Omit<VaultOptions, 'store'>;
  readonly #onLock: () => void;
  readonly #onChange: () => void;
  #vault: Vault | undefined;
  /** Taken from the vault once, however often they are asked for: each is a copy of a root. */
  #keyrings: readonly Keyring[] | undefined;

  private constructor(source: KeySource, { onLock, onChange }: KeysEvents, options: Partial<VaultOptions>) {
    this.#source = source;
    this.#onLock = onLock;
    this.#onChange = onChange;
    const { store, ...rest } = options;
    this.#options = rest;
    if ('vault' in source) this.#store = store ?? new IndexedDbVaultStore({ name: source.vault });
  }

  /** `options`: of the vault; by default it lies in IndexedDB under its name. */
  static async open(source: KeySource, events: KeysEvents, options: Partial<VaultOptions> = {}): Promise<Keys> {
    const keys = new Keys(source, events, options);
    if (keys.#store !== undefined && (await keys.#store.read()) !== undefined) {
      keys.#keep(await Vault.open({ ...keys.#options, store: keys.#store }));
    }
    return keys;
  }

  /** Of every root, newest first. To ask for them keeps no vault open: `touch` does. Throws KEY_LOCKED. */
  keyrings(): readonly Keyring[] {
    if ('seed' in this.#source) {
      this.#keyrings ??= [Keyring.fromRoot(fromHex(`0x${this.#source.seed}`, 32))];
      return this.#keyrings;
    }
    const vault = this.#opened();
    if (vault.isLocked) throw new ProtocolError('KEY_LOCKED', { field: 'vault' });
    this.#keyrings ??= vault.keyrings();
    return this.#keyrings;
  }

  /** Somebody is here; nothing while the keys are locked. */
  touch(): void {
    if (this.#vault?.isLocked === false) this.#vault.touch();
  }

  readonly methods = {
    keysState: async (): Promise<KeysState> => {
      if ('seed' in this.#source) return { state: 'demo', slots: [], roots: 1 };
      const vault = this.#vault;
      if (vault === undefined) return { state: 'none', slots: [], roots: 0 };
      const roots = vault.isLocked ? 0 : vault.rootVersions.length;
      return { state: vault.isLocked ? 'locked' : 'open', slots: vault.slots, roots };
    },
    /** A new person, or one whose words come back. Throws E_VAULT_EXISTS, E_PASSWORD_WEAK, E_WORDS. */
    createKeys: async ({ slot, phrase }: { readonly slot: NewSlot; readonly phrase?: string | undefined }) => {
      const phrases = phrase === undefined ? undefined : [phrase];
      const options = { ...this.#options, store: this.#own() };
      this.#keep(await Vault.create({ ...options, slots: [slot], ...(phrases && { phrases }) }));
    },
    /** Throws E_PASSWORD, E_WORDS, E_SLOT. */
    unlock: async (unlock: Unlock) => this.#opened().unlock(unlock),
    lock: async () => this.#vault?.lock(),
    addSlot: async (slot: NewSlot) => void (await this.#opened().addSlot(slot)),
    removeSlot: async ({ id }: { readonly id: string }) => this.#opened().removeSlot(id),
    /** A fresh root for all that comes; older ones stay for what was. Throws KEY_LOCKED, E_COUNT, E_VAULT_CHANGED. */
    rotateKeys: async (): Promise<void> => {
      await this.#opened().rotateRoot();
      this.#keyrings = undefined;
      this.#onChange();
    },
    /** The 24 words of the newest root. Throws KEY_LOCKED. */
    recoveryWords: async (): Promise<string> => this.#opened().phrase(),
    /** The sealed vault as a file. */
    exportKeys: async (): Promise<Uint8Array> => this.#opened().export(),
  };

  #own(): VaultStore {
    if (this.#store === undefined) throw new Error('Demo people have no vault.');
    return this.#store;
  }

  #opened(): Vault {
    if (this.#vault === undefined) throw new ProtocolError('KEY_LOCKED', { field: 'vault' });
    return this.#vault;
  }

  #keep(vault: Vault): void {
    this.#vault = vault;
    vault.onLock(() => {
      this.#keyrings = undefined;
      this.#onLock();
    });
  }
}
