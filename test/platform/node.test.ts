/** What Node adds: what is written is whole, durable and private, and one of several who swap at once succeeds. */
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesRange, Enrico, heldFile, openSealedFile } from 'dintel';
import { scryptStretch, Vault } from 'dintel/keys';
import { FileVaultStore, FolderJournal, nativeStretch, savedFile, savedFileAt, writeWhole } from 'dintel/platform/node';
import { utf8 } from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'dintel-platform-'));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a whole file', () => {
  it('is there as it was before when its content fails on the way', async () => {
    const path = join(folder, 'file');
    await writeWhole(path, 'before');
    async function* broken() {
      yield utf8('half');
      throw new Error('the disk is gone');
    }
    await expect(writeWhole(path, broken())).rejects.toThrow('the disk is gone');
    expect(readdirSync(folder)).toEqual(['file']);
    expect(statSync(path).size).toBe(6);
    expect(modeOf(path)).toBe(0o600);
  });
});

describe('a journal in a folder', () => {
  it('keeps what was put for the next process, and only for its owner', async () => {
    const place = join(folder, 'deep/journal');
    const journal = new FolderJournal(place);
    expect([await journal.get('grants/1'), await journal.names('')]).toEqual([undefined, []]);
    await journal.put('grants/1', utf8('one'));
    await journal.put('grants/1', utf8('two'));
    await journal.put('people/2', utf8('three'));
    const again = new FolderJournal(place);
    expect(await again.get('grants/1')).toEqual(utf8('two'));
    expect([await again.names(''), await again.names('grants/')]).toEqual([['grants/1', 'people/2'], ['grants/1']]);
    expect([modeOf(place), modeOf(join(place, 'grants%1.entry'))]).toEqual([0o700, 0o600]);
    // What a crash leaves of a write that it cut short is no entry.
    writeFileSync(join(place, '.grants%9.entry.00.tmp'), 'half');
    expect(await again.names('')).toHaveLength(2);
    await again.delete('grants/1');
    await again.delete('grants/1');
    expect(await again.names('')).toEqual(['people/2']);
  });

  it('refuses names that would lie elsewhere', async () => {
    const journal = new FolderJournal(folder);
    for (const name of ['', 'Upper', 'a%b', 'a\\b', 'a\0', 'x'.repeat(201)]) {
      await expect(journal.put(name, utf8('1')), name).rejects.toMatchObject({ code: 'E_FIELD' });
    }
    await journal.put('../../up', utf8('stays'));
    expect(readdirSync(folder)).toEqual(['..%..%up.entry']);
  });
});

describe('a vault in a file', () => {
  it('opens with either scrypt, and is gone when erased', async () => {
    const path = join(folder, 'keys/vault');
    const password = 'a long password';
    const slots = [{ type: 'password', password }] as const;
    const made = await Vault.create({ store: new FileVaultStore(path), slots, stretch: nativeStretch });
    expect(modeOf(path)).toBe(0o600);
    for (const stretch of [nativeStretch, scryptStretch]) {
      const vault = await Vault.open({ store: new FileVaultStore(path), stretch });
      await vault.unlock({ type: 'password', password });
      expect(vault.keyring().verifying().publicKey.equals(made.keyring().verifying().publicKey)).toBe(true);
    }
    await (await Vault.open({ store: new FileVaultStore(path) })).erase();
    expect(readdirSync(join(folder, 'keys'))).toEqual([]);
  });

  it('lets one of many succeed, and is not held up by one that died', async () => {
    const path = join(folder, 'vault');
    const swaps = await Promise.all(
      Array.from({ length: 8 }, (_, i) => new FileVaultStore(path).swap(undefined, utf8(`${i}`))),
    );
    expect(swaps.filter(Boolean)).toHaveLength(1);
    const store = new FileVaultStore(path);
    const now = await store.read();
    expect(await store.swap(utf8('other'), utf8('x'))).toBe(false);
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 1, 1);
    expect(await store.swap(now, utf8('x'))).toBe(true);
    expect(await store.read()).toEqual(utf8('x'));
  });

  it('says by a code that the disk refuses', async () => {
    await expect(new FileVaultStore(folder).read()).rejects.toMatchObject({ code: 'E_STORE' });
    writeFileSync(join(folder, 'file'), '');
    const store = new FileVaultStore(join(folder, 'file/vault'));
    await expect(store.swap(undefined, utf8('x'))).rejects.toMatchObject({ code: 'E_STORE' });
  });
});

describe('an encrypted file on disk', () => {
  const enrico = new Enrico(SecretKey.random().publicKey);
  const sealed = () => enrico.encrypt([new Uint8Array(2_500_000).fill(7)], { name: 'film' });

  it('is the same file as in memory, now and when it is opened again', async () => {
    const bytes = new Uint8Array(await new Response(sealed()).arrayBuffer());
    const held = await openSealedFile(bytesRange(bytes));
    const path = join(folder, 'film.dintel');
    const saved = await savedFile(new Blob([bytes]).stream(), path);
    for (const file of [saved, await savedFileAt(path)]) {
      expect([file.indexId, file.size, file.chunkIds]).toEqual([held.indexId, held.size, held.chunkIds]);
      for (const [index] of held.chunkIds.entries()) {
        expect(await file.readChunk(index)).toEqual(await held.readChunk(index));
      }
    }
    expect((await heldFile(sealed())).chunkIds).toHaveLength(3);
  });

  it('is not there when its stream was cut short, and no file at all is said so', async () => {
    const path = join(folder, 'film.dintel');
    const cut = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        controller.error(new Error('cut'));
      },
    });
    await expect(savedFile(cut, path)).rejects.toThrow('cut');
    expect(readdirSync(folder)).toEqual([]);
    await expect(savedFileAt(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await writeWhole(path, 'something else');
    await expect(savedFileAt(path)).rejects.toMatchObject({ code: 'E_BRAND' });
  });
});
