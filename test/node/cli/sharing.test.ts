/** Alice's longer acts by the command line, against Ursulas of this process on a real chain: a grant made longer, a label rotated. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bob, Keyring } from 'dintel';
import { ethersReader } from 'dintel/chain/ethers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LocalNetwork, startLocalNetwork } from '../../characters/localNetwork.ts';
import { wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { dintelHere, reachNodes, secretFile } from './dintel.ts';

let net: LocalNetwork;
beforeAll(async () => {
  net = await startLocalNetwork(3);
  reachNodes(net);
}, 120_000);
afterAll(async () => {
  vi.unstubAllGlobals();
  await net?.close();
});

type Facts = Record<string, unknown> & { error?: { code: string } };

/** Alice with a wallet that pays, a way to seal for a label of hers, and Bob to open. */
async function raise(index: number) {
  const folder = scratchFolder();
  const contracts = join(folder, 'deployment.json');
  writeFileSync(contracts, JSON.stringify(net.deployment));
  const password = secretFile(folder, 'password', 'a password for tests\n');
  const home = ['--home', join(folder, 'alice'), '--password-file', password];
  const alice = async (...args: string[]): Promise<Facts> => {
    const ended = await dintelHere(['alice', ...args, ...home, '--json']);
    return ended.json as unknown as Facts;
  };
  const key = secretFile(folder, 'alice.key', wallet(index).privateKey);
  await alice('init', '--rpc', net.rpcUrl, '--deployment', contracts, '--wallet-key-file', key);
  const seal = async (words: string, label: string): Promise<string> => {
    const [plain, sealed] = [join(folder, `${words}.txt`), join(folder, `${words}.dintel`)];
    writeFileSync(plain, words);
    const { delegatingKey } = await alice('label', label);
    await dintelHere(['enrico', 'encrypt', '--to-label-key', delegatingKey as string, '--in', plain, '--out', sealed]);
    return sealed;
  };
  const { fetch, clock, deployment, rpcUrl } = net;
  const chain = await ethersReader({ rpcUrl });
  const bob = await Bob.open({ keyring: Keyring.random(), chain, deployment, fetch, clock });
  const read = async (link: unknown): Promise<string> => {
    const { files } = await bob.retrieve({ from: link as string });
    return new TextDecoder().decode(await files[0]?.bytes());
  };
  const grant = async (file: string, label: string, ...more: string[]) =>
    alice('grant', '--file', file, '--label', label, '--to', bob.card(), ...terms, ...more, '--yes');
  return { alice, bob, seal, read, grant };
}
const terms = ['--threshold', '2', '--shares', '3', '--for', '30m'];

test('a grant is made longer: its price and new end are told, both links open, and what makes no sense is refused', {
  timeout: 60_000,
}, async () => {
  const { alice, seal, read, grant } = await raise(3);
  const granted = await grant(await seal('still here', 'letters'), 'letters');
  expect(granted).toMatchObject({ ok: true });
  const id = granted.policyId as string;
  expect((await alice('extend', id)).error?.code).toBe('E_USAGE');
  expect((await alice('extend', 'nonsense', '--for', '1h')).error?.code).toBe('E_USAGE');
  expect((await alice('extend', `0x${'77'.repeat(32)}`, '--for', '1h')).error?.code).toBe('STORAGE_NOT_FOUND');
  expect((await alice('extend', id, '--for', '10m')).error?.code).toBe('E_DURATION');

  const longer = await alice('extend', id, '--for', '40m');
  expect(longer).toMatchObject({ ok: true, policyId: id });
  expect(Number(longer.expiresAt) - Number(granted.expiresAt)).toBeGreaterThan(500);
  expect(BigInt(longer.paidWei as string)).toBeGreaterThan(0n);
  expect((longer.nodes as { code?: string }[]).map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
  expect(longer.link).not.toBe(granted.link);
  expect(await read(granted.link)).toBe('still here');
  expect(await read(longer.link)).toBe('still here');
  const { grants } = await alice('grants');
  expect(grants).toMatchObject([{ policyId: id, state: 'live', expiresAt: longer.expiresAt }]);

  expect(await alice('revoke', id, '--yes')).toMatchObject({ ok: true });
  expect((await alice('extend', id, '--for', '50m')).error?.code).toBe('POLICY_REVOKED');
});

test('a label is rotated: its new key is printed and remembered, and who keeps what is told', {
  timeout: 60_000,
}, async () => {
  const { alice, bob, seal, read, grant } = await raise(4);
  const old = await seal('old', 'diary');
  const before = await grant(old, 'diary');
  const first = await alice('label', 'diary');
  expect(first).toMatchObject({ version: 0 });
  const rotated = await alice('rotate', 'diary');
  expect(rotated).toMatchObject({
    ...{ ok: true, version: 1, unread: [] },
    receivers: [{ reader: bob.reader, grants: [{ policyId: before.policyId, version: 0 }] }],
  });
  expect(await alice('label', 'diary')).toMatchObject({ version: 1, delegatingKey: rotated.delegatingKey });
  expect(await alice('label', 'diary', '--label-version', '0')).toMatchObject({ delegatingKey: first.delegatingKey });
  expect(rotated.delegatingKey).not.toBe(first.delegatingKey);
  const fresh = await seal('fresh', 'diary');
  expect((await grant(fresh, 'diary', '--label-version', '0')).error?.code).toBe('E_DECRYPT');
  expect(await read((await grant(fresh, 'diary')).link)).toBe('fresh');
  expect(await read(before.link)).toBe('old');
  expect((await alice('rotate', '')).error?.code).toBe('E_LABEL');
});
