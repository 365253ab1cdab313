/**
 * Adjudicator: judges signed answers and silence. Thin typed functions over its calls and events. Owns: their shapes in
 * TypeScript. Owns not: how evidence is made (protocol/evidence.ts), when to report or challenge (characters/bob).
 * Source: protocol.md sections 5.3 and 6, contracts/interfaces/IAdjudicator.sol.
 */
import type { Evidence } from '../protocol/evidence.ts';
import type { Leaf } from '../protocol/leaf.ts';
import { type CFragVerdict, cfragVerdicts } from '../protocol/verdicts.ts';
import { Agent, act, type ContractEvent, contractAbi } from './agent.ts';
import type { Address, BlockTag, Chain, ChainReader, Hex, SentTransaction } from './chain.ts';
import { ChainError } from './errors.ts';
import { adjudicatorActs, adjudicatorErrors, adjudicatorReads } from './signatures/adjudicator.ts';

/** An open challenge. Units: deadline seconds (the last that counts), bond wei. */
export interface ChallengeRecord {
  readonly challenger: Address;
  readonly deadline: number;
  readonly epoch: number;
  readonly bond: bigint;
  readonly node: Address;
  /** Hash of the leaf. */
  readonly leaf: Hex;
  /** K of its 98 bytes. */
  readonly capsule: Hex;
}

/** What the contract is shown to open a challenge; signatures in EIP-2098 form. */
export interface Opening {
  readonly policyId: Hex;
  readonly leaf: Leaf;
  readonly proof: readonly Hex[];
  readonly terms: {
    readonly keys: Hex;
    readonly reader: Address;
    readonly byteBudget: number;
    readonly conditions: Hex;
  };
  readonly ack: {
    readonly rate: bigint;
    readonly until: number;
    readonly lastStart: number;
    readonly epoch: number;
    readonly r: Hex;
    readonly vs: Hex;
  };
  readonly request: {
    readonly nonce: Hex;
    readonly issuedAt: number;
    readonly expiresAt: number;
    readonly r: Hex;
    readonly vs: Hex;
  };
  /** {@link capsuleHints} of protocol/challenge.ts. */
  readonly hints: readonly bigint[];
  readonly capsule: Uint8Array;
  readonly sealedKfrag: Uint8Array;
}

/** A receipt as it answers a challenge. */
export interface ChallengeAnswer {
  readonly cfrag: Uint8Array;
  readonly epoch: number;
  /** The challenge's id, or the digest of a Request for the same capsule. */
  readonly request: Hex;
  readonly r: Hex;
  readonly vs: Hex;
}

/** Events by name; `verdict` is the enum's number, see `cfragVerdicts`. */
export interface AdjudicatorEvents {
  Committed: { hash: Hex };
  Convicted: {
    node: Address;
    policyId: Hex;
    leaf: Hex;
    verdict: number;
    epoch: number;
    penalty: bigint;
    reporter: Address;
  };
  ChallengeOpened: {
    id: Hex;
    node: Address;
    policyId: Hex;
    /** `index` is a bigint here. */
    leaf: { index: bigint; node: Address; fragment: Hex; terms: Hex };
    deadline: number;
    capsule: Uint8Array;
    sealedKfrag: Uint8Array;
  };
  ChallengeAnswered: { id: Hex } & ChallengeAnswer;
  ChallengeExcused: { id: Hex };
  ChallengeTimedOut: { id: Hex; node: Address; penalty: bigint };
  Withdrawn: { who: Address; to: Address; amount: bigint };
}
export type AdjudicatorEvent = ContractEvent<AdjudicatorEvents>;

const abi = contractAbi(adjudicatorReads, adjudicatorActs, adjudicatorErrors);
const nobody = `0x${'00'.repeat(20)}`;

/** Every method throws `ChainError`; refusals of the contract have their name in `revert`. */
export class Adjudicator<C extends ChainReader = ChainReader> extends Agent<C, AdjudicatorEvents> {
  constructor(chain: C, address: Address) {
    super(chain, address, abi);
  }

  escrow(): Promise<Address> {
    return this.read('escrow');
  }
  policyManager(): Promise<Address> {
    return this.read('policyManager');
  }
  /** What `convict` would find; costs nothing. */
  async evaluate(evidence: Evidence): Promise<CFragVerdict> {
    const place = await this.readNumber('evaluate', [evidence]);
    const verdict = cfragVerdicts[place];
    if (verdict === undefined) throw new ChainError('chain.abi', `There is no verdict number ${place}.`);
    return verdict;
  }
  /** Block of the first commit of this hash, 0 if none. */
  committedAt(hash: Hex): Promise<bigint> {
    return this.read('committedAt', [hash]);
  }
  /** Units: seconds. */
  challengeWindow(): Promise<number> {
    return this.readNumber('challengeWindow');
  }
  /** Least bond in wei at the present base fee. */
  bondNow(): Promise<bigint> {
    return this.read('bondNow');
  }
  /** The open challenge of a leaf, or undefined. */
  async challengeOf(
    policyId: Hex,
    index: number,
    options: { at?: BlockTag } = {},
  ): Promise<ChallengeRecord | undefined> {
    const found = await this.read<ChallengeRecord>('challengeOf', [policyId, index], options);
    return found.challenger === nobody ? undefined : found;
  }
  credit(who: Address): Promise<bigint> {
    return this.read('credit', [who]);
  }

  /** Announce a report by `commitHash` of protocol/evidence.ts; it counts from the next block on. */
  commit(this: Adjudicator<Chain>, hash: Hex): Promise<SentTransaction> {
    return act(this, 'commit', [hash]);
  }
  /** `salt` of the commit, zero if there was none. Units: `gas` at most; as simulated if absent. */
  convict(this: Adjudicator<Chain>, evidence: Evidence, salt: Hex, gas?: bigint): Promise<SentTransaction> {
    return this.chain.send({ ...this.request('convict', [evidence, salt]), ...(gas !== undefined && { gas }) });
  }
  openChallenge(this: Adjudicator<Chain>, opening: Opening, bondWei: bigint): Promise<SentTransaction> {
    return act(this, 'openChallenge', [opening], bondWei);
  }
  answer(this: Adjudicator<Chain>, policyId: Hex, index: number, answer: ChallengeAnswer): Promise<SentTransaction> {
    const { cfrag, epoch, request, r, vs } = answer;
    return act(this, 'answer', [policyId, index, cfrag, epoch, request, r, vs]);
  }
  excuse(this: Adjudicator<Chain>, policyId: Hex, index: number): Promise<SentTransaction> {
    return act(this, 'excuse', [policyId, index]);
  }
  timeout(this: Adjudicator<Chain>, policyId: Hex, index: number): Promise<SentTransaction> {
    return act(this, 'timeout', [policyId, index]);
  }
  withdraw(this: Adjudicator<Chain>, to: Address): Promise<SentTransaction> {
    return act(this, 'withdraw', [to]);
  }
}
