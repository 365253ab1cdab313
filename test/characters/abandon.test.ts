/** A grant that is being paid is not given up beside the payment: the money would be gone and the record would say otherwise. */
import { expect, it } from 'vitest';
import { Grant } from '../../lib/characters/alice/grant.ts';
import type { GrantRecord } from '../../lib/characters/alice/grantRecord.ts';
import { codeOf } from '../protocol/errorCode.ts';

it('cannot be abandoned while it goes on, and can when it has stopped', async () => {
  const saved: string[] = [];
  let end: (error: unknown) => void = () => undefined;
  const record = { state: 'sealed', cohort: [], failure: undefined } as unknown as GrantRecord;
  const grant = new Grant(record, {
    drive: () =>
      new Promise((_, reject) => {
        end = reject;
      }),
    save: async ({ state }) => {
      saved.push(state);
    },
    receipt: async () => undefined,
  });
  const waiting = grant.wait().catch(() => 'stopped');
  expect(await codeOf(() => grant.abandon())).toBe('E_REPLAY');
  expect([grant.status, saved]).toEqual(['sealed', []]);
  end(new Error('stopped'));
  expect(await waiting).toBe('stopped');
  await grant.abandon();
  expect([grant.status, saved]).toEqual(['abandoned', ['abandoned']]);
});
