/** JSON-RPC over HTTP: credentials travel in a header, and a connection that died idle is no failure. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpRpc } from 'dintel/chain';
import { expect, onTestFinished, test } from 'vitest';

async function serve(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('user and password of the URL go into the Authorization header', async () => {
  const seen: (string | undefined)[] = [];
  const port = await serve(
    createServer((request, response) => {
      seen.push(request.headers.authorization, request.url);
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: '0x1' }));
    }),
  );
  expect(await httpRpc(`http://user:p%40ss@127.0.0.1:${port}/v3/key`).request('eth_chainId', [])).toBe('0x1');
  expect(seen).toEqual([`Basic ${btoa('user:p@ss')}`, '/v3/key']);
});

test('a request on a connection that the server has just closed is sent again, once, unless it acts', async () => {
  let calls = 0;
  const port = await serve(
    createServer((request, response) => {
      calls += 1;
      if (calls % 2 === 1) request.socket.destroy();
      else response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: calls }));
    }),
  );
  const rpc = httpRpc(`http://127.0.0.1:${port}`);
  expect(await rpc.request('eth_blockNumber', [])).toBe(2);
  await expect(rpc.request('eth_sendTransaction', [])).rejects.toMatchObject({ code: 'chain.unreachable' });
  expect(calls).toBe(3);
});
