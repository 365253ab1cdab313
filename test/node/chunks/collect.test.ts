import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryChainView, type PolicyView } from '../../../lib/characters/ursula/index.ts';
import type { Hex } from '../../../lib/protocol/index.ts';
import { ChunkFiles } from '../../../node/chunks/chunkFiles.ts';
import { collectChunks } from '../../../node/chunks/collect.ts';
import { StoredChunks } from '../../../node/store/chunkIndex.ts';
import { Database } from '../../../node/store/database.ts';
import { GroupCommit } from '../../../node/store/groupCommit.ts';
import { randomWord } from '../../ursula/world.ts';

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('collectChunks', () => {
  let folder: string;
  let database: Database;
  let chunks: StoredChunks;
  let files: ChunkFiles;
  const view = new MemoryChainView();
  const now = 1_800_000_000;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dintel-collect-'));
    database = Database.open(join(folder, 'node.db'));
    chunks = new StoredChunks(database, new GroupCommit(database));
    files = await ChunkFiles.open(join(folder, 'chunks'));
    view.policies.clear();
    view.current = { number: 9n, hash: randomWord(), timestamp: now, seenAtMs: 0 };
  });
  afterEach(async () => {
    database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const policy = (change: Partial<PolicyView>): Hex => {
    const policyId = randomWord();
    view.policies.set(policyId, { policyId, expiresAt: now + 1, ...change } as PolicyView);
    return policyId;
  };
  const hold = async (...policies: Hex[]): Promise<string> => {
    const bytes = randomBytes(100);
    const id = createHash('sha256').update(bytes).digest('hex');
    for (const policyId of policies) await chunks.reserve(policyId, randomWord(), [{ id, size: 100 }], 1_000);
    await files.put(id, 100, pieces(bytes));
    await chunks.hold(id, 100);
    return id;
  };
  const read = async (id: string): Promise<Buffer> => Buffer.concat(await files.read(id, 0, 99).toArray());
  const collect = () => collectChunks({ chunks, files, policies: view, head: () => view.head() });

  it('removes what no living policy names, after a grace, and keeps the rest', async () => {
    const live = policy({});
    const expired = policy({ expiresAt: now - 600 });
    const justExpired = policy({ expiresAt: now - 599 });
    const revoked = policy({ expiresAt: now + 900, revokedAt: now - 600 });
    const gone = randomWord();
    const kept = [await hold(live), await hold(justExpired), await hold(live, expired)];
    const dropped = [await hold(expired), await hold(revoked, gone), await hold(gone)];
    expect(await collect()).toEqual({ policies: 3, chunks: 3 });
    for (const id of kept) expect([chunks.chunk(id)?.held, await files.size(id)]).toEqual([true, 100]);
    for (const id of dropped) expect([chunks.chunk(id), await files.size(id)]).toEqual([undefined, undefined]);
    expect(chunks.total()).toBe(300);
    expect(await collect()).toEqual({ policies: 0, chunks: 0 });
  });

  it('removes nothing without a view to trust', async () => {
    const id = await hold(randomWord());
    view.current = undefined;
    expect(await collect()).toEqual({ policies: 0, chunks: 0 });
    expect(chunks.chunk(id)?.held).toBe(true);
  });

  const collectWith = (remove: (id: string) => Promise<void>) => {
    const alone: ChunkFiles['alone'] = (id, work) => files.alone(id, work);
    return collectChunks({ chunks, files: { alone, remove }, policies: view, head: () => view.head() });
  };

  it('a chunk reserved again while its file goes is not held, and is taken anew', async () => {
    const id = await hold(randomWord());
    const live = policy({});
    await collectWith(async (name) => {
      await chunks.reserve(live, randomWord(), [{ id: name, size: 100 }], 1_000);
      await files.remove(name);
    });
    expect(chunks.chunk(id)).toEqual({ size: 100, held: false });
    expect(await files.size(id)).toBeUndefined();
  });

  it('a chunk reserved again before its turn stays', async () => {
    const [first, second] = [await hold(randomWord()), await hold(randomWord())].sort() as [string, string];
    const live = policy({});
    await collectWith(async (name) => {
      if (name === first) await chunks.reserve(live, randomWord(), [{ id: second, size: 100 }], 1_000);
      await files.remove(name);
    });
    expect(await files.size(first)).toBeUndefined();
    expect([chunks.chunk(second), await files.size(second)]).toEqual([{ size: 100, held: true }, 100]);
  });

  it('a chunk uploaded again while its file goes is not lost: what was acknowledged is there', async () => {
    const id = await hold(randomWord());
    const bytes = await read(id);
    const live = policy({});
    let upload: Promise<void> | undefined;
    await collectWith(async (name) => {
      await chunks.reserve(live, randomWord(), [{ id: name, size: 100 }], 1_000);
      upload = files.put(name, 100, pieces(bytes), () => chunks.hold(name, 100));
      // Time for the upload to end, if nothing holds it.
      await Promise.race([upload, new Promise((resolve) => setTimeout(resolve, 100))]);
      await files.remove(name);
    });
    await upload;
    expect(chunks.chunk(id)).toEqual({ size: 100, held: true });
    expect(await read(id)).toEqual(bytes);
  });

  it('of claimed sizes the largest counts until the bytes are there', async () => {
    const id = 'ab'.repeat(32);
    for (const size of [5, 100, 7]) await chunks.reserve(randomWord(), randomWord(), [{ id, size }], 1_000);
    expect(chunks.chunk(id)).toEqual({ size: 100, held: false });
  });
});
