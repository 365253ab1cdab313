/** A JSON-RPC endpoint that says what a test wants. Not a test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRpc {
  readonly url: string;
  readonly asked: string[];
  close(): void;
}

/** `answers` by method; a function gets the parameters. Anything else is "method not found". */
export async function fakeRpc(answers: Record<string, unknown>): Promise<FakeRpc> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: unknown[] };
      asked.push(method);
      const answer = answers[method];
      const result = typeof answer === 'function' ? answer(params) : answer;
      const error = { code: -32_601, message: 'method not found' };
      response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
