/**
 * An operator from zero to a withdrawn fee, through the page: tokens from the faucet, a bond code from the command line, one signature
 * and one transaction, a real node of his own, a policy that pays it, time that passes. Against the demo's real network.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Deployment, MinerEscrow, noNote, PolicyManager } from 'dintel/chain';
import { viemReader } from 'dintel/chain/viem';
import { type Address, type Hex, type Leaf, leafHash, leafTree, policyIdOf, toHex } from 'dintel/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Hand } from '../../scripts/demo/hand.ts';
import { account, dintelJson, startNode, writePassword } from '../../scripts/demo/network.ts';
import { freePort, stopAll } from '../../scripts/demo/processes.ts';
import { announcedWallet, launch, openPage, pictures } from './browser.ts';

const dir = mkdtempSync(join(tmpdir(), 'dintel-operate-'));
/** The demo's newcomer. */
const node = account(10).address.toLowerCase() as Address;

interface SiteFacts {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly controlUrl: string;
}

const demo = { site: inject('site') };
let browser: Browser;
let site: SiteFacts;

beforeAll(async () => {
  browser = await launch();
  site = (await (await fetch(`${demo.site}/dintel.json`)).json()) as SiteFacts;
});
afterAll(async () => {
  await browser?.close();
  await stopAll();
  rmSync(dir, { recursive: true, force: true });
});

/** How often a wallet would have asked its owner. */
function countPrompts(page: Page): { readonly asked: string[] } {
  const asked: string[] = [];
  page.on('request', (request) => {
    const method = /"method":"(eth_sendTransaction|eth_signTypedData_v4)"/.exec(request.postData() ?? '')?.[1];
    if (method !== undefined) asked.push(method);
  });
  return { asked };
}

/** Somebody pays the node for three epochs; returns what settles it. Fees are 0.001 ETH per epoch. */
async function payNode(hand: Hand, policies: PolicyManager): Promise<() => Promise<void>> {
  const owner = account(14).address.toLowerCase() as Address;
  const word = () => toHex(randomBytes(32)) as Hex;
  const leaf: Leaf = { index: 0, node, fragment: word(), terms: word() };
  const tree = leafTree([leafHash(leaf)]);
  const salt = word();
  const rate = 10n ** 15n;
  const expiresAt = (await hand.now()) + 75;
  const { deposit } = await policies.quote(rate, 1, expiresAt);
  await hand.act(
    owner,
    policies.request('createPolicy', [{ salt, root: tree.root, shares: 1, rate, expiresAt }, noNote]),
    deposit,
  );
  const { chainId, policyManager } = site.deployment;
  const id = policyIdOf({ chainId, policyManager, owner, salt });
  return () => hand.act(owner, policies.request('settle', [id, leaf, tree.proof(0)]));
}

describe('an operator', () => {
  it('comes from zero to a withdrawn fee', async () => {
    const { page, faults } = await openPage(browser, { url: `${demo.site}/dev` });
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('button', { name: /Newcomer/ }).click();
    await page.getByRole('button', { name: 'Give' }).click();
    await page.getByText('Given.').waitFor();

    const home = join(dir, 'ursula');
    const passwordFile = writePassword(dir);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { deployment, rpcUrl } = site;
    const deploymentFile = join(dir, 'deployment.json');
    writeFileSync(deploymentFile, JSON.stringify(deployment));
    const made = await dintelJson<{ bondCode: string }>([
      ...['ursula', 'init', '--yes', '--home', home, '--password-file', passwordFile, '--rpc', rpcUrl],
      ...['--deployment', deploymentFile, '--port', String(port), '--url', url, '--node', node],
    ]);

    const { asked } = countPrompts(page);
    await page.goto(`${demo.site}/operate/stake`);
    await page.getByLabel('Tokens to stake').fill('30000');
    await page.getByLabel('Bond code').fill(made.bondCode);
    await page.getByTestId('consent').waitFor();
    expect(await page.getByText(/Promised until .* it is free on/).count()).toBe(1);
    await page.screenshot({ path: join(pictures, 'stake.png'), fullPage: true });
    await page.getByRole('button', { name: 'Sign and stake 30,000 tokens' }).click();
    await page.getByTestId('bonded').waitFor();
    expect(asked).toEqual(['eth_signTypedData_v4', 'eth_sendTransaction']);
    await page.getByRole('button', { name: 'Send 0.5 ETH to the operator' }).click();
    await page.getByText('The operator has 0.5 ETH.').waitFor();
    await page.getByRole('link', { name: 'To your node' }).click();

    await startNode({ dir, passwordFile }, { name: 'newcomer', home, url, address: node, operator: '' });
    const reader = await viemReader({ rpcUrl });
    const escrow = new MinerEscrow(reader, deployment.escrow);
    const awakeNext = async () => escrow.isActive(node, (await escrow.currentEpoch()) + 1);
    await expect.poll(awakeNext, { timeout: 30_000 }).toBe(true);

    const hand = new Hand(rpcUrl);
    const policies = new PolicyManager(reader, deployment.policyManager);
    const settle = await payNode(hand, policies);
    const earning = page.getByRole('button', { name: 'Withdraw fees' });
    await page.getByText('nothing yet').first().waitFor();
    expect(await earning.count()).toBe(0);
    await page.goto(`${demo.site}/dev`);
    await page.getByRole('button', { name: 'Go on by 5 epochs' }).click();
    await expect.poll(() => policies.epochLength().then(() => hand.now())).toBeGreaterThan(Date.now() / 1000 + 100);
    await hand.moveTo((await hand.now()) + 30);
    await settle();
    const earned = await policies.credit(node);
    expect(earned).toBeGreaterThanOrEqual(10n ** 15n);

    await page.goto(`${demo.site}/operate`);
    await earning.waitFor();
    await page.screenshot({ path: join(pictures, 'operate.png'), fullPage: true });
    await earning.click();
    await expect.poll(() => policies.credit(node), { timeout: 20_000 }).toBe(0n);
    await expect.poll(() => earning.count(), { timeout: 20_000 }).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('adds to the stake by one prompt where the wallet makes several calls one', async () => {
    const wallet = announcedWallet(site.rpcUrl, account(10).address);
    const { page, faults } = await openPage(browser, { url: `${demo.site}/operate/stake`, init: wallet });
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('button', { name: 'Test wallet' }).click();
    await page.evaluate(`globalThis.stub.batches = true`);
    const escrow = new MinerEscrow(await viemReader({ rpcUrl: site.rpcUrl }), site.deployment.escrow);
    const staked = async () => (await escrow.miner(node)).stake;
    const before = await staked();
    await page.getByLabel('Tokens to stake').fill('100');
    await page.getByRole('button', { name: 'Sign and stake 100 tokens' }).click();
    await expect.poll(staked, { timeout: 20_000 }).toBe(before + 100n * 10n ** 18n);
    expect(await page.evaluate('globalThis.prompts')).toBe(1);
    await page.getByTestId('activity').click();
    await page.locator('[data-testid=tracked][data-stage=mined]').getByText('Add 100 tokens').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('asks stake back, sees when it comes free, and thinks better of it', async () => {
    const { page, faults } = await openPage(browser, { url: demo.site, width: 360, height: 740, dark: true });
    await page.evaluate(() => {
      localStorage.setItem('wagmi.dintel.persona', JSON.stringify('Operator 1'));
    });
    await page.goto(`${demo.site}/operate`);
    await page.getByLabel('How many tokens').fill('90000');
    await page.getByText(/At least 25,000 must stay/).waitFor();
    await page.getByLabel('How many tokens').fill('5000');
    await page.getByRole('button', { name: 'Ask back' }).click();
    await page.getByTestId('unbonding').waitFor();
    for (const table of await page.getByText('As a table').all()) await table.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.screenshot({ path: join(pictures, 'operate-phone-dark.png'), fullPage: true });
    await page.getByRole('button', { name: 'Keep it at work' }).click();
    await page.getByLabel('How many tokens').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('the demo’s controls', () => {
  it('obey the demo’s own page and nobody else', async () => {
    const order = (origin: string | undefined, body: unknown) =>
      fetch(`${site.controlUrl}/time`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(origin !== undefined && { origin }) },
        body: JSON.stringify(body),
      });
    expect((await order(undefined, { seconds: 1 })).status).toBe(403);
    expect((await order('https://elsewhere.example', { seconds: 1 })).status).toBe(403);
    expect((await order(demo.site, { seconds: -1 })).status).toBe(400);
    expect((await order(demo.site, { seconds: 1 })).status).toBe(200);
  });
});
