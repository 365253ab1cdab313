/**
 * The one door to a chain. Everything in lib that reads or writes a chain does it through {@link Chain}; adapters
 * (`dintel/chain/ethers`, `dintel/chain/viem`) bring the ABI codec and the transport, so that the core needs neither.
 *
 * Owns: the shapes that cross the door. Owns not: which contracts exist (agents in this folder) nor retries (callers).
 */

/** `0x` and 40 hex digits, as it came from the chain or a wallet; compare with `sameAddress`, never by case. */
export type Address = `0x${string}`;
/** `0x` and an even number of lower-case hex digits. */
export type Hex = `0x${string}`;

/** The part of an ABI that codecs need; the generated `as const` ABIs of this folder are assignable to it. */
export type Abi = readonly unknown[];

/** A block as the watcher needs it. Units: `timestamp` seconds, `baseFeePerGas` wei. */
export interface Block {
  readonly number: bigint;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: bigint;
  readonly baseFeePerGas: bigint | undefined;
}

/** Which block a read is about. A number or hash pins it; `finalized` is what accounting uses. */
export type BlockTag = 'latest' | 'finalized' | bigint;

/** One function of one contract with its arguments: bigint for integers, Hex for bytes and addresses, objects for structs. */
export interface ContractCall {
  readonly to: Address;
  readonly abi: Abi;
  readonly function: string;
  readonly args: readonly unknown[];
}

/** A decoded log. `args` by parameter name, integers as bigint whatever their width, bytes and addresses as lower-case Hex. */
export interface ChainLog {
  readonly address: Address;
  readonly event: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly logIndex: number;
  readonly transactionHash: Hex;
}

/** Which logs: all of `addresses` in [fromBlock, toBlock] (both inclusive) or of exactly one block by hash. */
export interface LogQuery {
  readonly addresses: readonly Address[];
  readonly abi: Abi;
  /** Only this event, and only these values of its indexed parameters (a list means any of). All known events if absent. */
  readonly event?: string;
  readonly indexed?: Readonly<Record<string, unknown>>;
  readonly range: { readonly fromBlock: bigint; readonly toBlock: bigint } | { readonly blockHash: Hex };
}

/** What happened to a transaction. Reverts are not a status here: `wait` throws `ChainError` with the decoded reason. */
export interface MinedTransaction {
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly gasUsed: bigint;
  /** Wei paid for gas. */
  readonly feeWei: bigint;
  readonly logs: readonly ChainLog[];
}

/** A transaction on its way. */
export interface SentTransaction {
  readonly hash: Hex;
  /** Resolves when mined at the given depth (default 1 = included). Throws `ChainError`: reverted, dropped, aborted. */
  wait(options?: { confirmations?: number; signal?: AbortSignal }): Promise<MinedTransaction>;
  /**
   * The same act under the same nonce with a higher fee, in place of this one that nobody mines: an eighth more, or what is asked now if
   * that is more. Only one of them can be mined; `wait` of the other throws `chain.dropped`. Absent where a wallet sends, whose owner
   * decides that there. Throws `ChainError`: `chain.nonce` if one of them is mined, `chain.funds`, `chain.dropped` (too long ago).
   */
  replace?(): Promise<SentTransaction>;
}

/** EIP-712 data to sign; `types` without EIP712Domain. */
export interface TypedData {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: bigint;
    readonly verifyingContract: Address;
  };
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
  readonly primaryType: string;
  readonly message: Readonly<Record<string, unknown>>;
}

/**
 * Reading a chain. Results of `call`: one output comes bare, several as an array in order; structs are plain objects by
 * field name; integers are bigint whatever their width; bytes and addresses lower-case Hex.
 * Errors: every method throws `ChainError` with a code (`chain.unreachable`, `chain.reverted` with the decoded custom
 * error, `chain.wrong_chain`, …) and never a dependency's own exception.
 */
export interface ChainReader {
  readonly chainId: number;
  block(at: BlockTag | { readonly hash: Hex }): Promise<Block | undefined>;
  call(request: ContractCall, options?: { at?: BlockTag; from?: Address }): Promise<unknown>;
  logs(query: LogQuery): Promise<ChainLog[]>;
  /** Wei held by an account. */
  balance(address: Address): Promise<bigint>;
  /** A transaction known by its hash, for instance one that an earlier process sent; `abi` decodes its logs and refusal. */
  transaction(hash: Hex, abi: Abi): SentTransaction;
}

/** A reader that can also act for one account. */
export interface Chain extends ChainReader {
  readonly account: Address;
  /** Gas units that `send` would use now, and the wei per unit a client would offer. */
  estimate(request: ContractCall & { valueWei?: bigint }): Promise<{ gas: bigint; gasPriceWei: bigint }>;
  /** Simulates first, so that a revert is an error with its name and costs nothing; then signs and sends. */
  send(request: ContractCall & { valueWei?: bigint; gas?: bigint }): Promise<SentTransaction>;
  signTypedData(data: TypedData): Promise<Hex>;
  /**
   * Several calls as one transaction, all or none, and one question to the account's owner, where its wallet offers that (EIP-5792);
   * resolved when mined. `undefined`, and nothing sent, where it does not: see `sendAll`.
   */
  sendTogether?(
    requests: readonly (ContractCall & { valueWei?: bigint })[],
    options?: { signal?: AbortSignal },
  ): Promise<MinedTransaction | undefined>;
}
