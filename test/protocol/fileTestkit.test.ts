/** The testkit of the file format (test/vectors/files, docs/FILE-FORMAT.md) on every path that reads files. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptStream, openFile, openFileKey, readFileHeader } from '../../lib/protocol/fileDecrypt.ts';
import type { FileHeader } from '../../lib/protocol/fileHeader.ts';
import { openRange, readHeaderAt } from '../../lib/protocol/fileSeek.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { codeOf } from './errorCode.ts';
import { readTestkit, type TestkitVector } from './fileTestkit.ts';

const vectors = readTestkit();
const sha256 = (parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const keyOf = ({ fileKey, secretKey }: TestkitVector, header: FileHeader): Uint8Array =>
  fileKey ?? openFileKey(SecretKey.fromBytes(secretKey as Uint8Array), header);

/** What a reader of the stream finds. */
async function byStream(vector: TestkitVector, pieces: Iterable<Uint8Array>) {
  const released: Uint8Array[] = [];
  let step = 'header';
  let meta: TestkitVector['meta'];
  const code = await codeOf(async () => {
    const { header, rest } = await readFileHeader(pieces);
    step = 'key';
    const file = await openFile(header, keyOf(vector, header));
    step = 'payload';
    meta = file.meta;
    for await (const bytes of decryptStream(file, rest)) released.push(bytes);
  });
  return { code, step, meta, released };
}

/** What a reader of ranges finds, who asks for all of it. */
async function byRange(vector: TestkitVector) {
  const { file } = vector;
  let beyond = false;
  const range = {
    size: file.length,
    read: async (at: number, length: number) => {
      beyond ||= at + length > file.length;
      return file.slice(at, at + length);
    },
  };
  let released: Uint8Array = new Uint8Array(0);
  const code = await codeOf(async () => {
    const opened = await openRange(range, keyOf(vector, await readHeaderAt(range)));
    released = await opened.read(0, opened.size);
  });
  return { code, released, beyond };
}

describe('the testkit', () => {
  it('has what it promises', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(150);
    expect(vectors.filter((vector) => vector.expect !== 'success').length).toBeGreaterThan(vectors.length / 2);
    for (const vector of vectors) {
      expect(vector.name.startsWith(vector.expect.split(' ')[0] as string), vector.name).toBe(true);
      expect(vector.error === undefined, vector.name).toBe(vector.expect === 'success');
      expect([vector.fileKey, vector.secretKey].filter((key) => key?.length === 32).length, vector.name).toBe(1);
    }
  });
});

describe.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
  it('as a stream', async () => {
    const { file } = vector;
    const found = await byStream(vector, inPieces(file, file.length > 5_000 ? 700_001 : 97));
    expect(found.code).toBe(vector.error ?? 'accepted');
    if (vector.meta !== undefined) {
      expect(found.meta).toEqual(vector.meta);
      expect(found.released.reduce((sum, part) => sum + part.length, 0)).toBe(vector.released);
      expect(sha256(found.released)).toBe(vector.payload);
    } else {
      expect(found.released).toEqual([]);
      expect(found.step).not.toBe('payload');
    }
    if (vector.expect === 'key failure') expect(found.step).toBe('key');
  });

  it('by ranges', async () => {
    const found = await byRange(vector);
    expect(found.code).toBe(vector.rangeError ?? 'accepted');
    expect(found.beyond).toBe(false);
    expect(found.released.length).toBe(vector.expect === 'success' ? vector.released : 0);
    if (vector.expect === 'success') expect(sha256([found.released])).toBe(vector.payload);
  });
});
