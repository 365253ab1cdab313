/**
 * The SQLite file of a node: opened only if it is ours, whole and not newer than we are.
 * Owns: pragmas, integrity, schema version, transactions, the meaning of SQLite's errors. Owns not: any table.
 * Source: DESIGN section 8 (WAL, synchronous=FULL); research/reliability.md T-W05 to T-W07, C28, C29.
 */
import { chmodSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { OperatorError } from '../config/operatorError.ts';
import { applicationId, migrations } from './schema.ts';

const rebuildCure =
  'dintel ursula rebuild moves the damaged file aside and reads the chain again; nothing is lost but time';

/** What SQLite said, in our words: full or failing disk, damage, another process. Anything else passes unchanged. */
export function storageError(cause: unknown, path: string): unknown {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return cause;
  switch (cause.errcode & 0xff) {
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return new OperatorError('E_DB_CORRUPT', `database ${path} is damaged`, { cause, cure: rebuildCure });
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return new OperatorError('E_LOCKED', `database ${path} is in use by another process`, { cause });
    case 13: // SQLITE_FULL
      return new OperatorError('E_STORAGE', 'the disk is full', {
        cause,
        cure: 'free some space; the node recovers by itself',
      });
    case 8: // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 14: // SQLITE_CANTOPEN
      return new OperatorError('E_STORAGE', `the disk refused: ${cause.message}`, { cause });
    default:
      return cause;
  }
}

/** How the file was found. `crashed`: the last run was killed, which is fine. `restored`: its newest writes may be missing. */
export type FoundAs = 'new' | 'clean' | 'crashed' | 'restored';

/** One open database. All statements run synchronously; `transaction` is the only way to write more than one row. */
export class Database {
  readonly path: string;
  readonly foundAs: FoundAs;
  readonly #db: DatabaseSync;

  private constructor(path: string, db: DatabaseSync, foundAs: FoundAs) {
    this.path = path;
    this.#db = db;
    this.foundAs = foundAs;
  }

  /** Errors: E_DB_CORRUPT, E_DB_FOREIGN, E_SCHEMA_NEWER, E_LOCKED, E_STORAGE. */
  static open(path: string): Database {
    const isNew = !existsSync(path);
    if (isNew) create(path);
    else if (statSync(path).size === 0) {
      throw new OperatorError('E_DB_CORRUPT', `database ${path} has 0 bytes`, { cure: rebuildCure });
    }
    const hadWal = existsSync(`${path}-wal`);
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(path, { timeout: 5_000 });
      db.exec('PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON');
      checkOurs(db, path);
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      checkWhole(db, path);
      migrate(db, path);
      const wasClean = readMeta(db, 'closed') !== 'no';
      // A run that did not close leaves a WAL behind. If that is gone, so are the last commits: a restored or tampered copy.
      const foundAs: FoundAs = isNew ? 'new' : wasClean ? 'clean' : hadWal ? 'crashed' : 'restored';
      writeMeta(db, 'closed', 'no');
      return new Database(path, db, foundAs);
    } catch (error) {
      db?.close();
      throw storageError(error, path);
    }
  }

  /** For reading beside a running node (`dintel ursula status`): takes no lock and changes nothing. Errors: as `open`. */
  static openReadOnly(path: string): Database {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(path, { timeout: 2_000, readOnly: true });
      checkOurs(db, path);
      return new Database(path, db, 'clean');
    } catch (error) {
      db?.close();
      throw storageError(error, path);
    }
  }

  prepare(sql: string): StatementSync {
    return this.#db.prepare(sql);
  }

  exec(sql: string): void {
    try {
      this.#db.exec(sql);
    } catch (error) {
      throw storageError(error, this.path);
    }
  }

  /** All of `work` or nothing; durable (fsynced) when it returns. Not re-entrant. Errors: those of `work`, E_STORAGE. */
  transaction<T>(work: () => T): T {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      throw storageError(error, this.path);
    }
  }

  /** All of `work` or nothing, inside a transaction that goes on either way. */
  savepoint<T>(work: () => T): T {
    this.#db.exec('SAVEPOINT part');
    try {
      const result = work();
      this.#db.exec('RELEASE part');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK TO part; RELEASE part');
      throw error;
    }
  }

  get isTransaction(): boolean {
    return this.#db.isTransaction;
  }

  meta(name: string): string | undefined {
    return readMeta(this.#db, name);
  }

  setMeta(name: string, value: string): void {
    try {
      writeMeta(this.#db, name, value);
    } catch (error) {
      throw storageError(error, this.path);
    }
  }

  /**
   * A consistent copy of the whole file at `path`, which must not exist; for the owner only. A node that opens it takes it for
   * restored: what was promised after this moment is not in it. Works on a read-only view too, beside a running node.
   */
  backup(path: string): void {
    let copy: DatabaseSync | undefined;
    try {
      this.#db.prepare('VACUUM INTO ?').run(path);
      chmodSync(path, 0o600);
      copy = new DatabaseSync(path);
      writeMeta(copy, 'closed', 'no');
    } catch (error) {
      throw storageError(error, path);
    } finally {
      copy?.close();
    }
  }

  close(): void {
    if (!this.#db.isOpen) return;
    try {
      writeMeta(this.#db, 'closed', 'yes');
    } finally {
      this.#db.close();
    }
  }

  /** End a read-only view, which may not note that it closed. */
  closeReadOnly(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

/** A new file gets its name only once it has its tables: a file of 0 bytes is therefore always damage. */
function create(path: string): void {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(temporary);
    db.exec(`PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA application_id = ${applicationId}`);
    migrate(db, path);
    db.close();
    chmodSync(temporary, 0o600); // the WAL takes its mode from this file
    renameSync(temporary, path);
  } catch (error) {
    if (db?.isOpen) db.close();
    throw storageError(error, path);
  }
}

function checkOurs(db: DatabaseSync, path: string): void {
  const id = pragma(db, 'application_id');
  if (id !== applicationId) {
    throw new OperatorError('E_DB_FOREIGN', `database ${path} belongs to another program`, {
      cure: 'give another --home; this file is left as it is',
    });
  }
  const version = pragma(db, 'user_version');
  if (version > migrations.length) {
    throw new OperatorError(
      'E_SCHEMA_NEWER',
      `database ${path} was written by a newer dintel: schema ${version}, this one knows ${migrations.length}`,
      { cure: 'use that version again, or start with an empty --home' },
    );
  }
}

function checkWhole(db: DatabaseSync, path: string): void {
  const row = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string } | undefined;
  if (row?.quick_check !== 'ok') {
    throw new OperatorError('E_DB_CORRUPT', `database ${path} is damaged: ${row?.quick_check ?? 'no answer'}`, {
      cure: rebuildCure,
    });
  }
}

function migrate(db: DatabaseSync, path: string): void {
  const version = pragma(db, 'user_version');
  migrations.slice(version).forEach((sql, step) => {
    try {
      db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version + step + 1}; COMMIT`);
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw storageError(error, path);
    }
  });
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, number> | undefined;
  return row?.[name] ?? 0;
}

function readMeta(db: DatabaseSync, name: string): string | undefined {
  const row = db.prepare('SELECT value FROM meta WHERE name = ?').get(name) as { value: string } | undefined;
  return row?.value;
}

function writeMeta(db: DatabaseSync, name: string, value: string): void {
  db.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
    name,
    value,
  );
}
