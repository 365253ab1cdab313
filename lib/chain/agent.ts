/**
 * What all contract agents share: calls and events with values as this library uses them.
 *
 * Owns: the last tidying of values (integers of at most 48 bits are numbers, dynamic bytes are Uint8Array; wei stay
 * bigint, ids and addresses Hex), typed events with their place in the chain. Owns not: which functions exist (one file
 * per contract) nor retries.
 */
import { fromHex, toHex } from '../protocol/hex.ts';
import type {
  Abi,
  Address,
  BlockTag,
  Chain,
  ChainLog,
  ChainReader,
  ContractCall,
  Hex,
  LogQuery,
  SentTransaction,
} from './chain.ts';
import { type AbiParameter, abiItem } from './codec.ts';
import { ChainError } from './errors.ts';
import { parseAbi } from './parseAbi.ts';

/** Of what an agent uses of its contract: parts of `signatures/`. */
export const contractAbi = (...signatures: readonly string[]): Abi => signatures.flatMap(parseAbi);

/** Where in the chain an event stands; `logIndex` counts within its block. */
export interface EventPlace {
  readonly address: Address;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly logIndex: number;
  readonly transactionHash: Hex;
}

/** A decoded event: its name, its parameters by name, its place. */
export type ContractEvent<Events extends object> = {
  [Name in keyof Events & string]: { readonly event: Name } & { readonly args: Readonly<Events[Name]> } & EventPlace;
}[keyof Events & string];

/** Common half of the agents. `C` is `ChainReader` to read, `Chain` to act too: acting without an account does not compile. */
export abstract class Agent<C extends ChainReader, Events extends object> {
  readonly chain: C;
  readonly address: Address;
  readonly abi: Abi;

  constructor(chain: C, address: Address, abi: Abi) {
    this.chain = chain;
    this.address = address.toLowerCase() as Address;
    this.abi = abi;
  }

  /** The call as data, to simulate, price or batch it. */
  request(name: string, args: readonly unknown[]): ContractCall {
    return { to: this.address, abi: this.abi, function: name, args: args.map(toRaw) };
  }

  /** All events of this contract in a range or block, in order; `event` and `indexed` narrow. Throws `ChainError`. */
  async events(query: Pick<LogQuery, 'event' | 'indexed' | 'range'>): Promise<ContractEvent<Events>[]> {
    const logs = await this.chain.logs({ ...query, addresses: [this.address], abi: this.abi });
    return logs.map((log) => this.decode(log));
  }

  /** A log of this contract, from wherever it came, as a typed event. */
  decode(log: ChainLog): ContractEvent<Events> {
    return typedEvent<Events>(this.abi, log);
  }

  /**
   * What an event of this contract says in the logs of one transaction, of those that `isMeant` takes: a bundle (ERC-4337, EIP-5792)
   * carries others' events of that name too, of this contract and of any other.
   */
  eventIn<Name extends keyof Events & string>(
    logs: readonly ChainLog[],
    event: Name,
    isMeant: (args: Readonly<Events[Name]>) => boolean,
  ): Readonly<Events[Name]> | undefined {
    return logs
      .filter((log) => log.event === event && log.address === this.address)
      .map((log) => this.decode(log).args as Readonly<Events[Name]>)
      .find(isMeant);
  }

  protected async read<T>(name: string, args: readonly unknown[] = [], options: { at?: BlockTag } = {}): Promise<T> {
    const value = await this.chain.call(this.request(name, args), options);
    const { outputs = [] } = abiItem(this.abi, 'function', name);
    if (outputs.length === 1) return tidy(outputs[0] as AbiParameter, value) as T;
    return outputs.map((output, place) => tidy(output, (value as unknown[])[place])) as T;
  }

  /** A count, length or epoch as a number, whatever the width of its type on chain. Throws `chain.abi` for one beyond 2^53. */
  protected async readNumber(
    name: string,
    args: readonly unknown[] = [],
    options: { at?: BlockTag } = {},
  ): Promise<number> {
    const value = Number(await this.read<bigint | number>(name, args, options));
    if (!Number.isSafeInteger(value)) throw new ChainError('chain.abi', `${name} is no number of this library`);
    return value;
  }
}

/** Send a call of an agent. Apart from the class so that only a `Chain` fits. */
export function act(
  agent: { readonly chain: Chain; request(name: string, args: readonly unknown[]): ContractCall },
  name: string,
  args: readonly unknown[] = [],
  valueWei?: bigint,
): Promise<SentTransaction> {
  return agent.chain.send({ ...agent.request(name, args), ...(valueWei !== undefined && { valueWei }) });
}

/** A decoded log as a typed event of its ABI. */
export function typedEvent<Events extends object>(abi: Abi, log: ChainLog): ContractEvent<Events> {
  const { inputs = [] } = abiItem(abi, 'event', log.event);
  const args = Object.fromEntries(inputs.map((input) => [input.name, tidy(input, log.args[input.name ?? ''])]));
  const { address, blockNumber, blockHash, logIndex, transactionHash } = log;
  return {
    event: log.event,
    args,
    address,
    blockNumber,
    blockHash,
    logIndex,
    transactionHash,
  } as ContractEvent<Events>;
}

/** From the door's shape to ours. */
function tidy(parameter: AbiParameter, value: unknown): unknown {
  const array = /^(.*)\[\d*\]$/.exec(parameter.type);
  if (array) return (value as unknown[]).map((item) => tidy({ ...parameter, type: array[1] as string }, item));
  if (parameter.type === 'tuple') {
    const struct = value as Record<string, unknown>;
    return Object.fromEntries(
      (parameter.components ?? []).map((field) => [field.name, tidy(field, struct[field.name ?? ''])]),
    );
  }
  const integer = /^u?int(\d+)$/.exec(parameter.type);
  if (integer) return Number(integer[1]) <= 48 ? Number(value) : value;
  if (parameter.type === 'bytes') return fromHex(value as Hex);
  return value;
}

/** From our shape to the door's: bytes become hex, at any depth. */
function toRaw(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toRaw);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toRaw(field)]));
  }
  return value;
}
