/** The network of the store's tests, and events as the chain's door gives them. */
import type { Address, Block, ChainLog, Hex } from 'dintel/chain';
import type { Network } from 'dintel/ursula';

export const word = (value: number | bigint): Hex => `0x${BigInt(value).toString(16).padStart(64, '0')}`;
export const account = (value: number | bigint): Address => `0x${BigInt(value).toString(16).padStart(40, '0')}`;

export const network: Network = {
  chainId: 31337,
  adjudicator: account(0xad),
  policyManager: account(0xb0),
  escrow: account(0xe5),
  epochLength: 30,
  depth: 1,
};

/** A block of a made-up branch: its hash names number and branch. */
export function madeBlock(number: number, branch: number, parentBranch = branch): Block {
  return {
    number: BigInt(number),
    hash: word((BigInt(branch) << 64n) + BigInt(number)),
    parentHash: word((BigInt(parentBranch) << 64n) + BigInt(number - 1)),
    timestamp: BigInt(1_000_000 + number),
    baseFeePerGas: 1n,
  };
}

export function madeLog(block: Block, logIndex: number, event: string, args: Record<string, unknown>): ChainLog {
  return {
    address: network.policyManager,
    event,
    args,
    blockNumber: block.number,
    blockHash: block.hash,
    logIndex,
    transactionHash: word(1),
  };
}

export function created(id: number, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: word(id),
    owner: account(1),
    sponsor: account(2),
    root: word(0xf00),
    shares: 5n,
    rate: 7n,
    start: 33_334n,
    end: 33_340n,
    expiresAt: 1_000_230n,
    ...over,
  };
}
