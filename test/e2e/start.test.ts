/** The story on one screen, played by a reader's clicks against the real network: workers, chain, five processes. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { account } from '../../scripts/demo/network.ts';
import { announcedWallet, launch, openPage, pictures } from './browser.ts';
import { readPaint, watchPaint } from './paint.ts';

const site = inject('site');
/** An account that the chain has unlocked and nobody of the demo uses. */
const stranger = account(19).address;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Opens as Bob until the liar was asked: he is one of five, and four are asked at once. */
async function openUntilCaught(page: Page): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await button(page, 'Open again').click();
    await page.locator('[data-testid=outcome]:not([data-state=asking])').waitFor();
    if ((await page.getByTestId('caught').count()) > 0) return;
  }
  throw new Error('the liar was never caught');
}

describe('the story', () => {
  it('goes from the address to the first plaintext in three clicks, and on to its end', async () => {
    const { page, faults } = await openPage(browser, { url: `${site}/`, init: watchPaint });
    await page.getByRole('link', { name: 'Try it now' }).click();
    await button(page, 'Encrypt and share with Bob').click();
    await button(page, 'Open').waitFor({ timeout: 30_000 });
    await button(page, 'Close Alice').click();
    await page.getByText('Alice has left.').waitFor();
    await button(page, 'Open').click();
    expect(await page.getByTestId('preview').innerText()).toContain('Haemoglobin');
    await page.screenshot({ path: `${pictures}/start-opened.png`, fullPage: true });
    expect((await readPaint(page)).shifted).toBeLessThan(0.1);

    const switches = page.getByTestId('story-node').getByRole('combobox');
    await switches.nth(0).selectOption('stop');
    await expect.poll(() => switches.nth(0).inputValue(), { timeout: 20_000 }).toBe('stop');
    await button(page, 'Open again').click();
    await page.locator('[data-testid=outcome][data-state=opened]').waitFor({ timeout: 30_000 });
    await switches.nth(0).selectOption('run');
    await expect.poll(() => switches.nth(0).inputValue(), { timeout: 60_000 }).toBe('run');

    await switches.nth(1).selectOption('lie');
    await expect.poll(() => switches.nth(1).inputValue(), { timeout: 60_000 }).toBe('lie');
    await openUntilCaught(page);
    await page.screenshot({ path: `${pictures}/start-caught.png`, fullPage: true });
    await button(page, 'Report it').click();
    await page.getByText(/lost .* tokens of its stake/).waitFor({ timeout: 30_000 });
    await switches.nth(1).selectOption('run');

    await button(page, 'Bring Alice back').click();
    await button(page, 'Stop sharing').click();
    await page.getByText(/ETH came back/).waitFor({ timeout: 30_000 });
    await button(page, 'Open again').click();
    await page.getByText('Alice stopped sharing this.').waitFor();
    await page.getByText('That was all of it').waitFor();
    await page.screenshot({ path: `${pictures}/start-end.png`, fullPage: true });
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('sharing and receiving', () => {
  it('an own wallet makes a key, shares with Bob in one prompt, and Bob finds and opens it', async () => {
    const { rpcUrl } = (await (await fetch(`${site}/dintel.json`)).json()) as { rpcUrl: string };
    const alice = await openPage(browser, { url: `${site}/share`, init: announcedWallet(rpcUrl, stranger) });
    const { page } = alice;
    await button(page, 'Connect').click();
    await button(page, 'Test wallet').click();
    await page.getByLabel('Password').fill('correct horse battery staple');
    await button(page, 'Create with a password').click();
    await button(page, 'Later').click();
    await page.locator('input[type=file]').setInputFiles({
      name: 'plan.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('We meet on Thursday.'),
    });
    await button(page, 'Bob').first().click();
    await page.getByTestId('words').waitFor();
    await page.getByLabel('A word with it').fill('As we said');
    await page.screenshot({ path: `${pictures}/share.png`, fullPage: true });
    await page.locator('button[type=submit]').click();
    await page.getByTestId('shared').waitFor({ timeout: 60_000 });
    expect(await page.evaluate(() => (globalThis as unknown as { prompts: number }).prompts)).toBe(1);
    await page.getByTestId('activity').click();
    await page.locator('[data-testid=tracked][data-stage=mined]').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'See my grants' }).click();
    await page.locator('[data-testid=grant][data-state=live]').waitFor();
    await page.screenshot({ path: `${pictures}/grants.png`, fullPage: true });
    expect(alice.faults).toEqual([]);

    const bob = await openPage(browser, { url: `${site}/inbox`, width: 360, height: 740, dark: true });
    await button(bob.page, 'Connect').click();
    await bob.page.getByRole('dialog').getByRole('button', { name: 'Bob', exact: true }).click();
    // The newest stands first; the story has left another.
    await bob.page.getByTestId('received').first().waitFor({ timeout: 30_000 });
    await button(bob.page, 'Accept').first().click();
    await button(bob.page, 'Open').click();
    expect(await bob.page.getByTestId('preview').innerText()).toBe('We meet on Thursday.');
    await bob.page.screenshot({ path: `${pictures}/inbox-phone-dark.png`, fullPage: true });
    await bob.page.goto(`${site}/keys`);
    expect(await bob.page.getByTestId('engine').filter({ hasText: 'wasm' }).innerText()).toBe('wasm');
    expect(bob.faults).toEqual([]);
    await bob.page.close();

    await button(page, 'Stop sharing').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop sharing' }).click();
    await page.getByText(/Stopped\. .* ETH came back/).waitFor({ timeout: 30_000 });
    await page.close();
  });

  it('speaks Spanish where the reader does', async () => {
    const page = await browser.newPage({ locale: 'es-ES' });
    await page.goto(`${site}/start`);
    await page.getByRole('heading', { name: 'Comparte un secreto en un minuto' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('es');
    await page.close();
  });
});
