/** A real server over real HTTP around Ursula's core with ports in memory. Not a test by itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBody, type RouteBody, type RouteName, routes } from '../../../lib/protocol/index.ts';
import { ChunkFiles } from '../../../node/chunks/chunkFiles.ts';
import { type Exchange, type RunningServer, type ServerOptions, startServer } from '../../../node/server/server.ts';
import { type Cohort, makeWorld, type World, type WorldOptions } from '../../ursula/world.ts';

export interface Served {
  readonly world: World;
  readonly server: RunningServer;
  readonly files: ChunkFiles;
  readonly folder: string;
  readonly exchanges: Exchange[];
  readonly internal: unknown[];
  stop(): Promise<void>;
}

/** Serve a world on a free port of 127.0.0.1. */
export async function serve(
  options: { world?: WorldOptions; cohort?: Cohort; server?: Partial<ServerOptions> } = {},
): Promise<Served> {
  const world = makeWorld(options.world, options.cohort);
  const folder = await mkdtemp(join(tmpdir(), 'dintel-server-'));
  const files = await ChunkFiles.open(folder);
  const exchanges: Exchange[] = [];
  const internal: unknown[] = [];
  const server = await startServer({
    handlers: {
      ursula: world.ursula,
      files,
      status: () => ({
        node: world.node,
        operator: world.keys.operator,
        version: 'test',
        trouble: undefined,
        chainId: world.network.chainId,
        head: { number: '100', ageS: 0 },
        epoch: 1,
        availableUntil: 2,
        servedCapsules: 3,
        upS: 4,
      }),
    },
    host: '127.0.0.1',
    port: 0,
    onExchange: (exchange) => exchanges.push(exchange),
    onInternal: (error) => internal.push(error),
    ...options.server,
  });
  return {
    world,
    server,
    files,
    folder,
    exchanges,
    internal,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The body as JSON, or undefined. */
  readonly json: Record<string, unknown> | undefined;
}

/** Any request by fetch. */
export async function ask(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  let json: Record<string, unknown> | undefined;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, bytes, text, json };
}

/** POST raw bytes as JSON. */
export const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(url, {
    method: 'POST',
    body: body as BodyInit,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** POST a typed body to its route. */
export const call = <Name extends RouteName>(served: Served, name: Name, body: RouteBody<Name>): Promise<Reply> =>
  post(served.server.url + routes[name].path, encodeBody(name, body));

/** Bytes on a bare socket; resolves with all that came back when the server closes, or after `timeoutMs`. */
export function raw(
  port: number,
  bytes: string | Uint8Array,
  timeoutMs = 2_000,
): Promise<{ readonly text: string; readonly closed: boolean; readonly ms: number }> {
  return new Promise((resolve) => {
    const started = performance.now();
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed, ms: performance.now() - started });
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => finish(true));
  });
}
