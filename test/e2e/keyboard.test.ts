/** The story and the share form by the keyboard alone: everything is reached by Tab, is seen to be, and answers to Enter. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage } from './browser.ts';

const site = inject('site');
/** Enough for every stop of a page twice. */
const most = 120;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true }).first();

/** Tabs to it and presses the key. Throws if no Tab leads there or the place cannot be seen. */
async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await target.waitFor({ state: 'attached' });
  const isThere = () => target.evaluate((element) => element === document.activeElement);
  for (let step = 0; !(await isThere()); step++) {
    if (step === most) throw new Error(`no Tab leads to ${String(target)}`);
    await page.keyboard.press('Tab');
  }
  expect(await target.evaluate((element) => element.matches(':focus-visible'))).toBe(true);
  await page.keyboard.press(key);
}

describe('by the keyboard alone', () => {
  it('Alice shares in the story, Bob opens, Alice stops', async () => {
    const { page } = await openPage(browser, { url: `${site}/start` });
    await press(page, button(page, 'Encrypt and share with Bob'));
    await button(page, 'Open').waitFor({ timeout: 30_000 });
    await press(page, button(page, 'Open'));
    await page.getByTestId('preview').waitFor();
    await press(page, button(page, 'Stop sharing'));
    await page.getByText(/ETH came back/).waitFor({ timeout: 30_000 });
    await page.close();
  });

  it('a demo person connects and shares a file', async () => {
    const { page } = await openPage(browser, { url: `${site}/share` });
    await press(page, button(page, 'Connect'));
    await press(page, button(page.getByRole('dialog'), 'Alice'));
    const chosen = page.waitForEvent('filechooser');
    await press(page, page.locator('input[type=file]'));
    const plan = { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('By Tab and Enter.') };
    await (await chosen).setFiles(plan);
    await press(page, button(page, 'Bob'));
    await page.getByTestId('words').waitFor();
    await press(page, page.locator('button[type=submit]'));
    await page.getByTestId('shared').waitFor({ timeout: 60_000 });
    await page.close();
  });
});
