import { randomBytes } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkIdOf } from '../../../lib/protocol/index.ts';
import { ask, call, type Reply, type Served, serve } from './harness.ts';

describe('chunks over HTTP', () => {
  let served: Served;
  const bytes = randomBytes(200_000);
  const id = chunkIdOf(bytes);
  const url = (of = id): string => `${served.server.url}/v1/chunks/${of}`;
  const put = (of: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Reply> =>
    ask(url(of), {
      method: 'PUT',
      body: body as BodyInit,
      headers: { 'content-type': 'application/octet-stream', ...headers },
    });
  const reserve = (chunks: readonly { id: string; size: number }[]): Promise<Reply> =>
    call(served, 'reservations', served.world.reservation(chunks));

  beforeAll(async () => {
    served = await serve();
  });
  afterAll(() => served.stop());

  it('takes nothing that was not reserved', async () => {
    expect((await put(id, bytes)).json).toMatchObject({ code: 'E_NOT_RESERVED' });
    expect((await ask(url())).json).toMatchObject({ code: 'E_CHUNK' });
  });

  it('takes a reserved chunk once, gives it back whole and in ranges', async () => {
    expect(await reserve([{ id, size: bytes.length }])).toMatchObject({
      status: 201,
      json: { reserved: 200_000, used: 200_000, budget: 3_000_000 },
    });
    expect((await put(id, bytes)).status).toBe(201);
    expect((await put(id, bytes)).status).toBe(200);
    const whole = await ask(url());
    expect(whole.status).toBe(200);
    expect(Buffer.from(whole.bytes).equals(bytes)).toBe(true);
    expect(whole.headers.get('etag')).toBe(`"${id}"`);
    expect(whole.headers.get('cache-control')).toContain('immutable');
    const head = await ask(url(), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '200000']);

    const range = (value: string) => ask(url(), { headers: { range: value } });
    for (const [value, first, last] of [
      ['bytes=0-0', 0, 0],
      ['bytes=100-199', 100, 199],
      ['bytes=199999-', 199_999, 199_999],
      ['bytes=-5', 199_995, 199_999],
      ['bytes=5-99999999', 5, 199_999],
    ] as const) {
      const part = await range(value);
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${first}-${last}/200000`);
      expect(Buffer.from(part.bytes).equals(bytes.subarray(first, last + 1))).toBe(true);
    }
    for (const value of [
      'bytes=200000-',
      'bytes=5-4',
      'bytes=0-1,3-4',
      'lines=1-2',
      'bytes=-',
      'bytes=-0',
      'bytes=a-b',
    ]) {
      expect((await range(value)).json).toMatchObject({ code: 'E_RANGE', status: 416 });
    }
    expect((await ask(url(), { headers: { 'if-none-match': `"${id}"` } })).status).toBe(304);
  });

  it('takes a chunk again whose file is gone or cut, whatever the index says', async () => {
    const lost = randomBytes(500);
    const lostId = chunkIdOf(lost);
    await reserve([{ id: lostId, size: 500 }]);
    expect((await put(lostId, lost)).status).toBe(201);
    await served.files.remove(lostId);
    expect((await put(lostId, randomBytes(500))).json).toMatchObject({ code: 'E_HASH' });
    expect((await put(lostId, lost)).status).toBe(201);
    await truncate(`${served.folder}/${lostId.slice(0, 2)}/${lostId}`, 100);
    expect((await put(lostId, lost)).status).toBe(201);
    expect(Buffer.from((await ask(url(lostId))).bytes).equals(lost)).toBe(true);
    expect((await put(lostId, lost)).status).toBe(200);
  });

  it('keeps nothing that does not hash to its id or is longer than reserved', async () => {
    const other = randomBytes(1_000);
    const otherId = chunkIdOf(other);
    await reserve([{ id: otherId, size: 1_000 }]);
    expect((await put(otherId, randomBytes(1_000))).json).toMatchObject({ code: 'E_HASH', status: 422 });
    expect((await put(otherId, randomBytes(1_001))).json).toMatchObject({ code: 'E_LENGTH' });
    expect((await put(otherId, other, { 'content-type': 'text/plain' })).json).toMatchObject({ code: 'E_MEDIA_TYPE' });
    expect((await put(otherId, randomBytes(1_048_593))).json).toMatchObject({ code: 'E_TOO_LARGE', status: 413 });
    expect((await ask(url(otherId))).json).toMatchObject({ code: 'E_CHUNK' });
    expect((await put(otherId, other)).status).toBe(201);
  });

  it('wants a length and a well-formed id', async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(10));
        controller.close();
      },
    });
    const reply = await ask(url(), {
      method: 'PUT',
      body: stream,
      headers: { 'content-type': 'application/octet-stream' },
      duplex: 'half',
    } as RequestInit);
    expect(reply.json).toMatchObject({ code: 'E_LENGTH' });
    for (const bad of ['0', 'A'.repeat(64), `0x${'0'.repeat(64)}`]) {
      expect((await ask(url(bad))).json).toMatchObject({ code: 'E_FIELD' });
    }
  });

  it('R52 a disk that refuses is E_STORAGE, and the chunk is not held', async () => {
    const own = await serve();
    const chunk = randomBytes(100);
    const chunkId = chunkIdOf(chunk);
    await call(own, 'reservations', own.world.reservation([{ id: chunkId, size: 100 }]));
    await own.files.remove(chunkId);
    // A file where the subfolder of this chunk has to be.
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${own.folder}/${chunkId.slice(0, 2)}`, '');
    const reply = await ask(`${own.server.url}/v1/chunks/${chunkId}`, {
      method: 'PUT',
      body: chunk,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(reply).toMatchObject({ status: 507, json: { code: 'E_STORAGE' } });
    expect(own.world.ports.chunks.chunk(chunkId)?.held).toBe(false);
    expect(reply.text).not.toContain(own.folder);
    await own.stop();
  });
});
