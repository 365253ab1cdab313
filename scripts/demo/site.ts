/**
 * Serves the exported app on loopback, and /dintel.json, which tells the app where the chain and the contracts are. The app itself
 * would do from any file server; this one exists so that the demo needs nothing else.
 */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { contentSecurityPolicy } from './csp.ts';
import type { DemoPersona } from './personas.ts';
import { run } from './processes.ts';

const root = join(import.meta.dirname, '../..');

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** What the app reads first: the chain it talks to. Everything else it reads from that chain. */
export interface SiteConfig {
  readonly chainName: string;
  readonly rpcUrl: string;
  readonly deployment: Record<string, unknown>;
  /** Who can be played without a wallet. */
  readonly personas?: readonly DemoPersona[];
  /** Where the demo takes orders (control.ts). */
  readonly controlUrl?: string;
}

/** Builds the local flavour of the app if its export is missing or older than its sources; gives its folder. */
export async function buildSite(): Promise<string> {
  const out = join(root, '.dintel/site');
  const page = statSync(join(out, 'index.html'), { throwIfNoEntry: false });
  const newest = (dir: string): number =>
    Math.max(
      ...readdirSync(join(root, dir), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.tsbuildinfo'))
        .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
    );
  if (page !== undefined && page.mtimeMs > Math.max(newest('app'), newest('lib'))) return out;
  const built = await run([process.execPath, join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    env: { NEXT_PUBLIC_FLAVOUR: 'local' },
  });
  if (built.status !== 0) throw new Error(`the app did not build:\n${`${built.stdout}${built.stderr}`.slice(-2000)}`);
  return out;
}

/** The file for a request path, or undefined: `/x` is x.html or x/index.html of the export; nothing outside of it. */
function fileFor(folder: string, path: string): string | undefined {
  const clean = normalize(path).replace(/^(\.\.[/\\])+/, '');
  const base = join(folder, clean);
  if (!base.startsWith(folder)) return undefined;
  for (const candidate of [base, `${base}.html`, join(base, 'index.html')]) {
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile() === true) return candidate;
  }
  return undefined;
}

/** Where pages of the demo may talk to besides their own origin: chain and nodes, all on this machine. */
const connect = ['http://127.0.0.1:*', 'http://localhost:*'];

/** This machine by its own names: a stranger's name that points at loopback would make this site, and the demo's seeds, part of his. */
const isHere = (host: string | undefined): boolean => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '');

/** Answers one request: the configuration, a page with its own policy, or any other file of the export. */
async function answer(
  folder: string,
  config: SiteConfig,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isHere(request.headers.host)) {
    response.statusCode = 421;
    response.end('Misdirected request');
    return;
  }
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  if (path === '/dintel.json') {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Cache-Control', 'no-cache');
    response.end(JSON.stringify(config));
    return;
  }
  const found = fileFor(folder, path);
  if (found === undefined) response.statusCode = 404;
  const file = found ?? fileFor(folder, '/404');
  if (file === undefined) {
    response.end('Not found');
    return;
  }
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  if (extname(file) === '.html') {
    const html = await readFile(file, 'utf8');
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(html, connect));
    response.end(html);
    return;
  }
  // A worker is under the policy of its own answer, not of the page that starts it.
  response.setHeader('Content-Security-Policy', contentSecurityPolicy('', connect));
  createReadStream(file).pipe(response);
}

/** Starts the server on a free port (or the one given). Resolves with its URL. */
export async function serveSite(
  folder: string,
  config: SiteConfig,
  port = 0,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    answer(folder, config, request, response).catch(() => {
      // A path that cannot be decoded, or a file that has just gone.
      response.statusCode = 400;
      response.end('Bad request');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const chosen = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${chosen}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
