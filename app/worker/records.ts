/** Small records of a person as JSON in his sealed journal. Owns: that encoding. */
import { type Journal, type Keyring, SealedJournal } from 'dintel';
import { fromUtf8, utf8 } from 'dintel/protocol';

export class Records {
  readonly #journal: Journal;

  constructor(journal: Journal, keyring: Keyring) {
    const vault = keyring.vaultKey();
    this.#journal = new SealedJournal(journal, vault);
    vault.fill(0);
  }

  async get<T>(name: string): Promise<T | undefined> {
    const bytes = await this.#journal.get(name);
    return bytes && (JSON.parse(fromUtf8(bytes)) as T);
  }

  put(name: string, record: unknown): Promise<void> {
    return this.#journal.put(name, utf8(JSON.stringify(record)));
  }

  delete(name: string): Promise<void> {
    return this.#journal.delete(name);
  }

  /** All records whose names begin so. */
  async all<T>(prefix: string): Promise<readonly T[]> {
    const found = await Promise.all((await this.#journal.names(prefix)).map((name) => this.get<T>(name)));
    return found.filter((record) => record !== undefined);
  }
}
