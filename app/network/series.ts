/**
 * The network over time: stake as steps, active nodes by epoch, policies by what became of them.
 *
 * Owns: series for plots, as plain numbers. Owns not: drawing (`app/plots`).
 */
import { NodeRegistry } from 'dintel/chain';
import { type Chronicle, epochOf, type Fact, type NetworkRules } from './facts.ts';
import { policiesOf } from './policies.ts';

/** What was at stake from this second on, in the token's smallest unit; `node` narrows it to one. */
export interface StakePoint {
  readonly time: number;
  readonly stake: bigint;
  readonly unbonding: bigint;
}

/** Stake over time: one point per change, in order. */
export function stakeOverTime(facts: readonly Fact[], node?: string): StakePoint[] {
  const registry = new NodeRegistry();
  const points: StakePoint[] = [];
  for (const fact of facts) {
    if (fact.of !== 'escrow') continue;
    if (node !== undefined && !('node' in fact.event.args && fact.event.args.node === node)) continue;
    registry.fold(fact.event);
    const records = registry.all();
    const stake = records.reduce((sum, record) => sum + record.stake, 0n);
    const unbonding = records.reduce((sum, record) => sum + record.unbonding, 0n);
    const last = points.at(-1);
    if (last !== undefined && last.stake === stake && last.unbonding === unbonding) continue;
    if (last?.time === fact.time) points.pop();
    points.push({ time: fact.time, stake, unbonding });
  }
  return points;
}

/** Nodes whose heartbeats cover an epoch, for each epoch of a range (both ends included). */
export function activeByEpoch(facts: readonly Fact[], range: { readonly from: number; readonly to: number }): number[] {
  const active = new Map<string, Set<number>>();
  for (const { of, event } of facts) {
    if (of !== 'escrow') continue;
    if (event.event === 'Heartbeat') {
      const { node, firstEpoch, count } = event.args;
      const epochs = active.get(node) ?? new Set();
      for (let i = 0; i < count; i++) epochs.add(firstEpoch + i);
      active.set(node, epochs);
    }
    if (event.event === 'EpochsVoided') {
      const { node, from, to } = event.args;
      for (const epoch of active.get(node) ?? []) if (epoch >= from && epoch <= to) active.get(node)?.delete(epoch);
    }
  }
  return Array.from({ length: range.to - range.from + 1 }, (_, i) => {
    const epoch = range.from + i;
    return [...active.values()].filter((epochs) => epochs.has(epoch)).length;
  });
}

/** Policies by the bucket of epochs in which each thing befell them. `first` is the bucket's first epoch. */
export interface PolicyBucket {
  readonly first: number;
  readonly created: number;
  readonly ended: number;
  readonly revoked: number;
}

/** Policies created, ended and revoked, in `buckets` equal spans from the first fact to the present. */
export function policiesOverTime({ facts, epoch, rules }: Chronicle, buckets: number): PolicyBucket[] {
  const { from, width } = spanOf(facts, epoch, rules, buckets);
  const rows = Array.from({ length: buckets }, (_, i) => ({
    first: from + i * width,
    created: 0,
    ended: 0,
    revoked: 0,
  }));
  const at = (time: number) => rows[Math.floor((epochOf(time, rules) - from) / width)];
  for (const { createdAt, revokedAt, expiresAt } of policiesOf(facts)) {
    const created = at(createdAt);
    if (created !== undefined) created.created += 1;
    const over = at(revokedAt ?? expiresAt);
    if (over === undefined || epochOf(revokedAt ?? expiresAt, rules) > epoch) continue;
    if (revokedAt === undefined) over.ended += 1;
    else over.revoked += 1;
  }
  return rows;
}

/** The epochs from the first fact to the present, cut into equal buckets of at least one epoch. */
export function spanOf(
  facts: readonly Fact[],
  epoch: number,
  rules: Pick<NetworkRules, 'epochLength'>,
  buckets: number,
): { readonly from: number; readonly width: number } {
  const first = facts[0] === undefined ? epoch : epochOf(facts[0].time, rules);
  const width = Math.max(1, Math.ceil((epoch - first + 1) / buckets));
  return { from: epoch + 1 - width * buckets, width };
}
