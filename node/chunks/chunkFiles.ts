/**
 * Chunk bytes as content-addressed files: `<folder>/ab/abcdef…`, the name being SHA-256 of the bytes in hex.
 * Owns: the order temporary file, fsync, rename, fsync of the folder; nothing is visible under its name unless it is
 * whole and durable. Owns not: who may store (the core), which chunks are promised (ChunkIndex), HTTP.
 * All I/O goes through the thread pool of Node; only hashing runs here (about 1 ms per MiB). Source: DESIGN section 8.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Why bytes were not kept: `hash` they are not those of the id, `size` more or fewer than promised, `storage` the disk refused. */
export class ChunkError extends Error {
  override readonly name = 'ChunkError';
  readonly code: 'hash' | 'size' | 'storage';

  constructor(code: 'hash' | 'size' | 'storage', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const idPattern = /^[0-9a-f]{64}$/;

/** A folder of chunks. */
export class ChunkFiles {
  readonly #folder: string;
  /** The last work on each id that is not done yet: work of one id is done in a row. */
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Open or make the folder (mode 0700) and remove what an earlier crash left half written. */
  static async open(folder: string): Promise<ChunkFiles> {
    const incoming = join(folder, 'incoming');
    await disk(mkdir(incoming, { recursive: true, mode: 0o700 }));
    for (const name of await disk(readdir(incoming))) await disk(rm(join(incoming, name), { force: true }));
    return new ChunkFiles(folder);
  }

  /**
   * Keep the bytes of `source` as `id` iff they are exactly `size` bytes with that hash. When it resolves they are
   * durable under their name. Throws ChunkError; what the source throws (a client that went away) passes through. In
   * every failing case no file stays. Writing an id that is there already is harmless: the same bytes replace themselves.
   * `kept` runs while the file cannot go again: what it says of the file is true when it is said.
   */
  async put(
    id: string,
    size: number,
    source: AsyncIterable<Uint8Array>,
    kept: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const path = this.#path(id);
    const temporary = join(this.#folder, 'incoming', randomUUID());
    const folder = join(this.#folder, id.slice(0, 2));
    let file: FileHandle | undefined;
    try {
      file = await disk(open(temporary, 'wx', 0o600));
      const hash = createHash('sha256');
      let written = 0;
      for await (const piece of source) {
        written += piece.length;
        if (written > size) throw new ChunkError('size', `more than the ${size} bytes promised`);
        hash.update(piece);
        await disk(writeAll(file, piece));
      }
      if (written < size) throw new ChunkError('size', `${written} bytes in place of the ${size} promised`);
      if (hash.digest('hex') !== id) throw new ChunkError('hash', 'the bytes do not hash to the id');
      await disk(file.sync());
      await disk(file.close());
      file = undefined;
      // Only here, with the bytes on the disk: a sender that takes its time makes nobody wait.
      await this.alone(id, async () => {
        // A new subfolder is itself an entry that must be durable before the chunk in it is.
        if ((await disk(mkdir(folder, { recursive: true, mode: 0o700 }))) !== undefined) await syncFolder(this.#folder);
        await disk(rename(temporary, path));
        await syncFolder(folder);
        await kept();
      });
    } catch (error) {
      await file?.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** Do the work while no other work on this id runs; for steps on file and row that belong together. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work, work);
    this.#turns.set(id, turn);
    const done = (): void => {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
    };
    turn.then(done, done);
    return turn;
  }

  /** Size in bytes of a kept chunk, or undefined. */
  async size(id: string): Promise<number | undefined> {
    const path = this.#path(id);
    try {
      return (await stat(path)).size;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw new ChunkError('storage', 'the chunk cannot be read', { cause: error });
    }
  }

  /** The bytes from `first` to `last`, both inclusive. The caller has asked `size` before; a vanished file is a stream error. */
  read(id: string, first: number, last: number): Readable {
    return createReadStream(this.#path(id), { start: first, end: last, highWaterMark: 256 * 1024 });
  }

  /** Forget a chunk; absent is fine. */
  async remove(id: string): Promise<void> {
    await disk(rm(this.#path(id), { force: true }));
  }

  #path(id: string): string {
    if (!idPattern.test(id)) throw new ChunkError('hash', 'an id is 64 lower-case hex digits');
    return join(this.#folder, id.slice(0, 2), id);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset);
    offset += bytesWritten;
  }
}

/** The entry that `rename` made is durable only once the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await disk(open(path, 'r'));
  try {
    await disk(folder.sync());
  } finally {
    await folder.close();
  }
}

/** ENOSPC, EIO, EDQUOT, EROFS and all else that a file system says: one code, the cause kept for the log. */
async function disk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ChunkError('storage', 'the disk refused', { cause: error });
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
