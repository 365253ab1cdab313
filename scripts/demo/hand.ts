/**
 * The hand that plays with the demo's chain: any account acts without its key, and the clock goes where it is told. What only a chain
 * of one's own allows; nothing here exists on another.
 */
import { type Address, type ContractCall, type Hex, httpRpc } from 'dintel/chain';
import { type Abi, encodeFunctionData } from 'viem';

const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`;

export class Hand {
  readonly #rpc: ReturnType<typeof httpRpc>;

  constructor(rpcUrl: string) {
    this.#rpc = httpRpc(rpcUrl);
  }

  /** Whatever the chain's own RPC understands. */
  ask(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return this.#rpc.request(method, params);
  }

  /** Sends a call as `from`, whose account the chain has unlocked; rejects if the contract refuses. */
  async act(from: string, call: ContractCall, valueWei = 0n): Promise<void> {
    const data = encodeFunctionData({ abi: call.abi as Abi, functionName: call.function, args: call.args });
    await this.ask('eth_sendTransaction', {
      from,
      to: call.to,
      data,
      value: quantity(valueWei),
      gas: quantity(2_000_000),
    });
  }

  /** Lets these accounts act without their keys while `work` runs. */
  async as<T>(accounts: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const account of accounts) await this.ask('hardhat_impersonateAccount', account);
    try {
      return await work();
    } finally {
      for (const account of accounts) await this.ask('hardhat_stopImpersonatingAccount', account);
    }
  }

  /** Holds the chain's clock, which then goes only where `moveTo` puts it, while `work` runs. */
  async holdingTime<T>(work: () => Promise<T>): Promise<T> {
    await this.ask('evm_setIntervalMining', 0);
    try {
      return await work();
    } finally {
      await this.ask('evm_setIntervalMining', 1_000);
    }
  }

  /** Seconds since 1970 at the head. */
  async now(): Promise<number> {
    const { timestamp } = (await this.ask('eth_getBlockByNumber', 'latest', false)) as { timestamp: Hex };
    return Number(timestamp);
  }

  /** A block at this second, or at the next one possible if the chain is past it. Resolves with its time. */
  async moveTo(second: number): Promise<number> {
    const now = await this.now();
    const at = Math.max(second, now + 1);
    await this.ask('evm_setNextBlockTimestamp', at);
    await this.ask('evm_mine');
    return at;
  }

  /** Gives an account this much of the chain's currency, whatever it had. */
  async setBalance(account: Address, wei: bigint): Promise<void> {
    await this.ask('hardhat_setBalance', account, quantity(wei));
  }
}
