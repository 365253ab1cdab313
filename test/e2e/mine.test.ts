/**
 * What is one's own: an invitation to somebody who has no keys, the front page of who is connected, what this device sent, new keys,
 * locking, and forgetting all of it. Against the real network; own wallets and vaults, no demo person.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { account } from '../../scripts/demo/network.ts';
import { announcedWallet, launch, openPage, pictures } from './browser.ts';

const site = inject('site');
/** An account that the chain has unlocked and nobody else of the tests uses. */
const alice = account(18).address;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Share' }).getByRole('link', { name, exact: true });

/** Headless pages have no clipboard: what is copied is kept where the test can read it. */
const clipboard = `Object.defineProperty(navigator, 'clipboard', { value: {
  writeText: async (text) => { globalThis.copied = text; } } });`;
const copied = (page: Page): Promise<string> =>
  page.evaluate(() => (globalThis as unknown as { copied?: string }).copied ?? '');
const prompts = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { prompts?: number }).prompts ?? 0);

async function makeKeys(page: Page): Promise<void> {
  await page.getByLabel('Password').fill('correct horse battery staple');
  await button(page, 'Create with a password').click();
}

describe('somebody without keys', () => {
  it('is invited, makes keys, is shared with by one click, opens it, also with newer keys, and locks', async () => {
    const { rpcUrl } = (await (await fetch(`${site}/dintel.json`)).json()) as { rpcUrl: string };
    const hers = await openPage(browser, { url: `${site}/share`, init: announcedWallet(rpcUrl, alice) });
    const { page } = hers;
    await button(page, 'Connect').click();
    await button(page, 'Test wallet').click();
    await makeKeys(page);
    // Her words, before she shares.
    await button(page, 'Show the recovery words').click();
    await page.screenshot({ path: `${pictures}/words-first.png`, fullPage: true });
    await button(page, 'I have written them down').click();
    await page.locator('input[type=file]').setInputFiles({
      name: 'recipe.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Two onions.'),
    });
    await button(page, 'They have no key yet?').click();
    await page.getByLabel('Your name for them').fill('Dora');
    await page.getByLabel('Your own name, for them to see').fill('Ada');
    await button(page, 'Invite instead').click();
    await button(page, 'Invite Dora').click();
    const link = await page.getByTestId('invitation-link').innerText();
    await page.screenshot({ path: `${pictures}/invited.png`, fullPage: true });
    expect(await prompts(page)).toBe(0);

    const his = await openPage(browser, { url: link, init: clipboard, width: 360, height: 740, dark: true });
    const dora = his.page;
    await makeKeys(dora);
    await dora.locator('[data-testid=host][data-known=false]').waitFor();
    await button(dora, 'Add Ada to my people').click();
    await dora.locator('[data-testid=host][data-known=true]').waitFor();
    expect(await dora.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await dora.screenshot({ path: `${pictures}/invitation-phone-dark.png`, fullPage: true });
    await button(dora, 'Copy the card').click();
    const card = await copied(dora);
    expect(card).toMatch(/^dintel:card:1\./);

    // A reload would lock the vault: who is here goes by links.
    await page.getByRole('link', { name: 'Files' }).first().click();
    await tab(page, 'Share').click();
    await page.getByLabel('Or paste the card that Dora sent you').fill(card);
    await button(page, 'Share with Dora now').click();
    await page.getByTestId('shared').waitFor({ timeout: 60_000 });
    expect(await prompts(page)).toBe(1);
    await tab(page, 'Grants').click();
    await tab(page, 'Share').click();
    await page.getByLabel('A word with it').waitFor();
    expect(await page.getByTestId('invitation').count()).toBe(0);

    const open = async () => {
      await dora.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Inbox' }).click();
      await button(dora, 'Open').click();
      expect(await dora.getByTestId('preview').innerText()).toBe('Two onions.');
    };
    const toKeys = async () => {
      await dora.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People' }).click();
      await dora.getByRole('link', { name: 'Keys' }).click();
    };
    await open();
    await toKeys();
    await dora.locator('[data-testid=kept][data-kept]').waitFor();
    await button(dora, 'Make new keys').click();
    await dora.getByRole('dialog').getByRole('button', { name: 'Make new keys' }).click();
    await dora.getByTestId('roots').waitFor();
    await open();

    await toKeys();
    // Another tab of the same browser: unlocked by itself, locked with this one.
    const opening = dora.waitForEvent('popup');
    await dora.evaluate(`void window.open('/inbox')`);
    const second = await opening;
    await second.getByLabel('Password').fill('correct horse battery staple');
    await button(second, 'Unlock').click();
    await second.getByTestId('received').waitFor();
    const [worker] = dora.workers();
    const ended = new Promise<void>((resolve) => worker?.once('close', () => resolve()));
    await button(dora, 'Lock now').click();
    await dora.getByText('Your keys are locked').waitFor();
    await ended;
    await second.getByText('Your keys are locked').waitFor();
    await second.getByLabel('Password').fill('correct horse battery staple');
    await button(second, 'Unlock').click();
    await second.getByTestId('received').waitFor();
    expect(await dora.getByText('Your keys are locked').count()).toBe(1);
    await second.close();
    expect(his.faults).toEqual([]);
    await dora.close();

    await page.getByRole('link', { name: 'Dintel, to the front page' }).click();
    await page.getByRole('heading', { level: 1, name: /^Welcome back/ }).waitFor();
    await page.getByText('recipe.txt').waitFor();
    await page.screenshot({ path: `${pictures}/glance.png`, fullPage: true });
    await page.getByTestId('account').click();
    await page.getByRole('dialog').getByRole('link', { name: 'Activity' }).click();
    await page.locator('[data-testid=acted][data-stage=mined]').getByText('What it said').click();
    expect(await page.getByTestId('called').innerText()).toBe('PolicyManager · createPolicy');
    await page.screenshot({ path: `${pictures}/activity.png`, fullPage: true });
    expect(hers.faults).toEqual([]);

    await page.getByTestId('account').click();
    await page.getByRole('dialog').getByRole('link', { name: 'Settings' }).click();
    await button(page, 'Forget everything here').click();
    await page.getByRole('checkbox').check();
    const visited = page.waitForResponse((answer) => answer.request().postData()?.includes('"0x0",false') ?? false);
    await button(page, 'Forget everything').click();
    await page.getByRole('link', { name: 'Try it now' }).waitFor();
    await visited;
    // What a page would note of the chain that it has just seen, it notes in the next frames.
    await page.waitForTimeout(500);
    const left = await page.evaluate(async () => ({
      databases: (await indexedDB.databases()).map(({ name }) => name),
      entries: Object.keys(localStorage).filter((key) => /^dintel/.test(key)),
    }));
    expect(left).toEqual({ databases: [], entries: [] });
    await page.close();
  });
});

describe('the front page', () => {
  it('shows an operator the node, without anything that shifts', async () => {
    const { page, faults } = await openPage(browser, { url: `${site}/settings`, width: 360, height: 740 });
    await page.evaluate(() => localStorage.setItem('wagmi.dintel.persona', JSON.stringify('Operator 1')));
    await page.goto(`${site}/`);
    expect(await page.getByTestId('my-node').innerText()).toMatch(/At stake\s*[\d,]+ DNTL/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.goto(`${site}/settings`);
    const { rpcUrl } = (await (await fetch(`${site}/dintel.json`)).json()) as { rpcUrl: string };
    await page.getByLabel('Another RPC of the same chain').fill(`${rpcUrl}/other`);
    await button(page, 'Use it').click();
    await page.getByText(`${rpcUrl}/other`).waitFor();
    await button(page, 'Back to the network’s own').click();
    await page.getByText(rpcUrl, { exact: true }).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});
