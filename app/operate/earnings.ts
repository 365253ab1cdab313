/**
 * What a node has earned, by the time at which it was credited: fees (wei) when a policy was settled, rewards (tokens) when claimed.
 *
 * Owns: the fold into buckets of epochs. Owns not: what is due and not settled yet (the contracts' previews).
 */
import type { Address } from 'dintel/chain';
import { type Chronicle, epochOf, type Fact } from '../network/facts.ts';
import { spanOf } from '../network/series.ts';
import { heartbeatsOf } from './heartbeats.ts';

/** One span of epochs. Units: wei, the token's smallest unit; `asleep` = epochs of the span that the node missed. */
export interface EarningsBucket {
  readonly first: number;
  readonly width: number;
  readonly feesWei: bigint;
  readonly rewards: bigint;
  readonly asleep: number;
}

/** The node's earnings in `buckets` equal spans from the first fact to the present. */
export function earningsOf(chronicle: Chronicle, node: Address, buckets: number): EarningsBucket[] {
  const { facts, epoch, rules } = chronicle;
  const { from, width } = spanOf(facts, epoch, rules, buckets);
  const beats = heartbeatsOf(facts, node, { from, to: epoch, now: epoch, rules });
  const rows = Array.from({ length: buckets }, (_, i) => {
    const first = from + i * width;
    const asleep = beats.filter(
      (one) => one.epoch >= first && one.epoch < first + width && one.beat === 'asleep',
    ).length;
    return { first, width, feesWei: 0n, rewards: 0n, asleep };
  });
  for (const fact of facts) {
    const row = rows[Math.floor((epochOf(fact.time, rules) - from) / width)];
    if (row === undefined) continue;
    row.feesWei += feeOf(fact, node);
    row.rewards += rewardOf(fact, node);
  }
  return rows;
}

const feeOf = ({ of, event }: Fact, node: string): bigint =>
  of === 'policies' && event.event === 'Settled' && event.args.node === node ? event.args.paid : 0n;

const rewardOf = ({ of, event }: Fact, node: string): bigint =>
  of === 'escrow' && event.event === 'RewardsClaimed' && event.args.node === node ? event.args.amount : 0n;

/** What a node was credited by one policy. Units: wei. */
export interface PolicyEarning {
  readonly policyId: string;
  readonly wei: bigint;
  readonly settlements: number;
  readonly last: number;
}

/** By policy, the latest settled first. */
export function earningsByPolicy(facts: readonly Fact[], node: Address): PolicyEarning[] {
  const found = new Map<string, PolicyEarning>();
  for (const { of, event, time } of facts) {
    if (of !== 'policies' || event.event !== 'Settled' || event.args.node !== node) continue;
    const { id, paid } = event.args;
    const before = found.get(id) ?? { policyId: id, wei: 0n, settlements: 0, last: 0 };
    found.set(id, { ...before, wei: before.wei + paid, settlements: before.settlements + 1, last: time });
  }
  return [...found.values()].sort((a, b) => b.last - a.last);
}
