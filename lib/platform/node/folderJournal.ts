/**
 * A person's journal as files, one for each entry. Owns: names and order of writes. Owns not: the seal (`SealedJournal`), so what lies
 * here is ciphertext.
 */
import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Journal } from '../../characters/journal.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { makePrivateFolder, syncFolder, systemCode, writeWhole } from './wholeFile.ts';

const ending = '.entry';

/**
 * A durable journal in a folder, for {@link AliceOptions.journal} and its like: an entry is whole or not there, and survives a crash
 * once `put` has resolved. The folder is made when it is first written to (mode 0700, files 0600). One person, one folder; one process
 * at a time.
 */
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
    const path = this.#path(name);
    await makePrivateFolder(this.#folder);
    await writeWhole(path, bytes);
  }

  async delete(name: string): Promise<void> {
    try {
      await unlink(this.#path(name));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return;
      throw error;
    }
    await syncFolder(this.#folder);
  }

  async names(prefix: string): Promise<readonly string[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    return files
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length).replaceAll('%', '/'))
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  /** A slash becomes a percent sign, so that all lie in one folder. */
  #path(name: string): string {
    if (!/^[a-z0-9./-]{1,200}$/.test(name)) {
      throw new ProtocolError('E_FIELD', { field: 'name', expected: '1 to 200 of a-z, 0-9, dot, slash and hyphen' });
    }
    return join(this.#folder, `${name.replaceAll('/', '%')}${ending}`);
  }
}
