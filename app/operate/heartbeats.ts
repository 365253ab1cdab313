/**
 * Whether a node kept its word, epoch by epoch: awake, asleep, promised, or not a node at all.
 *
 * Owns: the fold over one node's heartbeats. Source: MinerEscrow's `Heartbeat`, `EpochsVoided`, and what makes a node one.
 */
import { NodeRegistry } from 'dintel/chain';
import { epochOf, type Fact, type NetworkRules } from '../network/facts.ts';

/** `awake`: covered by a heartbeat, past or now; `promised`: covered, to come; `asleep`: not, though bonded; `open`: to come, not covered. */
export type Beat = 'awake' | 'asleep' | 'promised' | 'open' | 'voided' | 'absent';

/** One epoch of a node. */
export interface EpochBeat {
  readonly epoch: number;
  readonly beat: Beat;
}

/** Each epoch of a range (both ends included). */
export function heartbeatsOf(
  facts: readonly Fact[],
  node: string,
  at: { readonly from: number; readonly to: number; readonly now: number; readonly rules: NetworkRules },
): EpochBeat[] {
  const registry = new NodeRegistry();
  const covered = new Set<number>();
  const voided = new Set<number>();
  const terms: { from: number; to: number }[] = [];
  for (const { of, event, time } of facts) {
    if (of !== 'escrow' || !('node' in event.args) || event.args.node !== node) continue;
    registry.fold(event);
    if (event.event === 'Heartbeat') {
      for (let i = 0; i < event.args.count; i++) covered.add(event.args.firstEpoch + i);
    }
    if (event.event === 'EpochsVoided') {
      for (const one of [...covered].filter((epoch) => epoch >= event.args.from && epoch <= event.args.to)) {
        covered.delete(one);
        voided.add(one);
      }
    }
    const working = (registry.get(event.args.node)?.stake ?? 0n) > 0n;
    const last = terms.at(-1);
    // A heartbeat counts from the next epoch on, so nobody can be awake in the epoch of the bond.
    if (working && last?.to !== Number.POSITIVE_INFINITY) {
      terms.push({ from: epochOf(time, at.rules) + 1, to: Number.POSITIVE_INFINITY });
    } else if (!working && last !== undefined) {
      last.to = Math.min(last.to, epochOf(time, at.rules));
    }
  }
  const isNode = (epoch: number) => terms.some(({ from, to }) => epoch >= from && epoch <= to);
  const beatOf = (epoch: number): Beat => {
    if (covered.has(epoch)) return epoch > at.now ? 'promised' : 'awake';
    if (voided.has(epoch)) return 'voided';
    if (!isNode(epoch)) return 'absent';
    return epoch > at.now ? 'open' : 'asleep';
  };
  return Array.from({ length: at.to - at.from + 1 }, (_, i) => ({ epoch: at.from + i, beat: beatOf(at.from + i) }));
}

/** Share of the node's epochs in which it was awake, 0 to 1; undefined if it has had none. */
export function attendance(beats: readonly EpochBeat[]): number | undefined {
  const awake = beats.filter(({ beat }) => beat === 'awake').length;
  const missed = beats.filter(({ beat }) => beat === 'asleep' || beat === 'voided').length;
  return awake + missed === 0 ? undefined : awake / (awake + missed);
}
