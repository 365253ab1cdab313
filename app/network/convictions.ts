/**
 * Penalties as the facts tell, each with where its evidence lies: the transaction that brought it.
 *
 * Owns: joining the escrow's `Slashed` with the adjudicator's word of the same transaction. Owns not: judging the evidence again
 * (`evidence.ts`).
 */
import type { Address, Hex } from 'dintel/chain';
import { type CFragVerdict, cfragVerdicts } from 'dintel/protocol';
import { type Fact, keyOf } from './facts.ts';

/** One penalty. Units: epoch of the offence, amounts in the token's smallest unit, seconds. */
export interface Conviction {
  readonly key: string;
  readonly node: Address;
  readonly offence: 'wrong answer' | 'silence';
  /** What the contract found, of a wrong answer. */
  readonly verdict: CFragVerdict | undefined;
  readonly policyId: Hex | undefined;
  readonly epoch: number;
  readonly penalty: bigint;
  readonly reward: bigint;
  readonly reporter: Address;
  readonly time: number;
  readonly block: bigint;
  readonly transaction: Hex;
}

/** All penalties, the newest first; `node` narrows them to one. */
export function convictionsOf(facts: readonly Fact[], node?: string): Conviction[] {
  const found: Conviction[] = [];
  for (const fact of facts) {
    if (fact.of !== 'escrow' || fact.event.event !== 'Slashed') continue;
    const { args, transactionHash, blockNumber } = fact.event;
    if (node !== undefined && args.node !== node) continue;
    const word = facts.find(
      ({ of, event }) =>
        of === 'adjudicator' &&
        event.event === 'Convicted' &&
        event.transactionHash === transactionHash &&
        event.args.node === args.node &&
        event.args.epoch === args.epoch,
    )?.event;
    const said = word?.event === 'Convicted' ? word.args : undefined;
    found.push({
      key: keyOf(fact),
      node: args.node,
      offence: args.kind === 0 ? 'wrong answer' : 'silence',
      verdict: said === undefined ? undefined : cfragVerdicts[said.verdict],
      policyId: said?.policyId,
      epoch: args.epoch,
      penalty: args.penalty,
      reward: args.reward,
      reporter: args.reporter,
      time: fact.time,
      block: blockNumber,
      transaction: transactionHash,
    });
  }
  return found.reverse();
}
