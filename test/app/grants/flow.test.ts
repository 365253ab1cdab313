/** Where the money of a policy is at each second, by hand-made events and by the rules of the contract. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billedUntil, flowAt, flowOf } from '../../../app/grants/flow.ts';
import type { Fact } from '../../../app/network/facts.ts';
import { type PolicyRow, policiesOf } from '../../../app/network/policies.ts';
import { ann, ben, cem, fact, idOf, rules } from '../facts.ts';

const id = idOf(1);
/** Epochs of 30 s: made in epoch 10, two nodes, 10 wei, billed from 11 to 14. */
const made = fact('policies', 300, 'PolicyCreated', {
  ...{ id, owner: cem, sponsor: cem, root: idOf(0), shares: 2, rate: 10n, start: 11, end: 14, expiresAt: 450 },
});
const settled = (at: number, node: `0x${string}`, paid: bigint, refunded: bigint) =>
  fact('policies', at, 'Settled', { id, node, paid, refunded });
const policyOf = (...facts: readonly Fact[]): PolicyRow => policiesOf([made, ...facts])[0] as PolicyRow;
const sum = ({ earned, due, open, returned }: ReturnType<typeof flowAt>) => earned + due + open + returned;

describe('the money of a policy', () => {
  it('is all open before the first epoch but that one, which is due at once, and goes on by epochs', () => {
    const at = (time: number) => flowAt(policyOf(), rules, time);
    expect(at(300)).toEqual({ time: 300, earned: 0n, due: 20n, open: 60n, returned: 0n });
    expect(at(330).open).toBe(60n);
    expect(at(360).open).toBe(40n);
    expect(at(14 * 30)).toMatchObject({ due: 80n, open: 0n });
    expect(billedUntil(policyOf(), rules)).toBe(450);
  });

  it('is earned, or comes back where a node slept, when it is settled', () => {
    const policy = policyOf(settled(500, ann, 40n, 0n), settled(510, ben, 30n, 10n));
    expect(flowAt(policy, rules, 499)).toMatchObject({ earned: 0n, due: 80n });
    expect(flowAt(policy, rules, 505)).toMatchObject({ earned: 40n, due: 40n });
    expect(flowAt(policy, rules, 520)).toMatchObject({ earned: 70n, due: 0n, open: 0n, returned: 10n });
  });

  it('comes back when it is stopped, and more of it is open when it was made longer', () => {
    const stopped = policyOf(fact('policies', 370, 'PolicyRevoked', { id, end: 12, refund: 40n }));
    expect(flowAt(stopped, rules, 369).open).toBe(40n);
    expect(flowAt(stopped, rules, 370)).toMatchObject({ due: 40n, open: 0n, returned: 40n });
    const longer = policyOf(fact('policies', 370, 'PolicyExtended', { id, end: 20, expiresAt: 620, paid: 120n }));
    expect(flowAt(longer, rules, 369).open).toBe(40n);
    expect(flowAt(longer, rules, 370).open).toBe(160n);
  });

  it('is never more nor less than what was paid in', () => {
    const times = fc.uniqueArray(fc.integer({ min: 301, max: 900 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(times, fc.integer({ min: 15, max: 30 }), fc.integer({ min: 0, max: 4 }), (when, end, slept) => {
        const [longer = 0, first = 0, second = 0] = when.toSorted((a, b) => a - b);
        const epochs = BigInt(end - 10);
        const lost = 10n * BigInt(slept);
        const policy = policyOf(
          fact('policies', longer, 'PolicyExtended', { id, end, expiresAt: end * 30, paid: 20n * BigInt(end - 14) }),
          settled(first, ann, 10n * epochs, 0n),
          settled(second, ben, 10n * epochs - lost, lost),
        );
        for (const point of flowOf(policy, rules, 1_000)) {
          expect(sum(point)).toBe(point.time < longer ? 80n : 20n * epochs);
          expect([point.due, point.open].every((wei) => wei >= 0n)).toBe(true);
        }
      }),
    );
  });

  it('is drawn with few points, in order, however long it lasts', () => {
    const long = policyOf(
      fact('policies', 310, 'PolicyExtended', { id, end: 1_034, expiresAt: 31_000, paid: 20_400n }),
    );
    const times = flowOf(long, rules, 31_050).map(({ time }) => time);
    expect(times.length).toBeLessThan(130);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect([times[0], times.at(-1)]).toEqual([300, 31_050]);
  });
});
