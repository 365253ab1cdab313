/**
 * A whole Dintel network in memory, for tests of programs that stand on `dintel`: the modelled chain, real Ursulas, Alice and Bob
 * with everything wired, and time that a test moves by hand.
 *
 * Owns: putting it together, keys from a seed, heartbeats. Owns not: the chain (`modelChain.ts`), the nodes (`testNode.ts`).
 */

import { type Address, type Chain, type Deployment, MinerEscrow, Token } from '../chain/index.ts';
import { Alice } from '../characters/alice/alice.ts';
import type { AliceOptions } from '../characters/alice/options.ts';
import { Bob, type BobOptions } from '../characters/bob/bob.ts';
import { type Clock, systemClock } from '../characters/clock.ts';
import { addressOf, Keyring, keccak, ProtocolError, sha256, signTyped, utf8 } from '../protocol/index.ts';
import { ready, type SecretKey, SecretKeyFactory } from '../umbral/index.ts';
import { modelAccount } from './modelAccount.ts';
import { ModelChain } from './modelChain.ts';
import { TestNode } from './testNode.ts';

/** How large a network in memory is, and when it begins. */
export interface TestNetworkOptions {
  /** How many nodes. Default 5. */
  readonly nodes?: number;
  /** Makes the same accounts, nodes and people each time. Default 'dintel'. */
  readonly seed?: string;
  /** Its time when it is ready, seconds since 1970; what it takes to get there lies before. Default: now. */
  readonly startsAt?: number;
  /** Seconds. Default 3,600. */
  readonly epochLength?: number;
  /** Wei per share and epoch that each node asks at least. Default 1. */
  readonly minRateWei?: bigint;
}

const token = 10n ** 18n;
const lease = 8;
/** A node beats again when it is awake for fewer epochs than this. */
const wakeful = 4;

const addressNamed = (name: string): Address => `0x${keccak(utf8(name)).slice(26)}`;

/** Time of the chain, with the milliseconds of the running second, so that latencies are seen; waiting is real. */
class ChainClock implements Clock {
  readonly #chain: () => ModelChain;
  #head = '';
  #since = 0;

  constructor(chain: () => ModelChain) {
    this.#chain = chain;
  }

  now(): number {
    const { hash, timestamp } = this.#chain().head;
    const now = performance.now();
    if (hash !== this.#head) {
      this.#head = hash;
      this.#since = now;
    }
    return Number(timestamp) * 1_000 + Math.min(999, Math.floor(now - this.#since));
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }
}

/**
 * A whole network in memory: a modelled chain, real nodes, people with everything wired, and time that a test moves by hand. Made by
 * {@link createTestNetwork}.
 */
export class TestNetwork {
  readonly deployment: Deployment;
  readonly nodes: readonly TestNode[];
  /** What Alice and Bob go by; its time is the chain's. */
  readonly clock: Clock;
  /** Blocks, waiting transactions, coins: for tests that go below the people. */
  readonly chain: ModelChain;
  readonly #seed: string;
  readonly #operators: readonly Chain[];
  readonly #accounts = new Map<string, Chain>();
  readonly #rings = new Map<string, Keyring>();

  private constructor(parts: {
    chain: ModelChain;
    clock: Clock;
    seed: string;
    nodes: readonly TestNode[];
    operators: readonly Chain[];
  }) {
    this.chain = parts.chain;
    this.deployment = parts.chain.deployment;
    this.clock = parts.clock;
    this.nodes = parts.nodes;
    this.#operators = parts.operators;
    this.#seed = parts.seed;
  }

  static async create(options: TestNetworkOptions = {}): Promise<TestNetwork> {
    const { nodes: count = 5, seed = 'dintel', epochLength = 3_600, minRateWei = 1n } = options;
    await ready();
    const contract = (name: string) => addressNamed(`${seed}/contract/${name}`);
    const deployment: Deployment = {
      chainId: 31_337,
      token: contract('token'),
      escrow: contract('escrow'),
      policyManager: contract('policyManager'),
      keyRegistry: contract('keyRegistry'),
      adjudicator: contract('adjudicator'),
      deployedBlock: 0,
    };
    const minStake = 25_000n * token;
    const rules = { epochLength, disputeWindow: 2, evidenceWindow: 14, unbonding: 21, minStake, weightUnit: token };
    const startsAt = options.startsAt ?? Math.floor(Date.now() / 1_000);
    // Each node takes a few blocks, of a second each; a whole epoch follows them.
    const chain = new ModelChain({ deployment, rules }, startsAt - epochLength - 60 - 10 * count);
    const clock = new ChainClock(() => chain);
    const nodes: TestNode[] = [];
    const operators: Chain[] = [];
    for (let i = 0; i < count; i += 1) {
      const [stake, operator, encrypting] = ['stake', 'operator', 'encrypting'].map((role) =>
        keyNamed(seed, `node ${i}/${role}`),
      ) as [SecretKey, SecretKey, SecretKey];
      const url = `http://node-${i}.test`;
      operators.push(await bondNode({ chain, stake, operator, encrypting, url, minRateWei }));
      const node = addressOf(stake.publicKey);
      nodes.push(new TestNode({ chain, clock, node, url, operator, encrypting }));
    }
    const network = new TestNetwork({ chain, clock, seed, nodes, operators });
    // The first lease counts from the next epoch on.
    await network.#keepAwake();
    await network.advance(startsAt - network.now());
    return network;
  }

  /** Never leaves the process: reaches the nodes by their URLs and nothing else. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const request = input instanceof Request ? input : undefined;
    const url = new URL(request?.url ?? String(input));
    const node = this.nodes.find((one) => one.url === url.origin);
    if (node === undefined) throw new TypeError('fetch failed');
    const { method, headers, signal } = request ?? {};
    const body = request && request.method !== 'GET' ? { body: await request.arrayBuffer() } : {};
    return node.fetch(url.pathname, { ...(request && { method, headers, signal, ...body }), ...init } as RequestInit);
  };

  /** An account with 10,000 coins, the same for the same name. */
  account(name: string): Chain {
    let found = this.#accounts.get(name);
    if (found === undefined) {
      found = modelAccount(this.chain, keyNamed(this.#seed, `account/${name}`));
      this.chain.fund(found.account, { wei: 10_000n * token });
      this.#accounts.set(name, found);
    }
    return found;
  }

  /** A contract wallet (ERC-1271) that takes the signatures of the account of that name; it has its own coins. */
  contractWallet(name: string): Chain {
    const wallet = addressNamed(`${this.#seed}/wallet/${name}`);
    const key = keyNamed(this.#seed, `account/${name}`);
    this.chain.submit('wallet', (world) => world.wallets.set(wallet, addressOf(key.publicKey)));
    this.chain.fund(wallet, { wei: 10_000n * token });
    return modelAccount(this.chain, key, wallet);
  }

  /** Somebody's keys, the same for the same name. */
  keyring(name: string): Keyring {
    let found = this.#rings.get(name);
    if (found === undefined) {
      found = Keyring.fromRoot(sha256(utf8(`${this.#seed}/root/${name}`)));
      this.#rings.set(name, found);
    }
    return found;
  }

  /** What every character is opened with: deployment, fetch and clock of this network. */
  get options(): Pick<AliceOptions, 'deployment' | 'fetch' | 'clock'> {
    return { deployment: this.deployment, fetch: this.fetch, clock: this.clock };
  }

  /** An Alice with keys and coins of that name. */
  alice(name = 'alice', options: Partial<AliceOptions> = {}): Promise<Alice> {
    return Alice.open({ ...this.options, keyring: this.keyring(name), chain: this.account(name), ...options });
  }

  /** A Bob with keys of that name. */
  bob(name = 'bob', options: Partial<BobOptions> = {}): Promise<Bob> {
    return Bob.open({ ...this.options, keyring: this.keyring(name), chain: this.account(name), ...options });
  }

  /** Time of the newest block, seconds since 1970. */
  now(): number {
    return Number(this.chain.head.timestamp);
  }

  /** A time that far from now, for `until`. Units: seconds. */
  in(seconds: number): number {
    return this.now() + seconds;
  }

  /** Lets time pass; nodes that are up stay awake. Units: seconds. Throws E_NUMBER: time does not run backwards. */
  async advance(seconds: number): Promise<void> {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      throw new ProtocolError('E_NUMBER', {
        field: 'seconds',
        expected: 'a whole number, 0 or more',
        got: String(seconds),
      });
    }
    const { epochLength } = this.chain.genesis.rules;
    const end = this.now() + seconds;
    for (;;) {
      const step = Math.min(end - this.now(), wakeful * epochLength);
      if (step <= 0) return;
      // What a heartbeat's block takes belongs to the time that passes.
      const beats = step > 1 && this.#sleepy(this.now() + step).length > 0;
      this.chain.mine(1, beats ? step - 1 : step);
      if (beats) await this.#keepAwake();
    }
  }

  /** Mines what waits (`chain.automine = false` makes transactions wait), then empty blocks; a second each. */
  async mine(blocks = 1): Promise<void> {
    this.chain.mine(blocks);
    await this.#keepAwake();
  }

  /** Forgets the newest blocks, with the transactions in them. */
  reorg(blocks: number): void {
    this.chain.forget(blocks);
  }

  /** Nodes whose lease ends soon after `time`. */
  #sleepy(time: number): number[] {
    const { escrow } = this.chain.look();
    const until = Math.floor(time / this.chain.genesis.rules.epochLength) + wakeful;
    return this.nodes.flatMap(({ address, isUp }, i) => {
      const { bits, stake } = escrow.miner(address);
      return isUp && stake >= escrow.rules.minStake && !bits.has(until) ? [i] : [];
    });
  }

  /** One block with the heartbeats of all who need one. */
  async #keepAwake(): Promise<void> {
    const sleepy = this.#sleepy(this.now());
    if (sleepy.length === 0) return;
    const { automine } = this.chain;
    this.chain.automine = false;
    for (const i of sleepy) {
      await new MinerEscrow(this.#operators[i] as Chain, this.deployment.escrow).heartbeat(lease);
    }
    this.chain.automine = automine;
    this.chain.mine();
  }
}

/** A network that is ready: nodes bonded and awake, nothing on it yet. */
export function createTestNetwork(options: TestNetworkOptions = {}): Promise<TestNetwork> {
  return TestNetwork.create(options);
}

function keyNamed(seed: string, name: string): SecretKey {
  return SecretKeyFactory.fromSeed(sha256(utf8(seed))).makeKey(utf8(name));
}

/** Returns the operator's door. */
async function bondNode(of: {
  chain: ModelChain;
  stake: SecretKey;
  operator: SecretKey;
  encrypting: SecretKey;
  url: string;
  minRateWei: bigint;
}): Promise<Chain> {
  const { chain, stake, operator, encrypting, url, minRateWei } = of;
  const { deployment, rules } = chain.genesis;
  const wallet = modelAccount(chain, stake);
  const node = wallet.account;
  const amount = 2n * rules.minStake;
  chain.fund(node, { wei: token, tokens: amount });
  chain.fund(addressOf(operator.publicKey), { wei: 1_000n * token });
  await new Token(wallet, deployment.token).approve(deployment.escrow, amount);
  const now = Number(chain.head.timestamp);
  const deadline = now + 600;
  const escrow = new MinerEscrow(wallet, deployment.escrow);
  await escrow.bond({
    amount,
    operator: addressOf(operator.publicKey),
    consent: signTyped('OperatorConsent', operator, deployment, { node, deadline }),
    consentDeadline: deadline,
    availableUntil: Math.floor(now / rules.epochLength) + 4_000,
    info: {
      url,
      encryptingKey: encrypting.publicKey.toBytes(),
      keyNumber: 0,
      peerId: new Uint8Array(0),
      protocol: 1,
    },
  });
  if (minRateWei > 0n) await escrow.setMinRate(minRateWei);
  return modelAccount(chain, operator);
}
