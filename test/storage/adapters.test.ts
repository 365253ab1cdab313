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

describe.each<[string, BlobServer, (options?: RequestOptions) => Storage]>([
  ['nodes', node, http],
  ['a Kubo node', ipfs, kubo],
  ['an S3 bucket', s3, bucket],
])('%s that will not take a blob', (_name, server, make) => {
  const refused = async (storage: Storage) =>
    storage.put(id, blob).then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each([
    [401, 'forbidden'],
    [402, 'full'],
    [403, 'forbidden'],
    [405, 'readOnly'],
    [413, 'tooLarge'],
    [422, 'other'],
    [507, 'full'],
  ])('says so at once: %i, %s', async (status, reason) => {
    server.faults = status;
    const error = await refused(make());
    expect(error).toMatchObject({ code: 'STORAGE_REFUSED', retryable: false, data: { reason, status } });
    expect((error as Error).message).toContain(`${new URL(server.origin).host} answered ${status}`);
    expect(server.asked.length).toBe(1);
  });

  it('is asked again when it is only busy, and that is another error; so is silence', async () => {
    server.faults = ['busy', 'busy'];
    await make().put(id, blob);
    expect(server.asked.filter((one) => /PUT|POST/.test(one))).toHaveLength(3);
    server.faults = 'busy';
    expect(await refused(make({ ...quick, retries: 1 }))).toMatchObject({ code: 'NODE_REFUSED', retryable: true });
    server.faults = 'down';
    expect(await refused(make({ ...quick, retries: 0 }))).toMatchObject({ code: 'NODE_UNREACHABLE' });
  });
});

describe('a Kubo node', () => {
  it.each([
    ['maximum storage limit exceeded: Maximum storage limit is 10G', 'full'],
    ['write /data/ipfs/blocks: no space left on device', 'full'],
    ['produced block is over 1MiB: big blocks can not be exchanged', 'tooLarge'],
    ['open /data/ipfs/blocks: read-only file system', 'readOnly'],
  ])('says in words why it refuses: %s', async (words, reason) => {
    ipfs.faults = { status: 500, words: JSON.stringify({ Message: words, Code: 0, Type: 'error' }) };
    const put = kubo().put(id, blob);
    await expect(put).rejects.toMatchObject({ code: 'STORAGE_REFUSED', data: { reason, status: 500 } });
    expect(ipfs.asked.length).toBe(1);
    ipfs.asked.length = 0;
    ipfs.faults = { status: 500, words: `${words}${' and more'.repeat(2_000)}` };
    await expect(kubo().put(id, blob)).rejects.toMatchObject({ code: 'NODE_REFUSED', retryable: true });
  });
});

describe('memory', () => {
  it('takes no more than it was made for', async () => {
    const storage = new MemoryStorage({ maxBytes: blob.length });
    await Promise.all([storage.put(id, blob), storage.put(id, blob)]);
    const other = pattern(1);
    const put = storage.put(await hashBlob(other), other);
    await expect(put).rejects.toMatchObject({ code: 'STORAGE_REFUSED', data: { reason: 'full' } });
    expect(storage.size).toBe(1);
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

  it('tell why none takes it, and that none is for writing', async () => {
    ipfs.faults = 507;
    s3.faults = 403;
    const put = places().put(id, blob);
    await expect(put).rejects.toMatchObject({
      code: 'STORAGE_REFUSED',
      data: { reason: 'forbidden', places: [{ place: 'a bucket', code: 'STORAGE_REFUSED' }] },
    });
    const both = new PlacesStorage([
      ['a Kubo node', kubo()],
      ['a bucket', bucket()],
    ]).put(id, blob);
    const details = expect.stringContaining('no room left');
    await expect(both).rejects.toMatchObject({ code: 'STORAGE_REFUSED', data: { places: [{ details }, {}] } });
    const readers = new PlacesStorage([['a folder', plain()]]).put(id, blob);
    await expect(readers).rejects.toMatchObject({ code: 'STORAGE_REFUSED', data: { reason: 'readOnly' } });
  });
});

describe('an S3 bucket', () => {
  it('is asked only for what was signed', async () => {
    const swapped = new S3Storage({ ...quick, presign: ({ id: named }) => presign(s3.origin, 'GET', named) });
    expect(await codeOf(() => swapped.put(id, blob))).toBe('STORAGE_REFUSED');
    expect(s3.blobs.size).toBe(0);
  });

  it('leaves the signer to say no', async () => {
    const no = new Error('not signed in');
    const storage = new S3Storage({ presign: () => Promise.reject(no) });
    await expect(storage.get(id)).rejects.toBe(no);
  });
});
