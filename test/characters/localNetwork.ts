/**
 * A network for tests of the characters: the real contracts on a chain in this process, and nodes that are the real core
 * of Ursula, reached by a `fetch` that never leaves the process and can be told to fail. Not a test by itself.
 */

import {
  type Address,
  type Chain,
  type Deployment,
  type Hex,
  MinerEscrow,
  PolicyManager,
  readRegistry,
  Token,
} from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import {
  addressOf,
  decodeBody,
  encodeAnswer,
  encodeProblem,
  matchRoute,
  ProtocolError,
  problemOf,
  signDigest,
  signTyped,
  toHex,
} from 'dintel/protocol';
import { HDNodeWallet, JsonRpcProvider } from 'ethers';
import { network as hardhatNetwork } from 'hardhat';
import { deployDintel } from '../../ignition/deploy.ts';
import type { Clock } from '../../lib/characters/clock.ts';
import { contractsOf } from '../../lib/characters/network.ts';
import {
  InlineWork,
  type KeyRing,
  MemoryAckLedger,
  MemoryChainView,
  MemoryChunkIndex,
  MemoryNonces,
  MemoryTombstones,
  Ursula,
} from '../../lib/characters/ursula/index.ts';
import { SecretKey } from '../../lib/umbral/index.ts';

const mnemonic = 'test test test test test test test test test test test junk';
const accountKey = (index: number): Hex =>
  HDNodeWallet.fromPhrase(mnemonic, '', `m/44'/60'/0'/0/${index}`).privateKey as Hex;

const ether = 10n ** 18n;

/** Changes an answer before it leaves. */
export type Tamper = (
  route: string,
  answer: Record<string, unknown>,
  node: TestNode,
  body: unknown,
) => Record<string, unknown>;

/** How a node behaves. `tamper` changes a signed answer before it leaves; it may sign again with the operator's key. */
interface Behaviour {
  down?: boolean;
  delayMs?: number;
  refuse?: ConstructorParameters<typeof ProtocolError>[0];
  tamper?: Tamper;
  /** Milliseconds that its clock is ahead. */
  clockAheadMs?: number;
}

interface TestNode {
  readonly url: string;
  readonly node: Address;
  readonly operator: SecretKey;
  readonly ursula: Ursula;
  readonly view: MemoryChainView;
  readonly blobs: Map<string, Uint8Array>;
  readonly behaviour: Behaviour;
  /** Requests by route. */
  readonly asked: Map<string, number>;
}

export interface LocalNetwork {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly nodes: readonly TestNode[];
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly chainOf: (account: number) => Promise<Chain>;
  rpc(method: string, params?: unknown[]): Promise<unknown>;
  /** Lets chain time pass. Units: seconds. */
  warp(seconds: number): Promise<void>;
  /** Everybody awake for the next eight epochs. */
  heartbeats(): Promise<void>;
  close(): Promise<void>;
}

export async function startLocalNetwork(count = 5): Promise<LocalNetwork> {
  const server = await hardhatNetwork.createServer('default', '127.0.0.1', 0);
  const { address, port } = await server.listen();
  const rpcUrl = `http://${address}:${port}`;
  const provider = new JsonRpcProvider(rpcUrl, 31337, { staticNetwork: true, cacheTimeout: -1 });
  const rpc = (method: string, params: unknown[] = []) => provider.send(method, params);
  const chains = new Map<number, Promise<Chain>>();
  const chainOf = (index: number) => {
    const known = chains.get(index) ?? ethersChain({ rpcUrl, privateKey: accountKey(index) });
    chains.set(index, known);
    return known;
  };

  const connection = await hardhatNetwork.create({
    network: 'remote',
    override: { type: 'http', url: rpcUrl } as never,
  });
  const deployment = await deployDintel(connection, 'local');
  await connection.close();
  const { token, escrow, policyManager } = deployment;
  const epochLength = await new MinerEscrow(await chainOf(0), escrow).epochLength();
  const contracts = contractsOf(deployment);

  const reader = await chainOf(0);
  let timeMs = 0;
  const clock: Clock = {
    now: () => timeMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        const stop = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener('abort', stop, { once: true });
      }),
  };
  const head = async () => {
    const block = await reader.block('latest');
    if (!block) throw new Error('no block');
    timeMs = Number(block.timestamp) * 1000;
    return block;
  };
  await head();

  const treasury = await chainOf(0);
  const nodes: TestNode[] = [];
  const escrowOf = (chain: Chain) => new MinerEscrow(chain, escrow);
  const beatAll = async () => {
    await head();
    await Promise.all(
      nodes.map(async ({ operator }) => {
        await rpc('hardhat_setBalance', [addressOf(operator.publicKey), '0x56bc75e2d63100000']);
        const secret = operator.toSecretBytes();
        const chain = await ethersChain({ rpcUrl, privateKey: toHex(secret) });
        await (await escrowOf(chain).heartbeat(8)).wait();
      }),
    );
    await head();
  };

  for (let i = 0; i < count; i++) {
    const stake = await chainOf(2 + i);
    const node = stake.account;
    const operator = SecretKey.random();
    const encrypting = SecretKey.random();
    await (await new Token(treasury, token).transfer(node, 100_000n * ether)).wait();
    await (await new Token(stake, token).approve(escrow, 100_000n * ether)).wait();
    const block = await head();
    const deadline = Number(block.timestamp) + 1_000;
    const url = `http://ursula-${i}.n${i}.test`;
    const info = {
      url,
      encryptingKey: encrypting.publicKey.toBytes(),
      keyNumber: 0,
      peerId: new Uint8Array(0),
      protocol: 1,
    };
    const sent = await escrowOf(stake).bond({
      amount: 50_000n * ether,
      operator: addressOf(operator.publicKey),
      consent: signTyped('OperatorConsent', operator, contracts, { node, deadline }),
      consentDeadline: deadline,
      availableUntil: Math.floor(Number(block.timestamp) / epochLength) + 4_000,
      info,
    });
    await sent.wait();
    await (await escrowOf(stake).setMinRate(BigInt(i + 1))).wait();
    const view = new MemoryChainView();
    const behaviour: Behaviour = {};
    const keys: KeyRing = {
      operator: addressOf(operator.publicKey),
      signDigest: (digest) => signDigest(operator, toHex(digest)),
      encryptingKey: () => ({ keyNumber: 0, publicKey: encrypting.publicKey.toBytes() }),
      encryptingSecret: (keyNumber) => (keyNumber === 0 ? encrypting.toSecretBytes() : undefined),
    };
    const ursula = new Ursula({
      node,
      network: { ...contracts, epochLength, depth: 0 },
      chain: view,
      policies: view,
      registry: view,
      nonces: new MemoryNonces(),
      tombstones: new MemoryTombstones(),
      acks: new MemoryAckLedger(),
      chunks: new MemoryChunkIndex(),
      keys,
      clock: { nowMs: () => timeMs + (behaviour.clockAheadMs ?? 0) },
      work: new InlineWork(keys),
    });
    nodes.push({ url, node, operator, ursula, view, blobs: new Map(), behaviour, asked: new Map() });
  }
  await beatAll();

  const registry = async () => readRegistry(reader, { deployment });
  let known = await registry();
  let knownAt = (await head()).number;

  /** What a watcher would have folded by now. */
  const sync = async (node: TestNode, policyId: unknown) => {
    const block = await head();
    if (block.number !== knownAt) {
      known = await registry();
      knownAt = block.number;
    }
    const { view } = node;
    view.current = {
      number: block.number,
      hash: block.hash,
      timestamp: Number(block.timestamp),
      seenAtMs: timeMs + (node.behaviour.clockAheadMs ?? 0),
    };
    view.spans.length = 0;
    for (const record of known.all()) {
      const operator = record.operators.at(-1)?.operator as Address;
      view.spans.push({ node: record.node, operator, from: record.operators.at(-1)?.fromEpoch ?? 0, to: 2 ** 32 - 1 });
      view.miners.set(record.node, {
        node: record.node,
        operator,
        stake: record.stake,
        bonded: !record.jailed && !record.exiting,
        availableUntil: record.availableUntil,
        minRate: record.minRateWei,
        url: record.info?.url ?? '',
        encryptingKey: record.info?.encryptingKey ?? new Uint8Array(33),
        keyNumber: record.info?.keyNumber ?? 0,
        peerId: '',
      });
    }
    if (typeof policyId !== 'string') return;
    const policy = await new PolicyManager(reader, policyManager).policy(policyId as Hex);
    if (!policy) return;
    const { owner, root, shares, rate, start, end, expiresAt, revoked } = policy;
    view.policies.set(policyId as Hex, {
      policyId: policyId as Hex,
      owner,
      sponsor: owner,
      root,
      shares,
      rate,
      start,
      end,
      expiresAt: revoked ? 2 ** 40 : expiresAt,
      confirmations: 1,
      ...(revoked && { revokedAt: expiresAt }),
    });
  };

  const serve = async (
    node: TestNode,
    method: string,
    path: string,
    body: Uint8Array,
    headers: Headers,
  ): Promise<Response> => {
    const { name, params, route } = matchRoute(method, path);
    node.asked.set(name, (node.asked.get(name) ?? 0) + 1);
    if (node.behaviour.refuse) throw new ProtocolError(node.behaviour.refuse);
    const date = new Date(timeMs + (node.behaviour.clockAheadMs ?? 0)).toUTCString();
    const json = (answer: Record<string, unknown>, asked?: unknown) => {
      const told = node.behaviour.tamper?.(name, answer, node, asked) ?? answer;
      const bytes = encodeAnswer(name as 'info', told as never);
      return new Response(bytes as Uint8Array<ArrayBuffer>, { status: route.statuses[0] as number, headers: { date } });
    };
    const id = params.id ?? '';
    switch (name) {
      case 'info':
        await sync(node, undefined);
        return json(node.ursula.info());
      case 'acks': {
        const parsed = decodeBody('acks', body);
        await sync(node, parsed.policyId);
        return json(await node.ursula.ack(parsed));
      }
      case 'reencrypt': {
        const parsed = decodeBody('reencrypt', body);
        await sync(node, parsed.policyId);
        return json(await node.ursula.reencrypt(parsed), parsed);
      }
      case 'reservations': {
        const parsed = decodeBody('reservations', body);
        await sync(node, parsed.policyId);
        return json(await node.ursula.reserve(parsed));
      }
      case 'revocations': {
        const parsed = decodeBody('revocations', body);
        await sync(node, parsed.policyId);
        return json(await node.ursula.revoke(parsed));
      }
      case 'putChunk': {
        if (node.ursula.admitChunk(id, body.length) === 'held') return new Response(null, { status: 200 });
        const digest = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', body as Uint8Array<ArrayBuffer>)));
        if (digest.slice(2) !== id) throw new ProtocolError('E_HASH');
        node.blobs.set(id, body);
        await node.ursula.ports.chunks.hold(id, body.length);
        return new Response(null, { status: 201 });
      }
      case 'headChunk':
      case 'getChunk': {
        const blob = node.blobs.get(id);
        if (!blob) throw new ProtocolError('E_CHUNK');
        const range = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '');
        const part = range ? blob.subarray(Number(range[1]), Number(range[2]) + 1) : blob;
        return new Response(name === 'headChunk' ? null : (part as Uint8Array<ArrayBuffer>), {
          status: range ? 206 : 200,
        });
      }
      default:
        throw new ProtocolError('E_ROUTE');
    }
  };

  const localFetch = (async (input: string | URL | Request, init: RequestInit = {}) => {
    const url = new URL(String(input));
    const node = nodes.find((one) => one.url === url.origin);
    const signal = init.signal ?? undefined;
    const stopped = () => new DOMException('stopped', 'AbortError');
    if (signal?.aborted) throw stopped();
    if (!node || node.behaviour.down) throw new TypeError('fetch failed');
    if (node.behaviour.delayMs) await clock.sleep(node.behaviour.delayMs, signal);
    if (signal?.aborted) throw stopped();
    const body = init.body instanceof Uint8Array ? Uint8Array.from(init.body) : new Uint8Array(0);
    try {
      return await serve(node, init.method ?? 'GET', url.pathname, body, new Headers(init.headers));
    } catch (error) {
      const problem = problemOf(error, 'test');
      const date = new Date(timeMs + (node.behaviour.clockAheadMs ?? 0)).toUTCString();
      const bytes = init.method === 'HEAD' ? null : (encodeProblem(problem) as Uint8Array<ArrayBuffer>);
      return new Response(bytes, { status: problem.status, headers: { date } });
    }
  }) as typeof fetch;

  return {
    rpcUrl,
    deployment,
    nodes,
    fetch: localFetch,
    clock,
    chainOf,
    rpc,
    warp: async (seconds) => {
      await rpc('evm_increaseTime', [seconds]);
      await rpc('evm_mine');
      await head();
    },
    heartbeats: beatAll,
    close: async () => {
      provider.destroy();
      await server.close();
    },
  };
}
