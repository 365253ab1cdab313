/**
 * Time and money of a policy, as the contract computes them: epochs, deposits, refunds, and who is served when. Pure arithmetic
 * over the head's timestamp; no clock. Owns not: the chain's state (lib/chain). Source: spec/protocol.md sections 1 and 5.2.
 */
import { checkUint } from './bytes.ts';
import { came } from './came.ts';
import { maxPolicyEpochs, maxShares } from './constants.ts';
import { refuse } from './errors.ts';

/** What a policy costs. Units: epochs and wei. */
export interface Quote {
  /** First billed epoch: the started one is free. */
  readonly start: number;
  /** Last billed epoch, inclusive. */
  readonly end: number;
  readonly epochs: number;
  readonly depositWei: bigint;
  /** What the contract also takes, for a transaction that slips over one epoch boundary; the surplus is credited. */
  readonly depositWithSlipWei: bigint;
}

const maxRateBits = 96;
const maxTimeBits = 40;

/** A time as callers write it, in seconds since 1970; `Date.now()` gives milliseconds, which are refused. Throws E_FIELD, E_NUMBER. */
export function secondsOf(time: Date | number, field: string): number {
  const seconds: unknown = time instanceof Date ? Math.floor(time.getTime() / 1000) : time;
  const expected = 'a Date, or whole seconds since 1970';
  if (typeof seconds !== 'number') return refuse('E_FIELD', field, expected, came(seconds, true));
  if (Number.isSafeInteger(seconds) && seconds >= 0 && seconds < 2 ** maxTimeBits) return seconds;
  return refuse('E_NUMBER', field, expected, seconds >= 2 ** maxTimeBits ? `${seconds}, milliseconds` : `${seconds}`);
}

function wholeTime(value: number, field: string): number {
  return Number(checkUint(value, maxTimeBits, field));
}

/** epoch(t) = floor(t / epochLength). Units: seconds. Throws E_NUMBER. */
export function epochAt(timestamp: number, epochLengthSeconds: number): number {
  if (wholeTime(epochLengthSeconds, 'epochLength') === 0) refuse('E_NUMBER', 'epochLength', 'at least 1 second', '0');
  return Math.floor(wholeTime(timestamp, 'timestamp') / epochLengthSeconds);
}

/**
 * The billed epochs of a policy created at `now`: start = epoch(now) + 1, end = max(start, (expiresAt - 1) / epochLength), both
 * inclusive; at least one is billed. Units: seconds, epochs.
 * Throws E_DURATION if expiresAt <= now or more than 1024 epochs are billed, E_NUMBER.
 */
export function billedEpochs(of: { now: number; expiresAt: number; epochLengthSeconds: number }): {
  readonly start: number;
  readonly end: number;
  readonly epochs: number;
} {
  const { now, expiresAt, epochLengthSeconds } = of;
  const start = epochAt(now, epochLengthSeconds) + 1;
  if (wholeTime(expiresAt, 'expiresAt') <= now)
    refuse('E_DURATION', 'expiresAt', `later than ${now}`, String(expiresAt));
  const end = Math.max(start, epochAt(expiresAt - 1, epochLengthSeconds));
  const epochs = end - start + 1;
  if (epochs > maxPolicyEpochs)
    refuse('E_DURATION', 'expiresAt', `at most ${maxPolicyEpochs} epochs`, `${epochs} epochs`);
  return { start, end, epochs };
}

/** deposit = rate * shares * epochs, exactly. Units: wei per share and epoch; wei. Throws E_NUMBER, E_SHARES_MAX. */
export function depositOf(rateWei: bigint, shares: number, epochs: number): bigint {
  if (checkUint(rateWei, maxRateBits, 'rateWei') === 0n) refuse('E_NUMBER', 'rateWei', 'at least 1 wei', '0');
  if (!Number.isSafeInteger(shares) || shares < 1 || shares > maxShares) {
    refuse('E_SHARES_MAX', 'shares', `1 to ${maxShares}`, String(shares));
  }
  return rateWei * BigInt(shares) * checkUint(epochs, 32, 'epochs');
}

/** What creating a policy at `now` costs. Throws E_DURATION, E_NUMBER, E_SHARES_MAX. */
export function quotePolicy(of: {
  now: number;
  expiresAt: number;
  epochLengthSeconds: number;
  rateWei: bigint;
  shares: number;
}): Quote {
  const billed = billedEpochs(of);
  const depositWei = depositOf(of.rateWei, of.shares, billed.epochs);
  return { ...billed, depositWei, depositWithSlipWei: depositWei + of.rateWei * BigInt(of.shares) };
}

/** end' = max(end, (expiresAt' - 1) / L) and what extending costs exactly, which may be 0. Throws E_DURATION, E_NUMBER. */
export function quoteExtension(of: {
  policy: { start: number; end: number; expiresAt: number; rateWei: bigint; shares: number };
  expiresAt: number;
  epochLengthSeconds: number;
}): { readonly end: number; readonly paymentWei: bigint } {
  const { policy, expiresAt, epochLengthSeconds } = of;
  if (wholeTime(expiresAt, 'expiresAt') <= policy.expiresAt) {
    refuse('E_DURATION', 'expiresAt', `later than ${policy.expiresAt}`, String(expiresAt));
  }
  const end = Math.max(policy.end, epochAt(expiresAt - 1, epochLengthSeconds));
  if (end - policy.start + 1 > maxPolicyEpochs) {
    refuse('E_DURATION', 'expiresAt', `at most ${maxPolicyEpochs} epochs`, `${end - policy.start + 1} epochs`);
  }
  return { end, paymentWei: depositOf(policy.rateWei, policy.shares, end - policy.end) };
}

/**
 * Revoking in epoch `current`: end' = min(end, max(current, start)); the rest is refunded. The first billed epoch and the
 * running one stay billed. Units: epochs, wei.
 */
export function refundOf(of: {
  policy: { start: number; end: number; rateWei: bigint; shares: number };
  current: number;
}): { readonly end: number; readonly refundWei: bigint } {
  const { policy, current } = of;
  const end = Math.min(policy.end, Math.max(Number(checkUint(current, 32, 'current')), policy.start));
  return { end, refundWei: depositOf(policy.rateWei, policy.shares, policy.end - end) };
}

/** Served iff created <= t < expiresAt and not revoked; at t = expiresAt the answer is no. Units: seconds of the head. */
export function isServable(
  policy: { createdAt: number; expiresAt: number; revoked: boolean },
  timestamp: number,
): boolean {
  return !policy.revoked && policy.createdAt <= timestamp && timestamp < policy.expiresAt;
}
