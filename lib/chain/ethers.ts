/**
 * The chain by ethers v6, an optional peer: import from `dintel/chain/ethers`.
 *
 * Owns: ethers as codec and signer. Owns not: RPC methods, errors, waiting (`adapter.ts`). With a URL, ethers never
 * opens a connection of its own: no polling, no caches, no retries behind one's back.
 */
import { AbiCoder, getBytes, Interface, type InterfaceAbi, type Signer, type TransactionRequest, Wallet } from 'ethers';
import { came } from '../protocol/came.ts';
import { checkShape, having, type Shape } from '../protocol/shapes.ts';
import { ask, makeChain, makeReader, raiseFees, readChainId, type Sender, suggestFees } from './adapter.ts';
import { lowerAddress } from './address.ts';
import type { Abi, Address, Chain, ChainReader, Hex, TypedData } from './chain.ts';
import type { Codec } from './codec.ts';
import { ChainError, configError } from './errors.ts';
import { checkPlace, httpRpc, type Rpc } from './rpc.ts';

/** The part of ethers' `JsonRpcProvider`, `BrowserProvider`, `WebSocketProvider` that is needed. */
export interface EthersProvider {
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** Where the chain is: a JSON-RPC URL, or an ethers provider. Units: `timeoutMs` per request, for a URL only. */
export type EthersSource = (
  | { readonly rpcUrl: string; readonly timeoutMs?: number }
  | { readonly provider: EthersProvider }
) & {
  /** Refuse another chain: `chain.wrong_chain`. */
  readonly chainId?: number;
};

/** Who acts: a private key (32 bytes hex) that stays in this process, or any connected ethers signer (a wallet). */
export type EthersAccount = { readonly privateKey: Hex } | { readonly signer: Signer };

/**
 * A chain to read. Throws `chain.unreachable`, `chain.wrong_chain`, `chain.config`.
 * @example const reader = await ethersReader({ rpcUrl: 'http://127.0.0.1:8545' });
 */
export async function ethersReader(source: EthersSource): Promise<ChainReader> {
  checkPlace(source, 'provider', providerShape);
  const rpc = toRpc(source);
  return makeReader({ codec: ethersCodec, rpc, chainId: await readChainId(rpc, source.chainId) });
}

/**
 * A chain to read and to act on. Throws as {@link ethersReader}; `chain.config` for a malformed private key, which is
 * never shown.
 * @example const chain = await ethersChain({ rpcUrl, privateKey });
 */
export async function ethersChain(options: EthersSource & EthersAccount): Promise<Chain> {
  checkPlace(options, 'provider', providerShape);
  if ('signer' in options) checkShape(options.signer, 'signer', signerShape, configError);
  const by = 'signer' in options ? options.signer : walletOf(options.privateKey);
  const rpc = toRpc(options);
  const chainId = await readChainId(rpc, options.chainId);
  const sender = 'signer' in options ? await walletSender(by, chainId) : keySender(by as Wallet, rpc, chainId);
  return makeChain({ codec: ethersCodec, rpc, chainId, sender });
}

const providerShape = having(
  'an ethers provider of JSON-RPC (JsonRpcProvider, BrowserProvider), or { rpcUrl }',
  'send',
);

const sending = having('', 'getAddress', 'sendTransaction', 'signTypedData');
const signerShape: Shape = {
  expected: 'an ethers signer with a provider: signer.connect(provider)',
  fits: (value) => sending.fits(value) && Boolean((value as Signer).provider),
};

function toRpc(source: EthersSource): Rpc {
  if ('rpcUrl' in source)
    return httpRpc(source.rpcUrl, source.timeoutMs === undefined ? {} : { timeoutMs: source.timeoutMs });
  const { provider } = source;
  return { request: (method, params) => provider.send(method, [...params]) };
}

/** Transactions whose contents are remembered. */
const keptTransactions = 32;

function walletOf(privateKey: Hex): Wallet {
  try {
    return new Wallet(privateKey);
  } catch {
    const expected = 'a private key: 0x and 64 hex digits, or a signer';
    throw configError({ field: 'privateKey', expected, got: came(privateKey) });
  }
}

function keySender(wallet: Wallet, rpc: Rpc, chainId: number): Sender {
  const account = lowerAddress(wallet.address);
  type Fees = Awaited<ReturnType<typeof suggestFees>>;
  type Sent = { readonly act: Omit<TransactionRequest, 'type'>; readonly fees: Fees };
  /** The last ones, by hash: what may have to be sent again. */
  const sent = new Map<Hex, Sent>();
  const submit = async ({ act, fees }: Sent): Promise<Hex> => {
    const signed = await wallet.signTransaction({ ...act, ...fees, type: 'gasPrice' in fees ? 0 : 2 });
    const hash = (await rpc.request('eth_sendRawTransaction', [signed])) as Hex;
    sent.set(hash, { act, fees });
    for (const old of sent.keys()) if (sent.size > keptTransactions) sent.delete(old);
    return hash;
  };
  return {
    account,
    sendTransaction: async ({ to, data, valueWei, gas }) => {
      const [nonce, fees] = await Promise.all([
        ask(rpc, 'eth_getTransactionCount', [account, 'pending']),
        suggestFees(rpc),
      ]);
      return submit({ act: { chainId, nonce: Number(nonce), to, data, value: valueWei, gasLimit: gas }, fees });
    },
    replaceTransaction: async (hash) => {
      const before = sent.get(hash);
      if (!before) throw new ChainError('chain.dropped', 'It was sent too long ago, or not from here.');
      return submit({ act: before.act, fees: raiseFees(before.fees, await suggestFees(rpc)) });
    },
    signTypedData: (data) => signTypedData(wallet, data),
  };
}

async function walletSender(signer: Signer, chainId: number): Promise<Sender> {
  const provider = signer.provider as Partial<EthersProvider> | null;
  return {
    account: (await signer.getAddress()) as Address,
    // Of providers that speak no JSON-RPC, ethers itself compares the chain that the transaction names.
    ...(provider?.send && { wallet: toRpc({ provider: provider as EthersProvider }) }),
    sendTransaction: async ({ to, data, valueWei, gas }) =>
      (await signer.sendTransaction({ to, data, value: valueWei, gasLimit: gas, chainId })).hash as Hex,
    signTypedData: (data) => signTypedData(signer, data),
  };
}

async function signTypedData(signer: Signer, data: TypedData): Promise<Hex> {
  const types = Object.fromEntries(Object.entries(data.types).map(([name, fields]) => [name, [...fields]]));
  return (await signer.signTypedData(data.domain, types, { ...data.message })) as Hex;
}

/** Parsing an ABI takes milliseconds; the same object is parsed once. */
const interfaces = new WeakMap<Abi, Interface>();
function interfaceOf(abi: Abi): Interface {
  let known = interfaces.get(abi);
  if (!known) {
    known = new Interface(abi as InterfaceAbi);
    interfaces.set(abi, known);
  }
  return known;
}

const ethersCodec: Codec = {
  encodeCall: (abi, name, args) => interfaceOf(abi).encodeFunctionData(name, args) as Hex,
  decodeResult: (abi, name, data) => interfaceOf(abi).decodeFunctionResult(name, data),
  encodeTopic: (type, value) => {
    const encoded = AbiCoder.defaultAbiCoder().encode([type], [value]) as Hex;
    if (getBytes(encoded).length !== 32)
      throw new ChainError('chain.abi', `Cannot search for a value of type ${type}.`);
    return encoded;
  },
  eventTopic: (abi, name) => interfaceOf(abi).getEvent(name)?.topicHash as Hex,
  decodeLog: (abi, log) => {
    const found = interfaceOf(abi).parseLog({ topics: [...log.topics], data: log.data });
    return found ? { name: found.name, values: found.args } : undefined;
  },
  decodeError: (abi, data) => {
    const found = interfaceOf(abi).parseError(data);
    return found ? { name: found.name, values: found.args } : undefined;
  },
};
