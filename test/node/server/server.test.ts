import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeAnswer, encodeBody, pathOf } from '../../../lib/protocol/index.ts';
import { ask, call, post, raw, type Served, serve } from './harness.ts';

describe('the public listener', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve();
  });
  afterAll(() => served.stop());

  it('serves reencrypt over HTTP', async () => {
    const reply = await call(served, 'reencrypt', served.world.request());
    expect(reply.text).toContain('"results"');
    expect(reply.status).toBe(200);
    expect(decodeAnswer('reencrypt', reply.bytes).results).toHaveLength(1);
  });

  it('serves info, policy, health, ready, openapi and a page', async () => {
    const { url } = served.server;
    const info = await ask(`${url}/v1/info`);
    expect(decodeAnswer('info', info.bytes)).toMatchObject({ node: served.world.node, protocol: [1], keyNumber: 1 });
    const policy = await ask(url + pathOf('policy', { policyId: served.world.policyId }));
    expect(decodeAnswer('policy', policy.bytes)).toMatchObject({ state: 'servable', confirmations: 10 });
    expect((await ask(`${url}/healthz`)).json).toEqual({ status: 'ok' });
    expect((await ask(`${url}/readyz`)).json).toEqual({ status: 'ready' });
    expect((await ask(`${url}/v1/openapi.json`)).json).toMatchObject({ openapi: '3.1.0' });
    const page = await ask(url);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('She is serving.');
  });

  it('gives every answer a request id, and nothing of it is told twice', async () => {
    const ids = await Promise.all(
      ['/v1/info', '/nope', '/healthz'].map(async (path) =>
        (await ask(served.server.url + path)).headers.get('x-request-id'),
      ),
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('survives bytes that are not HTTP', async () => {
    const { text, closed } = await raw(served.server.port, 'hello\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(closed).toBe(true);
    expect((await ask(`${served.server.url}/healthz`)).status).toBe(200);
  });

  it('refuses a body that is too large and is still heard', async () => {
    const reply = await post(`${served.server.url}/v1/reencrypt`, new Uint8Array(65_537));
    expect(reply.status).toBe(413);
    expect(reply.json).toMatchObject({ code: 'E_TOO_LARGE', status: 413 });
  });

  it('takes JSON with charset utf-8', async () => {
    const body = encodeBody('reencrypt', served.world.request());
    const reply = await post(`${served.server.url}/v1/reencrypt`, body, {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(reply.status).toBe(200);
  });
});
