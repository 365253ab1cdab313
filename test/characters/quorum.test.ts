import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askQuorum, type NodeReport } from '../../lib/characters/bob/quorum.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { VirtualClock } from './virtualClock.ts';

/** What a node does: after `ms` it answers, refuses with a code, or never speaks. */
interface Plan {
  readonly ms: number;
  readonly says: 'yes' | 'no' | 'bad' | 'retry' | 'nothing';
}

function network(plans: readonly Plan[]) {
  const clock = new VirtualClock();
  const askedAt = new Map<number, number[]>();
  const ask = async (place: number, signal: AbortSignal) => {
    askedAt.set(place, [...(askedAt.get(place) ?? []), clock.now()]);
    const plan = plans[place] as Plan;
    await clock.sleep(plan.says === 'nothing' ? 10_000_000 : plan.ms, signal);
    if (signal.aborted) throw new ProtocolError('ABORTED');
    if (plan.says === 'yes') return place;
    if (plan.says === 'retry' && (askedAt.get(place)?.length ?? 0) > 1) return place;
    throw new ProtocolError(plan.says === 'retry' ? 'E_PENDING' : plan.says === 'bad' ? 'NODE_BAD_PROOF' : 'E_BUSY');
  };
  const judge = (error: unknown) => {
    const code = (error as ProtocolError).code;
    return code === 'E_PENDING' ? 'retry' : code === 'NODE_BAD_PROOF' ? 'bad' : 'refused';
  };
  const run = (need: number, extra: { signal?: AbortSignal } = {}) =>
    clock.run(askQuorum({ nodes: plans.map((_, i) => i), need, ask, judge, clock, ...extra }));
  return { run, askedAt, clock };
}

const yes = (ms: number): Plan => ({ ms, says: 'yes' });

describe('askQuorum', () => {
  it('asks M+1 at once and stops at M', async () => {
    const { run, askedAt, clock } = network([yes(10), yes(20), yes(5), yes(1000), yes(1), yes(1)]);
    const result = await run(3);
    expect(result.enough).toBe(true);
    expect(result.answers.map((a) => a.key)).toEqual([2, 0, 1]);
    expect([...askedAt.keys()]).toEqual([0, 1, 2, 3]);
    expect(clock.now()).toBe(20);
    expect(result.reports.map((r) => r.state)).toEqual(['verified', 'verified', 'verified', 'asked', 'idle', 'idle']);
  });

  it('asks one more for each failure, at once', async () => {
    const { run, askedAt } = network([{ ms: 10, says: 'no' }, yes(50), { ms: 20, says: 'bad' }, yes(30), yes(40)]);
    const result = await run(2);
    expect(askedAt.get(3)).toEqual([10]);
    expect(askedAt.get(4)).toEqual([20]);
    expect(result.answers.map((a) => a.key)).toEqual([3, 1]);
    expect(result.reports[0]).toMatchObject({ state: 'refused', code: 'E_BUSY', ms: 10 });
    expect(result.reports[2]).toMatchObject({ state: 'bad', code: 'NODE_BAD_PROOF' });
  });

  it('asks one more every 300 ms while nodes are silent', async () => {
    const nothing: Plan = { ms: 0, says: 'nothing' };
    const { run, askedAt, clock } = network([nothing, nothing, nothing, yes(100), yes(100)]);
    const result = await run(2);
    expect(askedAt.get(3)).toEqual([300]);
    expect(askedAt.get(4)).toEqual([600]);
    expect(clock.now()).toBe(700);
    expect(result.enough).toBe(true);
    expect(result.reports.slice(0, 3).map((r) => r.state)).toEqual(['asked', 'asked', 'asked']);
  });

  it('retries a clock or pending refusal once, and only once', async () => {
    const { run, askedAt } = network([
      { ms: 5, says: 'retry' },
      { ms: 5, says: 'no' },
    ]);
    const result = await run(1);
    expect(result.answers.map((a) => a.key)).toEqual([0]);
    expect(askedAt.get(0)).toEqual([0, 1005]);
    expect(result.reports[0]?.attempts).toBe(2);
  });

  it('keeps every reason when it fails', async () => {
    const { run } = network([{ ms: 1, says: 'no' }, { ms: 2, says: 'bad' }, yes(3)]);
    const result = await run(2);
    expect(result.enough).toBe(false);
    expect(result.answers.map((a) => a.key)).toEqual([2]);
    expect(result.reports.map((r) => [r.state, r.code])).toEqual([
      ['refused', 'E_BUSY'],
      ['bad', 'NODE_BAD_PROOF'],
      ['verified', undefined],
    ]);
  });

  it('stops when told to, with what is there', async () => {
    const stop = new AbortController();
    const { run, clock } = network([yes(10), { ms: 0, says: 'nothing' }, { ms: 0, says: 'nothing' }]);
    void clock.sleep(50).then(() => stop.abort());
    const result = await run(2, { signal: stop.signal });
    expect(result.enough).toBe(false);
    expect(result.answers.map((a) => a.key)).toEqual([0]);
    const before = await network([yes(1)]).run(1, { signal: AbortSignal.abort() });
    expect(before.enough).toBe(false);
  });

  it('in any network: enough iff enough speak well, never more asked than needed to know, no node asked twice but for its retry', async () => {
    const plan = fc.record({
      ms: fc.integer({ min: 1, max: 2_000 }),
      says: fc.constantFrom<Plan['says'][]>('yes', 'yes', 'no', 'bad', 'retry'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 6 }),
        async (plans, need) => {
          const { run, askedAt } = network(plans as Plan[]);
          const result = await run(need);
          const good = plans.filter((p) => p.says === 'yes' || p.says === 'retry').length;
          expect(result.enough).toBe(good >= need);
          expect(result.answers.length).toBe(Math.min(need, result.answers.length));
          if (!result.enough) {
            expect(result.answers.length).toBe(good);
            expect(result.reports.every((r: NodeReport<number>) => r.state !== 'idle' && r.state !== 'asked')).toBe(
              true,
            );
          }
          for (const [place, times] of askedAt)
            expect(times.length).toBeLessThanOrEqual(plans[place]?.says === 'retry' ? 2 : 1);
          expect([...askedAt].filter(([, times]) => times[0] === 0)).toHaveLength(Math.min(plans.length, need + 1));
        },
      ),
      { numRuns: 80 },
    );
  });
});
