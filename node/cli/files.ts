/**
 * Files of commands: streams in, streams out, in constant memory; what is written appears whole or not at all.
 * Owns: names, temporary files, hashing on the way. Owns not: encryption. `-` is standard input or output.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OperatorError, systemCode } from '../config/operatorError.ts';

const pieceBytes = 1_048_576;

export interface Input {
  readonly source: AsyncIterable<Uint8Array>;
  /** Undefined for a pipe. */
  readonly size: number | undefined;
  readonly name: string;
}

/** Errors: E_INPUT. */
export async function openInput(path: string): Promise<Input> {
  if (path === '-') return { source: process.stdin, size: undefined, name: '' };
  const info = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (info.isDirectory()) throw new OperatorError('E_INPUT', `${path} is a directory, expected a file`);
  const size = info.isFile() ? info.size : undefined;
  return { source: createReadStream(path, { highWaterMark: pieceBytes }), size, name: basename(path) };
}

/** Any place of a file, for those who read it in pieces. Close it when done. */
export interface OpenedRange {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Errors: E_INPUT. */
export async function openRange(path: string): Promise<OpenedRange> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const { size } = await file.stat();
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new OperatorError('E_INPUT', `${path} ends before byte ${offset + length}`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

export interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Write a stream to `path`: a neighbour with another name until it is whole, so that nobody takes half a file for one.
 * `mode` 0600 for what was secret. Errors: E_EXISTS unless `force`, E_STORAGE, those of the stream.
 */
export async function writeOutput(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  options: { force?: boolean | undefined; mode: number },
): Promise<Written> {
  if (path === '-') return writeStandardOutput(stream);
  await refuseExisting(path, options.force);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  const file = await open(temporary, 'wx', options.mode).catch((cause: unknown) => {
    throw new OperatorError('E_INPUT', `${path} cannot be written (${systemCode(cause) ?? 'unknown reason'})`, {
      cause,
    });
  });
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of stream) {
      hash.update(piece);
      bytes += piece.length;
      await writeAll(file, piece);
    }
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

/** Before any work: is the place free? Errors: E_EXISTS. */
export async function refuseExisting(path: string, force: boolean | undefined): Promise<void> {
  if (path === '-' || force === true) return;
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) {
    throw new OperatorError('E_EXISTS', `${path} exists already`, {
      cure: 'choose another name, or add --force',
      exitCause: 'usage',
    });
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
}

async function writeStandardOutput(stream: AsyncIterable<Uint8Array>): Promise<Written> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of stream) {
    hash.update(piece);
    bytes += piece.length;
    if (!process.stdout.write(piece)) await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
  }
  return { path: '-', bytes, sha256: hash.digest('hex') };
}

function unreadable(path: string, cause: unknown): OperatorError {
  const system = systemCode(cause);
  return new OperatorError(
    'E_INPUT',
    `${path} ${system === 'ENOENT' ? 'does not exist' : `cannot be read (${system ?? 'unknown reason'})`}`,
    {
      cause,
    },
  );
}
