import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChunkFiles } from '../../../node/chunks/chunkFiles.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('ChunkFiles', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dintel-chunks-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const leftovers = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);

  it('keeps bytes under their hash and reads any range of them', async () => {
    const files = await ChunkFiles.open(folder);
    const bytes = randomBytes(300_000);
    const id = sha256(bytes);
    expect(await files.size(id)).toBeUndefined();
    await files.put(id, bytes.length, pieces(bytes, 65_536));
    await files.put(id, bytes.length, pieces(bytes, 1_000));
    expect(await files.size(id)).toBe(300_000);
    expect(await buffer(files.read(id, 0, 299_999))).toEqual(bytes);
    expect(await buffer(files.read(id, 299_998, 299_999))).toEqual(bytes.subarray(299_998));
    expect(await leftovers()).toEqual([id]);
    await files.remove(id);
    await files.remove(id);
    expect(await files.size(id)).toBeUndefined();
  });

  it('keeps nothing of bytes that are too few, too many or others', async () => {
    const files = await ChunkFiles.open(folder);
    const bytes = randomBytes(1_000);
    await expect(files.put(sha256(bytes), 1_001, pieces(bytes, 100))).rejects.toMatchObject({ code: 'size' });
    await expect(files.put(sha256(bytes), 999, pieces(bytes, 100))).rejects.toMatchObject({ code: 'size' });
    await expect(files.put(sha256(randomBytes(1)), 1_000, pieces(bytes, 100))).rejects.toMatchObject({ code: 'hash' });
    expect(await leftovers()).toEqual([]);
  });

  it('keeps nothing when the sender goes away, and passes its error on', async () => {
    const files = await ChunkFiles.open(folder);
    const bytes = randomBytes(1_000);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 500);
      throw new Error('gone');
    }
    await expect(files.put(sha256(bytes), 1_000, broken())).rejects.toThrow('gone');
    expect(await leftovers()).toEqual([]);
  });

  it('a disk that refuses is `storage`, not a raw error', async () => {
    const files = await ChunkFiles.open(folder);
    const bytes = randomBytes(10);
    const id = sha256(bytes);
    await writeFile(join(folder, id.slice(0, 2)), 'a file where the subfolder should be');
    await expect(files.put(id, 10, pieces(bytes, 10))).rejects.toMatchObject({ name: 'ChunkError', code: 'storage' });
  });

  it('removes at start what a crash left half written, and never follows a name that is not an id', async () => {
    await ChunkFiles.open(folder);
    await writeFile(join(folder, 'incoming', 'half'), 'half');
    const files = await ChunkFiles.open(folder);
    expect(await leftovers()).toEqual([]);
    await expect(files.size('../../etc/passwd')).rejects.toMatchObject({ code: 'hash' });
  });
});
