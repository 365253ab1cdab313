/**
 * The second listener, loopback only: `/metrics` for Prometheus. Owns: that nothing of it is reachable from outside.
 * Source: protocol.md section 7; reliability.md T-R14.
 */
import { createServer } from 'node:http';
import type { Metrics } from './metrics.ts';

/** Listen on 127.0.0.1. `port` 0 = any free one. Rejects with the system's error. */
export async function startMetricsServer(
  metrics: Metrics,
  port: number,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const known = request.url === '/metrics' && (request.method === 'GET' || request.method === 'HEAD');
    response.writeHead(known ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(known ? metrics.render() : 'There is only /metrics here.\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${actual}/metrics`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
