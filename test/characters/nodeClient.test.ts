/** The client against servers that behave, dawdle, babble and break off. Real sockets. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkNodeUrl, NodeClient } from '../../lib/characters/nodeClient.ts';
import { encodeProblem, ProtocolError, problemOf } from '../../lib/protocol/index.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const id = 'ab'.repeat(32);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as ProtocolError).code,
  );

describe('NodeClient', () => {
  it('reads an answer of the table and sends what the table says', async () => {
    const seen: { method?: string | undefined; url?: string | undefined; type?: string | undefined; body: string }[] =
      [];
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], body });
        response.writeHead(request.method === 'PUT' ? 201 : 200, { 'content-type': 'application/json' });
        response.end(request.method === 'PUT' ? '' : '{"status":"ok"}');
      });
    });
    const client = new NodeClient({ url: `${url}/` });
    expect(await client.get('health')).toEqual({ status: 'ok' });
    expect(await client.putChunk(id, Uint8Array.of(1, 2, 3))).toBe(false);
    expect(seen).toEqual([
      { method: 'GET', url: '/healthz', type: undefined, body: '' },
      { method: 'PUT', url: `/v1/chunks/${id}`, type: 'application/octet-stream', body: '\u0001\u0002\u0003' },
    ]);
  });

  it('keeps a path of the base URL', async () => {
    const url = await serve((request, response) =>
      response.end(request.url === '/node/7/healthz' ? '{"status":"ok"}' : '{}'),
    );
    expect(await new NodeClient({ url: `${url}/node/7/` }).get('health')).toEqual({ status: 'ok' });
  });

  it('gives a refusal as its code, with its word and its clock', async () => {
    const problem = problemOf(new ProtocolError('E_CLOCK', { field: 'request.issuedAt', details: 'too early' }), 'r-1');
    const url = await serve((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/problem+json', date: 'Sat, 21 Nov 2026 00:00:00 GMT' });
      response.end(encodeProblem(problem));
    });
    const error = await new NodeClient({ url }).get('health').catch((reason: unknown) => reason as ProtocolError);
    expect(error).toMatchObject({
      code: 'E_CLOCK',
      field: 'request.issuedAt',
      data: { nodeTimeMs: Date.UTC(2026, 10, 21) },
    });
  });

  it('tells no connection, no answer, a stop, nonsense and a flood apart', async () => {
    const silent = await serve(() => undefined);
    const babble = await serve((_request, response) => response.end('<html>'));
    const flood = await serve((_request, response) => {
      const timer = setInterval(() => response.write(new Uint8Array(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const broken = await serve((request) => request.socket.destroy());
    const teapot = await serve((_request, response) => {
      response.writeHead(418);
      response.end('I am a teapot');
    });
    expect(await codeOf(new NodeClient({ url: 'http://127.0.0.1:9' }).get('health'))).toBe('NODE_UNREACHABLE');
    expect(await codeOf(new NodeClient({ url: broken }).get('health'))).toBe('NODE_UNREACHABLE');
    expect(await codeOf(new NodeClient({ url: silent, timeoutMs: 60 }).get('health'))).toBe('NODE_TIMEOUT');
    const stop = new AbortController();
    const stopped = codeOf(new NodeClient({ url: silent }).get('health', { signal: stop.signal }));
    stop.abort();
    expect(await stopped).toBe('ABORTED');
    expect(await codeOf(new NodeClient({ url: silent }).get('health', { signal: AbortSignal.abort() }))).toBe(
      'ABORTED',
    );
    expect(await codeOf(new NodeClient({ url: babble }).get('health'))).toBe('E_JSON');
    expect(await codeOf(new NodeClient({ url: flood }).get('health'))).toBe('NODE_REFUSED');
    expect(await codeOf(new NodeClient({ url: flood }).getChunk(id))).toBe('NODE_REFUSED');
    expect(await codeOf(new NodeClient({ url: teapot }).get('health'))).toBe('NODE_REFUSED');
  });

  it('a body that stops halfway ends at the deadline too', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '20' });
      response.write('{"stat');
    });
    expect(await codeOf(new NodeClient({ url, timeoutMs: 80 }).get('health'))).toBe('NODE_TIMEOUT');
  });

  it('follows no redirect: a node must not make us ask others', async () => {
    let asked = 0;
    const inner = await serve((_request, response) => {
      asked++;
      response.end('{"status":"ok"}');
    });
    const url = await serve((_request, response) => {
      response.writeHead(302, { location: `${inner}/healthz` });
      response.end();
    });
    expect(await codeOf(new NodeClient({ url }).get('health'))).toBe('NODE_UNREACHABLE');
    expect(asked).toBe(0);
  });

  it('knows held from missing, and asks for one range', async () => {
    const url = await serve((request, response) => {
      if (request.headers.range === 'bytes=2-4') {
        response.writeHead(206);
        return response.end('cde');
      }
      response.writeHead(request.url?.includes(id) ? 200 : 404);
      return response.end();
    });
    const client = new NodeClient({ url });
    expect(await client.hasChunk(id)).toBe(true);
    expect(await client.hasChunk('cd'.repeat(32))).toBe(false);
    expect(new TextDecoder().decode(await client.getChunk(id, { range: { offset: 2, length: 3 } }))).toBe('cde');
  });

  it('takes only plain URLs of nodes', () => {
    expect(checkNodeUrl('HTTP://Example.org:80/a/')).toBe('http://example.org/a');
    for (const bad of ['', 'example.org', 'ftp://a', 'http://u:p@a', 'http://a/?x', 'http://a/#x', 'javascript:1']) {
      expect(() => checkNodeUrl(bad)).toThrow(ProtocolError);
    }
  });
});
