/** The network page against the real demo: five processes, a real chain, a story told; seen in headless Chromium. */
import { join } from 'node:path';
import { type Deployment, MinerEscrow, PolicyManager } from 'dintel/chain';
import { viemReader } from 'dintel/chain/viem';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ChainFacts } from '../../app/network/chainFacts.ts';
import { nodesOf } from '../../app/network/nodes.ts';
import { leftOf, policiesOf } from '../../app/network/policies.ts';
import { announcedWallet, launch, openPage, pictures } from './browser.ts';

/** Hardhat's second public account: Alice of the demo. */
const alice = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

const demo = { site: inject('site') };
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe('the network page', () => {
  it('shows the nodes that answer, the revoked policy and what happened', async () => {
    const { page, faults } = await openPage(browser, { url: `${demo.site}/network` });
    await page.getByTestId('node').nth(5).waitFor();
    // The sixth lied, in the past that the demo has played, and is gone.
    await expect.poll(() => page.getByTestId('answers').count(), { timeout: 20_000 }).toBe(5);
    expect(
      await page
        .getByTestId('policy')
        .getByText(/revoked .* ago/)
        .count(),
    ).toBeGreaterThan(0);
    await page.getByTestId('penalty').first().getByRole('button', { name: 'Verify in my browser' }).click();
    await page.getByTestId('rejudged').getByText('Your browser agrees').waitFor();
    await page.screenshot({ path: join(pictures, 'network-light.png'), fullPage: true });
    expect(faults).toEqual([]);
    await page.close();
  });

  it('tells what happened, and where the money of each policy is', async () => {
    const { page, faults } = await openPage(browser, { url: `${demo.site}/network/events` });
    await page.getByText('policies', { exact: true }).click();
    await page.getByTestId('event').nth(9).waitFor();
    expect(await page.getByTestId('event').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('was revoked'), expect.stringContaining('paid 5 nodes')]),
    );
    await page.goto(`${demo.site}/network/policies`);
    await page.getByTestId('policy').nth(5).getByRole('link').first().click();
    await page.getByText('What happened').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('says what the contracts say at that block, node by node and policy by policy', async () => {
    const { rpcUrl, deployment } = (await (await fetch(`${demo.site}/dintel.json`)).json()) as {
      rpcUrl: string;
      deployment: Deployment;
    };
    const reader = await viemReader({ rpcUrl });
    const chronicle = await new ChainFacts(reader, deployment).advance();
    const at = { at: chronicle.block };
    const escrow = new MinerEscrow(reader, deployment.escrow);
    for (const { address, stake, unbonding, activeThrough } of nodesOf(chronicle)) {
      expect(await escrow.miner(address, at)).toMatchObject({ stake, unbonding });
      expect(await escrow.isActive(address, chronicle.epoch, at)).toBe(activeThrough !== undefined);
    }
    const policies = policiesOf(chronicle.facts);
    expect(policies.length).toBeGreaterThan(20);
    const manager = new PolicyManager(reader, deployment.policyManager);
    for (const policy of policies) {
      const { start, end, expiresAt } = policy;
      expect(await manager.policy(policy.id, at)).toMatchObject({ start, end, expiresAt, left: leftOf(policy) });
    }
  });

  it('weighs quorums by what is feared', async () => {
    const { page } = await openPage(browser, { url: `${demo.site}/network/quorum` });
    expect(await page.getByTestId('opens').innerText()).toBe('99.14%');
    await page.getByRole('slider', { name: 'Must answer' }).fill('5');
    expect(await page.getByTestId('opens').innerText()).toBe('59%');
    await page.getByRole('button', { name: 'Choose 3 of 5' }).click();
    expect(await page.getByTestId('opens').innerText()).toBe('99.14%');
    await page.close();
  });

  it('keeps up with the chain', async () => {
    const { page } = await openPage(browser, { url: `${demo.site}/network` });
    const block = async () =>
      Number(/block ([\d,]+)/.exec(await page.getByTestId('head').innerText())?.[1]?.replaceAll(',', '') ?? 0);
    await expect.poll(block, { timeout: 20_000 }).toBeGreaterThan(0);
    const seen = await block();
    await expect.poll(block, { timeout: 20_000 }).toBeGreaterThan(seen);
    await page.close();
  });

  it('connects a wallet that announces itself, and lets it go', async () => {
    const { rpcUrl } = (await (await fetch(`${demo.site}/dintel.json`)).json()) as { rpcUrl: string };
    const { page, faults } = await openPage(browser, {
      url: `${demo.site}/network`,
      init: announcedWallet(rpcUrl, alice),
    });
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.screenshot({ path: join(pictures, 'wallets.png') });
    await page.getByRole('button', { name: 'Test wallet' }).click();
    await expect.poll(() => page.getByTestId('account').innerText(), { timeout: 20_000 }).toMatch(/^0x7099…79C8$/i);
    await page.getByTestId('account').click();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('fits a phone, in the dark, without scrolling sideways', async () => {
    const { page, faults } = await openPage(browser, {
      url: `${demo.site}/network`,
      width: 360,
      height: 740,
      dark: true,
    });
    await page.getByTestId('node').nth(4).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.screenshot({ path: join(pictures, 'network-phone-dark.png'), fullPage: true });
    expect(faults).toEqual([]);
    await page.close();
  });
});
