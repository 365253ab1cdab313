/**
 * Facts: every event of a deployment's contracts that the pages speak of, each with the second in which it happened. One list in chain
 * order; whatever a page shows of the past is a pure fold over it (the files beside this one).
 *
 * Owns: the shape of a fact, and what is constant about a network. Owns not: reading (`chainFacts.ts`).
 */
import type { AdjudicatorEvent, MinerEscrowEvent, PolicyManagerEvent } from 'dintel/chain';

/** One event. Units: `time` in seconds since 1970, that of its block. */
export type Fact = { readonly time: number } & (
  | { readonly of: 'escrow'; readonly event: MinerEscrowEvent }
  | { readonly of: 'policies'; readonly event: PolicyManagerEvent }
  | { readonly of: 'adjudicator'; readonly event: AdjudicatorEvent }
);

/** What never changes of a deployment. Units: `epochLength` seconds, windows in epochs, `minStake` the token's smallest unit. */
export interface NetworkRules {
  readonly epochLength: number;
  readonly disputeWindow: number;
  readonly evidenceWindow: number;
  readonly unbonding: number;
  readonly minStake: bigint;
}

/** A network at one block, and all that led there. `facts` is the same list as long as nothing new has happened. */
export interface Chronicle {
  readonly rules: NetworkRules;
  readonly block: bigint;
  readonly timestamp: number;
  readonly epoch: number;
  readonly facts: readonly Fact[];
}

/** A name of its own for each fact: its place in the chain. */
export const keyOf = ({ event }: Fact): string => `${event.blockHash}:${event.logIndex}`;

/** The epoch of a second. */
export const epochOf = (time: number, rules: Pick<NetworkRules, 'epochLength'>): number =>
  Math.floor(time / rules.epochLength);
