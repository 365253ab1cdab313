/**
 * The chain by any EIP-1193 provider (`window.ethereum`, EIP-6963, a bridge to a smart-contract wallet) or by a JSON-RPC URL, with no
 * library at all: import from `dintel/chain/eip1193`.
 *
 * Owns: a wallet's requests, batches where it offers them (EIP-5792). Owns not: the ABI (`abiCodec.ts`), RPC methods, errors,
 * waiting (`adapter.ts`), finding wallets (EIP-6963, the page). Source: EIP-1193, EIP-712 (eth_signTypedData_v4), EIP-5792.
 */

import { anAddress, checkOptions, having, optional, someObject } from '../protocol/shapes.ts';
import { abiCodec } from './abiCodec.ts';
import { ask, makeChain, makeReader, readChainId, type Sender } from './adapter.ts';
import { lowerAddress } from './address.ts';
import type { Address, Chain, ChainReader, Hex, TypedData } from './chain.ts';
import { ChainError, configError } from './errors.ts';
import { chainIdShape, checkPlace, httpRpc, type Rpc } from './rpc.ts';

/** What EIP-1193 asks of a provider, as far as it is needed. */
export interface Eip1193Provider {
  request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
}

/** Where the chain is: a provider, or a JSON-RPC URL. Units: `timeoutMs` per request, for a URL only. */
export type Eip1193Source = (
  | { readonly provider: Eip1193Provider }
  | { readonly rpcUrl: string; readonly timeoutMs?: number }
) & {
  /** Refuse another chain: `chain.wrong_chain`. */
  readonly chainId?: number;
};

/**
 * A chain to read. Throws `chain.unreachable`, `chain.wrong_chain`, `chain.config`.
 * @example const reader = await eip1193Reader({ rpcUrl: 'http://127.0.0.1:8545' });
 */
export async function eip1193Reader(source: Eip1193Source): Promise<ChainReader> {
  checkPlace(source, 'provider', providerShape);
  const rpc = toRpc(source);
  return makeReader({ codec: abiCodec, rpc, chainId: await readChainId(rpc, source.chainId) });
}

/**
 * A chain to read and to act on, by a wallet's account: the one given, else the first that the wallet shows, which it may ask its
 * owner for. Throws as {@link eip1193Reader}; `chain.rejected` if he refuses, `chain.no_account` if there is none.
 * @example const chain = await eip1193Chain({ provider: window.ethereum });
 */
export async function eip1193Chain(options: {
  readonly provider: Eip1193Provider;
  readonly account?: Address;
  readonly chainId?: number;
  /** Reads go here; through the wallet if absent. */
  readonly source?: Eip1193Source;
}): Promise<Chain> {
  checkOptions(options, chainShapes, configError);
  if (options.source) checkPlace(options.source, 'provider', providerShape, 'source.');
  const wallet = toRpc(options);
  const chainId = await readChainId(wallet, options.chainId);
  const rpc = options.source ? toRpc(options.source) : wallet;
  if (options.source) await readChainId(rpc, chainId);
  const account = lowerAddress(options.account ?? (await firstAccount(wallet)));
  return makeChain({ codec: abiCodec, rpc, chainId, sender: walletSender(wallet, account, chainId) });
}

const providerShape = having('an EIP-1193 provider, as window.ethereum', 'request');

const chainShapes = {
  provider: providerShape,
  account: optional(anAddress),
  source: optional(someObject),
  chainId: chainIdShape,
};

function toRpc(source: Eip1193Source): Rpc {
  if ('rpcUrl' in source) {
    return httpRpc(source.rpcUrl, source.timeoutMs === undefined ? {} : { timeoutMs: source.timeoutMs });
  }
  const { provider } = source;
  return { request: (method, params) => provider.request({ method, params }) };
}

async function firstAccount(wallet: Rpc): Promise<Address> {
  const [account] = (await ask(wallet, 'eth_requestAccounts', [])) as Address[];
  if (account) return account;
  throw new ChainError('chain.no_account', 'The wallet shows no account.');
}

/** A number as the execution-apis write it. */
const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`;

function walletSender(wallet: Rpc, account: Address, chainId: number): Sender {
  return {
    account,
    wallet,
    sendTransaction: async ({ to, data, valueWei, gas }) =>
      (await wallet.request('eth_sendTransaction', [
        { from: account, to, data, value: quantity(valueWei), gas: quantity(gas), chainId: quantity(chainId) },
      ])) as Hex,
    signTypedData: async (data) =>
      (await wallet.request('eth_signTypedData_v4', [account, typedDataJson(data)])) as Hex,
    sendCalls: async (calls, signal) => {
      if (!(await offersBatches(wallet, account, chainId))) return undefined;
      const sent = (await wallet.request('wallet_sendCalls', [
        {
          version: '2.0.0',
          chainId: quantity(chainId),
          from: account,
          atomicRequired: true,
          calls: calls.map(({ to, data, valueWei }) => ({ to, data, value: quantity(valueWei) })),
        },
      ])) as { readonly id: string };
      return waitForCalls(wallet, sent.id, signal);
    },
  };
}

/** Whether the wallet makes several calls one, all or none. Wallets that know nothing of it refuse the question. */
async function offersBatches(wallet: Rpc, account: Address, chainId: number): Promise<boolean> {
  const chain = quantity(chainId);
  try {
    const told = (await wallet.request('wallet_getCapabilities', [account, [chain]])) as Record<
      string,
      { readonly atomic?: { readonly status?: string } } | undefined
    >;
    const status = told[chain]?.atomic?.status;
    return status === 'supported' || status === 'ready';
  } catch {
    return false;
  }
}

/** The hash of the transaction that the calls became. Throws `chain.reverted`, `chain.rejected`, `chain.aborted`. */
async function waitForCalls(wallet: Rpc, id: string, signal: AbortSignal | undefined): Promise<Hex> {
  for (let delayMs = 50; ; delayMs = Math.min(delayMs * 1.6, 1_000)) {
    const told = (await ask(wallet, 'wallet_getCallsStatus', [id])) as {
      readonly status: number;
      readonly receipts?: readonly { readonly transactionHash: Hex }[];
    };
    const hash = told.receipts?.at(-1)?.transactionHash;
    if (told.status >= 200 && told.status < 300 && hash !== undefined) return hash;
    if (told.status >= 500) {
      const about = hash === undefined ? {} : { transactionHash: hash };
      throw new ChainError('chain.reverted', 'The calls were mined, but a contract refused them.', about);
    }
    if (told.status >= 400) throw new ChainError('chain.dropped', 'The wallet gave the calls up.');
    if (signal?.aborted) {
      throw new ChainError('chain.aborted', 'Waiting for the calls was cancelled; they may still be mined.');
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
}

/** EIP-712 data as wallets want it: JSON, with the domain's own type, integers as decimal text. */
function typedDataJson({ domain, types, primaryType, message }: TypedData): string {
  const EIP712Domain = [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
  ];
  const data = { types: { EIP712Domain, ...types }, primaryType, domain, message };
  return JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
