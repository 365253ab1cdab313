import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WireCode, wireCodes } from '../../lib/protocol/codes.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { decodeProblem, encodeProblem, problemOf } from '../../lib/protocol/problem.ts';
import { UmbralError } from '../../lib/umbral/index.ts';

describe('problem', () => {
  it('carries every wire code there and back', () => {
    for (const code of Object.keys(wireCodes) as WireCode[]) {
      const error = new ProtocolError(code, {
        field: 'request.nonce',
        expected: '1 to 50',
        got: '51',
        retryAfter: 1.2,
        data: { index: 3, allow: ['GET'], hidden: {} },
      });
      const problem = problemOf(error, 'r-1');
      expect(problem).toMatchObject({
        type: `urn:dintel:error:${code}`,
        status: wireCodes[code].status,
        code,
        requestId: 'r-1',
      });
      const back = decodeProblem(encodeProblem(problem), problem.status);
      expect(back).toMatchObject({
        code,
        status: problem.status,
        requestId: 'r-1',
        retryable: wireCodes[code].retryable,
      });
      if (code === 'E_INTERNAL') expect(problem.detail).toBe(wireCodes.E_INTERNAL.sentence);
      else expect(back).toMatchObject({ field: 'request.nonce', retryAfter: 2, data: { index: 3, allow: ['GET'] } });
      expect(JSON.stringify(problem)).not.toContain('hidden');
    }
  });

  it('says nothing of what is inside', () => {
    const secret = 'sk=deadbeef';
    for (const error of [
      new Error(secret),
      new TypeError(secret),
      secret,
      null,
      { code: 'ENOENT', message: secret },
      new ProtocolError('E_INTERNAL', { details: secret }),
      new ProtocolError('E_BRAND', { details: secret }),
    ]) {
      const problem = problemOf(error, 'r');
      expect(problem.code).toBe('E_INTERNAL');
      expect(JSON.stringify(problem)).not.toContain(secret);
    }
  });

  it('maps a step of Umbral to its wire code', () => {
    const about = { field: 'capsule', expected: 'x', got: 'y' };
    expect(problemOf(new UmbralError('capsule.verify', about), 'r').code).toBe('E_CAPSULE_INVALID');
    expect(problemOf(new UmbralError('kfrag.commitment', about), 'r').code).toBe('E_KFRAG_COMMITMENT');
    expect(problemOf(new UmbralError('dem.auth', about), 'r').code).toBe('E_INTERNAL');
  });

  it('keeps details to 200 characters and without control characters', () => {
    const problem = problemOf(
      new ProtocolError('E_FIELD', { details: `a\u0000\u202e${'x'.repeat(500)}`, field: 'f\n' }),
      'r',
    );
    expect(problem.detail.length).toBeLessThanOrEqual(200);
    expect(problem.detail.startsWith('a  x')).toBe(true);
    expect(problem.field).toBe('f ');
    for (let length = 195; length < 203; length++) {
      const halved = problemOf(new ProtocolError('E_FIELD', { details: `${'x'.repeat(length)}😀😀` }), 'r');
      expect(decodeProblem(encodeProblem(halved), 422)).toMatchObject({ code: 'E_FIELD', details: halved.detail });
    }
  });

  it('makes of anything that a node sends one typed error', () => {
    const texts = [
      '',
      'x',
      '[]',
      'null',
      '{}',
      '{"code":1}',
      '{"code":"E_NONE","detail":"d"}',
      '{"code":"constructor"}',
      '{"code":"E_RATE","retryAfter":-1}',
      `{"code":"E_RATE","detail":"${'x'.repeat(9000)}"}`,
    ];
    for (const text of texts) {
      const error = decodeProblem(new TextEncoder().encode(text), 418);
      expect(error, text.slice(0, 40)).toMatchObject({ code: 'NODE_REFUSED', data: { status: 418 } });
    }
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.jsonValue().map((value) => new TextEncoder().encode(JSON.stringify(value))),
        ),
        fc.nat(599),
        (bytes, status) => {
          expect(decodeProblem(bytes, status)).toBeInstanceOf(ProtocolError);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.record({
          code: fc.constantFrom('E_RATE', 'E_REVOKED'),
          detail: fc.jsonValue(),
          field: fc.jsonValue(),
          requestId: fc.jsonValue(),
          data: fc.jsonValue(),
        }),
        (value) => {
          const error = decodeProblem(new TextEncoder().encode(JSON.stringify(value)), 429);
          expect(['E_RATE', 'E_REVOKED', 'NODE_REFUSED']).toContain(error.code);
        },
      ),
    );
  });
});
