/**
 * Nodes as the facts tell: who they are, what they have at stake, what they have earned and lost.
 *
 * Owns: the fold of one row per node. Owns not: the registry's own rules (`dintel/chain`), whether a node answers (probes).
 */
import { type Address, NodeRegistry } from 'dintel/chain';
import type { Chronicle, Fact } from './facts.ts';

/** A heartbeat covers eight epochs at most, so a lease ends no later than this many after the present. */
const maxLease = 8;

/**
 * A node. Units: stakes and rewards in the token's smallest unit, rates and fees wei, epochs. `activeThrough` is the last epoch of its
 * present lease; `gone` has neither stake nor anything unbonding.
 */
export interface NodeRow {
  readonly address: Address;
  readonly url: string;
  readonly operators: readonly { readonly operator: Address; readonly fromEpoch: number }[];
  readonly stake: bigint;
  readonly unbonding: bigint;
  readonly minRateWei: bigint;
  readonly availableUntil: number;
  readonly activeThrough: number | undefined;
  readonly state: 'bonded' | 'jailed' | 'leaving' | 'gone';
  readonly bondedAt: number;
  readonly feesWei: bigint;
  readonly rewards: bigint;
  readonly lost: bigint;
  readonly slashes: number;
}

/** All nodes that ever bonded, by stake, then by address. */
export function nodesOf({ facts, epoch }: Pick<Chronicle, 'facts' | 'epoch'>): NodeRow[] {
  const registry = new NodeRegistry();
  const sums = new Map<Address, { feesWei: bigint; rewards: bigint; lost: bigint; bondedAt: number }>();
  const sumOf = (node: Address) => {
    const known = sums.get(node) ?? { feesWei: 0n, rewards: 0n, lost: 0n, bondedAt: 0 };
    sums.set(node, known);
    return known;
  };
  for (const fact of facts) {
    if (fact.of === 'escrow') registry.fold(fact.event);
    add(fact, sumOf);
  }
  return registry
    .all()
    .map((record) => {
      const leaseEnd = Array.from({ length: maxLease + 1 }, (_, i) => epoch + maxLease - i);
      return {
        address: record.node,
        url: record.info?.url ?? '',
        operators: record.operators,
        stake: record.stake,
        unbonding: record.unbonding,
        minRateWei: record.minRateWei,
        availableUntil: record.availableUntil,
        activeThrough: leaseEnd.find((at) => registry.isActive(record.node, at)),
        state: stateOf(record),
        slashes: record.slashes,
        ...sumOf(record.node),
      };
    })
    .sort((a, b) => (a.stake === b.stake ? (a.address < b.address ? -1 : 1) : a.stake > b.stake ? -1 : 1));
}

function add(
  { of, event, time }: Fact,
  sumOf: (node: Address) => { feesWei: bigint; rewards: bigint; lost: bigint; bondedAt: number },
): void {
  if (of === 'policies' && event.event === 'Settled') sumOf(event.args.node).feesWei += event.args.paid;
  if (of !== 'escrow') return;
  if (event.event === 'RewardsClaimed') sumOf(event.args.node).rewards += event.args.amount;
  if (event.event === 'Slashed') sumOf(event.args.node).lost += event.args.penalty;
  if (event.event === 'Bonded') sumOf(event.args.node).bondedAt = time;
}

function stateOf(record: {
  readonly stake: bigint;
  readonly unbonding: bigint;
  readonly jailed: boolean;
  readonly exiting: boolean;
}): NodeRow['state'] {
  if (record.stake === 0n && record.unbonding === 0n) return 'gone';
  if (record.exiting) return 'leaving';
  return record.jailed ? 'jailed' : 'bonded';
}
