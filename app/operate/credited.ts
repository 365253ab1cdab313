/**
 * What a wallet's credit in PolicyManager is made of: fees that its node earned, refunds of policies that it paid for. One sum in the
 * contract; only the facts tell which.
 *
 * Owns: that distinction. Owns not: how much waits (the contract says).
 */
import type { Fact } from '../network/facts.ts';

/** Fees alone, refunds alone, or both. Whoever was never credited waits for fees. */
export type CreditKind = 'fees' | 'refunds' | 'both';

/** Of what kind the credits of `account` were, so far. Source: PolicyManager's `Settled`, `PolicyRevoked`, `PolicyClosed`. */
export function creditKindOf(facts: readonly Fact[], account: string): CreditKind {
  const sponsored = new Set<string>();
  let [fees, refunds] = [false, false];
  for (const { of, event } of facts) {
    if (of !== 'policies') continue;
    if (event.event === 'PolicyCreated' && event.args.sponsor === account) sponsored.add(event.args.id);
    if (event.event === 'Settled') {
      fees ||= event.args.node === account && event.args.paid > 0n;
      refunds ||= sponsored.has(event.args.id) && event.args.refunded > 0n;
    }
    if (event.event === 'PolicyRevoked' || event.event === 'PolicyClosed')
      refunds ||= sponsored.has(event.args.id) && event.args.refund > 0n;
  }
  return refunds ? (fees ? 'both' : 'refunds') : 'fees';
}
