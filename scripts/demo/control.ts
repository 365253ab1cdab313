/**
 * The demo's controls: time, money, and the switches of its nodes, over HTTP on loopback for the app's `/dev` page. Only that page's
 * origin may use it, so that no other page in the reader's browser can; nothing of it exists outside of scripts/demo.
 *
 *   GET  /                               the state
 *   POST /time    {"seconds": 1800}      the chain's clock goes on by so much
 *   POST /faucet  {"address": "0x…"}     100 ETH and 200,000 tokens
 *   POST /node    {"name", "mode"}       run, stop, slow or lie; answers when it is so
 */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Address, Token } from 'dintel/chain';
import { viemReader } from 'dintel/chain/viem';
import { Hand } from './hand.ts';
import { account, type DemoNetwork, type DemoNode, type NodeStart, startNode } from './network.ts';
import { type Running, start } from './processes.ts';

const modes = ['run', 'stop', 'slow', 'lie'] as const;
type Mode = (typeof modes)[number];

/** What a lying node answers with; scripts/vectors/cheats.ts has more. */
const lie = 'the cfrag of another capsule';
const mostSeconds = 365 * 86_400;
const gift = { wei: 100n * 10n ** 18n, tokens: 200_000n * 10n ** 18n } as const;

/** A refusal that is the asker's fault. */
class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** A node with its present process. */
class Switch {
  readonly node: DemoNode;
  readonly #network: DemoNetwork;
  #running: Running | undefined;
  #masked = false;
  mode: Mode = 'run';
  #change: Promise<void> = Promise.resolve();

  constructor(network: DemoNetwork, node: DemoNode) {
    this.node = node;
    this.#network = network;
    this.#running = node.process;
  }

  /** One change after the other; resolves when the node is in this mode. */
  turn(mode: Mode): Promise<void> {
    this.#change = this.#change.catch(() => undefined).then(() => this.#turn(mode));
    return this.#change;
  }

  async #turn(mode: Mode): Promise<void> {
    if (mode === this.mode) return;
    const guise = join(this.node.home, 'guise');
    if (mode === 'slow' || mode === 'lie') writeFileSync(guise, mode === 'lie' ? lie : 'slow');
    else rmSync(guise, { force: true });
    const wantsMask = mode === 'slow' || mode === 'lie';
    // Vladimir without a guise is the node's own code: he stays until the node is stopped.
    if (mode === 'stop' || (wantsMask && !this.#masked)) {
      await this.#running?.stop();
      this.#running = undefined;
      this.#masked = false;
    }
    if (mode !== 'stop' && this.#running === undefined) {
      this.#running = await startNode(this.#network, this.node, wantsMask ? serveVladimir : undefined);
      this.#masked = wantsMask;
    }
    this.mode = mode;
  }
}

const serveVladimir = ({ name, home, passwordFile, logFile }: NodeStart): Running =>
  start(name, [process.execPath, join(import.meta.dirname, 'vladimir.ts'), home, passwordFile], logFile);

/** The controls, listening. `allow` names the one page that may use them. */
export interface Control {
  readonly url: string;
  allow(origin: string): void;
  close(): Promise<void>;
}

/** Starts the controls on a free loopback port. */
export async function startControl(network: DemoNetwork): Promise<Control> {
  const hand = new Hand(network.rpcUrl);
  const token = new Token(await viemReader({ rpcUrl: network.rpcUrl }), network.deployment.token);
  const switches = network.nodes.map((node) => new Switch(network, node));
  let allowed: string | undefined;

  const state = async () => ({
    timestamp: await hand.now(),
    nodes: switches.map(({ node: { name, url, address }, mode }) => ({ name, url, address, mode })),
  });
  const orders: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => Promise<void>>> = {
    '/time': async ({ seconds }) => {
      if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= mostSeconds)) throw new BadRequest('seconds');
      await hand.ask('evm_increaseTime', Math.round(seconds));
      await hand.ask('evm_mine');
    },
    '/faucet': async ({ address }) => {
      if (typeof address !== 'string' || !/^0x[0-9a-f]{40}$/i.test(address)) throw new BadRequest('address');
      await hand.setBalance(address as Address, gift.wei);
      await hand.act(account(0).address, token.request('transfer', [address, gift.tokens]));
    },
    '/node': async ({ name, mode }) => {
      const chosen = switches.find(({ node }) => node.name === name);
      const wanted = modes.find((one) => one === mode);
      if (chosen === undefined || wanted === undefined) throw new BadRequest('name or mode');
      await chosen.turn(wanted);
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { origin, host } = request.headers;
    // The Host keeps out a name that a stranger has pointed at loopback; the Origin keeps out every other page.
    if (host !== new URL(url()).host || allowed === undefined || origin !== allowed) return void end(response, 403);
    response.setHeader('Access-Control-Allow-Origin', allowed);
    response.setHeader('Access-Control-Allow-Headers', 'content-type');
    response.setHeader('Vary', 'Origin');
    if (request.method === 'OPTIONS') return void end(response, 204);
    const path = new URL(request.url ?? '/', url()).pathname;
    if (request.method === 'POST') {
      const order = orders[path];
      if (order === undefined) return void end(response, 404);
      await order(await bodyOf(request));
    }
    end(response, 200, await state());
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      end(response, error instanceof BadRequest ? 400 : 500, { error: why });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = (): string => {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  };
  return {
    url: url(),
    allow: (origin) => {
      allowed = origin;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function end(response: ServerResponse, status: number, body?: unknown): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** A JSON object of at most 4 KB. */
async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const part of request) {
    text += String(part);
    if (text.length > 4_096) throw new BadRequest('too long');
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new BadRequest('expected a JSON object');
}
