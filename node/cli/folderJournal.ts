/**
 * A person's journal as files, one for each entry: durable when `put` resolves, whole or not at all.
 * Owns: names and order of writes. Owns not: the seal (lib `SealedJournal`), so what lies here is ciphertext.
 */
import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Journal } from 'dintel';
import { systemCode } from '../config/operatorError.ts';
import { makePrivateFolder, writeSecretFile } from '../config/secretFile.ts';

export class FolderJournal implements Journal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(this.#path(name)));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await makePrivateFolder(this.#folder);
    await writeSecretFile(this.#path(name), bytes);
  }

  async delete(name: string): Promise<void> {
    await unlink(this.#path(name)).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
  }

  async names(prefix: string): Promise<readonly string[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    return files
      .filter((file) => file.endsWith('.entry'))
      .map((file) => file.slice(0, -'.entry'.length).replaceAll('%', '/'))
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  /** Names are `[a-z0-9./-]`; a slash becomes a percent sign, so that all lie in one folder. */
  #path(name: string): string {
    if (!/^[a-z0-9./-]{1,200}$/.test(name))
      throw new RangeError('a journal name has only a-z, 0-9, dot, slash and hyphen');
    return join(this.#folder, `${name.replaceAll('/', '%')}.entry`);
  }
}
