/**
 * Where the money of one policy was, is and will be: a fold over what happened to it, second by second.
 *
 * Owns: that fold. Owns not: the books of a policy (`network/policies.ts`), how it is drawn. Source: IPolicyManager (billing, `revoke`).
 */
import { epochOf, type NetworkRules } from '../network/facts.ts';
import type { PolicyRow } from '../network/policies.ts';

/**
 * All that was paid in until then, and where it was. Units: seconds, wei. `earned`: by nodes, credited. `due`: of epochs that have begun,
 * held until they are settled. `open`: of epochs to come, which would come back if sharing stopped then. `returned`: came back.
 */
export interface FlowPoint {
  readonly time: number;
  readonly earned: bigint;
  readonly due: bigint;
  readonly open: bigint;
  readonly returned: bigint;
}

/** Points of a drawing at most, beside those at which something happened. */
const most = 120;

type Rules = Pick<NetworkRules, 'epochLength'>;

/** The second after the last billed epoch. */
export const billedUntil = ({ end }: Pick<PolicyRow, 'end'>, { epochLength }: Rules): number => (end + 1) * epochLength;

/** How it stands at a second, as far as is known now: what is ahead is taken as if nothing more happened. */
export function flowAt(policy: PolicyRow, rules: Rules, time: number): FlowPoint {
  let [paid, earned, returned, stopped] = [0n, 0n, 0n, false];
  for (const moment of policy.moments) {
    if (moment.time > time) break;
    if (moment.kind === 'created' || moment.kind === 'extended') paid += moment.wei;
    if (moment.kind === 'settled') earned += moment.wei;
    returned += moment.refundWei;
    if (moment.kind === 'revoked') stopped = true;
  }
  const perEpoch = policy.rateWei * BigInt(policy.shares);
  // The end as it was then follows from what was paid for.
  const end = perEpoch === 0n ? policy.end : policy.start - 1 + Number(paid / perEpoch);
  const running = Math.max(policy.start, epochOf(time, rules));
  const ahead = stopped || running >= end ? 0n : perEpoch * BigInt(end - running);
  const left = paid - earned - returned;
  const open = ahead < left ? ahead : left;
  return { time, earned, due: left - open, open, returned };
}

/** From its creation to a second: a point wherever something happens or an epoch turns, thinned where epochs are many. */
export function flowOf(policy: PolicyRow, rules: Rules, until: number): FlowPoint[] {
  const { epochLength } = rules;
  const first = epochOf(policy.createdAt, rules) + 1;
  const last = epochOf(until, rules);
  const stride = Math.max(1, Math.ceil((last - first + 1) / most));
  const times = new Set([policy.createdAt, ...policy.moments.map(({ time }) => time), until]);
  for (let epoch = first; epoch <= last; epoch += stride) times.add(epoch * epochLength);
  return [...times]
    .filter((time) => time <= until)
    .sort((a, b) => a - b)
    .map((time) => flowAt(policy, rules, time));
}
