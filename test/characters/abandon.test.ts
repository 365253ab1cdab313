/** A grant that is being paid is not given up beside the payment: the money would be gone and the record would say otherwise. */
import { Alice, heldFile, MemoryJournal } from 'dintel';
import type { Chain } from 'dintel/chain';
import { createTestNetwork } from 'dintel/testing';
import { expect, it } from 'vitest';
import { Grant } from '../../lib/characters/alice/grant.ts';
import { mayBeMined } from '../../lib/characters/alice/grantMachine.ts';
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
    mayBePaid: async () => false,
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

/** Alice, whose journal takes nothing more from the moment on that her transaction is sent. */
async function crashed() {
  const net = await createTestNetwork({ nodes: 3 });
  const account = net.account('alice');
  net.chain.fund(account.account, { wei: 10n ** 20n });
  const journal = new MemoryJournal();
  const put = journal.put.bind(journal);
  const send: Chain['send'] = async (request) => {
    const sent = await account.send(request);
    journal.put = () => Promise.reject(new Error('crash'));
    return sent;
  };
  const open = (chain: Chain) => Alice.open({ ...net.options, keyring: net.keyring('alice'), chain, journal });
  const alice = await open({ ...account, send });
  const files = [await heldFile(alice.encrypt([new Uint8Array(9)], { label: 'notes' }))];
  const to = (await net.bob('bob')).card();
  const terms = { to, label: 'notes', files, threshold: 1, shares: 2, until: net.in(20_000) };
  await expect(alice.grant(terms)).rejects.toThrow('crash');
  journal.put = put;
  const again = await open(account);
  const [grant] = (await again.unfinished({ files })) as [Grant];
  return grant;
}

it('is not abandoned when it was paid before a crash that the record does not show', async () => {
  const grant = await crashed();
  expect(grant.status).toBe('sealed');
  expect(await codeOf(() => grant.abandon())).toBe('E_REPLAY');
  expect((await grant.wait()).status).toBe('published');
});

it('is not abandoned as long as what was sent and dropped may still be mined', async () => {
  const record = { state: 'sealed', cohort: [], failure: undefined, sentUntil: 7 } as unknown as GrantRecord;
  expect([6, 7, 8].map((epoch) => mayBeMined(record, epoch))).toEqual([true, true, false]);
  expect(mayBeMined({ ...record, sentUntil: undefined }, 0)).toBe(false);
});
