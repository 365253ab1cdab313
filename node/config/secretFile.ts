/**
 * Files that hold secrets or decide where they go: owner-only modes checked, old bytes overwritten, bounded reads.
 * Owns not: writing whole files (`writeWhole` of `dintel/platform/node`), what is inside. Source: research/reliability.md T-W09, C17, C20.
 */
import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { writeWhole } from 'dintel/platform/node';
import { type ExitCause, OperatorError, type OperatorErrorCode, systemCode } from './operatorError.ts';

/** Bits that would let anyone but the owner read or write. Windows has no such bits; there the folder's ACL decides. */
const othersMask = 0o077;
const modesMatter = process.platform !== 'win32';

/** Nothing that we keep in such a file comes near this. */
const maxSecretFileBytes = 65_536;

export interface SecretFileKind {
  /** How a person calls it: "keystore", "config", "password file". */
  readonly what: string;
  /** The code for a file that is missing, a directory or unreadable. */
  readonly code: OperatorErrorCode;
  readonly exitCause: ExitCause;
  /** How to make one. */
  readonly cure: string;
}

/**
 * Read a whole file that only its owner may read. Errors: `kind.code` when it is missing or no regular file, E_PERMS when its
 * mode lets others in (checked on the open descriptor, so it cannot be swapped in between), `kind.code` when it is too large.
 */
export async function readSecretFile(path: string, kind: SecretFileKind): Promise<Uint8Array> {
  const { what, code, exitCause, cure } = kind;
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const system = systemCode(cause);
    const reason = system === 'ENOENT' ? 'does not exist' : `cannot be read (${system ?? 'unknown reason'})`;
    throw new OperatorError(code, `${what} ${path} ${reason}`, { cure, cause, exitCause });
  }
  try {
    const info = await file.stat();
    if (!info.isFile()) {
      const found = info.isDirectory() ? 'a directory' : 'no regular file';
      throw new OperatorError(code, `${what} ${path} is ${found}, expected a file`, { cure, exitCause });
    }
    if (modesMatter && (info.mode & othersMask) !== 0) {
      const mode = (info.mode & 0o777).toString(8).padStart(4, '0');
      throw new OperatorError('E_PERMS', `${what} ${path} is readable by others: its mode is ${mode}, want 0600`, {
        cure: `chmod 600 ${path}`,
        exitCause,
      });
    }
    if (info.size > maxSecretFileBytes) {
      throw new OperatorError(code, `${what} ${path} has ${info.size} bytes, expected at most ${maxSecretFileBytes}`, {
        cure,
        exitCause,
      });
    }
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/**
 * Write a file of mode 0600 so that a crash leaves either the old or the new one, whole. `exclusive` refuses to replace
 * (EEXIST). With `scrub`, the bytes of the file that is replaced are overwritten once the new one is durable: best effort,
 * since journals, snapshots and flash keep copies that no program can reach.
 */
export async function writeSecretFile(
  path: string,
  bytes: Uint8Array | string,
  options: { exclusive?: boolean; scrub?: boolean } = {},
): Promise<void> {
  if (options.exclusive === true && (await exists(path))) {
    throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
  }
  const old = options.scrub === true ? await openForScrub(path) : undefined;
  try {
    await writeWhole(path, bytes);
    if (old !== undefined) await scrub(old);
  } finally {
    await old?.close();
  }
}

async function openForScrub(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function scrub(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  await file.write(new Uint8Array(size), 0, size, 0);
  await file.sync();
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
