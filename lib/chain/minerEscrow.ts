/**
 * MinerEscrow: who is a node, and how one becomes, stays and ceases to be. Owns: its acts in TypeScript. Owns not: its views and events
 * (`minerEscrowReader.ts`). Source: protocol.md section 5.1, contracts/interfaces/IMinerEscrow.sol.
 */
import { act, contractAbi } from './agent.ts';
import type { Address, Chain, ChainReader, Hex, SentTransaction } from './chain.ts';
import { MinerEscrowReader, type NodeInfoRecord } from './minerEscrowReader.ts';
import { minerEscrowActs, minerEscrowErrors, minerEscrowReads } from './signatures/minerEscrow.ts';

/** A heartbeat signed by the operator (structure `Heartbeat`). */
export interface Beat {
  readonly node: Address;
  readonly firstEpoch: number;
  readonly count: number;
  readonly nonce: bigint;
  readonly deadline: number;
}

/** What a node stakes, its operator, and how it is reached. */
export interface BondOptions {
  /** At least `minStake`; the token must be approved for it, or use `permit`. */
  readonly amount: bigint;
  readonly operator: Address;
  /** The operator's signature over OperatorConsent(node, deadline), 65 bytes. */
  readonly consent: Uint8Array;
  readonly consentDeadline: number;
  readonly availableUntil: number;
  readonly info: NodeInfoRecord;
  readonly permit?: { readonly deadline: bigint; readonly v: number; readonly r: Hex; readonly s: Hex };
}

const abi = contractAbi(minerEscrowReads, minerEscrowActs, minerEscrowErrors);

/** Every method throws `ChainError`; refusals of the contract have their name in `revert`. */
export class MinerEscrow<C extends ChainReader = ChainReader> extends MinerEscrowReader<C> {
  constructor(chain: C, address: Address) {
    super(chain, address, abi);
  }

  bond(this: MinerEscrow<Chain>, options: BondOptions): Promise<SentTransaction> {
    const { amount, operator, consentDeadline, consent, availableUntil, info, permit } = options;
    const args = [amount, operator, consentDeadline, consent, availableUntil, info];
    return permit === undefined ? act(this, 'bond', args) : act(this, 'bondWithPermit', [...args, permit]);
  }
  topUp(this: MinerEscrow<Chain>, node: Address, amount: bigint): Promise<SentTransaction> {
    return act(this, 'topUp', [node, amount]);
  }
  setOperator(
    this: MinerEscrow<Chain>,
    options: { operator: Address; consentDeadline: number; consent: Uint8Array },
  ): Promise<SentTransaction> {
    return act(this, 'setOperator', [options.operator, options.consentDeadline, options.consent]);
  }
  setNodeInfo(this: MinerEscrow<Chain>, info: NodeInfoRecord): Promise<SentTransaction> {
    return act(this, 'setNodeInfo', [info]);
  }
  setMinRate(this: MinerEscrow<Chain>, minRateWei: bigint): Promise<SentTransaction> {
    return act(this, 'setMinRate', [minRateWei]);
  }
  extendAvailability(this: MinerEscrow<Chain>, epoch: number): Promise<SentTransaction> {
    return act(this, 'extendAvailability', [epoch]);
  }
  /** By the operator: awake in the next `count` epochs, 1 to 8. */
  heartbeat(this: MinerEscrow<Chain>, count: number): Promise<SentTransaction> {
    return act(this, 'heartbeat', [count]);
  }
  heartbeatBySig(this: MinerEscrow<Chain>, beat: Beat, signature: Uint8Array): Promise<SentTransaction> {
    return act(this, 'heartbeatBySig', [beat, signature]);
  }
  requestUnbond(this: MinerEscrow<Chain>, amount: bigint): Promise<SentTransaction> {
    return act(this, 'requestUnbond', [amount]);
  }
  cancelUnbond(this: MinerEscrow<Chain>): Promise<SentTransaction> {
    return act(this, 'cancelUnbond');
  }
  withdrawStake(this: MinerEscrow<Chain>, to: Address): Promise<SentTransaction> {
    return act(this, 'withdrawStake', [to]);
  }
  withdrawCredit(this: MinerEscrow<Chain>, to: Address): Promise<SentTransaction> {
    return act(this, 'withdrawCredit', [to]);
  }
  claimRewards(this: MinerEscrow<Chain>, node: Address, to: number): Promise<SentTransaction> {
    return act(this, 'claimRewards', [node, to]);
  }
}
