import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../lib/protocol/bytes.ts';
import {
  decryptStream,
  headerCapsule,
  type OpenedFile,
  openFile,
  openFileKey,
  readFileHeader,
} from '../../lib/protocol/fileDecrypt.ts';
import {
  encryptFile,
  encryptToStream,
  type FileBlob,
  sealFileKey,
  startFileWith,
} from '../../lib/protocol/fileEncrypt.ts';
import {
  chunksOf,
  encodeFileIndex,
  encodeMeta,
  type FileSuite,
  parseFileHeader,
  parseFileIndex,
  readMeta,
} from '../../lib/protocol/fileHeader.ts';
import { openRange, SeekableFile } from '../../lib/protocol/fileSeek.ts';
import { sha256 } from '../../lib/protocol/hash.ts';
import { toHex } from '../../lib/protocol/hex.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { codeOf, collect, flipped, pattern } from './errorCode.ts';

const MiB = 1_048_576;
const sealedChunk = MiB + 16;
const secretKey = SecretKey.random();
const delegatingKey = secretKey.publicKey;

/** The same bytes in pieces of other sizes. */
async function* inPieces(bytes: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function decrypt(sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const { header, rest } = await readFileHeader(sealed);
  return collect(decryptStream(await openFile(header, openFileKey(secretKey, header)), rest));
}

describe('a file', () => {
  const sizes = [0, 1, 15, 16, 17, MiB - 1, MiB, MiB + 1, 2 * MiB, 2 * MiB + 17];
  it.each(
    sizes.flatMap(
      (size) =>
        (size < 2 * MiB
          ? [
              [size, 2],
              [size, 1],
            ]
          : [[size, 2]]) as [number, FileSuite][],
    ),
  )('of %i bytes comes back in suite %i', async (size, suite) => {
    const plain = pattern(size);
    const options = { delegatingKey, name: 'a.bin', mediaType: 'x/y', size, suite };
    const sealed = await collect(encryptToStream(inPieces(plain, 65_536, 1, 300_001), options));
    const { header, rest } = await readFileHeader(inPieces(sealed, 100, 1, 70_000));
    expect(header.suite).toBe(suite);
    expect(sealed.length).toBe(header.bytes.length + size + 16 * chunksOf(size));
    const file = await openFile(header, openFileKey(secretKey, header));
    expect(file.meta).toEqual({ name: 'a.bin', mediaType: 'x/y', size });
    expect(equalBytes(await collect(decryptStream(file, rest)), plain)).toBe(true);
  });

  it('is made of blobs addressed by their hash, in order, the index last', async () => {
    const plain = pattern(2 * MiB + 5);
    const blobs: FileBlob[] = [];
    for await (const blob of encryptFile([plain], { delegatingKey })) blobs.push(blob);
    expect(blobs.map(({ kind }) => kind)).toEqual(['header', 'chunk', 'chunk', 'chunk', 'index']);
    for (const { id, bytes } of blobs) expect(id).toBe(toHex(sha256(bytes)));
    const chunks = blobs.slice(1, 4);
    expect(parseFileIndex((blobs[4] as FileBlob).bytes)).toEqual(chunks.map(({ id }) => id));
    expect(equalBytes(await decrypt(blobs.slice(0, 4).map(({ bytes }) => bytes)), plain)).toBe(true);
  });

  it('has a fresh key, salt and capsule each time', async () => {
    const twice = await Promise.all([0, 1].map(() => collect(encryptToStream([pattern(9)], { delegatingKey }))));
    expect(twice[0]?.slice(6, 60)).not.toEqual(twice[1]?.slice(6, 60));
    expect(twice[0]?.slice(-25)).not.toEqual(twice[1]?.slice(-25));
  });

  it('reads only a little ahead of who writes it away', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked += 1;
        yield new Uint8Array(MiB);
      }
    }
    const reader = encryptFile(endless(), { delegatingKey }).getReader();
    for (let i = 0; i < 4; i++) await reader.read();
    expect(asked).toBeLessThanOrEqual(3 + 6);
    await reader.cancel();
  });

  it('ends the source when the reader leaves, and stops when told', async () => {
    let ended = false;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(MiB)),
      cancel: () => {
        ended = true;
      },
    });
    const reader = encryptToStream(source, { delegatingKey }).getReader();
    await reader.read();
    await reader.read();
    await reader.cancel();
    expect(ended).toBe(true);
    const stop = new AbortController();
    stop.abort();
    expect(await codeOf(() => collect(encryptToStream([pattern(3)], { delegatingKey, signal: stop.signal })))).toBe(
      'ABORTED',
    );
  });

  it('stops while the source lets it wait', async () => {
    const stop = new AbortController();
    const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(pattern(3)) });
    const waiting = codeOf(() => collect(encryptToStream(silent, { delegatingKey, signal: stop.signal })));
    setTimeout(() => stop.abort(), 20);
    expect(await waiting).toBe('ABORTED');
  });

  it('seals each place once', async () => {
    const writer = await startFileWith(
      sealFileKey(delegatingKey),
      pattern(16),
      { name: '', mediaType: '', size: undefined },
      2,
    );
    const chunk = (index: number, last: boolean) => codeOf(() => writer.sealChunk({ index, last, bytes: pattern(4) }));
    expect(await chunk(1, false)).toBe('E_CHUNK_ORDER');
    expect(await chunk(0, false)).toBe('accepted');
    expect(await chunk(0, true)).toBe('E_CHUNK_ORDER');
    expect(await chunk(1, true)).toBe('accepted');
    expect(await chunk(2, true)).toBe('E_CHUNK_FINAL');
  });

  it('refuses a source that is not of the size given', async () => {
    for (const size of [0, 4, 6, MiB]) {
      expect(await codeOf(() => collect(encryptToStream([pattern(5)], { delegatingKey, size })))).toBe('E_LENGTH');
    }
    const size = 32_768 * MiB + 1;
    expect(await codeOf(() => collect(encryptToStream([pattern(5)], { delegatingKey, size })))).toBe('E_TOO_LARGE');
    expect(await codeOf(() => collect(encryptToStream(['text' as never], { delegatingKey })))).toBe('E_TYPE');
    const broken = new Error('disk');
    const failing = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(broken) });
    await expect(collect(encryptToStream(failing, { delegatingKey }))).rejects.toBe(broken);
  });

  it('refuses names that are paths', async () => {
    for (const name of ['a/b', '..', '.', 'a\\b', 'a\nb', 'a\u0000', '\u0085', 'x'.repeat(256), 'é'.repeat(128)]) {
      expect(await codeOf(() => encodeMeta({ name, mediaType: '', size: 1 })), JSON.stringify(name)).toMatch(
        /^E_(FIELD|LENGTH)$/,
      );
    }
    const longest = { name: 'é'.repeat(127), mediaType: 'x'.repeat(255), size: undefined };
    expect(readMeta(encodeMeta(longest))).toEqual(longest);
  });
});

describe('a small file', () => {
  const key = sealFileKey(delegatingKey);
  const plain = pattern(9);
  let sealed: Uint8Array;
  const open = async (bytes: Uint8Array): Promise<Uint8Array> => {
    const { header, rest } = await readFileHeader([bytes]);
    return collect(decryptStream(await openFile(header, key.fileKey), rest));
  };
  beforeAll(async () => {
    const writer = await startFileWith(key, pattern(16), { name: 'n', mediaType: 'm', size: 9 }, 2);
    sealed = concatBytes(writer.header.bytes, await writer.sealChunk({ index: 0, last: true, bytes: plain }));
  });

  it('opens for Alice and by its key', async () => {
    expect(await open(sealed)).toEqual(plain);
    expect(await decrypt([sealed])).toEqual(plain);
  });

  it('fails for every changed bit', async () => {
    const codes = new Set<string>();
    for (let bit = 0; bit < sealed.length * 8; bit++) codes.add(await codeOf(() => open(flipped(sealed, bit))));
    expect([...codes].sort()).toEqual(['E_BRAND', 'E_DECRYPT', 'E_FILE', 'E_LENGTH', 'E_VERSION']);
  });

  it('fails when cut anywhere and for anything behind its end', async () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(await codeOf(() => open(sealed.subarray(0, length)))).toMatch(/^E_(LENGTH|DECRYPT)$/);
    }
    expect(await codeOf(() => open(concatBytes(sealed, Uint8Array.of(0))))).toBe('E_DECRYPT');
  });

  it('fails with another key, and says of a key that it is too short', async () => {
    const { header } = await readFileHeader([sealed]);
    expect(await codeOf(() => openFile(header, pattern(32)))).toBe('E_DECRYPT');
    expect(await codeOf(() => openFile(header, pattern(31)))).toBe('E_LENGTH');
    expect(await codeOf(() => openFileKey(SecretKey.random(), header))).toBe('dem.auth');
    expect(await codeOf(() => headerCapsule(parseFileHeader(flipped(header.bytes, 8 * 119))))).toBe('capsule.verify');
  });

  it('answers any bytes with a typed error', async () => {
    const mutated = fc
      .tuple(fc.nat(sealed.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }))
      .map(([at, bytes]) => {
        const copy = Uint8Array.from(sealed);
        copy.set(bytes.subarray(0, sealed.length - at), at);
        return copy;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 600 })), async (bytes) => {
        const code = await codeOf(() => open(bytes));
        expect(code === 'accepted' ? equalBytes(bytes, sealed) : !code.startsWith('raw'), code).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });
});

describe('chunks', () => {
  let file: OpenedFile;
  const chunks: Uint8Array[] = [];
  const plain = pattern(3 * MiB);
  beforeAll(async () => {
    const key = sealFileKey(delegatingKey);
    const writer = await startFileWith(key, pattern(16), { name: '', mediaType: '', size: undefined }, 2);
    for (let i = 0; i < 3; i++) {
      chunks.push(await writer.sealChunk({ index: i, last: i === 2, bytes: plain.subarray(i * MiB, (i + 1) * MiB) }));
    }
    file = await openFile(writer.header, key.fileKey);
  });
  const outcome = (...indices: number[]): Promise<string> =>
    codeOf(() =>
      collect(
        decryptStream(
          file,
          indices.map((i) => chunks[i] as Uint8Array),
        ),
      ),
    );

  it('open in their order only', async () => {
    expect(await outcome(0, 1, 2)).toBe('accepted');
    expect(await outcome(1, 0, 2)).toBe('E_CHUNK_ORDER');
    expect(await outcome(1, 2)).toBe('E_CHUNK_ORDER');
    expect(await outcome(0, 2)).toBe('E_CHUNK_ORDER');
    expect(await outcome(0, 0, 1, 2)).toBe('E_CHUNK_ORDER');
    expect(await outcome(0, 1, 1, 2)).toBe('E_CHUNK_ORDER');
  });

  it('end where the last one is', async () => {
    expect(await outcome(0, 1)).toBe('E_CHUNK_FINAL');
    expect(await outcome(0)).toBe('E_CHUNK_FINAL');
    expect(await outcome(0, 1, 2, 2)).toBe('E_CHUNK_FINAL');
    expect(await outcome(0, 1, 2, 0)).toBe('E_CHUNK_FINAL');
    expect(await codeOf(() => collect(decryptStream(file, [...chunks, pattern(1)])))).toBe('E_CHUNK_FINAL');
    expect(await codeOf(() => collect(decryptStream(file, [])))).toBe('E_LENGTH');
  });

  it('have no empty last one behind others', async () => {
    expect(await codeOf(() => file.openChunk(3, true, new Uint8Array(16)))).toBe('E_CHUNK_FINAL');
    expect(await codeOf(() => file.openChunk(32_768, true, new Uint8Array(17)))).toBe('E_CHUNK_FINAL');
    expect(await codeOf(() => file.openChunk(0, false, new Uint8Array(17)))).toBe('E_LENGTH');
    expect(await codeOf(() => file.openChunk(0, true, new Uint8Array(sealedChunk + 1)))).toBe('E_LENGTH');
  });

  it('are released one by one, each after its tag', async () => {
    const bad = flipped(chunks[2] as Uint8Array, 12345);
    const reader = decryptStream(file, [chunks[0] as Uint8Array, chunks[1] as Uint8Array, bad]).getReader();
    expect(equalBytes((await reader.read()).value as Uint8Array, plain.subarray(0, MiB))).toBe(true);
    expect(equalBytes((await reader.read()).value as Uint8Array, plain.subarray(MiB, 2 * MiB))).toBe(true);
    expect(await codeOf(() => reader.read())).toBe('E_DECRYPT');
  });

  it('are fetched alone for a part of the file, after the end is proven', async () => {
    const asked: number[] = [];
    const seekable = await SeekableFile.open(file, 3, async (index) => {
      asked.push(index);
      return chunks[index] as Uint8Array;
    });
    expect(seekable.size).toBe(plain.length);
    expect(equalBytes(await seekable.read(MiB - 3, 7), plain.subarray(MiB - 3, MiB + 4))).toBe(true);
    expect(asked).toEqual([2, 0, 1]);
    expect((await seekable.read(plain.length - 2, 9)).length).toBe(2);
    expect((await seekable.read(plain.length + 5, 9)).length).toBe(0);
    expect(await codeOf(() => SeekableFile.open(file, 2, async (i) => chunks[i] as Uint8Array))).toBe('E_CHUNK_FINAL');
    expect(await codeOf(() => SeekableFile.open(file, 0, async (i) => chunks[i] as Uint8Array))).toBe('E_COUNT');
  });
});

describe('a part of a file', () => {
  let file: SeekableFile;
  let asked: number[] = [];
  const plain = pattern(4 * MiB + 100);
  const range = { size: 0, read: async (_at: number, _length: number): Promise<Uint8Array> => new Uint8Array(0) };
  beforeAll(async () => {
    const sealed = await collect(encryptToStream([plain], { delegatingKey, size: plain.length }));
    const { header } = await readFileHeader([sealed]);
    range.size = sealed.length;
    range.read = async (at, length) => {
      if (at > 0) asked.push(Math.floor((at - header.bytes.length) / sealedChunk));
      return sealed.slice(at, at + length);
    };
    file = await openRange(range, openFileKey(secretKey, header));
  });
  beforeEach(() => {
    asked = [];
  });

  it('is what Blob.slice gives', async () => {
    const place = fc.oneof(
      fc.integer({ min: -plain.length - 5, max: plain.length + 5 }),
      fc.constantFrom(0, 1, MiB - 1, MiB, MiB + 1, 4 * MiB, plain.length, -1, -100, -101, -MiB, Infinity, -Infinity),
    );
    await fc.assert(
      fc.asyncProperty(place, fc.option(place, { nil: undefined }), async (start, end) => {
        const part = await collect(end === undefined ? file.slice(start) : file.slice(start, end));
        expect(equalBytes(part, plain.slice(start, end))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is fetched alone, a few chunks ahead, and no more when the reader leaves', async () => {
    await collect(file.slice(MiB + 5, 2 * MiB));
    expect(asked).toEqual([1]);
    asked = [];
    const reader = file.slice(0).getReader();
    expect((await reader.read()).value?.length).toBe(MiB);
    await reader.cancel();
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(asked).toEqual([0, 1, 2].slice(0, asked.length));
  });

  it('cannot be changed by whoever reads it', async () => {
    for await (const bytes of file.slice(-50)) bytes.fill(0);
    expect(equalBytes(await collect(file.slice(-50)), plain.slice(-50))).toBe(true);
  });

  it('ends when told, and with the fault of a chunk', async () => {
    const stop = new AbortController();
    const reader = file.slice(0, undefined, stop.signal).getReader();
    await reader.read();
    stop.abort();
    const code = await codeOf(async () => {
      for (let i = 0; i < 5; i++) await reader.read();
    });
    expect(code).toBe('ABORTED');
    const { read } = range;
    range.read = async (at, length) => flipped(await read(at, length), 7);
    expect(await codeOf(() => collect(file.slice(2 * MiB, 3 * MiB)))).toBe('E_DECRYPT');
    range.read = read;
  });
});

describe('a file behind ranges', () => {
  it('reads anywhere', async () => {
    for (const size of [0, 10, MiB, MiB + 1]) {
      const plain = pattern(size);
      const sealed = await collect(encryptToStream([plain], { delegatingKey }));
      const range = { size: sealed.length, read: async (at: number, length: number) => sealed.slice(at, at + length) };
      const header = (await readFileHeader([sealed])).header;
      const file = await openRange(range, openFileKey(secretKey, header));
      expect(file.size).toBe(size);
      expect(equalBytes(await file.read(3, size), plain.subarray(3))).toBe(true);
      const cut = { ...range, size: range.size - 1 };
      expect(await codeOf(() => openRange(cut, openFileKey(secretKey, header)))).toMatch(/^E_/);
    }
  });
});

describe('the contents of a header', () => {
  it('tell a size that the chunks keep', async () => {
    const key = sealFileKey(delegatingKey);
    const liar = await startFileWith(key, pattern(16), { name: '', mediaType: '', size: undefined }, 2);
    const honest = await startFileWith(key, pattern(16), { name: '', mediaType: '', size: 4 }, 2);
    expect(liar.header.bytes.length).toBe(466);
    const file = await openFile(honest.header, key.fileKey);
    expect(await codeOf(() => honest.sealChunk({ index: 0, last: true, bytes: pattern(5) }))).toBe('E_LENGTH');
    expect(
      await codeOf(async () =>
        file.openChunk(0, true, await liar.sealChunk({ index: 0, last: true, bytes: pattern(5) })),
      ),
    ).toBe('E_DECRYPT');
  });

  it('are CBOR and then zeros', async () => {
    const good = encodeMeta({ name: 'n', mediaType: 'm', size: 1 });
    expect(good.length).toBe(256);
    expect(readMeta(concatBytes(good, new Uint8Array(256)))).toEqual({ name: 'n', mediaType: 'm', size: 1 });
    expect(await codeOf(() => readMeta(flipped(good, 8 * 200)))).toBe('E_LENGTH');
    expect(await codeOf(() => readMeta(new Uint8Array(256)))).toBe('E_FIELD');
  });
});

describe('an index', () => {
  it('comes back, and only in its one form', async () => {
    const ids = [toHex(pattern(32)), toHex(pattern(32, 8))];
    const bytes = encodeFileIndex(ids);
    expect(bytes.length).toBe(69);
    expect(parseFileIndex(bytes)).toEqual(ids);
    expect(await codeOf(() => encodeFileIndex([]))).toBe('E_COUNT');
    expect(await codeOf(() => parseFileIndex(bytes.subarray(0, 68)))).toBe('E_LENGTH');
    expect(await codeOf(() => parseFileIndex(bytes.subarray(0, 5)))).toBe('E_LENGTH');
    expect(await codeOf(() => parseFileIndex(concatBytes(bytes, Uint8Array.of(0))))).toBe('E_LENGTH');
    expect(await codeOf(() => parseFileIndex(flipped(bytes, 0)))).toBe('E_BRAND');
    expect(await codeOf(() => parseFileIndex(flipped(bytes, 33)))).toBe('E_VERSION');
  });
});
