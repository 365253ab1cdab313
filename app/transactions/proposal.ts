/**
 * What a contract wallet (a Safe, an account abstraction) answers when it is asked to send: the hash of a proposal, which no chain knows.
 * Others sign it, and some day a transaction of somebody carries it out. So the hash is not watched, but what the call does: a log of the
 * contract that it calls, in a transaction which has the call inside.
 *
 * Owns: that search. Owns not: what the tray says (`follow.ts`). Source: research/app-sdk.md section 3, item 33.
 */
import {
  type Abi,
  type Address,
  type Chain,
  ChainError,
  type ContractCall,
  type Hex,
  type Rpc,
  type SentTransaction,
} from 'dintel/chain';

/** What was proposed. `data`: the call, or as much of its beginning as tells it from others. */
export interface Proposal {
  readonly account: Address;
  readonly to: Address;
  readonly data: Hex;
  /** The newest block when it was asked for. */
  readonly fromBlock: number;
}

/** Characters of the call that are kept: a function and what it was told first, among it the id or the salt of a policy. */
const most = 2 + 2 * (4 + 6 * 32);

/** A call that is about to be asked for; undefined if the chain does not answer, which whoever sends it will tell better. */
export async function proposalOf(
  rpc: Rpc,
  { account, to, data }: { readonly account: Address; readonly to: Address; readonly data: Hex },
): Promise<Proposal | undefined> {
  const head = (await rpc.request('eth_blockNumber', []).catch(() => undefined)) as Hex | undefined;
  return head && { account, to, data: data.slice(0, most) as Hex, fromBlock: Number(head) };
}

/** Whether an account is a contract. Code that only points elsewhere (EIP-7702) is that of an account with a key. */
async function isContract(rpc: Rpc, account: Address): Promise<boolean> {
  const code = (await rpc.request('eth_getCode', [account, 'latest']).catch(() => '0x')) as Hex;
  return code !== '0x' && !code.startsWith('0xef0100');
}

/** Looks at most so often, in milliseconds; others sign in minutes or days. */
const pauses = { first: 500, most: 5_000 } as const;
/** Looks after which an answer that no chain knows is held for a proposal. */
const patience = 3;

/** A chain whose wallet may answer with proposals: whoever waits for what it sent waits for what that becomes. */
export function awaitingProposals(chain: Chain, rpc: Rpc, encode: (call: ContractCall) => Promise<Hex>): Chain {
  const becoming = new Map<Hex, Promise<Hex>>();
  const awaited = (hash: Hex, abi: Abi): SentTransaction => {
    const became = becoming.get(hash);
    if (became === undefined) return chain.transaction(hash, abi);
    return {
      hash,
      wait: async (options) => chain.transaction(await orAborted(became, hash, options?.signal), abi).wait(options),
    };
  };
  return {
    ...chain,
    transaction: awaited,
    send: async (request) => {
      const proposal = await proposalOf(rpc, { account: chain.account, to: request.to, data: await encode(request) });
      const sent = await chain.send(request);
      if (proposal === undefined) return sent;
      const became = landed(rpc, sent.hash, proposal, { onProposed: () => undefined });
      became.catch(() => undefined);
      becoming.set(sent.hash, became);
      return awaited(sent.hash, request.abi);
    },
  };
}

function orAborted<T>(work: Promise<T>, hash: Hex, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const message = 'Waiting for other signers was cancelled; they may still agree.';
    const stop = () => reject(new ChainError('chain.aborted', message, { transactionHash: hash }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * The transaction that an answer of the wallet is, or became. Of an account with a key that is the answer itself. Resolves when the chain
 * knows it; `onProposed` hears that others must sign first. Rejects only when it is aborted.
 */
export async function landed(
  rpc: Rpc,
  hash: Hex,
  proposal: Proposal,
  {
    onProposed,
    signal,
    firstMs = pauses.first,
  }: {
    readonly onProposed: () => void;
    readonly signal?: AbortSignal | undefined;
    /** Until it is looked the second time. */
    readonly firstMs?: number;
  },
): Promise<Hex> {
  if (!(await isContract(rpc, proposal.account))) return hash;
  const seen = new Set<Hex>();
  for (let round = 0, pause = firstMs; ; round++) {
    signal?.throwIfAborted();
    const found = await look(rpc, hash, proposal, seen).catch(() => undefined);
    if (found !== undefined) return found;
    if (round === patience) onProposed();
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 1.5, pauses.most);
  }
}

/** `seen`: transactions that are not it. */
async function look(rpc: Rpc, hash: Hex, proposal: Proposal, seen: Set<Hex>): Promise<Hex | undefined> {
  const { to, fromBlock } = proposal;
  if ((await rpc.request('eth_getTransactionByHash', [hash])) !== null) return hash;
  const logs = (await rpc.request('eth_getLogs', [
    { address: to, fromBlock: `0x${fromBlock.toString(16)}`, toBlock: 'latest' },
  ])) as readonly { readonly transactionHash: Hex }[];
  for (const { transactionHash } of logs) {
    if (seen.has(transactionHash)) continue;
    const sent = (await rpc.request('eth_getTransactionByHash', [transactionHash])) as Sent | null;
    if (sent === null) continue;
    if (carriesOut(sent, proposal)) return transactionHash;
    seen.add(transactionHash);
  }
  return undefined;
}

interface Sent {
  readonly from: Address;
  readonly to: Address | null;
  readonly input: Hex;
}

/** The call is inside, and the account is the one that is called, calls, or is named: the same call of somebody else is not it. */
function carriesOut({ from, to, input }: Sent, { account, data }: Proposal): boolean {
  const inside = (hex: Hex) => input.toLowerCase().includes(hex.slice(2).toLowerCase());
  const isIt = (one: Address | null) => one?.toLowerCase() === account.toLowerCase();
  return inside(data) && (isIt(to) || isIt(from) || inside(account));
}
