/**
 * Policies as the facts tell: what was paid in, what nodes have earned of it, what came back. Never what was shared, nor with whom.
 *
 * Owns: the fold of one row per policy. Source: PolicyManager's events, protocol.md section 5.2.
 */
import type { Address, Hex } from 'dintel/chain';
import type { Fact } from './facts.ts';

/** What happened to a policy, for its own page. Units: `wei` moved, seconds. */
export interface PolicyMoment {
  readonly time: number;
  readonly block: bigint;
  readonly kind: 'created' | 'extended' | 'revoked' | 'settled' | 'closed';
  /** Paid in (created, extended), earned by a node (settled), come back (revoked, closed). */
  readonly wei: bigint;
  /** What of it came back; of a settlement, for epochs that the node was not awake. */
  readonly refundWei: bigint;
  readonly node: Address | undefined;
}

/** A policy. Units: wei, epochs for `start` and `end` (both billed), seconds for times. `left` = paid in - earned - come back. */
export interface PolicyRow {
  readonly id: Hex;
  readonly owner: Address;
  readonly sponsor: Address;
  readonly shares: number;
  readonly rateWei: bigint;
  readonly start: number;
  readonly end: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | undefined;
  readonly paidWei: bigint;
  readonly earnedWei: bigint;
  readonly returnedWei: bigint;
  readonly moments: readonly PolicyMoment[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** All policies, the newest first. */
export function policiesOf(facts: readonly Fact[]): PolicyRow[] {
  const rows = new Map<Hex, Writable<PolicyRow>>();
  for (const fact of facts) if (fact.of === 'policies') fold(rows, fact);
  return [...rows.values()].reverse();
}

function fold(rows: Map<Hex, Writable<PolicyRow>>, { event, time }: Fact & { readonly of: 'policies' }): void {
  if (event.event === 'PolicyCreated') {
    const { id, owner, sponsor, shares, rate, start, end, expiresAt } = event.args;
    const paidWei = rate * BigInt(shares) * BigInt(end - start + 1);
    const nothing = { earnedWei: 0n, returnedWei: 0n, revokedAt: undefined, moments: [] };
    rows.set(id, {
      id,
      owner,
      sponsor,
      shares,
      rateWei: rate,
      start,
      end,
      expiresAt,
      createdAt: time,
      paidWei,
      ...nothing,
    });
    tell(rows.get(id) as Writable<PolicyRow>, 'created', paidWei, 0n);
    return;
  }
  if (!('id' in event.args)) return;
  const row = rows.get(event.args.id);
  if (row === undefined) return;
  switch (event.event) {
    case 'PolicyExtended':
      row.end = event.args.end;
      row.expiresAt = event.args.expiresAt;
      row.paidWei += event.args.paid;
      tell(row, 'extended', event.args.paid, 0n);
      break;
    case 'PolicyRevoked':
      row.end = event.args.end;
      row.expiresAt = time;
      row.revokedAt = time;
      row.returnedWei += event.args.refund;
      tell(row, 'revoked', event.args.refund, event.args.refund);
      break;
    case 'Settled':
      row.earnedWei += event.args.paid;
      row.returnedWei += event.args.refunded;
      tell(row, 'settled', event.args.paid, event.args.refunded, event.args.node);
      break;
    case 'PolicyClosed':
      row.returnedWei += event.args.refund;
      tell(row, 'closed', event.args.refund, event.args.refund);
      break;
    default:
      break;
  }

  function tell(
    to: Writable<PolicyRow>,
    kind: PolicyMoment['kind'],
    wei: bigint,
    refundWei: bigint,
    node?: Address,
  ): void {
    to.moments = [...to.moments, { time, block: event.blockNumber, kind, wei, refundWei, node }];
  }
}

/** Where a policy stands at a second. */
export function phaseOf(policy: Pick<PolicyRow, 'revokedAt' | 'expiresAt'>, now: number): 'live' | 'ended' | 'revoked' {
  if (policy.revokedAt !== undefined) return 'revoked';
  return policy.expiresAt <= now ? 'ended' : 'live';
}

/** What is neither earned nor come back yet. Units: wei. */
export const leftOf = ({ paidWei, earnedWei, returnedWei }: PolicyRow): bigint => paidWei - earnedWei - returnedWei;
