/**
 * The sealed bytes of a vault as a file. Owns: that only one of several who swap at once succeeds, in this process or another. Owns
 * not: what the bytes mean (`lib/keys/vault.ts`).
 */
import { open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyError } from '../../keys/keyError.ts';
import type { VaultStore } from '../../keys/vaultStore.ts';
import { equalBytes } from '../../protocol/bytes.ts';
import { makePrivateFolder, syncFolder, systemCode, writeWhole } from './wholeFile.ts';

/** A swap takes milliseconds: who has held the lock for that long died with it. */
const staleMs = 10_000;

/** A vault in a file of one's own (mode 0600; its folder is made, 0700). Several processes may share it. Throws E_STORE. */
export class FileVaultStore implements VaultStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(this.#path));
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return undefined;
      throw keyError('E_STORE', { field: 'vault', cause });
    }
  }

  async swap(before: Uint8Array | undefined, after: Uint8Array | undefined): Promise<boolean> {
    try {
      await makePrivateFolder(dirname(this.#path));
      return await this.#alone(async () => {
        const now = await this.read();
        const same = now === undefined || before === undefined ? now === before : equalBytes(now, before);
        if (!same) return false;
        if (after !== undefined) await writeWhole(this.#path, after);
        else if (now !== undefined) {
          await unlink(this.#path);
          await syncFolder(dirname(this.#path));
        }
        return true;
      });
    } catch (cause) {
      throw keyError('E_STORE', { field: 'vault', cause });
    }
  }

  /** Runs `act` while nobody else does: a file that only one can make stands beside the vault meanwhile. */
  async #alone<T>(act: () => Promise<T>): Promise<T> {
    const lock = `${this.#path}.lock`;
    for (;;) {
      try {
        await (await open(lock, 'wx', 0o600)).close();
        break;
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
        const held = await stat(lock).catch(() => undefined);
        if (held !== undefined && Date.now() - held.mtimeMs > staleMs) await unlink(lock).catch(() => undefined);
        else await sleep(20);
      }
    }
    try {
      return await act();
    } finally {
      await unlink(lock).catch(() => undefined);
    }
  }
}
