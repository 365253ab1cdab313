/** Folds of the network pages over facts: nodes, policies, series, convictions. */
import { describe, expect, it } from 'vitest';
import { convictionsOf } from '../../../app/network/convictions.ts';
import { nodesOf } from '../../../app/network/nodes.ts';
import { leftOf, phaseOf, policiesOf } from '../../../app/network/policies.ts';
import { activeByEpoch, policiesOverTime, spanOf, stakeOverTime } from '../../../app/network/series.ts';
import { ann, ben, cem, chronicle, fact, idOf, rules } from '../facts.ts';

const bonded = (node: `0x${string}`, at: number, amount: bigint) =>
  fact('escrow', at, 'Bonded', { node, operator: node, amount, availableUntil: 99 });
const created = (n: number, at: number, end: number, shares = 2) =>
  fact('policies', at, 'PolicyCreated', {
    ...{ id: idOf(n), owner: cem, sponsor: cem, root: idOf(0), shares, rate: 10n },
    ...{ start: Math.floor(at / 30) + 1, end, expiresAt: end * 30 + 30 },
  });

describe('nodes', () => {
  it('has stake, lease, earnings and losses of each, the greatest stake first', () => {
    const facts = [
      bonded(ann, 300, 40_000n),
      bonded(ben, 310, 50_000n),
      fact('escrow', 320, 'Heartbeat', { node: ann, firstEpoch: 11, count: 8 }),
      fact('policies', 330, 'Settled', { id: idOf(1), node: ann, paid: 70n, refunded: 0n }),
      fact('policies', 340, 'Settled', { id: idOf(2), node: ann, paid: 5n, refunded: 0n }),
      fact('escrow', 350, 'RewardsClaimed', { node: ann, amount: 9n }),
      fact('escrow', 360, 'Slashed', { node: ben, kind: 0, epoch: 12, penalty: 1_000n, reward: 200n }),
    ];
    const [first, second] = nodesOf(chronicle(400, facts));
    expect(first).toMatchObject({ address: ben, stake: 49_000n, lost: 1_000n, slashes: 1, activeThrough: undefined });
    expect(second).toMatchObject({ address: ann, feesWei: 75n, rewards: 9n, activeThrough: 18, bondedAt: 300 });
    expect(nodesOf(chronicle(18 * 30, facts))[1]?.activeThrough).toBe(18);
    expect(nodesOf(chronicle(19 * 30, facts))[1]?.activeThrough).toBeUndefined();
  });

  it('tells leaving from gone, and jailed from working', () => {
    const leaving = [bonded(ann, 0, 30_000n), fact('escrow', 1, 'UnbondRequested', { node: ann, amount: 30_000n })];
    expect(nodesOf(chronicle(2, leaving))[0]?.state).toBe('leaving');
    const gone = [...leaving, fact('escrow', 3, 'StakeWithdrawn', { node: ann, to: ann, amount: 30_000n })];
    expect(nodesOf(chronicle(4, gone))[0]?.state).toBe('gone');
    const jailed = [bonded(ben, 0, 30_000n), fact('escrow', 1, 'Jailed', { node: ben })];
    expect(nodesOf(chronicle(2, jailed))[0]?.state).toBe('jailed');
  });
});

describe('policies', () => {
  const facts = [
    created(1, 300, 13),
    created(2, 301, 20),
    fact('policies', 400, 'Settled', { id: idOf(1), node: ann, paid: 20n, refunded: 10n }),
    fact('policies', 430, 'PolicyRevoked', { id: idOf(2), end: 14, refund: 120n }),
    fact('policies', 440, 'PolicyExtended', { id: idOf(1), end: 15, expiresAt: 480, paid: 40n }),
  ];

  it('keeps the books of each: what was paid in is earned, come back, or left', () => {
    const [second, first] = policiesOf(facts);
    expect(first).toMatchObject({ paidWei: 100n, earnedWei: 20n, returnedWei: 10n, end: 15, expiresAt: 480 });
    expect(leftOf(first!)).toBe(70n);
    expect(second).toMatchObject({ paidWei: 200n, returnedWei: 120n, revokedAt: 430, expiresAt: 430 });
    expect(first?.moments.map(({ kind }) => kind)).toEqual(['created', 'settled', 'extended']);
  });

  it('is live until its last second, then ended; revoked for good', () => {
    const [second, first] = policiesOf(facts);
    expect([479, 480].map((now) => phaseOf(first!, now))).toEqual(['live', 'ended']);
    expect(phaseOf(second!, 0)).toBe('revoked');
  });

  it('ignores what befalls a policy that it has not seen made', () => {
    expect(policiesOf([fact('policies', 1, 'PolicyClosed', { id: idOf(9), refund: 1n })])).toEqual([]);
  });
});

describe('series', () => {
  const facts = [
    bonded(ann, 300, 40_000n),
    bonded(ben, 310, 50_000n),
    fact('escrow', 320, 'Heartbeat', { node: ann, firstEpoch: 11, count: 4 }),
    fact('escrow', 330, 'Heartbeat', { node: ben, firstEpoch: 12, count: 4 }),
    fact('escrow', 360, 'EpochsVoided', { node: ann, from: 13, to: 4_000_000_000 }),
    fact('escrow', 370, 'UnbondRequested', { node: ben, amount: 10_000n, readyEpoch: 40 }),
  ];

  it('stakes as steps, of all or of one', () => {
    expect(stakeOverTime(facts)).toEqual([
      { time: 300, stake: 40_000n, unbonding: 0n },
      { time: 310, stake: 90_000n, unbonding: 0n },
      { time: 370, stake: 80_000n, unbonding: 10_000n },
    ]);
    expect(stakeOverTime(facts, ann)).toEqual([{ time: 300, stake: 40_000n, unbonding: 0n }]);
  });

  it('counts active nodes by epoch, voided ones not', () => {
    expect(activeByEpoch(facts, { from: 10, to: 16 })).toEqual([0, 1, 2, 1, 1, 1, 0]);
  });

  it('buckets policies by what became of them; nothing that is yet to come', () => {
    const some = [
      created(1, 300, 12),
      created(2, 600, 30),
      fact('policies', 640, 'PolicyRevoked', { id: idOf(2), end: 21, refund: 0n }),
      created(3, 645, 90),
    ];
    const rows = policiesOverTime(chronicle(660, some), 4);
    const total = (of: 'created' | 'ended' | 'revoked') => rows.reduce((sum, row) => sum + row[of], 0);
    expect([total('created'), total('ended'), total('revoked')]).toEqual([3, 1, 1]);
    expect(rows.at(-1)).toMatchObject({ created: 2, revoked: 1 });
  });

  it('spans end with the present epoch and hold the first fact', () => {
    for (const [now, buckets] of [
      [300, 5],
      [3_000, 7],
      [99_999, 12],
    ] as const) {
      const epoch = Math.floor(now / 30);
      const { from, width } = spanOf(facts, epoch, rules, buckets);
      expect(from + width * buckets - 1).toBe(epoch);
      expect(from).toBeLessThanOrEqual(10);
    }
  });
});

describe('convictions', () => {
  it('joins the penalty with the word of the same transaction', () => {
    const facts = [
      fact('adjudicator', 400, 'Convicted', { node: ann, policyId: idOf(7), verdict: 4, epoch: 12 }, '0x1'),
      fact(
        'escrow',
        400,
        'Slashed',
        { node: ann, kind: 0, epoch: 12, penalty: 50n, reward: 10n, reporter: cem },
        '0x1',
      ),
      fact('escrow', 500, 'Slashed', { node: ben, kind: 1, epoch: 13, penalty: 5n, reward: 1n, reporter: cem }, '0x2'),
    ];
    const [silent, wrong] = convictionsOf(facts);
    expect(silent).toMatchObject({ node: ben, offence: 'silence', verdict: undefined, policyId: undefined });
    expect(wrong).toMatchObject({ node: ann, offence: 'wrong answer', verdict: 'EquationE', policyId: idOf(7) });
    expect(convictionsOf(facts, ann)).toHaveLength(1);
  });
});
