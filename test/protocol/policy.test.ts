import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxPolicyEpochs } from '../../lib/protocol/constants.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import {
  billedEpochs,
  depositOf,
  epochAt,
  isServable,
  quoteExtension,
  quotePolicy,
  refundOf,
} from '../../lib/protocol/policy.ts';

const L = 86_400;
const billed = (now: number, expiresAt: number) => billedEpochs({ now, expiresAt, epochLengthSeconds: L });

describe('policy', () => {
  it('bills from the next epoch to that of the last served second, at least one', () => {
    const now = 100 * L;
    expect(billed(now, 105 * L - 1)).toEqual({ start: 101, end: 104, epochs: 4 });
    expect(billed(now, 105 * L)).toEqual({ start: 101, end: 104, epochs: 4 });
    expect(billed(now, 105 * L + 1)).toEqual({ start: 101, end: 105, epochs: 5 });
    expect(billed(now, now + 1)).toEqual({ start: 101, end: 101, epochs: 1 });
    expect(billed(now - 1, 105 * L)).toEqual({ start: 100, end: 104, epochs: 5 });
    expect(billed(now + 1, 105 * L)).toEqual({ start: 101, end: 104, epochs: 4 });
  });

  it('takes 1024 epochs and not 1025', () => {
    const now = 100 * L + 5;
    expect(billed(now, (101 + maxPolicyEpochs) * L).epochs).toBe(1024);
    expect(() => billed(now, (101 + maxPolicyEpochs) * L + 1)).toThrow(ProtocolError);
    expect(() => billed(now, now)).toThrow(ProtocolError);
  });

  it('is exact in money', () => {
    const quote = quotePolicy({ now: 0, expiresAt: 10 * L, epochLengthSeconds: L, rateWei: 7n, shares: 5 });
    expect(quote).toEqual({ start: 1, end: 9, epochs: 9, depositWei: 315n, depositWithSlipWei: 350n });
    const policy = { start: 1, end: 9, expiresAt: 10 * L, rateWei: 7n, shares: 5 };
    expect(quoteExtension({ policy, expiresAt: 12 * L, epochLengthSeconds: L })).toEqual({ end: 11, paymentWei: 70n });
    expect(
      quoteExtension({ policy: { ...policy, expiresAt: 10 * L - 5 }, expiresAt: 10 * L, epochLengthSeconds: L })
        .paymentWei,
    ).toBe(0n);
    expect(() => quoteExtension({ policy, expiresAt: 10 * L, epochLengthSeconds: L })).toThrow(ProtocolError);
    expect(refundOf({ policy, current: 0 })).toEqual({ end: 1, refundWei: 280n });
    expect(refundOf({ policy, current: 4 })).toEqual({ end: 4, refundWei: 175n });
    expect(refundOf({ policy, current: 40 })).toEqual({ end: 9, refundWei: 0n });
    for (const bad of [0n, -1n, 1n << 96n]) expect(() => depositOf(bad, 1, 1)).toThrow(ProtocolError);
    for (const bad of [0, 65, 1.5]) expect(() => depositOf(1n, bad, 1)).toThrow(ProtocolError);
  });

  it('serves on a half-open interval', () => {
    const policy = { createdAt: 10, expiresAt: 20, revoked: false };
    expect([9, 10, 19, 20].map((t) => isServable(policy, t))).toEqual([false, true, true, false]);
    expect(isServable({ ...policy, revoked: true }, 15)).toBe(false);
  });

  it('is covered: every served second lies in the free epoch or a billed one', () => {
    const times = fc.record({
      now: fc.integer({ min: 0, max: 2 ** 31 }),
      length: fc.integer({ min: 1, max: 900 * L }),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      epochLengthSeconds: fc.constantFrom(30, L),
    });
    fc.assert(
      fc.property(times, ({ now, length, at, epochLengthSeconds }) => {
        const seconds = epochLengthSeconds === 30 ? 1 + (length % (900 * 30)) : length;
        const expiresAt = now + seconds;
        const { start, end, epochs } = billedEpochs({ now, expiresAt, epochLengthSeconds });
        const served = epochAt(now + Math.floor(at * (seconds - 1)), epochLengthSeconds);
        expect(served === start - 1 || (served >= start && served <= end)).toBe(true);
        expect(epochs).toBe(end - start + 1);
      }),
    );
  });
});
