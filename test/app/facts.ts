/** Facts for tests of the folds: events by hand, in the order in which they are given, ten seconds to a block. Not a test by itself. */
import type { AdjudicatorEvents, MinerEscrowEvents, PolicyManagerEvents } from 'dintel/chain';
import type { Chronicle, Fact, NetworkRules } from '../../app/network/facts.ts';

/** Epochs of 30 seconds, and the windows of every deployment. */
export const rules: NetworkRules = {
  epochLength: 30,
  disputeWindow: 2,
  evidenceWindow: 14,
  unbonding: 21,
  minStake: 25_000n,
};

export const [ann, ben, cem] = ['0xaa', '0xbb', '0xcc'].map((start) => start.padEnd(42, '0') as `0x${string}`) as [
  `0x${string}`,
  `0x${string}`,
  `0x${string}`,
];
export const idOf = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, '0')}`;

type All = { escrow: MinerEscrowEvents; policies: PolicyManagerEvents; adjudicator: AdjudicatorEvents };

/** One fact. `at` is the second; `together` names the transaction, if several facts share one. */
export function fact<Of extends keyof All, Name extends keyof All[Of] & string>(
  of: Of,
  at: number,
  event: Name,
  args: Partial<All[Of][Name]>,
  together = `${at}:${event}`,
): Fact {
  const place = {
    address: ann,
    blockNumber: BigInt(Math.floor(at / 10)),
    blockHash: idOf(at),
    logIndex: event.length,
    transactionHash: together,
  };
  return { of, time: at, event: { event, args, ...place } } as unknown as Fact;
}

/** A network at the second `now` after these facts. */
export const chronicle = (now: number, facts: readonly Fact[]): Chronicle => ({
  rules,
  facts,
  timestamp: now,
  block: BigInt(Math.floor(now / 10)),
  epoch: Math.floor(now / rules.epochLength),
});
