/**
 * A node of the test network: the real core of Ursula over ports in memory, whose view of the chain is the modelled chain itself,
 * behind a `fetch` that never leaves the process. Owns: the switches (down, slow, refuses, lies), the routes over bytes.
 * Owns not: what she answers (`dintel/ursula`), how lies are made (`lies.ts`).
 */

import type { Address, Hex } from '../chain/index.ts';
import type { Clock } from '../characters/clock.ts';
import {
  answerJson,
  type ChainView,
  type Head,
  InlineWork,
  isJsonRoute,
  type KeyRing,
  MemoryAckLedger,
  MemoryChunkIndex,
  MemoryLeafBook,
  MemoryNonces,
  MemoryTombstones,
  type MinerView,
  type NodeRegistry,
  type PolicyIndex,
  type PolicyView,
  Ursula,
} from '../characters/ursula/index.ts';
import {
  addressOf,
  encodeProblem,
  fromHex,
  matchRoute,
  ProtocolError,
  problemOf,
  type RouteName,
  sha256,
  signDigest,
  toHex,
  type WireCode,
} from '../protocol/index.ts';
import type { SecretKey } from '../umbral/index.ts';
import { announcements } from './contracts/minerEscrow.ts';
import { policyFacts } from './contracts/policyManager.ts';
import { type Lie, lieAbout } from './lies.ts';
import type { ModelChain } from './modelChain.ts';

/** What a watcher would have folded from the chain by now. */
class ModelView implements ChainView, PolicyIndex, NodeRegistry {
  readonly #chain: ModelChain;
  readonly #clock: Clock;

  constructor(chain: ModelChain, clock: Clock) {
    this.#chain = chain;
    this.#clock = clock;
  }

  head(): Head {
    const { number, hash, timestamp } = this.#chain.head;
    return { number, hash, timestamp: Number(timestamp), seenAtMs: this.#clock.now() };
  }

  policy(policyId: Hex): PolicyView | undefined {
    const world = this.#chain.look();
    const facts = policyFacts(world).get(policyId);
    if (facts === undefined) return undefined;
    const { owner, sponsor, shares, rate, start, end, expiresAt, revoked } = world.policies.policy(policyId);
    return {
      policyId,
      owner: owner as Address,
      sponsor: sponsor as Address,
      root: facts.root,
      shares,
      rate,
      start,
      end,
      expiresAt: facts.expiresAt,
      confirmations: Number(this.#chain.head.number - facts.createdBlock),
      ...(revoked && { revokedAt: expiresAt }),
    };
  }

  async readThrough(policyId: Hex): Promise<PolicyView | undefined> {
    return this.policy(policyId);
  }

  async isContractSignature(owner: Address, digest: Hex, signature: Uint8Array): Promise<boolean> {
    return this.#chain.look().isSignedBy(owner, digest, signature);
  }

  miner(node: Address): MinerView | undefined {
    const world = this.#chain.look();
    const info = announcements(world).get(node);
    if (info === undefined) return undefined;
    const { operator, stake, availableUntil, exitEpoch, minRate } = world.escrow.miner(node);
    return {
      node,
      operator: operator as Address,
      stake,
      bonded: stake >= world.genesis.rules.minStake && exitEpoch === 0,
      availableUntil,
      ...(exitEpoch !== 0 && { exitEpoch }),
      minRate,
      url: info.url,
      encryptingKey: fromHex(info.encryptingKey),
      keyNumber: Number(info.keyNumber),
      peerId: '',
    };
  }

  operatorValid(node: Address, operator: Address, epoch: number): boolean {
    return this.#chain.look().escrow.operatorValid(node, operator, epoch);
  }
}

const nothing = new Uint8Array(0);

async function bytesOf(body: BodyInit | undefined): Promise<Uint8Array> {
  if (body === undefined) return nothing;
  // A copy, as a network makes one.
  return body instanceof Uint8Array ? new Uint8Array(body) : new Uint8Array(await new Response(body).arrayBuffer());
}

/** Runs `act` when everything that is due by now has run. Taken at the start, so that a test's false timers do not stop the network. */
const soon: (act: () => void) => void =
  globalThis.setImmediate ??
  ((act) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      act();
    };
    port2.postMessage(undefined);
  });

interface TestNodeParts {
  readonly chain: ModelChain;
  readonly clock: Clock;
  /** Stake wallet. */
  readonly node: Address;
  readonly url: string;
  readonly operator: SecretKey;
  readonly encrypting: SecretKey;
}

/** A node and its switches. Several may be on at once; `up` turns all of them off. */
export class TestNode {
  /** Stake wallet: what the chain and reports call this node. */
  readonly address: Address;
  readonly url: string;
  readonly ursula: Ursula;
  /** The chunks it holds, by lower-case hex of their SHA-256; a test may change or delete them. */
  readonly chunks = new Map<string, Uint8Array>();
  readonly #clock: Clock;
  readonly #operator: SecretKey;
  readonly #asked = new Map<RouteName, number>();
  #down = false;
  #delayMs = 0;
  #refusal: WireCode | undefined;
  #lie: Lie | undefined;

  constructor(parts: TestNodeParts) {
    const { chain, clock, node, url, operator, encrypting } = parts;
    this.address = node;
    this.url = url;
    this.#clock = clock;
    this.#operator = operator;
    const view = new ModelView(chain, clock);
    const keys: KeyRing = {
      operator: addressOf(operator.publicKey),
      signDigest: (digest) => signDigest(operator, toHex(digest)),
      encryptingKey: () => ({ keyNumber: 0, publicKey: encrypting.publicKey.toBytes() }),
      encryptingSecret: (keyNumber) => (keyNumber === 0 ? encrypting.toSecretBytes() : undefined),
    };
    this.ursula = new Ursula({
      node,
      network: { ...chain.deployment, epochLength: chain.genesis.rules.epochLength, depth: 0 },
      chain: view,
      policies: view,
      registry: view,
      nonces: new MemoryNonces(),
      leaves: new MemoryLeafBook(),
      tombstones: new MemoryTombstones(),
      acks: new MemoryAckLedger(),
      chunks: new MemoryChunkIndex(),
      keys,
      clock: { nowMs: () => clock.now() },
      work: new InlineWork(keys),
    });
  }

  /** No connection, and no heartbeat: what it does not earn goes back to who paid. */
  down(): void {
    this.#down = true;
  }

  /** Every answer takes so long, in real time. */
  slow(ms: number): void {
    this.#delayMs = ms;
  }

  /** Every request is refused with this code. */
  refuses(code: WireCode): void {
    this.#refusal = code;
  }

  /** What is done to its answers; Bob must see through all of it. */
  lies(kind: Lie): void {
    this.#lie = kind;
  }

  /** Behaves again. */
  up(): void {
    this.#down = false;
    this.#delayMs = 0;
    this.#refusal = undefined;
    this.#lie = undefined;
  }

  get isUp(): boolean {
    return !this.#down;
  }

  /** How often it was asked by this route, or at all. */
  asked(route?: RouteName): number {
    if (route !== undefined) return this.#asked.get(route) ?? 0;
    return [...this.#asked.values()].reduce((sum, count) => sum + count, 0);
  }

  /** One exchange. Rejects as `fetch` does: TypeError for no connection, what the signal was aborted with. */
  async fetch(path: string, init: RequestInit): Promise<Response> {
    const signal = init.signal ?? undefined;
    // Nodes are far away: nobody has an answer before he goes on, and who has enough answers stops the others in time.
    await new Promise<void>(soon);
    signal?.throwIfAborted();
    if (this.#down) throw new TypeError('fetch failed');
    if (this.#delayMs > 0) await this.#clock.sleep(this.#delayMs, signal);
    signal?.throwIfAborted();
    const method = init.method ?? 'GET';
    const date = new Date(this.#clock.now()).toUTCString();
    try {
      const body = await bytesOf(init.body ?? undefined);
      const response = await this.#serve(method, path, body, new Headers(init.headers));
      response.headers.set('date', date);
      return response;
    } catch (error) {
      const problem = problemOf(error, 'testing');
      const bytes = method === 'HEAD' ? null : (encodeProblem(problem) as Uint8Array<ArrayBuffer>);
      return new Response(bytes, {
        status: problem.status,
        headers: { date, 'content-type': 'application/problem+json' },
      });
    }
  }

  async #serve(method: string, path: string, body: Uint8Array, headers: Headers): Promise<Response> {
    const { name, params, route } = matchRoute(method, path);
    this.#asked.set(name, (this.#asked.get(name) ?? 0) + 1);
    if (this.#refusal !== undefined) throw new ProtocolError(this.#refusal);
    const id = params.id ?? '';
    if (isJsonRoute(name)) {
      const honest = await answerJson(this.ursula, name, params, body);
      const { network } = this.ursula.ports;
      const told = lieAbout(this.#lie, { name, honest, asked: body, operator: this.#operator, contracts: network });
      return new Response(told as Uint8Array<ArrayBuffer>, {
        status: route.statuses[0] as number,
        headers: { 'content-type': 'application/json' },
      });
    }
    if (name === 'putChunk') return new Response(null, { status: await this.#put(id, body) });
    if (name === 'getChunk' || name === 'headChunk') return this.#get(id, headers, name === 'headChunk');
    if (name === 'sealed') {
      const request = this.ursula.openSealed(body);
      const inner = await this.fetch(request.path, {
        method: request.body.length === 0 ? 'GET' : 'POST',
        body: request.body.length === 0 ? null : (request.body as Uint8Array<ArrayBuffer>),
      });
      const reply = request.reply(inner.status, new Uint8Array(await inner.arrayBuffer()));
      return new Response(reply as Uint8Array<ArrayBuffer>, { status: 200 });
    }
    throw new ProtocolError('E_ROUTE');
  }

  async #put(id: string, body: Uint8Array): Promise<number> {
    if (this.ursula.admitChunk(id, body.length) === 'held') return 200;
    if (toHex(sha256(body)).slice(2) !== id) throw new ProtocolError('E_HASH', { field: 'body' });
    this.chunks.set(id, body);
    await this.ursula.ports.chunks.hold(id, body.length);
    return 201;
  }

  #get(id: string, headers: Headers, headOnly: boolean): Response {
    const chunk = this.chunks.get(id);
    if (chunk === undefined) throw new ProtocolError('E_CHUNK', { field: 'id' });
    const asked = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '');
    const [first, last] = asked
      ? [Number(asked[1]), Math.min(Number(asked[2]), chunk.length - 1)]
      : [0, chunk.length - 1];
    if (asked && first >= chunk.length) throw new ProtocolError('E_RANGE', { field: 'range' });
    const part = chunk.slice(first, last + 1);
    if (this.#lie === 'chunk' && part.length > 0) part[0] = (part[0] as number) ^ 1;
    return new Response(headOnly ? null : part, {
      status: asked ? 206 : 200,
      headers: {
        'content-length': String(part.length),
        ...(asked && { 'content-range': `bytes ${first}-${last}/${chunk.length}` }),
      },
    });
  }
}
