/**
 * Conditions of a policy: what must be true at a request beside the policy itself. Version 1 knows one: a time window.
 *
 *   CBOR [1, node]        node = ["time", notBefore, notAfter] in seconds, half open, null = open
 *
 * Owns: their bytes and the judgement. Owns not: where the time comes from (the head's timestamp, given by the caller), the
 * leaf that commits to the bytes (leaf.ts). Unknown versions and heads are refused by name, never ignored.
 * Source: spec/protocol.md section 8.6.
 */
import { checkBytes } from './bytes.ts';
import { came, isObject } from './came.ts';
import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts';
import { DintelError, refuse } from './errors.ts';
import { maxConditionBytes } from './limits.ts';
import { secondsOf } from './policy.ts';

/** Heads that a later version will give a meaning; until then they are refused like any other. */
const reservedHeads: readonly string[] = ['all', 'any', 'not', 'token', 'call'];

/** Access from `notBefore` on and before `notAfter`, seconds; undefined = open on that side. */
export interface TimeCondition {
  readonly head: 'time';
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
}

/** What is known in version 1. */
export type Condition = TimeCondition;

/** The judgement at one time: allowed, or which code a node answers and when that changes. Units: seconds. */
export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: 'E_PENDING'; readonly from: number }
  | { readonly allowed: false; readonly code: 'E_EXPIRED'; readonly since: number };

/** A window as its author writes it: dates, or seconds since 1970. */
export interface TimeWindow {
  readonly notBefore?: Date | number | undefined;
  readonly notAfter?: Date | number | undefined;
}

/** The bytes that a leaf commits to. Throws E_CONDITION for a window that is never open, E_FIELD and E_NUMBER for what is no time. */
export function encodeConditions(window: TimeWindow): Uint8Array {
  const given: unknown = window;
  if (!isObject(given)) refuse('E_FIELD', 'conditions', 'an object', came(given));
  const notBefore = window.notBefore === undefined ? undefined : secondsOf(window.notBefore, 'conditions.notBefore');
  const notAfter = window.notAfter === undefined ? undefined : secondsOf(window.notAfter, 'conditions.notAfter');
  checkWindow(notBefore, notAfter);
  return encodeCbor([1, ['time', notBefore ?? null, notAfter ?? null]], 'conditions');
}

/** Throws E_LENGTH (more than 1 KiB), E_CONDITION (malformed, or of a version or head that is not known, named). */
export function parseConditions(bytes: Uint8Array): Condition {
  checkBytes(bytes, undefined, 'conditions');
  if (bytes.length < 1 || bytes.length > maxConditionBytes) {
    refuse('E_LENGTH', 'conditions', `1 to ${maxConditionBytes} bytes`, `${bytes.length} bytes`);
  }
  const value = decode(bytes);
  if (!Array.isArray(value) || typeof value[0] !== 'number') return refuse('E_CONDITION', 'conditions', '[1, node]');
  if (value[0] !== 1) refuse('E_CONDITION', 'conditions[0]', 'version 1', `version ${value[0]}`);
  const node = value[1];
  if (value.length !== 2 || !Array.isArray(node)) return refuse('E_CONDITION', 'conditions', '[1, node]');
  const [head, notBefore, notAfter] = node as readonly CborValue[];
  if (typeof head !== 'string') return refuse('E_CONDITION', 'conditions[1]', 'a head as text');
  if (head !== 'time') {
    const what = reservedHeads.includes(head) ? 'which is reserved' : 'which is not known';
    refuse('E_CONDITION', 'conditions[1]', 'the head "time"', `${JSON.stringify(head.slice(0, 32))}, ${what}`);
  }
  if (node.length !== 3)
    refuse('E_CONDITION', 'conditions[1]', '["time", notBefore, notAfter]', `${node.length} items`);
  const from = seconds(notBefore, 'conditions[1][1]');
  const until = seconds(notAfter, 'conditions[1][2]');
  checkWindow(from, until);
  return { head: 'time', notBefore: from, notAfter: until };
}

/** Judge condition bytes at a time. Units: seconds of the head. Throws what {@link parseConditions} throws. */
export function judgeConditions(bytes: Uint8Array, timestamp: number): Verdict {
  const { notBefore, notAfter } = parseConditions(bytes);
  if (notAfter !== undefined && timestamp >= notAfter) return { allowed: false, code: 'E_EXPIRED', since: notAfter };
  if (notBefore !== undefined && timestamp < notBefore) return { allowed: false, code: 'E_PENDING', from: notBefore };
  return { allowed: true };
}

/** One reason for all bytes that are no CBOR of ours: whoever made the policy must use conditions that nodes know. */
function decode(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes, 'conditions');
  } catch (error) {
    if (!(error instanceof DintelError)) throw error;
    return refuse('E_CONDITION', 'conditions', 'canonical CBOR', error.code);
  }
}

function seconds(value: CborValue | undefined, field: string): number | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'number') return refuse('E_CONDITION', field, 'seconds or null');
  return value;
}

function checkWindow(from: number | undefined, until: number | undefined): void {
  if (from !== undefined && until !== undefined && from >= until) {
    refuse('E_CONDITION', 'conditions', 'notBefore earlier than notAfter', 'a window that is never open');
  }
}
