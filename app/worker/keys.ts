/**
 * Where a person's keys come from: a demo seed, or the vault of this browser. Owns: the vault's methods, and what is forgotten when
 * it locks. Owns not: the ceremonies (passkeys and wallets live in the page), the vault itself (lib/keys).
 */
import { Keyring } from 'dintel';
import { IndexedDbVaultStore, type NewSlot, type SlotInfo, type Unlock, Vault } from 'dintel/keys';
import { fromHex, ProtocolError } from 'dintel/protocol';
import type { KeySource } from './messages';

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
  readonly #store: IndexedDbVaultStore | undefined;
  readonly #onLock: () => void;
  readonly #onChange: () => void;
  #vault: Vault | undefined;
  #demo: Keyring | undefined;

  private constructor(source: KeySource, { onLock, onChange }: KeysEvents) {
    this.#source = source;
    this.#onLock = onLock;
    this.#onChange = onChange;
    if ('vault' in source) this.#store = new IndexedDbVaultStore({ name: source.vault });
  }

  static async open(source: KeySource, events: KeysEvents): Promise<Keys> {
    const keys = new Keys(source, events);
    if (keys.#store !== undefined && (await keys.#store.read()) !== undefined) {
      keys.#keep(await Vault.open({ store: keys.#store }));
    }
    return keys;
  }

  /** Of every root, newest first. Throws KEY_LOCKED. */
  keyrings(): readonly Keyring[] {
    if ('seed' in this.#source) {
      this.#demo ??= Keyring.fromRoot(fromHex(`0x${this.#source.seed}`, 32));
      return [this.#demo];
    }
    return this.#opened().keyrings();
  }

  /** Somebody is here. Throws KEY_LOCKED. */
  touch(): void {
    if ('vault' in this.#source) this.#opened().touch();
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
      this.#keep(await Vault.create({ store: this.#own(), slots: [slot], ...(phrases && { phrases }) }));
    },
    /** Throws E_PASSWORD, E_WORDS, E_SLOT. */
    unlock: async (unlock: Unlock) => this.#opened().unlock(unlock),
    lock: async () => this.#vault?.lock(),
    addSlot: async (slot: NewSlot) => void (await this.#opened().addSlot(slot)),
    removeSlot: async ({ id }: { readonly id: string }) => this.#opened().removeSlot(id),
    /** A fresh root for all that comes; older ones stay for what was. Throws KEY_LOCKED, E_COUNT, E_VAULT_CHANGED. */
    rotateKeys: async (): Promise<void> => {
      await this.#opened().rotateRoot();
      this.#onChange();
    },
    /** The 24 words of the newest root. Throws KEY_LOCKED. */
    recoveryWords: async (): Promise<string> => this.#opened().phrase(),
    /** The sealed vault as a file. */
    exportKeys: async (): Promise<Uint8Array> => this.#opened().export(),
  };

  #own(): IndexedDbVaultStore {
    if (this.#store === undefined) throw new Error('Demo people have no vault.');
    return this.#store;
  }

  #opened(): Vault {
    if (this.#vault === undefined) throw new ProtocolError('KEY_LOCKED', { field: 'vault' });
    return this.#vault;
  }

  #keep(vault: Vault): void {
    this.#vault = vault;
    vault.onLock(this.#onLock);
  }
}
