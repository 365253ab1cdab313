import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Code } from '../../lib/protocol/codes.ts';
import { listCodes } from '../../lib/protocol/describeCode.ts';
import { DintelError, ProtocolError, refuse } from '../../lib/protocol/errors.ts';
import { errorsPage } from '../../scripts/errors.ts';

describe('DintelError', () => {
  it('has the shape of viem: code, sentence, particulars, cause', () => {
    const cause = new Error('inner');
    const error = new ProtocolError('E_COUNT', {
      field: 'capsules',
      expected: '1 to 50',
      got: '51',
      details: 'Send fewer.',
      cause,
    });
    expect(error).toBeInstanceOf(DintelError);
    expect(error.code).toBe('E_COUNT');
    expect(error.name).toBe('ProtocolError');
    expect(error.status).toBe(422);
    expect(error.retryable).toBe(false);
    expect(error.cause).toBe(cause);
    expect(error.message).toContain(error.shortMessage);
    for (const part of ['capsules', '1 to 50', '51', 'Send fewer.', 'E_COUNT']) expect(error.message).toContain(part);
    expect(error.docsUrl).toBe('docs/ERRORS.md#e_count');
  });

  it('bounds what it repeats of the input', () => {
    const error = new ProtocolError('E_FIELD', { got: 'x'.repeat(1000), details: 'y'.repeat(1000) });
    expect(error.got?.length).toBe(64);
    expect(error.details?.length).toBe(200);
  });

  it('walks its causes, also when they form a ring', () => {
    const inner = new ProtocolError('E_JSON');
    const outer = new ProtocolError('E_SCHEMA', { cause: new Error('middle', { cause: inner }) });
    expect(outer.walk()).toBe(inner);
    expect(outer.walk((error) => error instanceof DintelError && error.code === 'E_JSON')).toBe(inner);
    expect(outer.walk((error) => error instanceof TypeError)).toBeUndefined();
    const ring = new Error('ring');
    ring.cause = ring;
    expect(new ProtocolError('E_SCHEMA', { cause: ring }).walk(() => false)).toBeUndefined();
  });

  it('takes retryable from the code unless told, and has no status off the wire', () => {
    expect(new ProtocolError('E_BUSY').retryable).toBe(true);
    expect(new ProtocolError('E_BUSY', { retryable: false }).retryable).toBe(false);
    expect(new ProtocolError('E_BRAND').status).toBeUndefined();
    expect(() => refuse('E_BRAND', 'file', 'DnFl', 'DnMf')).toThrow(ProtocolError);
  });
});

describe('docs/ERRORS.md', () => {
  it('is written from the vocabulary and has the paragraph that each docsUrl names', () => {
    const page = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8');
    expect(page).toBe(errorsPage());
    // As GitHub makes anchors: lower case, without punctuation.
    const anchors = new Set(
      [...page.matchAll(/^### (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^a-z0-9_ -]/g, '')),
    );
    for (const [code, entry] of listCodes()) {
      const { docsUrl, shortMessage } = new ProtocolError(code as Code, { entry });
      expect(shortMessage).toBe(entry.sentence);
      expect(anchors.has(docsUrl.slice(docsUrl.indexOf('#') + 1)), code).toBe(true);
    }
  });
});
