/** Every adapter over one suite, against real HTTP servers that play the other side, and against servers that misbehave. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { chunkStoreOf, HttpStorage } from '../../lib/storage/http.ts';
import { GatewayStorage, KuboStorage } from '../../lib/storage/ipfs.ts';
import { MemoryStorage } from '../../lib/storage/memory.ts';
import { PlacesStorage } from '../../lib/storage/places.ts';
import { PlainStorage } from '../../lib/storage/plain.ts';
import type { RequestOptions } from '../../lib/storage/requests.ts';
import { S3Storage } from '../../lib/storage/s3.ts';
import { hashBlob, type ReadableStorage, type Storage } from '../../lib/storage/storage.ts';
import { codeOf, pattern } from '../protocol/errorCode.ts';
import { conformance } from './conformance.ts';
import { type BlobServer, cidOfBytes, ipfsServer, nodeServer, presign, s3Server } from './servers.ts';

const node = await nodeServer();
const other = await nodeServer();
const ipfs = await ipfsServer();
const s3 = await s3Server();
const servers = [node, other, ipfs, s3];
afterAll(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  for (const server of servers) {
    server.faults = [];
    server.asked.length = 0;
    server.received.bytes = 0;
    server.blobs.clear();
  }
});

const quick: RequestOptions = { backoffMs: 5, timeoutMs: 2_000 };
const http = (options = quick) => new HttpStorage({ ...options, stores: [chunkStoreOf(node.origin)] });
const kubo = (options = quick) => new KuboStorage({ ...options, rpc: ipfs.origin });
const bucket = (options = quick) =>
  new S3Storage({ ...options, presign: ({ method, id }) => presign(s3.origin, method, id) });
const plain = (options = quick) => new PlainStorage({ ...options, url: chunkStoreOf(node.origin) });
const gateway = (options = quick) => new GatewayStorage({ ...options, gateway: `${ipfs.origin}/` });

/** To write by one way and read by another. */
const joined = (write: Storage, read: ReadableStorage): Storage => ({
  get: (id, options) => read.get(id, options),
  has: (id, options) => read.has(id, options),
  put: (id, bytes, options) => write.put(id, bytes, options),
});

describe.each<[string, () => Storage]>([
  ['memory', () => new MemoryStorage()],
  ['nodes', () => http()],
  ['a folder of a web server', () => joined(http(), plain())],
  ['a Kubo node', () => kubo()],
  ['an IPFS gateway', () => joined(kubo(), gateway())],
  ['an S3 bucket', () => bucket()],
  [
    'several places',
    () =>
      new PlacesStorage([
        ['plain', plain()],
        ['kubo', kubo()],
        ['s3', bucket()],
      ]),
  ],
])('%s', (_name, make) => {
  it.each(Object.entries(conformance))('%s', async (_act, holds) => {
    await holds(make());
  });
});

const blob = pattern(5_000);
const id = await hashBlob(blob);

/** What each server knows the blob by. */
function fill(server: BlobServer): void {
  server.blobs.set(server === ipfs ? cidOfBytes(blob) : id, blob);
}

describe.each<[string, BlobServer, (options?: RequestOptions) => ReadableStorage]>([
  ['nodes', node, http],
  ['a folder of a web server', node, plain],
  ['a Kubo node', ipfs, kubo],
  ['an IPFS gateway', ipfs, gateway],
  ['an S3 bucket', s3, bucket],
])('%s that misbehaves', (_name, server, make) => {
  it('is asked again while the fault may pass', async () => {
    fill(server);
    server.faults = ['busy', 'down'];
    expect(await make().get(id)).toEqual(blob);
    expect(server.asked.length).toBe(3);
  });

  it('is asked again when the connection ends within the blob', async () => {
    fill(server);
    server.faults = ['cut'];
    expect(await make().get(id)).toEqual(blob);
  });

  it('is given up after the last try', async () => {
    server.faults = 'down';
    expect(await codeOf(() => make().get(id))).toBe('NODE_UNREACHABLE');
    expect(server.asked.length).toBe(3);
    server.faults = 'busy';
    server.asked.length = 0;
    expect(await codeOf(() => make({ ...quick, retries: 0 }).get(id))).toBe('NODE_REFUSED');
    expect(server.asked.length).toBe(1);
  });

  it('is not asked again after an answer that stays so', async () => {
    fill(server);
    for (const [fault, code] of [
      ['refuse', 'NODE_REFUSED'],
      ['lie', 'STORAGE_CORRUPT'],
      ['flood', 'STORAGE_CORRUPT'],
    ] as const) {
      server.faults = fault;
      server.asked.length = 0;
      expect(await codeOf(() => make().get(id)), fault).toBe(code);
      expect(server.asked.length, fault).toBe(1);
    }
    server.faults = [];
    server.blobs.clear();
    server.asked.length = 0;
    expect(await codeOf(() => make().get(id))).toBe('STORAGE_NOT_FOUND');
    expect(server.asked.length).toBe(1);
  });

  it('is not followed to another address', async () => {
    fill(server);
    server.faults = 'redirect';
    expect(await codeOf(() => make({ ...quick, retries: 0 }).get(id))).toBe('NODE_UNREACHABLE');
    expect(server.asked.length).toBe(1);
  });

  it('is not waited for without end', async () => {
    server.faults = 'hang';
    expect(await codeOf(() => make({ ...quick, timeoutMs: 40, retries: 0 }).get(id))).toBe('NODE_TIMEOUT');
  });

  it('is left at once when told to stop, also between tries', async () => {
    for (const fault of ['hang', 'busy'] as const) {
      server.faults = fault;
      const stop = new AbortController();
      const waiting = codeOf(() => make({ backoffMs: 60_000, retries: 9 }).get(id, { signal: stop.signal }));
      setTimeout(() => stop.abort(), 30);
      expect(await waiting, fault).toBe('ABORTED');
    }
  });

  it('is named in errors by its host, never by an address that may hold a secret', async () => {
    for (const fault of ['refuse', 'flood', 'down'] as const) {
      server.faults = fault;
      const error = (await make({ ...quick, retries: 0 })
        .get(id)
        .catch((thrown: unknown) => thrown)) as Error;
      expect(error.message).toContain(new URL(server.origin).host);
      expect(JSON.stringify([error.message, error])).not.toMatch(/Signature|\/bucket\/|\/ipfs\//);
    }
  });
});

describe('several places', () => {
  const places = () =>
    new PlacesStorage([
      ['a folder', plain({ retries: 0 })],
      ['a gateway', gateway({ retries: 0 })],
      ['a bucket', bucket({ retries: 0 })],
    ]);

  it('are asked in their order until one has the right bytes', async () => {
    fill(s3);
    node.faults = 'lie';
    ipfs.faults = 'down';
    expect(await places().get(id)).toEqual(blob);
    expect([node.asked.length, ipfs.asked.length, s3.asked.length]).toEqual([1, 1, 1]);
    expect(await places().has(id)).toBe(true);
  });

  it('keep the reason of each when none helps', async () => {
    node.faults = 'lie';
    ipfs.faults = 'refuse';
    const error = await places()
      .get(id)
      .catch((thrown: unknown) => thrown as { code: string; data: unknown; message: string });
    expect(error).toMatchObject({
      code: 'NODE_REFUSED',
      data: {
        places: [
          { place: 'a folder', code: 'STORAGE_CORRUPT' },
          { place: 'a gateway', code: 'NODE_REFUSED' },
          { place: 'a bucket', code: 'STORAGE_NOT_FOUND' },
        ],
      },
    });
    node.faults = ipfs.faults = [];
    expect(await codeOf(() => places().get(id))).toBe('STORAGE_NOT_FOUND');
    node.faults = ipfs.faults = s3.faults = 'down';
    expect(await codeOf(() => places().has(id))).toBe('NODE_UNREACHABLE');
    expect(await codeOf(() => new PlacesStorage([]).get(id))).toBe('STORAGE_NOT_FOUND');
  });

  it('take a blob at the first that is for writing and will', async () => {
    ipfs.faults = 'refuse';
    await new PlacesStorage([
      ['a folder', plain()],
      ['a Kubo node', kubo()],
      ['a bucket', bucket()],
    ]).put(id, blob);
    expect([node.asked.length, ipfs.asked.length, s3.blobs.size]).toEqual([0, 1, 1]);
  });
});

describe('an S3 bucket', () => {
  it('is asked only for what was signed', async () => {
    const swapped = new S3Storage({ ...quick, presign: ({ id: named }) => presign(s3.origin, 'GET', named) });
    expect(await codeOf(() => swapped.put(id, blob))).toBe('NODE_REFUSED');
    expect(s3.blobs.size).toBe(0);
  });

  it('leaves the signer to say no', async () => {
    const no = new Error('not signed in');
    const storage = new S3Storage({ presign: () => Promise.reject(no) });
    await expect(storage.get(id)).rejects.toBe(no);
  });
});
