/** DintelToken, or any plain ERC-20 staked in its place: what staking needs of it. Source: protocol.md section 5.4, ERC-20. */
import { Agent, act, type ContractEvent, contractAbi } from './agent.ts';
import type { Address, Chain, ChainReader, SentTransaction } from './chain.ts';
import { dintelTokenActs, dintelTokenErrors, dintelTokenReads } from './signatures/dintelToken.ts';

export interface TokenEvents {
  Transfer: { from: Address; to: Address; value: bigint };
  Approval: { owner: Address; spender: Address; value: bigint };
}
export type TokenEvent = ContractEvent<TokenEvents>;

const abi = contractAbi(dintelTokenReads, dintelTokenActs, dintelTokenErrors);

/** Units: the token's smallest. Every method throws `ChainError`. */
export class Token<C extends ChainReader = ChainReader> extends Agent<C, TokenEvents> {
  constructor(chain: C, address: Address) {
    super(chain, address, abi);
  }

  symbol(): Promise<string> {
    return this.read('symbol');
  }
  decimals(): Promise<number> {
    return this.read('decimals');
  }
  balanceOf(who: Address): Promise<bigint> {
    return this.read('balanceOf', [who]);
  }
  allowance(owner: Address, spender: Address): Promise<bigint> {
    return this.read('allowance', [owner, spender]);
  }
  approve(this: Token<Chain>, spender: Address, amount: bigint): Promise<SentTransaction> {
    return act(this, 'approve', [spender, amount]);
  }
  transfer(this: Token<Chain>, to: Address, amount: bigint): Promise<SentTransaction> {
    return act(this, 'transfer', [to, amount]);
  }
}
