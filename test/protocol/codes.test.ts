import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isCommonCode, isWireCode, sealCodes, stepToWire, wireCodeOf, wireCodes } from '../../lib/protocol/codes.ts';
import { describeCode, listCodes } from '../../lib/protocol/describeCode.ts';
import { keyCodes } from '../../lib/protocol/keyCodes.ts';
import { stepCodes } from '../../lib/protocol/stepCodes.ts';

/** spec/protocol.md section 7: the line of errors and the "own errors" of the table. */
const specified: Readonly<Record<number, readonly string[]>> = {
  400: ['E_JSON', 'E_JSON_DUPLICATE', 'E_UTF8', 'E_URL', 'E_LENGTH', 'E_SEAL'],
  401: ['E_SIGNATURE', 'E_DOMAIN', 'E_AUDIENCE', 'E_CLOCK'],
  402: ['E_PAYMENT'],
  403: ['E_REVOKED', 'E_RECIPIENT', 'E_KFRAG'],
  404: ['E_ROUTE', 'E_POLICY', 'E_CHUNK', 'E_NOT_RESERVED'],
  405: ['E_METHOD'],
  406: ['E_ACCEPT'],
  408: ['E_TIMEOUT'],
  409: ['E_REPLAY', 'E_LEAF', 'E_NOT_BONDED', 'E_HORIZON'],
  410: ['E_EXPIRED', 'E_KEY_NUMBER'],
  413: ['E_TOO_LARGE', 'E_BUDGET'],
  415: ['E_MEDIA_TYPE', 'E_ENCODING'],
  416: ['E_RANGE'],
  422: [
    'E_SCHEMA',
    'E_FIELD',
    'E_FIELD_UNKNOWN',
    'E_NUMBER',
    'E_DEPTH',
    'E_COUNT',
    'E_CAPSULE_INVALID',
    'E_CONDITION',
    'E_HASH',
  ],
  425: ['E_PENDING'],
  429: ['E_RATE'],
  431: ['E_HEADERS'],
  500: ['E_INTERNAL'],
  503: ['E_BUSY', 'E_CHAIN_STALE', 'E_STOPPING'],
  507: ['E_STORAGE'],
};

/** research/app-sdk.md section 2. */
const clientNames =
  'THRESHOLD_NOT_MET NOT_ENOUGH_NODES NODE_UNREACHABLE NODE_TIMEOUT NODE_BAD_PROOF NODE_REFUSED POLICY_UNPAID POLICY_NOT_STARTED POLICY_EXPIRED POLICY_REVOKED KEY_NOT_REGISTERED KEY_CHANGED KEY_LOCKED SIGNER_NOT_DETERMINISTIC SIGNER_IS_CONTRACT STORAGE_NOT_FOUND STORAGE_CORRUPT STORAGE_REFUSED VERSION_UNSUPPORTED CHAIN_MISMATCH INSUFFICIENT_FUNDS USER_REJECTED ABORTED';

/** spec/umbral.md section 11, first paragraph. */
const stepNames =
  'parse capsule.verify kfrag.commitment kfrag.delegating_key_missing kfrag.receiving_key_missing kfrag.signature cfrag.kfrag_signature cfrag.reencryption open.no_cfrags open.mismatched open.repeating open.validation dem.too_short dem.auth evidence.recovery evidence.identity generate.threshold signature.verify';

describe('codes', () => {
  it('knows every wire code of the specification with its status', () => {
    for (const [status, codes] of Object.entries(specified)) {
      for (const code of codes) {
        expect(isWireCode(code), code).toBe(true);
        if (isWireCode(code)) expect(wireCodes[code].status, code).toBe(Number(status));
      }
    }
    const listed = Object.values(specified).flat();
    const more = Object.keys(wireCodes).filter((code) => !listed.includes(code));
    expect(
      more.every((code) => code.startsWith('E_KFRAG_')),
      more.join(),
    ).toBe(true);
  });

  it('knows every client name and every step', () => {
    for (const name of [...clientNames.split(' '), ...stepNames.split(' '), 'seal.open']) {
      expect(describeCode(name), name).toBeDefined();
    }
  });

  it('has one sentence of at most 200 characters for each, and no code twice', () => {
    const seen = new Set<string>();
    for (const [code, entry] of listCodes()) {
      expect(seen.has(code), code).toBe(false);
      seen.add(code);
      expect(entry.sentence.length, code).toBeLessThanOrEqual(200);
      expect(entry.sentence, code).toMatch(/^[A-Z].*\.$/);
    }
    expect(seen.size).toBeGreaterThan(100);
  });

  it('has what one room alone says apart, and nothing else', () => {
    const apart = [...Object.keys(keyCodes), ...Object.keys(stepCodes)];
    expect(listCodes().flatMap(([code]) => (isCommonCode(code) ? [] : [code]))).toEqual(apart);
  });

  it('maps steps to wire codes one to one', () => {
    const targets = Object.values(stepToWire);
    expect(new Set(targets).size).toBe(targets.length);
    for (const [step, code] of Object.entries(stepToWire)) {
      expect(Object.hasOwn({ ...stepCodes, ...sealCodes }, step), step).toBe(true);
      expect(isWireCode(code), code).toBe(true);
      expect(wireCodeOf(step)).toBe(code);
    }
    expect(wireCodeOf('dem.auth')).toBeUndefined();
    expect(wireCodeOf('constructor')).toBeUndefined();
    expect(isWireCode('constructor')).toBe(false);
  });

  it('has a status for retries that agrees with HTTP: 425, 429 and 503 can be retried', () => {
    for (const [code, entry] of Object.entries(wireCodes)) {
      if ([425, 429, 503].includes(entry.status)) expect(entry.retryable, code).toBe(true);
    }
  });

  it('knows each step that the shared Umbral vectors require', () => {
    const vectors: unknown = JSON.parse(
      readFileSync(new URL('../vectors/umbral-negative.json', import.meta.url), 'utf8'),
    );
    const steps = new Set(
      JSON.stringify(vectors)
        .match(/"required":\{[^}]*?"step":"([a-z_.]+)"/g)
        ?.map((hit) => hit.slice(hit.lastIndexOf(':') + 2, -1)),
    );
    expect(steps.size).toBeGreaterThan(5);
    for (const step of steps) expect(describeCode(step), step).toBeDefined();
  });
});
