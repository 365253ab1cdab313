/**
 * A chain in memory that plays our contracts by their model: the same calls, events, refusals and money, without bytes, gas
 * metering or an EVM. One block per transaction unless mining is paused; time passes by `advance` alone.
 *
 * Owns: blocks, transactions, logs, coins, older states (by playing again). Owns not: what a contract does (`contracts/`), the
 * door's shape for one account (`modelAccount.ts`).
 */
import type { Abi, Address, Block, BlockTag, ContractCall, Deployment, Hex, LogQuery } from '../chain/index.ts';
import { ChainError, type ChainLog, revertSentence } from '../chain/index.ts';
import { fromHex, keccak, keccakBytes, utf8, zeroHash } from '../protocol/index.ts';
import { adjudicatorContract } from './contracts/adjudicator.ts';
import { type Act, type Contract, type Genesis, notPlayed, World } from './contracts/contract.ts';
import { keyRegistryContract } from './contracts/keyRegistry.ts';
import { minerEscrowContract } from './contracts/minerEscrow.ts';
import { policyManagerContract } from './contracts/policyManager.ts';
import { TokenModel, tokenContract } from './contracts/token.ts';
import { findItem, fitAll, fitValue, type Item, itemOf, selectorOf } from './fit.ts';
import { Refused, Store } from './model/index.ts';

/** What every transaction costs here; a real one's gas depends on what it does. */
export const modelGas = 100_000n;
/** Wei per unit of gas: base fee, and what is paid. */
const baseFeeWei = 1_000_000_000n;
export const gasPriceWei = 2n * baseFeeWei;

export interface ModelCall extends ContractCall {
  readonly from: Address;
  readonly valueWei: bigint;
}

/** A transaction in the chain or waiting for it. */
export interface ModelTransaction {
  readonly hash: Hex;
  /** Changes a state, as part of the block being made. Throws ChainError. */
  readonly play: (world: World) => readonly Emitted[];
  block?: Block;
  logs: readonly ChainLog[];
  refusal?: ChainError;
}

interface Emitted {
  readonly address: Address;
  readonly event: string;
  readonly args: Readonly<Record<string, unknown>>;
}

interface MinedBlock extends Block {
  readonly transactions: readonly ModelTransaction[];
}

/** A refusal as the door tells it. */
function reverted(error: Refused, abi: Abi): ChainError {
  const item = findItem(abi, 'error', error.code);
  const revert = { name: error.code, args: {}, data: item === undefined ? ('0x' as const) : selectorOf(item) };
  return new ChainError('chain.reverted', revertSentence(revert), { revert });
}

/** The contracts and blocks of a network in memory: what transactions do, without an EVM. */
export class ModelChain {
  readonly genesis: Genesis;
  /** False: transactions wait for `mine`. */
  automine = true;
  #store = new Store();
  readonly #blocks: MinedBlock[] = [];
  /** Of all blocks, in order. */
  readonly #logs: ChainLog[] = [];
  readonly #transactions = new Map<Hex, ModelTransaction>();
  #waiting: ModelTransaction[] = [];
  #count = 0;
  #watchers: (() => void)[] = [];
  #older: { readonly number: bigint; readonly store: Store } | undefined;

  constructor(genesis: Genesis, timestamp: number) {
    this.genesis = genesis;
    this.#append(timestamp, []);
  }

  get deployment(): Deployment {
    return this.genesis.deployment;
  }

  get head(): Block {
    return this.#blocks.at(-1) as Block;
  }

  // ---- reading

  block(at: BlockTag | { readonly hash: Hex }): Block | undefined {
    if (typeof at === 'object') return this.#blocks.find(({ hash }) => hash === at.hash);
    return typeof at === 'bigint' ? this.#blocks[Number(at)] : this.head;
  }

  /** What a call would give; what it would change is forgotten. Throws ChainError. */
  call(call: ModelCall, at: BlockTag = 'latest'): unknown {
    const world = this.#worldAt(at);
    const item = itemOf(call.abi, 'function', call.function);
    const { result } = this.#perform(world, call, item);
    const outputs = item.outputs ?? [];
    if (outputs.length === 0) return undefined;
    if (outputs.length > 1) return outputs.map((output, i) => fitValue(output, (result as unknown[])[i]));
    return fitValue(outputs[0] as (typeof outputs)[number], result);
  }

  /** A state to look at, forked: nothing done to it stays. */
  look(): World {
    return this.#worldAt('latest');
  }

  logs(query: LogQuery): ChainLog[] {
    const { addresses, abi, event, indexed = {}, range } = query;
    const wanted = event === undefined ? undefined : itemOf(abi, 'event', event);
    const values = Object.entries(indexed).map(([name, value]) => {
      const parameter = wanted?.inputs?.find((input) => input.name === name && input.indexed);
      if (parameter === undefined)
        throw new ChainError('chain.abi', `The event ${event} has no indexed parameter ${name}.`);
      const list = Array.isArray(value) ? (value as unknown[]) : [value];
      return [name, new Set(list.map((one) => String(fitValue(parameter, one))))] as const;
    });
    const at = new Set(addresses.map((address) => address.toLowerCase()));
    const known = event === undefined ? eventsOf(abi) : new Set([event]);
    return this.#logsOf(range).filter(
      (log) =>
        at.has(log.address) && known.has(log.event) && values.every(([name, set]) => set.has(String(log.args[name]))),
    );
  }

  balance(account: Address): bigint {
    return this.look().coins.of(account);
  }

  transaction(hash: Hex): ModelTransaction | undefined {
    return this.#transactions.get(hash);
  }

  // ---- acting

  /** Throws ChainError as a simulation does; then mined at once, or waiting for `mine`. Several calls are all done, or none. */
  send(...calls: readonly ModelCall[]): ModelTransaction {
    const play = (world: World): readonly Emitted[] =>
      calls.flatMap((call) => this.#perform(world, call, itemOf(call.abi, 'function', call.function), true).emitted);
    // The simulation; what it finds wrong is thrown before anything is sent.
    play(this.#pending());
    return this.#submit(calls.map((call) => call.function).join(), play);
  }

  /** An act of the network itself, which no account signs: coins, tokens, wallets. */
  submit(what: string, play: (world: World) => void): ModelTransaction {
    return this.#submit(what, (world) => {
      play(world);
      return [];
    });
  }

  /** Gives an account coins and tokens out of nothing. */
  fund(account: Address, amounts: { readonly wei?: bigint; readonly tokens?: bigint }): void {
    this.submit('fund', (world) => {
      world.coins.give(account, amounts.wei ?? 0n);
      new TokenModel(world).mint(account, amounts.tokens ?? 0n);
    });
  }

  /** Resolves when the next block is there, or the signal aborts. */
  nextBlock(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.push(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Mines what waits into one block, and empty ones after it. Units: `seconds` between them. */
  mine(blocks = 1, seconds = 1): void {
    for (let i = 0; i < blocks; i += 1) {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#append(Number(this.head.timestamp) + seconds, waiting);
    }
  }

  /** Forgets the newest blocks; what was in them is gone. Throws chain.config for more than there are. */
  forget(blocks: number): void {
    if (blocks >= this.#blocks.length) throw new ChainError('chain.config', 'There are not so many blocks.');
    for (const { transactions } of this.#blocks.splice(this.#blocks.length - blocks)) {
      for (const { hash } of transactions) this.#transactions.delete(hash);
    }
    this.#logs.splice(this.#logsBefore(this.head.number + 1n));
    this.#store = this.#replay(this.head.number);
    this.#older = undefined;
  }

  // ---- inner

  #submit(what: string, play: ModelTransaction['play']): ModelTransaction {
    const hash = keccak(utf8(`${what}/${this.#count++}`), keccakBytes(utf8(this.deployment.escrow)));
    const transaction: ModelTransaction = { hash, play, logs: [] };
    this.#transactions.set(hash, transaction);
    this.#waiting.push(transaction);
    if (this.automine) this.mine();
    return transaction;
  }

  #append(timestamp: number, transactions: readonly ModelTransaction[]): void {
    const parent = this.#blocks.at(-1);
    const number = BigInt(this.#blocks.length);
    const parentHash = parent?.hash ?? zeroHash;
    const about = transactions.map(({ hash }) => hash).join();
    const hash = keccak(utf8(`${number}/${timestamp}/${parentHash}/${about}`));
    const block = { number, hash, parentHash, timestamp: BigInt(timestamp), baseFeePerGas: baseFeeWei };
    let logIndex = 0;
    for (const transaction of transactions) {
      transaction.block = block;
      const store = this.#store.fork();
      try {
        const emitted = transaction.play(this.#world(store, block));
        store.commit();
        const place = { blockNumber: number, blockHash: hash, transactionHash: transaction.hash };
        transaction.logs = emitted.map((one) => ({ ...one, ...place, logIndex: logIndex++ }));
        this.#logs.push(...transaction.logs);
      } catch (error) {
        if (!(error instanceof ChainError)) throw error;
        transaction.refusal = error;
      }
    }
    this.#blocks.push({ ...block, transactions });
    for (const wake of this.#watchers.splice(0)) wake();
  }

  #world(store: Store, block: Pick<Block, 'timestamp' | 'number'>): World {
    return new World(this.genesis, store, Number(block.timestamp), block.number);
  }

  /** The state in which the next block would be made. */
  #pending(): World {
    const { number, timestamp } = this.head;
    return this.#world(this.#store.fork(), { number: number + 1n, timestamp: timestamp + 1n });
  }

  #worldAt(at: BlockTag): World {
    if (typeof at !== 'bigint' || at === this.head.number) return this.#world(this.#store.fork(), this.head);
    const block = this.#blocks[Number(at)];
    if (block === undefined) throw new ChainError('chain.rpc', `There is no block ${at}.`);
    if (this.#older?.number !== at) this.#older = { number: at, store: this.#replay(at) };
    return this.#world(this.#older.store.fork(), block);
  }

  #replay(until: bigint): Store {
    const store = new Store();
    for (const block of this.#blocks.slice(0, Number(until) + 1)) {
      for (const { play, refusal } of block.transactions) {
        if (refusal !== undefined) continue;
        const fork = store.fork();
        play(this.#world(fork, block));
        fork.commit();
      }
    }
    return store;
  }

  #logsOf(range: LogQuery['range']): readonly ChainLog[] {
    if (!('blockHash' in range))
      return this.#logs.slice(this.#logsBefore(range.fromBlock), this.#logsBefore(range.toBlock + 1n));
    const block = this.block({ hash: range.blockHash });
    if (block === undefined) throw new ChainError('chain.rpc', `There is no block ${range.blockHash}.`);
    return this.#logs.slice(this.#logsBefore(block.number), this.#logsBefore(block.number + 1n));
  }

  /** How many logs lie in blocks before that one. */
  #logsBefore(number: bigint): number {
    let [low, high] = [0, this.#logs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#logs[middle] as ChainLog).blockNumber < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Plays one call in a state. `paid`: as a transaction, which costs gas. Throws ChainError. */
  #perform(
    world: World,
    call: ModelCall,
    item: Item,
    paid = false,
  ): { readonly result: unknown; readonly emitted: readonly Emitted[] } {
    const { from, valueWei } = call;
    const to = call.to.toLowerCase() as Address;
    const args = fitAll(item.inputs ?? [], call.args, call.function);
    if (world.wallets.has(to)) return { result: walletAnswer(world, to, call.function, args), emitted: [] };
    const contract = contractAt(world, to);
    if (contract === undefined) {
      throw new ChainError(
        'chain.not_deployed',
        `No contract with the function ${call.function} is deployed at ${call.to}.`,
      );
    }
    const play = contract.functions[call.function];
    if (play === undefined) throw notPlayed(call.function);
    const payable = item.stateMutability === 'payable';
    const emitted: Emitted[] = [];
    const act: Act = {
      sender: from,
      valueWei,
      emit: (event, values, address = to) => {
        const inputs = itemOf(contractAt(world, address)?.abi ?? [], 'event', event).inputs ?? [];
        emitted.push({ address, event, args: fitAll(inputs, values, event) });
      },
    };
    try {
      if (paid) {
        if (world.coins.of(from) < valueWei + modelGas * gasPriceWei) {
          throw new ChainError('chain.funds', 'The account cannot pay the value and the gas.');
        }
        world.coins.take(from, valueWei + modelGas * gasPriceWei, 'funds');
        world.coins.give(to, valueWei);
      }
      if (valueWei !== 0n && !payable) throw new Refused('');
      return { result: play(args as never, act), emitted };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code !== '') throw reverted(error, call.abi);
      const revert = { name: undefined, args: {}, data: '0x' as const };
      throw new ChainError('chain.reverted', revertSentence(revert), { revert });
    }
  }
}

const eventsOf = (abi: Abi): ReadonlySet<string | undefined> =>
  new Set((abi as readonly Item[]).flatMap(({ type, name }) => (type === 'event' ? [name] : [])));

const makers = [
  policyManagerContract,
  minerEscrowContract,
  adjudicatorContract,
  keyRegistryContract,
  tokenContract,
] as const;

function contractAt(world: World, address: Address): Contract | undefined {
  const { policyManager, escrow, adjudicator, keyRegistry, token } = world.genesis.deployment;
  const place = [policyManager, escrow, adjudicator, keyRegistry, token].indexOf(address);
  return makers[place]?.(world);
}

/** ERC-1271: a contract wallet takes the signatures of its owner. */
function walletAnswer(world: World, wallet: Address, name: string, args: Readonly<Record<string, unknown>>): Hex {
  if (name !== 'isValidSignature') throw notPlayed(`${name} of a contract wallet`);
  const { hash, signature } = args as { hash: Hex; signature: Hex };
  return world.isSignedBy(wallet, hash, fromHex(signature)) ? '0x1626ba7e' : '0xffffffff';
}
