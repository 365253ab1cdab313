/**
 * Stake on its way out: asked for, waiting, free, taken, or called back.
 *
 * Owns: the fold over one node's asking. Source: MinerEscrow's `UnbondRequested`, `UnbondCancelled`, `StakeWithdrawn`, `Slashed`.
 */
import type { Chronicle } from '../network/facts.ts';

/** One asking. Units: amount in the token's smallest unit (less by penalties since), times in seconds, epochs. */
export interface Unbonding {
  readonly amount: bigint;
  readonly askedAt: number;
  readonly readyEpoch: number;
  /** First second of `readyEpoch`. */
  readonly readyAt: number;
  readonly end: { readonly how: 'withdrawn' | 'cancelled'; readonly at: number } | undefined;
}

/** All askings of a node in order; the last may be under way. */
export function unbondingsOf({ facts, rules }: Pick<Chronicle, 'facts' | 'rules'>, node: string): Unbonding[] {
  const found: Unbonding[] = [];
  const close = (how: 'withdrawn' | 'cancelled', at: number) => {
    const last = found.pop();
    if (last !== undefined) found.push({ ...last, end: { how, at } });
  };
  let stake = 0n;
  for (const { of, event, time } of facts) {
    if (of !== 'escrow' || !('node' in event.args) || event.args.node !== node) continue;
    const open = found.at(-1)?.end === undefined ? found.at(-1) : undefined;
    switch (event.event) {
      case 'Bonded':
      case 'ToppedUp':
        stake += event.args.amount;
        break;
      case 'UnbondRequested': {
        const { amount, readyEpoch } = event.args;
        stake -= amount;
        found.push({ amount, askedAt: time, readyEpoch, readyAt: readyEpoch * rules.epochLength, end: undefined });
        break;
      }
      case 'UnbondCancelled':
        stake += open?.amount ?? 0n;
        close('cancelled', time);
        break;
      case 'StakeWithdrawn':
        close('withdrawn', time);
        break;
      case 'Slashed': {
        // Working stake pays first; what is on its way out pays the rest.
        const fromStake = event.args.penalty < stake ? event.args.penalty : stake;
        stake -= fromStake;
        if (open !== undefined)
          found[found.length - 1] = { ...open, amount: open.amount - (event.args.penalty - fromStake) };
        break;
      }
      default:
        break;
    }
  }
  return found;
}

/** When stake asked back in full at `epoch` would be free. Source: contracts/libraries/Exits.sol. Units: epochs. */
export function readyEpochOf(
  of: { readonly whole: boolean; readonly epoch: number; readonly availableUntil: number },
  rules: Chronicle['rules'],
): number {
  // Every promise of a node that leaves must have passed before its delay begins; a heartbeat reaches eight epochs far.
  const last = of.whole ? Math.max(of.epoch + 8, of.availableUntil) : of.epoch;
  return last + rules.unbonding;
}

/** The asking under way, if there is one. */
export const openUnbonding = (all: readonly Unbonding[]): Unbonding | undefined => {
  const last = all.at(-1);
  return last?.end === undefined ? last : undefined;
};
