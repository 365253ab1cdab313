/**
 * The common half of all adapters: a `Chain` made of a codec, an RPC and a signer.
 *
 * Owns: RPC methods, decoded results, errors with names, waiting for receipts, one transaction at a time per account.
 * Owns not: ABI encoding and keys, which a library brings (`ethers.ts`, `viem.ts`). So both adapters behave alike by
 * construction, and a third one is a codec and a signer. Source: execution-apis (eth_*), EIP-1193.
 */
import { lowerAddress } from './address.ts';
import type {
  Abi,
  Address,
  Block,
  BlockTag,
  Chain,
  ChainLog,
  ChainReader,
  ContractCall,
  Hex,
  LogQuery,
  MinedTransaction,
  SentTransaction,
  TypedData,
} from './chain.ts';
import { abiItem, type Codec, eventNames, hasItem, plain, plainStruct } from './codec.ts';
import { ChainError, type Revert, revertSentence } from './errors.ts';
import { type Rpc, rpcError } from './rpc.ts';

/** A transaction for a signer. Units: wei, gas units. */
interface Unsigned {
  readonly to: Address;
  readonly data: Hex;
  readonly valueWei: bigint;
  readonly gas: bigint;
}

/** What brings an account: signs, hands in, gives the hash. Throws whatever its library throws. */
export interface Sender {
  readonly account: Address;
  /** The wallet that sends, if its owner can switch it to another chain; absent where what is signed names the chain. */
  readonly wallet?: Rpc | undefined;
  sendTransaction(transaction: Unsigned): Promise<Hex>;
  /** The same again with a higher fee in its place, where the key is at hand; its hash. */
  replaceTransaction?(hash: Hex): Promise<Hex>;
  signTypedData(data: TypedData): Promise<Hex>;
  /** Several calls as one, all or none: the hash of their transaction; undefined if this account does not offer it. */
  sendCalls?(calls: readonly Omit<Unsigned, 'gas'>[], signal: AbortSignal | undefined): Promise<Hex | undefined>;
}

interface RpcLog {
  readonly address: string;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly logIndex: Hex;
  readonly transactionHash: Hex;
}

interface RpcReceipt {
  readonly status?: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly gasUsed: Hex;
  readonly effectiveGasPrice?: Hex;
  readonly logs: readonly RpcLog[];
}

/** `0x` hex without leading zeros, as the execution-apis want quantities. */
function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}

/** The chain id the RPC or wallet speaks for; with `expected`, `chain.wrong_chain` if it is another. */
export async function readChainId(rpc: Rpc, expected?: number): Promise<number> {
  const chainId = Number(await ask(rpc, 'eth_chainId', []));
  if (expected !== undefined && expected !== chainId) {
    throw new ChainError(
      'chain.wrong_chain',
      `Expected the chain ${expected}, but the RPC or wallet is on ${chainId}.`,
    );
  }
  return chainId;
}

/** Tip and ceiling for a type-2 transaction: twice the present base fee, so that six full blocks in a row still take it. */
export async function suggestFees(
  rpc: Rpc,
): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | { gasPrice: bigint }> {
  const block = (await ask(rpc, 'eth_getBlockByNumber', ['latest', false])) as { baseFeePerGas?: Hex } | null;
  if (!block?.baseFeePerGas) return { gasPrice: BigInt((await ask(rpc, 'eth_gasPrice', [])) as Hex) };
  let tip: bigint;
  try {
    tip = BigInt((await ask(rpc, 'eth_maxPriorityFeePerGas', [])) as Hex);
  } catch {
    tip = 1_000_000_000n; // an optional method; one gwei is what clients assume
  }
  return { maxFeePerGas: 2n * BigInt(block.baseFeePerGas) + tip, maxPriorityFeePerGas: tip };
}

type Fees = Awaited<ReturnType<typeof suggestFees>>;

/** What pools take in place of a transaction that offered `before`: a tenth more is their least. */
export function raiseFees(before: Fees, market: Fees): Fees {
  const raised = (offered: bigint, asked: bigint): bigint => {
    const more = offered + offered / 8n + 1n;
    return more > asked ? more : asked;
  };
  if ('gasPrice' in before) {
    return { gasPrice: raised(before.gasPrice, 'gasPrice' in market ? market.gasPrice : market.maxFeePerGas) };
  }
  const asked = 'gasPrice' in market ? { maxFeePerGas: market.gasPrice, maxPriorityFeePerGas: 0n } : market;
  return {
    maxFeePerGas: raised(before.maxFeePerGas, asked.maxFeePerGas),
    maxPriorityFeePerGas: raised(before.maxPriorityFeePerGas, asked.maxPriorityFeePerGas),
  };
}

export function makeReader(options: { codec: Codec; rpc: Rpc; chainId: number }): ChainReader {
  const { codec, rpc, chainId } = options;
  return {
    chainId,
    block: async (at) => {
      const raw =
        typeof at === 'object'
          ? await ask(rpc, 'eth_getBlockByHash', [at.hash, false])
          : await ask(rpc, 'eth_getBlockByNumber', [tag(at), false]);
      return raw === null ? undefined : toBlock(raw as Record<string, Hex>);
    },
    call: async (request, { at = 'latest', from } = {}) => {
      const data = encode(codec, request);
      const answer = await askContract(codec, rpc, request.abi, 'eth_call', [
        { to: lowerAddress(request.to), data, ...(from && { from }) },
        tag(at),
      ]);
      return decodeResult(codec, request, answer as Hex);
    },
    logs: async (query) => {
      const raw = (await ask(rpc, 'eth_getLogs', [toFilter(codec, query)])) as RpcLog[];
      return raw.flatMap((log) => decodeLog(codec, query.abi, log) ?? []);
    },
    balance: async (address) => BigInt((await ask(rpc, 'eth_getBalance', [lowerAddress(address), 'latest'])) as Hex),
    transaction: (hash, abi) => sentTransaction({ codec, rpc, abi, hash }),
  };
}

export function makeChain(options: { codec: Codec; rpc: Rpc; chainId: number; sender: Sender }): Chain {
  const { codec, rpc, chainId, sender } = options;
  const reader = makeReader(options);
  const account = lowerAddress(sender.account);
  /** Two transactions at once would take the same nonce; so they queue up to the moment the RPC has them. */
  let tail: Promise<unknown> = Promise.resolve();

  const prepare = (request: ContractCall & { valueWei?: bigint }) => {
    const valueWei = request.valueWei ?? 0n;
    const data = encode(codec, request);
    return {
      to: lowerAddress(request.to),
      data,
      valueWei,
      rpcForm: { from: account, to: request.to, data, value: quantity(valueWei) },
    };
  };

  return {
    ...reader,
    account,
    estimate: async (request) => {
      const { rpcForm } = prepare(request);
      const [gas, fees] = await Promise.all([
        askContract(codec, rpc, request.abi, 'eth_estimateGas', [rpcForm]),
        suggestFees(rpc),
      ]);
      return { gas: BigInt(gas as Hex), gasPriceWei: 'gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas };
    },
    send: async (request) => {
      const { to, data, valueWei, rpcForm } = prepare(request);
      const submit = async () => {
        await askContract(codec, rpc, request.abi, 'eth_call', [rpcForm, 'latest']);
        // More than estimated, since what is not used costs nothing: between estimate and block an epoch may turn, another
        // transaction may leave this one the dear first write of a slot, and half a dozen cold slots are 50,000 gas.
        const gas =
          request.gas ??
          (BigInt((await askContract(codec, rpc, request.abi, 'eth_estimateGas', [rpcForm])) as Hex) * 5n) / 4n +
            50_000n;
        // Now, not when it was opened: a transaction names no chain to its wallet's owner, and its value would be gone on another.
        if (sender.wallet) await readChainId(sender.wallet, chainId);
        return withContract(codec, request.abi, () => sender.sendTransaction({ to, data, valueWei, gas }));
      };
      const turn = tail.then(submit, submit);
      tail = turn.catch(() => undefined);
      const { abi } = request;
      const sent = (hash: Hex): SentTransaction => {
        const known = sentTransaction({ codec, rpc, abi, hash, rpcForm });
        const { replaceTransaction } = sender;
        if (replaceTransaction === undefined) return known;
        return { ...known, replace: async () => sent(await withContract(codec, abi, () => replaceTransaction(hash))) };
      };
      return sent(await turn);
    },
    signTypedData: (data) => withContract(codec, [], () => sender.signTypedData(data)),
    ...(sender.sendCalls && {
      sendTogether: async (requests, { signal } = {}) => {
        const abi = requests.flatMap((request) => request.abi);
        const calls = requests.map((request) => {
          const { to, data, valueWei } = prepare(request);
          return { to, data, valueWei };
        });
        const hash = await withContract(codec, abi, async () => sender.sendCalls?.(calls, signal));
        return hash && sentTransaction({ codec, rpc, abi, hash }).wait(signal ? { signal } : {});
      },
    }),
  };
}

/** A transaction known by its hash, for instance one that an earlier process sent. */
function sentTransaction(options: {
  codec: Codec;
  rpc: Rpc;
  abi: Abi;
  hash: Hex;
  /** As it was simulated; read back from the chain if this process did not send it. */
  rpcForm?: Record<string, unknown>;
}): SentTransaction {
  const { codec, rpc, abi, hash, rpcForm } = options;
  return {
    hash,
    wait: async ({ confirmations = 1, signal } = {}): Promise<MinedTransaction> => {
      let delayMs = 20;
      let seen = false;
      for (let round = 0; ; round++) {
        const receipt = (await ask(rpc, 'eth_getTransactionReceipt', [hash])) as RpcReceipt | null;
        if (receipt?.blockNumber) {
          if (receipt.status !== undefined && BigInt(receipt.status) === 0n) {
            throw await minedRevert(codec, rpc, abi, hash, receipt, rpcForm);
          }
          const mined = BigInt(receipt.blockNumber);
          const head = confirmations <= 1 ? mined : BigInt((await ask(rpc, 'eth_blockNumber', [])) as Hex);
          if (head - mined + 1n >= BigInt(confirmations)) return toMined(codec, abi, hash, receipt);
        } else if (round >= 4) {
          // Neither mined nor waiting: another transaction took its nonce, or the RPC forgot it.
          const known = await ask(rpc, 'eth_getTransactionByHash', [hash]);
          if (known !== null) seen = true;
          else if (seen || round >= 10) {
            const message = 'The transaction is no longer known to the chain; it was replaced or dropped.';
            throw new ChainError('chain.dropped', message, { transactionHash: hash });
          }
        }
        await pause(delayMs, signal, hash);
        delayMs = Math.min(delayMs * 1.6, 500);
      }
    },
  };
}

/**
 * Ask again what a mined transaction met: receipts do not say it. First with the block's own changes in place (another
 * transaction of it is the likely cause), then without.
 */
async function minedRevert(
  codec: Codec,
  rpc: Rpc,
  abi: Abi,
  hash: Hex,
  receipt: RpcReceipt,
  sentForm: Record<string, unknown> | undefined,
): Promise<ChainError> {
  const rpcForm = sentForm ?? (await formOf(rpc, hash));
  let reason: ChainError | undefined;
  const mined = BigInt(receipt.blockNumber);
  for (const at of [mined, mined - 1n]) {
    try {
      await askContract(codec, rpc, abi, 'eth_call', [rpcForm, quantity(at)]);
    } catch (error) {
      if (!(error instanceof ChainError) || !error.revert) break;
      reason = error;
      break;
    }
  }
  return new ChainError(
    'chain.reverted',
    reason?.message ?? 'The transaction was mined, but the contract refused it.',
    {
      transactionHash: hash,
      ...(reason?.revert && { revert: reason.revert }),
    },
  );
}

/** A mined transaction as a call. */
async function formOf(rpc: Rpc, hash: Hex): Promise<Record<string, unknown>> {
  const known = (await ask(rpc, 'eth_getTransactionByHash', [hash])) as Record<string, unknown> | null;
  const { from, to, input, value } = known ?? {};
  return { from, to, data: input, value };
}

async function pause(ms: number, signal: AbortSignal | undefined, hash: Hex): Promise<void> {
  const aborted = () =>
    new ChainError('chain.aborted', 'Waiting for the transaction was cancelled; it may still be mined.', {
      transactionHash: hash,
    });
  if (signal?.aborted) throw aborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    const onAbort = () => {
      clearTimeout(timer);
      reject(aborted());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** One RPC request; exceptions of any library become `ChainError`. */
export async function ask(rpc: Rpc, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    return await rpc.request(method, params);
  } catch (error) {
    throw rpcError(error).error;
  }
}

function askContract(codec: Codec, rpc: Rpc, abi: Abi, method: string, params: readonly unknown[]): Promise<unknown> {
  return withContract(codec, abi, () => rpc.request(method, params));
}

/** Run something that may meet a contract's refusal, and give the refusal its name. */
async function withContract<T>(codec: Codec, abi: Abi, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const { error, revertData } = rpcError(cause);
    if (revertData === undefined) throw error;
    const revert = decodeRevert(codec, abi, revertData);
    throw new ChainError('chain.reverted', revertSentence(revert), { cause: error.cause, revert });
  }
}

/** The two errors that Solidity itself throws, so that no caller must list them in its ABI. */
const builtinErrors: Abi = [
  { type: 'error', name: 'Error', inputs: [{ name: 'message', type: 'string' }] },
  { type: 'error', name: 'Panic', inputs: [{ name: 'code', type: 'uint256' }] },
];

function decodeRevert(codec: Codec, abi: Abi, data: Hex): Revert {
  for (const candidates of [abi, builtinErrors]) {
    try {
      const decoded = data.length >= 10 ? codec.decodeError(candidates, data) : undefined;
      if (decoded) {
        const { inputs = [] } = abiItem(candidates, 'error', decoded.name);
        return { name: decoded.name, args: plainStruct(inputs, decoded.values), data };
      }
    } catch {
      // Bytes that look like an error of this ABI but are not: leave them undecoded.
    }
  }
  return { name: undefined, args: {}, data };
}

function encode(codec: Codec, request: ContractCall): Hex {
  abiItem(request.abi, 'function', request.function);
  try {
    return codec.encodeCall(request.abi, request.function, request.args);
  } catch (cause) {
    throw new ChainError('chain.abi', `The arguments do not fit the function ${request.function}.`, { cause });
  }
}

function decodeResult(codec: Codec, request: ContractCall, data: Hex): unknown {
  const { outputs = [] } = abiItem(request.abi, 'function', request.function);
  if (outputs.length === 0) return undefined;
  if (data === '0x') {
    throw new ChainError(
      'chain.not_deployed',
      `No contract with the function ${request.function} is deployed at ${request.to}.`,
    );
  }
  try {
    const values = codec.decodeResult(request.abi, request.function, data);
    const results = outputs.map((output, place) => plain(output, values[place]));
    return results.length === 1 ? results[0] : results;
  } catch (cause) {
    throw new ChainError('chain.abi', `The answer of ${request.function} does not fit its ABI.`, { cause });
  }
}

function toFilter(codec: Codec, query: LogQuery): Record<string, unknown> {
  const range =
    'blockHash' in query.range
      ? { blockHash: query.range.blockHash }
      : { fromBlock: quantity(query.range.fromBlock), toBlock: quantity(query.range.toBlock) };
  const topics: (Hex | readonly Hex[] | null)[] = [];
  if (query.event === undefined) {
    if (query.indexed) throw new ChainError('chain.abi', 'Indexed values need the name of their event.');
    topics.push(eventNames(query.abi).map((name) => codec.eventTopic(query.abi, name)));
  } else {
    const { inputs = [] } = abiItem(query.abi, 'event', query.event);
    topics.push(codec.eventTopic(query.abi, query.event));
    const wanted = { ...query.indexed };
    for (const input of inputs) {
      if (!input.indexed) continue;
      const value = wanted[input.name ?? ''];
      delete wanted[input.name ?? ''];
      const encodeTopic = (one: unknown) => codec.encodeTopic(input.type, one);
      topics.push(value === undefined ? null : Array.isArray(value) ? value.map(encodeTopic) : encodeTopic(value));
    }
    const [unknown] = Object.keys(wanted);
    if (unknown) throw new ChainError('chain.abi', `The event ${query.event} has no indexed parameter ${unknown}.`);
    while (topics.at(-1) === null) topics.pop();
  }
  return { address: query.addresses.map(lowerAddress), topics, ...range };
}

function decodeLog(codec: Codec, abi: Abi, log: RpcLog): ChainLog | undefined {
  let decoded: ReturnType<Codec['decodeLog']>;
  try {
    decoded = codec.decodeLog(abi, log);
  } catch (cause) {
    throw new ChainError('chain.abi', 'A log does not fit the ABI of its contract.', { cause });
  }
  if (!decoded || !hasItem(abi, 'event', decoded.name)) return undefined;
  const { inputs = [] } = abiItem(abi, 'event', decoded.name);
  return {
    address: lowerAddress(log.address),
    event: decoded.name,
    args: plainStruct(inputs, decoded.values),
    blockNumber: BigInt(log.blockNumber),
    blockHash: log.blockHash,
    logIndex: Number(log.logIndex),
    transactionHash: log.transactionHash,
  };
}

function toMined(codec: Codec, abi: Abi, hash: Hex, receipt: RpcReceipt): MinedTransaction {
  const gasUsed = BigInt(receipt.gasUsed);
  return {
    hash,
    blockNumber: BigInt(receipt.blockNumber),
    blockHash: receipt.blockHash,
    gasUsed,
    feeWei: gasUsed * BigInt(receipt.effectiveGasPrice ?? '0x0'),
    logs: receipt.logs.flatMap((log) => readable(codec, abi, log)),
  };
}

/** What is mined is mined: another contract of the same transaction may use a topic of ours for a log of another form (ERC-721's Transfer). */
function readable(codec: Codec, abi: Abi, log: RpcLog): readonly ChainLog[] {
  try {
    const decoded = decodeLog(codec, abi, log);
    return decoded === undefined ? [] : [decoded];
  } catch (error) {
    if (error instanceof ChainError && error.code === 'chain.abi') return [];
    throw error;
  }
}

function toBlock(raw: Record<string, Hex>): Block {
  return {
    number: BigInt(raw.number as Hex),
    hash: raw.hash as Hex,
    parentHash: raw.parentHash as Hex,
    timestamp: BigInt(raw.timestamp as Hex),
    baseFeePerGas: raw.baseFeePerGas === undefined ? undefined : BigInt(raw.baseFeePerGas),
  };
}

function tag(at: BlockTag): string {
  return typeof at === 'bigint' ? quantity(at) : at;
}
