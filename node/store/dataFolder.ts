/**
 * The folder that one node process owns: it exists, can be written, and nobody else is at work in it.
 * Owns: the lock. Owns not: what lies inside. Source: research/reliability.md C18, C19.
 *
 * The lock is an exclusive SQLite transaction on a file of its own, held as long as we live: the kernel releases it when the
 * process ends, however it ends, so there is no stale lock to clean up and a recycled pid cannot fool anyone. The pid in the
 * file beside it is only for the message.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError, systemCode } from '../config/operatorError.ts';

/** Makes the folder (0700) if it is missing. Errors: E_DATA_DIR. */
export async function openDataFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const system = systemCode(cause);
    const reason =
      system === 'EEXIST' || system === 'ENOTDIR'
        ? 'is a file, expected a folder'
        : system === 'EROFS'
          ? 'is on a read-only file system'
          : `cannot be used (${system ?? 'unknown reason'})`;
    throw new OperatorError('E_DATA_DIR', `data folder ${path} ${reason}`, {
      cause,
      cure: 'give another --home, or make this one writable for the user that runs the node',
    });
  }
}

export interface FolderLock {
  release(): void;
}

/** Errors: E_LOCKED with the pid of who holds it, E_DATA_DIR when the lock file cannot be made. */
export function lockDataFolder(path: string): FolderLock {
  const pidFile = join(path, 'lock.pid');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(path, 'lock'), { timeout: 0 });
    // Exclusive from the first statement on, without a rollback journal that a kill would leave behind.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    db?.close();
    if (errcode(cause) !== 5) {
      throw new OperatorError('E_DATA_DIR', `the lock of data folder ${path} cannot be taken`, { cause });
    }
    throw new OperatorError('E_LOCKED', `another node works in ${path}: process ${pidIn(pidFile)}`, {
      cause,
      cure: 'stop that process, or give this one another --home',
    });
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  const held = db;
  return { release: () => held.isOpen && held.close() };
}

/** The process that holds the folder now, or undefined. Takes the lock for an instant, so never ask it of one's own. */
export function lockHolder(path: string): number | undefined {
  try {
    lockDataFolderProbe(path);
    return undefined;
  } catch (error) {
    if (errcode(error) === 5) return Number(pidIn(join(path, 'lock.pid'))) || undefined;
    return undefined;
  }
}

function lockDataFolderProbe(path: string): void {
  const db = new DatabaseSync(join(path, 'lock'), { timeout: 0, readOnly: true });
  try {
    db.exec('SELECT count(*) FROM sqlite_schema');
  } finally {
    db.close();
  }
}

function pidIn(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

function errcode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
