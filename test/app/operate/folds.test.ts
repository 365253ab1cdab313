/** Folds of an operator's own page over facts: heartbeats, earnings, unbonding. */
import { describe, expect, it } from 'vitest';
import { creditKindOf } from '../../../app/operate/credited.ts';
import { earningsByPolicy, earningsOf } from '../../../app/operate/earnings.ts';
import { attendance, heartbeatsOf } from '../../../app/operate/heartbeats.ts';
import { openUnbonding, readyEpochOf, unbondingsOf } from '../../../app/operate/unbonding.ts';
import { ann, ben, chronicle, fact, idOf, rules } from '../facts.ts';

const bonded = fact('escrow', 300, 'Bonded', { node: ann, operator: ann, amount: 40_000n, availableUntil: 50 });
const beat = (at: number, firstEpoch: number, count: number, node = ann) =>
  fact('escrow', at, 'Heartbeat', { node, firstEpoch, count });

describe('heartbeats', () => {
  const facts = [bonded, beat(310, 11, 2), beat(420, 15, 4), beat(425, 15, 4, ben)];

  it('says of each epoch whether the word was kept', () => {
    const beats = heartbeatsOf(facts, ann, { from: 9, to: 20, now: 16, rules });
    expect(beats.map((one) => one.beat)).toEqual([
      ...['absent', 'absent', 'awake', 'awake', 'asleep', 'asleep', 'awake', 'awake'],
      ...['promised', 'promised', 'open', 'open'],
    ]);
    expect(attendance(beats)).toBeCloseTo(4 / 6);
  });

  it('counts voided epochs as missed', () => {
    const voided = fact('escrow', 430, 'EpochsVoided', { node: ann, from: 12, to: 15 });
    const beats = heartbeatsOf([...facts, voided], ann, { from: 11, to: 16, now: 16, rules });
    expect(beats.map((one) => one.beat)).toEqual(['awake', 'voided', 'asleep', 'asleep', 'voided', 'awake']);
    expect(attendance(beats)).toBeCloseTo(2 / 6);
  });

  it('asks nothing of a node that has left, and again of one that came back', () => {
    const left = fact('escrow', 480, 'UnbondRequested', { node: ann, amount: 40_000n, readyEpoch: 71 });
    const back = fact('escrow', 540, 'UnbondCancelled', { node: ann });
    const of = (list: typeof facts) =>
      heartbeatsOf(list, ann, { from: 16, to: 21, now: 21, rules }).map((one) => one.beat);
    expect(of([...facts, left])).toEqual(['awake', 'awake', 'awake', 'absent', 'absent', 'absent']);
    expect(of([...facts, left, back])).toEqual(['awake', 'awake', 'awake', 'asleep', 'asleep', 'asleep']);
  });

  it('has no attendance before its first epoch', () => {
    expect(attendance(heartbeatsOf([bonded], ann, { from: 5, to: 10, now: 10, rules }))).toBeUndefined();
  });
});

describe('what waits to be withdrawn', () => {
  const created = (n: number, sponsor: string) =>
    fact('policies', 300, 'PolicyCreated', { id: idOf(n), owner: ben, sponsor: sponsor as typeof ann });
  const settled = (n: number, node: typeof ann, paid: bigint, refunded: bigint) =>
    fact('policies', 360, 'Settled', { id: idOf(n), node, paid, refunded });
  const revoked = (n: number, refund: bigint) =>
    fact('policies', 370, 'PolicyRevoked', { id: idOf(n), end: 12, refund });

  it('is fees for a node, refunds for who paid, both for who did both', () => {
    expect(creditKindOf([created(1, ann), settled(1, ben, 5n, 0n)], ben)).toBe('fees');
    expect(creditKindOf([created(1, ann), revoked(1, 9n)], ann)).toBe('refunds');
    expect(creditKindOf([created(1, ann), settled(1, ben, 5n, 2n)], ann)).toBe('refunds');
    expect(creditKindOf([created(1, ann), revoked(1, 9n), settled(2, ann, 1n, 0n)], ann)).toBe('both');
  });

  it('is fees as long as nothing came back', () => {
    expect(creditKindOf([created(1, ann), revoked(1, 0n), settled(1, ben, 5n, 0n)], ann)).toBe('fees');
    expect(creditKindOf([created(1, ben), revoked(1, 9n)], ann)).toBe('fees');
    expect(creditKindOf([], ann)).toBe('fees');
  });
});

describe('earnings', () => {
  const settled = (at: number, n: number, paid: bigint, node = ann) =>
    fact('policies', at, 'Settled', { id: idOf(n), node, paid, refunded: 0n });
  const facts = [
    bonded,
    beat(301, 11, 8),
    settled(360, 1, 5n),
    settled(361, 2, 7n, ben),
    fact('escrow', 420, 'RewardsClaimed', { node: ann, from: 11, to: 12, amount: 100n }),
    settled(600, 1, 6n),
    settled(605, 3, 1n),
  ];

  it('by time: nobody else’s, nothing lost, sleep counted', () => {
    const rows = earningsOf(chronicle(630, facts), ann, 6);
    expect(rows.at(-1)).toMatchObject({ first: 20, width: 2 });
    expect(rows.map(({ feesWei }) => feesWei)).toEqual([0n, 5n, 0n, 0n, 0n, 7n]);
    expect(rows.map(({ rewards }) => rewards)).toEqual([0n, 0n, 100n, 0n, 0n, 0n]);
    expect(rows.map(({ asleep }) => asleep)).toEqual([0, 0, 0, 0, 1, 2]);
  });

  it('by policy, the latest first', () => {
    expect(earningsByPolicy(facts, ann)).toEqual([
      { policyId: idOf(3), wei: 1n, settlements: 1, last: 605 },
      { policyId: idOf(1), wei: 11n, settlements: 2, last: 600 },
    ]);
  });
});

describe('unbonding', () => {
  const ask = (at: number, amount: bigint, readyEpoch: number) =>
    fact('escrow', at, 'UnbondRequested', { node: ann, amount, readyEpoch });

  it('is open until taken or called back', () => {
    const facts = [bonded, ask(330, 10_000n, 32)];
    const open = openUnbonding(unbondingsOf(chronicle(340, facts), ann));
    expect(open).toEqual({ amount: 10_000n, askedAt: 330, readyEpoch: 32, readyAt: 960, end: undefined });
    const called = [...facts, fact('escrow', 345, 'UnbondCancelled', { node: ann })];
    expect(openUnbonding(unbondingsOf(chronicle(350, called), ann))).toBeUndefined();
    const again = [
      ...called,
      ask(360, 5_000n, 33),
      fact('escrow', 999, 'StakeWithdrawn', { node: ann, amount: 5_000n }),
    ];
    expect(unbondingsOf(chronicle(1_000, again), ann).map(({ end }) => end)).toEqual([
      { how: 'cancelled', at: 345 },
      { how: 'withdrawn', at: 999 },
    ]);
  });

  it('pays penalties after the stake that works', () => {
    const slashed = fact('escrow', 400, 'Slashed', { node: ann, penalty: 800n });
    const part = unbondingsOf(chronicle(410, [bonded, ask(330, 10_000n, 32), slashed]), ann);
    expect(part[0]?.amount).toBe(10_000n);
    const whole = unbondingsOf(chronicle(410, [bonded, ask(330, 40_000n, 71), slashed]), ann);
    expect(whole[0]?.amount).toBe(39_200n);
  });

  it('foretells the contract’s epoch: a part at once, all of it after every promise', () => {
    expect(readyEpochOf({ whole: false, epoch: 100, availableUntil: 500 }, rules)).toBe(121);
    expect(readyEpochOf({ whole: true, epoch: 100, availableUntil: 500 }, rules)).toBe(521);
    expect(readyEpochOf({ whole: true, epoch: 100, availableUntil: 90 }, rules)).toBe(129);
  });
});
