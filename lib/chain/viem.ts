/**
 * The chain by viem, an optional peer: import from `dintel/chain/viem`.
 *
 * Owns: viem as codec and signer, over a viem client's own transport. Owns not: RPC methods, errors, waiting
 * (`adapter.ts`).
 */
import {
  type Account,
  decodeErrorResult,
  decodeEventLog,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  type Transport,
  toEventSelector,
  type Abi as ViemAbi,
  type WalletClient,
} from 'viem';
import { anAddress, checkOptions, having, optional, someObject } from '../protocol/shapes.ts';
import { makeChain, makeReader, readChainId, type Sender } from './adapter.ts';
import type { Address, Chain, ChainReader, Hex } from './chain.ts';
import { abiItem, type Codec } from './codec.ts';
import { ChainError, configError } from './errors.ts';
import { chainIdShape, checkPlace, httpRpc, type Rpc } from './rpc.ts';

/** The part of any viem client (`createPublicClient`, `createWalletClient`, `createClient`) that reading needs. */
export interface ViemRequester {
  request(args: { method: never; params: never }): Promise<unknown>;
}

/** Where the chain is: a viem client, or a JSON-RPC URL. */
export type ViemSource = ({ readonly client: ViemRequester } | { readonly rpcUrl: string }) & {
  /** Refuse another chain: `chain.wrong_chain`. */
  readonly chainId?: number;
};

/** A chain to read. Throws `chain.unreachable`, `chain.wrong_chain`, `chain.config`. */
export async function viemReader(source: ViemSource): Promise<ChainReader> {
  checkPlace(source, 'client', clientShape);
  const rpc = toRpc(source);
  return makeReader({ codec: viemCodec, rpc, chainId: await readChainId(rpc, source.chainId) });
}

/**
 * A chain to read and to act on by a wallet client, which must have an account (`account` overrides it).
 * Throws `chain.no_account` without one.
 */
export async function viemChain(options: {
  readonly wallet: WalletClient<Transport>;
  readonly account?: Account | Address;
  /** Reads go here; through the wallet if absent. */
  readonly source?: ViemSource;
  readonly chainId?: number;
}): Promise<Chain> {
  checkOptions(options, chainShapes, configError);
  if (options.source) checkPlace(options.source, 'client', clientShape, 'source.');
  const { wallet } = options;
  const account = options.account ?? wallet.account;
  if (!account) throw new ChainError('chain.no_account', 'The wallet client has no account; give one.');
  const rpc = toRpc(options.source ?? { client: wallet as ViemRequester });
  const chainId = await readChainId(rpc, options.chainId);
  const sender: Sender = {
    account: typeof account === 'string' ? account : account.address,
    wallet: toRpc({ client: wallet as ViemRequester }),
    sendTransaction: ({ to, data, valueWei, gas }) =>
      wallet.sendTransaction({ account, chain: null, to, data, value: valueWei, gas }),
    signTypedData: (data) =>
      wallet.signTypedData({
        account,
        domain: data.domain,
        types: data.types,
        primaryType: data.primaryType,
        message: data.message,
      }),
  };
  return makeChain({ codec: viemCodec, rpc, chainId, sender });
}

const clientShape = having('a viem client, or { rpcUrl }', 'request');

const chainShapes = {
  wallet: having('a viem wallet client: createWalletClient(…)', 'request', 'sendTransaction', 'signTypedData'),
  account: optional({
    expected: 'an account of viem, or its address',
    fits: (value) => anAddress.fits(typeof value === 'object' ? (value as Account | null)?.address : value),
  }),
  source: optional(someObject),
  chainId: chainIdShape,
};

function toRpc(source: ViemSource): Rpc {
  if ('rpcUrl' in source) return httpRpc(source.rpcUrl);
  const { client } = source;
  return { request: (method, params) => client.request({ method: method as never, params: params as never }) };
}

const viemCodec: Codec = {
  encodeCall: (abi, name, args) => encodeFunctionData({ abi: abi as ViemAbi, functionName: name, args }),
  decodeResult: (abi, name, data) => {
    const { outputs = [] } = abiItem(abi, 'function', name);
    const result = decodeFunctionResult({ abi: abi as ViemAbi, functionName: name, data });
    return outputs.length === 1 ? [result] : (result as readonly unknown[]);
  },
  encodeTopic: (type, value) => {
    const encoded = encodeAbiParameters([{ type }], [value]);
    if (encoded.length !== 66) throw new ChainError('chain.abi', `Cannot search for a value of type ${type}.`);
    return encoded;
  },
  eventTopic: (abi, name) => encodeEventTopics({ abi: abi as ViemAbi, eventName: name })[0] as Hex,
  decodeLog: (abi, log) => {
    const known = (abi as ViemAbi).some((item) => item.type === 'event' && toEventSelector(item) === log.topics[0]);
    if (!known) return undefined;
    const topics = log.topics as [Hex, ...Hex[]];
    const { eventName, args } = decodeEventLog({ abi: abi as ViemAbi, topics, data: log.data });
    return { name: String(eventName), values: args ?? [] };
  },
  decodeError: (abi, data) => {
    try {
      const { errorName, args } = decodeErrorResult({ abi: abi as ViemAbi, data });
      return { name: errorName, values: args ?? [] };
    } catch {
      return undefined;
    }
  },
};
