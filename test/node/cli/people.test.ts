/** People, published keys and the inbox by the command line, on a real chain. What nodes hold is the business of the story. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Keyring } from 'dintel';
import { PolicyManager } from 'dintel/chain';
import { ethersChain } from 'dintel/chain/ethers';
import { type Hex, randomTag, readCard, sealNotice } from 'dintel/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalChain, startLocalChain, wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { dintelHere, secretFile } from './dintel.ts';

let chain: LocalChain;
beforeAll(async () => {
  chain = await startLocalChain();
});
afterAll(() => chain?.close());

/** A home, and its commands. */
async function home(role: 'alice' | 'bob', ...more: readonly string[]) {
  const folder = scratchFolder();
  const deployment = secretFile(folder, 'contracts.json', JSON.stringify(chain.deployment));
  const common = ['--home', join(folder, role), '--password-file', secretFile(folder, 'pw', 'a password for tests')];
  const run = async (...args: string[]) => {
    const ended = await dintelHere([role, ...args, ...common, '--json']);
    return ended.json as Record<string, unknown> & { error?: { code: string } };
  };
  const made = await run('init', '--rpc', chain.rpcUrl, '--deployment', deployment, ...more);
  const address = made.wallet as string;
  await chain.fund(address);
  return { run, address };
}

test('keys are published, pinned by address and card, and a change is told', { timeout: 180_000 }, async () => {
  const [alice, bob] = [await home('alice'), await home('bob')];
  expect((await alice.run('people', 'add', bob.address)).error?.code).toBe('KEY_NOT_REGISTERED');
  const published = await bob.run('publish', '--yes');
  expect(published).toMatchObject({ ok: true, address: bob.address, version: 1 });
  expect(await bob.run('publish', '--yes')).toMatchObject({ ok: true, version: 1 });
  const added = await alice.run('people', 'add', bob.address, '--name', 'Bob');
  expect(added).toMatchObject({ name: 'Bob', words: published.words, isChanged: false });
  const { card } = await bob.run('card');
  expect(await alice.run('people', 'add', card as string)).toMatchObject({ id: added.id });
  const short = (added.id as string).slice(0, 8);
  expect((await alice.run('people', 'confirm', short, 'six other words')).error?.code).toBe('E_WORDS');
  expect((await alice.run('people', 'confirm', short, added.words as string)).verifiedAt).toBeGreaterThan(0);
  expect((await alice.run('people', 'list')).people).toHaveLength(1);
  expect(await alice.run('people', 'remove', short)).toMatchObject({ ok: true });
  expect((await alice.run('people', 'remove', short)).error?.code).toBe('E_FIELD');
});

test('a notice on the chain is in the inbox, from a stranger as a request', { timeout: 180_000 }, async () => {
  const bob = await home('bob');
  const { card } = await bob.run('card');
  const stranger = await ethersChain({ rpcUrl: chain.rpcUrl, privateKey: wallet(5).privateKey as Hex });
  const manager = new PolicyManager(stranger, chain.deployment.policyManager);
  const expiresAt = Number((await stranger.block('latest'))?.timestamp) + 300;
  const salt = randomTag();
  const [policyId, { deposit }] = await Promise.all([
    manager.policyIdOf(stranger.account, salt),
    manager.quote(1n, 1, expiresAt),
  ]);
  const tag = randomTag();
  const notice = {
    manifestId: randomTag(),
    verifyingKey: Keyring.random().verifying().publicKey,
    uris: [],
    name: 'You',
  };
  const envelope = sealNotice(readCard(card as string).receivingKey, { policyId, tag }, notice);
  const terms = { salt, root: randomTag(), shares: 1, rate: 1n, expiresAt };
  await (await manager.createPolicy({ terms, note: { tag, envelope }, valueWei: deposit })).wait();
  const item = { policyId, state: 'live', isRequest: true, missing: 'REQUEST', from: null };
  expect((await bob.run('inbox')).items).toMatchObject([{ ...item, isNew: true }]);
  expect((await bob.run('inbox', '--hello')).items).toMatchObject([{ ...item, isNew: false }]);
  expect((await bob.run('inbox', '--accept', policyId)).items).toMatchObject([
    { policyId, isRequest: false, missing: 'STORAGE_NOT_FOUND' },
  ]);
  expect((await bob.run('inbox', '--accept', 'nonsense')).error?.code).toBe('E_USAGE');
  expect((await bob.run('inbox', '--rebuild')).items).toHaveLength(1);
});

test('24 words bring the keys to another device, from a file that nobody else can read', {
  timeout: 180_000,
}, async () => {
  const bob = await home('bob');
  const file = join(scratchFolder(), 'phrase.txt');
  expect((await bob.run('phrase')).error?.code).toBe('E_USAGE');
  expect(await bob.run('phrase', '--phrase-file', file)).toMatchObject({ ok: true });
  expect((await bob.run('phrase', '--phrase-file', file)).error?.code).toBe('E_EXISTS');
  expect(readFileSync(file, 'utf8').trim().split(' ')).toHaveLength(24);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = await home('bob', '--recover', '--phrase-file', file);
  const fingerprint = async (one: typeof bob) => (await one.run('card')).fingerprint;
  expect(await fingerprint(again)).toBe(await fingerprint(bob));
  expect(again.address).not.toBe(bob.address);
  const damaged = secretFile(scratchFolder(), 'words', 'abandon '.repeat(24));
  const refused = await dintelHere([
    'bob',
    'init',
    '--home',
    join(scratchFolder(), 'x'),
    '--recover',
    '--phrase-file',
    damaged,
  ]);
  expect([refused.status, refused.stderr]).toEqual([4, expect.stringContaining('E_MNEMONIC')]);
});
