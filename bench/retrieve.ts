/**
 * How long Bob waits: a small file, 3 of 5 nodes over real HTTP on this machine, one of them dead and one slow. Contracts on a
 * local chain; nodes are the real core of Ursula, all in this process, so that their work counts too.
 * Run: `npx node bench/retrieve.ts [--json] [--count 60]`; exits 1 when a limit is passed (p50 300 ms, p95 1,000 ms).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Alice, Bob, bytesRange, Keyring, openSealedFile } from 'dintel';
import { ethersReader } from 'dintel/chain/ethers';
import { type LocalNetwork, startLocalNetwork } from '../test/characters/localNetwork.ts';

/** Units: milliseconds. */
export interface RetrieveRow {
  readonly what: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
}

const slowMs = 2_000;
const limits = { p50: 300, p95: 1_000 };

/** Each node behind a socket of its own; `fetch` goes there in place of the names that the chain has. */
async function overHttp(net: LocalNetwork): Promise<{ fetch: typeof fetch; servers: Server[] }> {
  const places = new Map<string, string>();
  const servers = await Promise.all(
    net.nodes.map(async ({ url }) => {
      const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const parts: Uint8Array[] = [];
        for await (const part of request) parts.push(part as Uint8Array);
        const body = parts.length > 0 ? new Uint8Array(Buffer.concat(parts)) : null;
        const { method = 'GET', headers } = request;
        const range = headers.range === undefined ? {} : { headers: { range: headers.range } };
        const given = await net.fetch(`${url}${request.url}`, { method, body, ...range });
        response.writeHead(given.status, Object.fromEntries(given.headers));
        response.end(new Uint8Array(await given.arrayBuffer()));
      };
      const server = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      places.set(new URL(url).host, `127.0.0.1:${(server.address() as AddressInfo).port}`);
      return server;
    }),
  );
  const real = ((input: string | URL | Request, init?: RequestInit) => {
    const url = new URL(String(input));
    url.host = places.get(url.host) ?? url.host;
    return fetch(url, init);
  }) as typeof fetch;
  return { fetch: real, servers };
}

function rowOf(what: string, times: readonly number[]): RetrieveRow {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  return { what, count: sorted.length, p50: at(0.5), p95: at(0.95), worst: at(1) };
}

/** All nodes well, then one dead and one slow: to a Bob who knows nothing of them, and to one who remembers. */
export async function benchRetrieve(count: number): Promise<RetrieveRow[]> {
  const net = await startLocalNetwork(5);
  const http = await overHttp(net);
  try {
    const { clock, deployment, rpcUrl } = net;
    const base = { clock, deployment, fetch: http.fetch };
    const keyring = Keyring.random();
    const openBob = async () => Bob.open({ ...base, keyring, chain: await ethersReader({ rpcUrl }) });
    const alice = await Alice.open({ ...base, keyring: Keyring.random(), chain: await net.chainOf(1) });
    const sealed = alice.encrypt([new Uint8Array(100_000)], { label: 'bench' });
    const grant = await alice.grant({
      to: (await openBob()).card(),
      label: 'bench',
      files: [await openSealedFile(bytesRange(new Uint8Array(await new Response(sealed).arrayBuffer())))],
      ...{ threshold: 3, shares: 5, until: Math.floor(clock.now() / 1000) + 900 },
    });
    const from = grant.link();
    const timed = async (bob: Bob): Promise<number> => {
      const started = performance.now();
      const { files } = await bob.retrieve({ from });
      if ((await files[0]?.bytes())?.length !== 100_000) throw new Error('not the file');
      return performance.now() - started;
    };
    const series = async (what: string, bob?: Bob): Promise<RetrieveRow> => {
      const times: number[] = [];
      while (times.length < count) times.push(await timed(bob ?? (await openBob())));
      return rowOf(what, times);
    };
    const rows = [await series('all well, a new Bob each time')];
    const [dead, slow] = net.nodes;
    if (dead) dead.behaviour.down = true;
    if (slow) slow.behaviour.delayMs = slowMs;
    http.servers[0]?.closeAllConnections();
    http.servers[0]?.close();
    rows.push(await series('one dead, one slow: a new Bob each time'));
    const bob = await openBob();
    rows.push(await series('one dead, one slow: one Bob, who remembers', bob));
    return rows;
  } finally {
    for (const server of http.servers) {
      server.closeAllConnections();
      server.close();
    }
    await net.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, count: { type: 'string', default: '60' } } });
  const rows = await benchRetrieve(Number(values.count));
  if (values.json === true) console.log(JSON.stringify({ rows, limits }));
  else {
    console.log(`${'retrieval, ms'.padEnd(44)}${['p50', 'p95', 'worst'].map((name) => name.padStart(8)).join('')}`);
    for (const { what, p50, p95, worst } of rows) {
      console.log(what.padEnd(44) + [p50, p95, worst].map((ms) => String(ms).padStart(8)).join(''));
    }
  }
  process.exit(rows.some(({ p50, p95 }) => p50 > limits.p50 || p95 > limits.p95) ? 1 : 0);
}
