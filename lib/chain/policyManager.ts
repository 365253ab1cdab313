/**
 * PolicyManager: prepaid fees of policies. Thin typed functions over its calls and events. Owns: their shapes in
 * TypeScript. Owns not: what a root is made of (protocol/leaf.ts, tree.ts). Source: protocol.md section 5.2.
 */
import type { Leaf } from '../protocol/leaf.ts';
import { Agent, act, type ContractEvent, contractAbi } from './agent.ts';
import type { Address, BlockTag, Chain, ChainReader, Hex, SentTransaction } from './chain.ts';
import { policyManagerActs, policyManagerErrors, policyManagerReads } from './signatures/policyManager.ts';

/** A policy as stored. Units: rate wei per share and epoch, left wei, start and end epochs (both billed), expiresAt seconds. */
export interface PolicyRecord {
  readonly owner: Address;
  readonly start: number;
  readonly end: number;
  readonly shares: number;
  readonly revoked: boolean;
  readonly root: Hex;
  readonly rate: bigint;
  readonly left: bigint;
  /** From this second on it is not served; the time of revocation once revoked. */
  readonly expiresAt: number;
  readonly sponsored: boolean;
}

/** What an owner agrees to. */
export interface PolicyTerms {
  /** 32 random bytes; makes the id. */
  readonly salt: Hex;
  readonly root: Hex;
  readonly shares: number;
  readonly rate: bigint;
  readonly expiresAt: number;
}

/** A sealed message to Bob in an event; none if the envelope is empty (at most 512 bytes). */
export interface PolicyNote {
  readonly tag: Hex;
  readonly envelope: Uint8Array;
}

export const noNote: PolicyNote = { tag: `0x${'00'.repeat(32)}`, envelope: new Uint8Array(0) };

/** Events by name; integers of at most 48 bits are numbers, others bigint. */
export interface PolicyManagerEvents {
  PolicyCreated: {
    id: Hex;
    owner: Address;
    sponsor: Address;
    root: Hex;
    shares: number;
    rate: bigint;
    start: number;
    end: number;
    expiresAt: number;
  };
  PolicyExtended: { id: Hex; end: number; expiresAt: number; paid: bigint };
  PolicyRevoked: { id: Hex; end: number; refund: bigint };
  Settled: { id: Hex; index: bigint; node: Address; paid: bigint; refunded: bigint; through: number };
  PolicyClosed: { id: Hex; refund: bigint };
  Notice: { id: Hex; tag: Hex; envelope: Uint8Array };
  Withdrawn: { who: Address; to: Address; amount: bigint };
}
export type PolicyManagerEvent = ContractEvent<PolicyManagerEvents>;

const abi = contractAbi(policyManagerReads, policyManagerActs, policyManagerErrors);
const nobody = `0x${'00'.repeat(20)}`;

/** Every method throws `ChainError`; refusals of the contract have their name in `revert`. */
export class PolicyManager<C extends ChainReader = ChainReader> extends Agent<C, PolicyManagerEvents> {
  constructor(chain: C, address: Address) {
    super(chain, address, abi);
  }

  epochLength(): Promise<number> {
    return this.readNumber('epochLength');
  }
  /** `undefined` if there is no policy of this id at that block. */
  async policy(id: Hex, options: { at?: BlockTag } = {}): Promise<PolicyRecord | undefined> {
    const raw = await this.read<Record<keyof PolicyRecord, unknown>>('policy', [id], options);
    if (raw.owner === nobody) return undefined;
    return {
      owner: raw.owner as Address,
      start: Number(raw.start),
      end: Number(raw.end),
      shares: Number(raw.shares),
      revoked: raw.revoked as boolean,
      root: raw.root as Hex,
      rate: BigInt(raw.rate as bigint),
      left: BigInt(raw.left as bigint),
      expiresAt: Number(raw.expiresAt),
      sponsored: raw.sponsored as boolean,
    };
  }
  sponsorOf(id: Hex): Promise<Address> {
    return this.read('sponsorOf', [id]);
  }
  isServable(id: Hex, time: number): Promise<boolean> {
    return this.read('isServable', [id, time]);
  }
  verifyLeaf(id: Hex, leaf: Leaf, proof: readonly Hex[]): Promise<boolean> {
    return this.read('verifyLeaf', [id, leaf, proof]);
  }
  settledEpochs(id: Hex, index: number, options: { at?: BlockTag } = {}): Promise<bigint> {
    return this.read('settledEpochs', [id, index], options);
  }
  async previewSettle(id: Hex, leaf: Leaf): Promise<{ paid: bigint; refunded: bigint; through: number }> {
    const [paid, refunded, through] = await this.read<[bigint, bigint, number | bigint]>('previewSettle', [id, leaf]);
    return { paid, refunded, through: Number(through) };
  }
  policyIdOf(owner: Address, salt: Hex): Promise<Hex> {
    return this.read('policyIdOf', [owner, salt]);
  }
  /** Deposit in wei and billed epochs of a policy created now. */
  async quote(
    rateWei: bigint,
    shares: number,
    expiresAt: number,
  ): Promise<{ deposit: bigint; start: number; end: number }> {
    const [deposit, start, end] = await this.read<[bigint, number, number]>('quote', [rateWei, shares, expiresAt]);
    return { deposit, start: Number(start), end: Number(end) };
  }
  credit(who: Address): Promise<bigint> {
    return this.read('credit', [who]);
  }

  createPolicy(
    this: PolicyManager<Chain>,
    options: { terms: PolicyTerms; note?: PolicyNote; valueWei: bigint },
  ): Promise<SentTransaction> {
    return act(this, 'createPolicy', [options.terms, options.note ?? noNote], options.valueWei);
  }
  createPolicies(
    this: PolicyManager<Chain>,
    options: { terms: readonly PolicyTerms[]; notes: readonly PolicyNote[]; valueWei: bigint },
  ): Promise<SentTransaction> {
    return act(this, 'createPolicies', [options.terms, options.notes], options.valueWei);
  }
  /** Pay for another owner, who signed PolicyFor naming this account as sponsor. */
  createPolicyFor(
    this: PolicyManager<Chain>,
    options: {
      terms: PolicyTerms;
      owner: Address;
      deadline: number;
      signature: Uint8Array;
      note?: PolicyNote;
      valueWei: bigint;
    },
  ): Promise<SentTransaction> {
    const { terms, owner, deadline, signature, note = noNote, valueWei } = options;
    return act(this, 'createPolicyFor', [terms, owner, deadline, signature, note], valueWei);
  }
  /** `ownerSignature` only if the owner is not this account. */
  extendPolicy(
    this: PolicyManager<Chain>,
    options: { id: Hex; expiresAt: number; valueWei: bigint; deadline?: number; ownerSignature?: Uint8Array },
  ): Promise<SentTransaction> {
    const { id, expiresAt, valueWei, deadline = 0, ownerSignature = new Uint8Array(0) } = options;
    return act(this, 'extendPolicy', [id, expiresAt, deadline, ownerSignature], valueWei);
  }
  revoke(this: PolicyManager<Chain>, id: Hex): Promise<SentTransaction> {
    return act(this, 'revoke', [id]);
  }
  revokeBySig(
    this: PolicyManager<Chain>,
    options: { id: Hex; deadline: number; signature: Uint8Array },
  ): Promise<SentTransaction> {
    return act(this, 'revokeBySig', [options.id, options.deadline, options.signature]);
  }
  notify(this: PolicyManager<Chain>, id: Hex, note: PolicyNote): Promise<SentTransaction> {
    return act(this, 'notify', [id, note]);
  }
  settle(this: PolicyManager<Chain>, id: Hex, leaf: Leaf, proof: readonly Hex[]): Promise<SentTransaction> {
    return act(this, 'settle', [id, leaf, proof]);
  }
  settleMany(
    this: PolicyManager<Chain>,
    settlements: readonly { policyId: Hex; leaf: Leaf; proof: readonly Hex[] }[],
  ): Promise<SentTransaction> {
    return act(this, 'settleMany', [settlements]);
  }
  close(this: PolicyManager<Chain>, id: Hex): Promise<SentTransaction> {
    return act(this, 'close', [id]);
  }
  withdraw(this: PolicyManager<Chain>, to: Address): Promise<SentTransaction> {
    return act(this, 'withdraw', [to]);
  }
}
