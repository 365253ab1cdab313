/** `dintel bob challenge` and `report` on a real chain: of nodes that say nothing one is let be, one pays; one that lies pays. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Alice, heldFile, Keyring } from 'dintel';
import { Adjudicator } from 'dintel/chain';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { flip } from '../../../scripts/vectors/cheats.ts';
import { lies } from '../../characters/lies.ts';
import { type LocalNetwork, startLocalNetwork } from '../../characters/localNetwork.ts';
import { wallet } from '../support/localChain.ts';
import { scratchFolder } from '../support/scratch.ts';
import { dintelHere, reachNodes, secretFile } from './dintel.ts';

let net: LocalNetwork;
beforeAll(async () => {
  net = await startLocalNetwork(2);
  reachNodes(net);
}, 120_000);
afterAll(async () => {
  vi.unstubAllGlobals();
  await net?.close();
});

/** A Bob with a wallet that pays, and a grant for him. */
async function raise(account: number) {
  const { fetch, clock, deployment, rpcUrl } = net;
  const folder = scratchFolder();
  const contracts = join(folder, 'deployment.json');
  writeFileSync(contracts, JSON.stringify(deployment));
  const password = secretFile(folder, 'password', 'a password for tests\n');
  const home = ['--home', join(folder, 'bob'), '--password-file', password];
  const bob = async (...args: string[]) => dintelHere(['bob', ...args, ...home, '--json']);
  const key = secretFile(folder, 'bob.key', wallet(account).privateKey);
  const made = await bob('init', '--rpc', rpcUrl, '--deployment', contracts, '--wallet-key-file', key);
  expect(made.status, made.stderr).toBe(0);
  const { card } = (await bob('card')).json as unknown as { card: string };
  await net.heartbeats();
  await net.warp(30);
  const chain = await net.chainOf(1);
  const alice = await Alice.open({ keyring: Keyring.random(), chain, deployment, fetch, clock });
  const file = await heldFile(alice.encrypt([new Uint8Array(9)], { label: 'x' }));
  const until = Math.floor(clock.now() / 1000) + 600;
  const grant = await alice.grant({ to: card, label: 'x', files: [file], threshold: 1, shares: 2, until });
  return { folder, bob, chain, grant };
}

test('opens it, waits, and says how it ended; what the contract refuses is refused by name', {
  timeout: 90_000,
}, async () => {
  const { bob, chain, grant } = await raise(9);
  // What the nodes have promised by heartbeat begins with the next epoch.
  await net.warp(31);
  const [first, second] = grant.nodes.map(({ node }) => node);

  const strange = await bob('challenge', grant.link(), '--node', `0x${'77'.repeat(20)}`, '--yes');
  expect([strange.status, strange.json.error?.code]).toEqual([2, 'E_FIELD']);
  const opened = await bob('challenge', grant.link(), '--node', first as string, '--no-wait', '--yes');
  expect(opened.json, opened.stderr + opened.stdout).toMatchObject({ ok: true, state: 'open', node: first });
  const again = await bob('challenge', grant.link(), '--node', first as string, '--no-wait', '--yes');
  expect(again.json.error).toMatchObject({ code: 'chain.reverted' });
  expect(JSON.stringify(again.json)).toContain('ChallengePending');

  const waiting = bob('challenge', grant.link(), '--node', second as string, '--yes');
  const adjudicator = new Adjudicator(chain, net.deployment.adjudicator);
  const place = grant.nodes.findIndex(({ node }) => node === second);
  await expect
    .poll(async () => (await adjudicator.challengeOf(grant.policyId, place)) !== undefined, { timeout: 30_000 })
    .toBe(true);
  await net.warp(20);
  const ended = await waiting;
  expect(ended.json, ended.stderr).toMatchObject({ ok: true, state: 'timedOut', node: second });
  expect(BigInt((ended.json as unknown as { penalty: string }).penalty)).toBeGreaterThan(0n);
});

test('a lie is kept over commands, by file and in the journal; report files it once', { timeout: 90_000 }, async () => {
  const { folder, bob, grant } = await raise(8);
  expect((await bob('report', '--yes')).json).toMatchObject({ ok: true, reports: [], tooLate: [] });
  const [liar, honest] = grant.nodes.map(({ node }) => net.nodes.find((one) => one.node === node)!);
  liar!.behaviour.tamper = lies(net, (cfrag) => flip(cfrag, 294));
  honest!.behaviour.delayMs = 300;
  const got = await bob('retrieve', grant.link(), '--out', join(folder, 'out'));
  expect(got.json, got.stderr).toMatchObject({ ok: true, bytes: 9 });
  const [path = ''] = got.json.evidence as unknown as string[];
  const reported = await bob('report', '--yes');
  expect(reported.json, reported.stderr).toMatchObject({ reports: [{ node: liar!.node, verdict: 'EquationE' }] });
  expect((await bob('report', '--yes')).json).toMatchObject({ reports: [], tooLate: [] });
  expect((await bob('report', path, '--yes')).json.error).toMatchObject({ code: 'chain.reverted' });
  expect((await bob('report', join(folder, 'out'), '--yes')).json.error).toMatchObject({ code: 'E_INPUT' });
});
