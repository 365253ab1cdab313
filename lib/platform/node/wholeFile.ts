/**
 * Files that are there whole or not at all, and are durable when a promise says so. Owns: mode 0600, the order of writes (temporary
 * file, fsync, rename, fsync of the folder). Owns not: what is inside. The umask of the process is left as it is: modes are set on the
 * open descriptor.
 */

import { constants, type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from '@noble/hashes/utils.js';
import { toHex } from '../../protocol/hex.ts';

/** Make a folder chain that only its owner may enter; folders that exist already keep their mode. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Makes names of a folder durable: what was renamed, made or removed in it. */
export async function syncFolder(path: string): Promise<void> {
  if (platform() === 'win32') return; // Windows cannot open a folder for fsync, and its rename is journalled.
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Write a file that only its owner may read so that a crash leaves either the old or the new one, whole; durable when it resolves.
 * `content`: all of it, or pieces as they come. Rejects with what Node says (ENOENT: the folder is missing) or `content` throws; then
 * what was there before still is.
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${toHex(randomBytes(8)).slice(2)}.tmp`);
  const file: FileHandle = await open(temporary, 'wx', 0o600);
  let renamed = false;
  try {
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
    await file.close();
    await rename(temporary, path);
    renamed = true;
    await syncFolder(folder);
  } finally {
    if (!renamed) {
      await file.close().catch(() => undefined);
      await unlink(temporary).catch(() => undefined);
    }
  }
}

/** The `code` of a system error such as ENOENT, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
