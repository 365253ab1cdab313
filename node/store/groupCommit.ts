/**
 * Many small writes, one fsync: what arrives while a turn of the event loop runs goes into one transaction, and each caller
 * hears of its own write only after that transaction is durable.
 * Owns: gathering and the promise. Owns not: what is written. Source: DESIGN section 8 ("nonces commit in groups").
 */
import { type Database, storageError } from './database.ts';

interface Entry {
  /** Runs inside the transaction and leaves its answer behind. */
  readonly write: () => void;
  readonly settle: (failure: unknown) => void;
}

/** More than this many in one transaction only delay each other. */
const maxGroup = 1_024;

export class GroupCommit {
  readonly #db: Database;
  #waiting: Entry[] = [];
  #scheduled = false;
  /** Transactions and writes so far: their ratio is what the grouping gains. */
  groups = 0;
  writes = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Run `write` in the next group. Resolves with its result when durable. A write that throws fails alone; a group that
   * cannot be committed fails as a whole, and then none of it happened.
   */
  submit<T>(write: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | { error: unknown } | undefined;
      this.#waiting.push({
        write: () => {
          try {
            result = { value: this.#db.savepoint(write) };
          } catch (error) {
            if (!this.#db.isTransaction) throw error; // SQLite gave the whole transaction up
            result = { error: storageError(error, this.#db.path) };
          }
        },
        settle: (failure) => {
          if (failure !== undefined) reject(failure);
          else if (result === undefined) reject(new Error('a write of this group did not run'));
          else if ('error' in result) reject(result.error);
          else resolve(result.value);
        },
      });
      this.#schedule();
    });
  }

  /** Commit what waits now; for closing. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commit();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#commit();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #commit(): void {
    const group = this.#waiting.splice(0, maxGroup);
    if (group.length === 0) return;
    let failure: unknown;
    try {
      this.#db.transaction(() => {
        for (const entry of group) entry.write();
      });
      this.groups += 1;
      this.writes += group.length;
    } catch (error) {
      failure = error;
    }
    for (const entry of group) entry.settle(failure);
  }
}
