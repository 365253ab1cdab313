/** Uploads that are interrupted go on where they ended: a server counts the bytes that it is sent. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { blobRange, openSealedFile, type SealedFile } from '../../lib/characters/sealedFile.ts';
import { openFileKey } from '../../lib/protocol/fileDecrypt.ts';
import { encryptFile, encryptToStream } from '../../lib/protocol/fileEncrypt.ts';
import { SeekableFile } from '../../lib/protocol/fileSeek.ts';
import { openFile } from '../../lib/protocol/index.ts';
import { chunkStoreOf, HttpStorage } from '../../lib/storage/http.ts';
import { MemoryStorage } from '../../lib/storage/memory.ts';
import { type UploadBlob, uploadBlobs } from '../../lib/storage/upload.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { codeOf, collect, pattern } from '../protocol/errorCode.ts';
import { nodeServer } from './servers.ts';

const MiB = 1_048_576;
const server = await nodeServer();
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.faults = [];
  server.blobs.clear();
  server.received.bytes = 0;
  server.asked.length = 0;
});

const secretKey = SecretKey.random();
const plain = pattern(6 * MiB + 12_345);
const sealedBytes = await collect(encryptToStream([plain], { delegatingKey: secretKey.publicKey, size: plain.length }));
const sealed: SealedFile = await openSealedFile(blobRange(new Blob([sealedBytes as Uint8Array<ArrayBuffer>])));
const stored = sealedBytes.length + sealed.indexBytes.length;

function blobsOf(file: SealedFile): UploadBlob[] {
  return [
    { id: file.header.id, bytes: file.header.bytes },
    ...file.chunkIds.map((id, index): UploadBlob => ({ id, bytes: (signal) => file.readChunk(index, signal) })),
    { id: file.indexId, bytes: file.indexBytes },
  ];
}
const upload = (retries: number, more: { signal?: AbortSignal; onProgress?: () => void } = {}) =>
  uploadBlobs({
    storage: new HttpStorage({ stores: [chunkStoreOf(server.origin)], retries, backoffMs: 5 }),
    blobs: blobsOf(sealed),
    width: 2,
    ...more,
  });

describe('an upload', () => {
  it('goes on where the server broke off, and sends nothing twice but the pieces that broke', async () => {
    let interruptions = 0;
    // Some requests of each attempt pass, then the connection ends within a body.
    for (const passing of [5, 6, 7]) {
      server.faults = [
        ...Array.from({ length: passing }, () => undefined as never),
        'cut',
        'down',
        'down',
        'down',
        'down',
      ];
      const code = await codeOf(() => upload(0));
      if (code === 'accepted') break;
      expect(code).toBe('NODE_UNREACHABLE');
      interruptions += 1;
    }
    expect(interruptions).toBeGreaterThanOrEqual(2);
    server.faults = [];
    const held = [...server.blobs.values()].reduce((sum, blob) => sum + blob.length, 0);
    const before = server.received.bytes;
    expect(held).toBeGreaterThan(0);
    const done = await upload(0);
    expect(done.blobs).toBe(sealed.chunkIds.length + 2);
    expect(done.present).toBeGreaterThan(0);
    expect(done.sentBytes).toBe(stored - held);
    expect(server.received.bytes - before).toBe(stored - held);
    // In all: the file, and at most two pieces under way for each interruption.
    expect(server.received.bytes).toBeLessThanOrEqual(stored + interruptions * 2 * (MiB + 16));

    const file = await openFile(sealed.header, openFileKey(secretKey, sealed.header));
    const seekable = await SeekableFile.open(
      file,
      sealed.chunkIds.length,
      async (index) => server.blobs.get((sealed.chunkIds[index] as string).slice(2)) as Uint8Array,
    );
    expect(Buffer.from(await seekable.read(0, plain.length)).equals(plain)).toBe(true);
  });

  it('passes over faults by itself', async () => {
    server.faults = ['down', 'busy', undefined as never, 'cut', undefined as never, 'busy'];
    expect((await upload(3)).sentBytes).toBe(stored);
    expect(server.blobs.size).toBe(sealed.chunkIds.length + 2);
  });

  it('sends nothing of what is there', async () => {
    await upload(0);
    server.received.bytes = 0;
    expect(await upload(0)).toEqual({
      blobs: sealed.chunkIds.length + 2,
      sentBytes: 0,
      present: sealed.chunkIds.length + 2,
    });
    expect(server.received.bytes).toBe(0);
  });

  it('stops when told, and can go on', async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    expect(await codeOf(() => upload(0, { signal: stop.signal, onProgress }))).toBe('ABORTED');
    const done = await upload(0);
    expect(done.present).toBeGreaterThan(0);
    expect(done.sentBytes).toBeLessThan(stored);
    expect(server.blobs.size).toBe(sealed.chunkIds.length + 2);
  });

  it('takes what encryptFile makes', async () => {
    const storage = new MemoryStorage();
    const blobs = encryptFile([plain.subarray(0, MiB + 1)], { delegatingKey: secretKey.publicKey });
    const done = await uploadBlobs({ storage, blobs });
    expect([done.blobs, storage.size]).toEqual([4, 4]);
  });
});
