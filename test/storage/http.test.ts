import { describe, expect, it } from 'vitest';
import { HttpStorage, placementOrder } from '../../lib/storage/http.ts';
import { MemoryStorage } from '../../lib/storage/memory.ts';
import { hashBlob } from '../../lib/storage/storage.ts';
import { fetchBlob } from '../../lib/storage/uris.ts';

/** Stores by host: each a map of blobs, or a mischief. */
function world(stores: Record<string, Map<string, Uint8Array> | 'down' | 'liar' | 'flood'>) {
  const asked: string[] = [];
  const fake = (async (input: string, init: RequestInit = {}) => {
    const url = new URL(input);
    asked.push(`${init.method} ${url.host}`);
    const store = stores[url.host];
    const id = url.pathname.split('/').at(-1) as string;
    if (store === undefined || store === 'down') throw new TypeError('fetch failed');
    if (store === 'liar') return new Response(new Uint8Array([6, 6, 6]), { status: 200 });
    if (store === 'flood') return new Response(new Uint8Array(3_000_000), { status: 200 });
    if (init.method === 'PUT') {
      store.set(id, init.body as Uint8Array);
      return new Response(null, { status: 201 });
    }
    const blob = store.get(id);
    if (!blob) return new Response(null, { status: 404 });
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init.headers).get('range') ?? '');
    const part = range ? blob.subarray(Number(range[1]), Number(range[2]) + 1) : blob;
    return new Response(init.method === 'HEAD' ? null : (part as Uint8Array<ArrayBuffer>), {
      status: range ? 206 : 200,
    });
  }) as typeof fetch;
  const uris = Object.keys(stores).map((host) => `http://${host}/v1/chunks/`);
  return { storage: new HttpStorage({ stores: uris, fetch: fake }), asked, fake, uris };
}

const blob = crypto.getRandomValues(new Uint8Array(1_000));
const id = await hashBlob(blob);
const has = () => new Map([[id, blob]]);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  );

describe('the memory store', () => {
  it('takes no bytes under another name, and hands out copies', async () => {
    const storage = new MemoryStorage();
    expect(await codeOf(storage.put('00'.repeat(32), blob))).toBe('STORAGE_CORRUPT');
    await storage.put(id, blob);
    (await storage.get(id)).fill(0);
    expect(await storage.get(id)).toEqual(blob);
    expect(await codeOf(storage.get(id, { range: { offset: 999, length: 2 } }))).toBe('E_NUMBER');
  });
});

describe('the HTTP store', () => {
  it('goes on to the next place when one is down, lies, floods or lacks it', async () => {
    for (const mischief of ['down', 'liar', 'flood', new Map()] as const) {
      const { storage } = world({ a: mischief as 'down', b: mischief as 'down', c: has() });
      expect(await storage.get(id)).toEqual(blob);
    }
  });

  it('says what was wrong when nobody has the right bytes', async () => {
    expect(await codeOf(world({ a: new Map(), b: new Map() }).storage.get(id))).toBe('STORAGE_NOT_FOUND');
    expect(await codeOf(world({ a: 'liar', b: 'liar' }).storage.get(id))).toBe('STORAGE_CORRUPT');
    expect(await codeOf(world({ a: 'flood' }).storage.get(id))).toBe('STORAGE_CORRUPT');
    expect(await codeOf(world({ a: 'down' }).storage.get(id))).toBe('NODE_UNREACHABLE');
    expect(await codeOf(world({}).storage.get(id))).toBe('STORAGE_NOT_FOUND');
  });

  it('asks a place that failed last', async () => {
    const { storage, asked, uris } = world({ a: 'down', b: has(), c: has() });
    const first = placementOrder(id, uris)[0] as string;
    await storage.get(id);
    asked.length = 0;
    await storage.get(id);
    expect(asked.length).toBe(1);
    expect(asked[0]).not.toBe('GET a');
    void first;
  });

  it('asks another beside one that keeps it waiting, and prefers the quick one from then on', async () => {
    const quick = has();
    const asked: string[] = [];
    const fake = (async (input: string, init: RequestInit) => {
      const host = new URL(input).host;
      asked.push(host);
      if (host === 'slow') {
        await new Promise((_, reject) =>
          init.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        );
      }
      return new Response(quick.get(id) as Uint8Array<ArrayBuffer>);
    }) as typeof fetch;
    const storage = new HttpStorage({ stores: ['http://slow/', 'http://b/'], hedgeMs: 30, fetch: fake });
    for (let i = 0; i < 3; i++) expect(await storage.get(id)).toEqual(blob);
    expect(asked.filter((host) => host === 'slow').length).toBeLessThanOrEqual(1);
    expect(asked.at(-1)).toBe('b');
  });

  it('stops when told to', async () => {
    expect(await codeOf(world({ a: has() }).storage.get(id, { signal: AbortSignal.abort() }))).toBe('ABORTED');
  });

  it('writer and reader agree on the places, and load spreads', () => {
    const stores = ['x/', 'y/', 'z/', 'v/', 'w/'];
    const counts = new Map<string, number>();
    for (let i = 0; i < 500; i++) {
      const order = placementOrder(`${i}`, stores);
      expect(order).toEqual(placementOrder(`${i}`, [...stores].reverse()));
      expect(
        placementOrder(
          `${i}`,
          stores.filter((s) => s !== 'v/'),
        ),
      ).toEqual(order.filter((s) => s !== 'v/'));
      counts.set(order[0] as string, (counts.get(order[0] as string) ?? 0) + 1);
    }
    for (const store of stores) expect(counts.get(store)).toBeGreaterThan(60);
  });
});

describe('fetchBlob', () => {
  it('takes stores and places of one blob, and refuses wrong bytes of both', async () => {
    const { fake } = world({ a: new Map(), b: has(), c: 'liar' });
    expect(await fetchBlob(id, ['http://a/v1/chunks/', 'http://b/v1/chunks/'], { fetch: fake })).toEqual(blob);
    expect(await fetchBlob(id, ['http://a/v1/chunks/', `http://b/v1/chunks/${id}`], { fetch: fake })).toEqual(blob);
    expect(await codeOf(fetchBlob(id, [`http://c/${id}`], { fetch: fake }))).toBe('STORAGE_CORRUPT');
    expect(await codeOf(fetchBlob(id, ['file:///etc/passwd'], { fetch: fake }))).toBe('STORAGE_NOT_FOUND');
  });
});
