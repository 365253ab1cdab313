/**
 * Every page of the export, as a visitor who comes back has it: nothing jumps while the wallet connects and the chain answers, it fits a
 * phone and a desk, axe finds nothing serious in light or dark, and it speaks the reader's language.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, type ExpectStatic, inject, it } from 'vitest';
import { isTitled, titleTexts } from '../../app/i18n/titles.ts';
import { launch, openPage, pictures } from './browser.ts';
import { readPaint, settle, watchPaint } from './paint.ts';

const site = inject('site');
const phone = { width: 360, height: 740 };
const desk = { width: 1280, height: 900 };
const exported = globSync('**/*.html', { cwd: join(import.meta.dirname, '../../.dintel/site') })
  .map((name) => `/${name.replace(/(^|\/)index\.html$|\.html$/, '')}`)
  .filter((route) => !/^\/(404|_not-found)$/.test(route))
  .sort();
/** Pages of one thing have something to show under its address alone: they are walked with one. */
const routes = exported.filter((route) => !['/grants/grant', '/files/file', '/inbox/item'].includes(route));

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

/** A page whose next loads find Alice connected. */
async function asAlice(look: typeof phone): Promise<{ page: Page; faults: string[] }> {
  const opened = await openPage(browser, { url: `${site}/`, init: watchPaint, ...look });
  const { page } = opened;
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Alice', exact: true }).click();
  await page.getByTestId('account').waitFor();
  return opened;
}

/** A page of one thing: whose it is, and under what name its picture is kept. */
interface Thing {
  readonly route: string;
  readonly who: 'Alice' | 'Bob';
  readonly name: string;
}

/** Alice shares a file with Bob: the pages of the grant, of the file, and of what he received. */
async function thingsOf(page: Page): Promise<readonly Thing[]> {
  await page.goto(`${site}/share`);
  const buffer = Buffer.from('Who was there, and what we said.');
  await page.locator('input[type=file]').setInputFiles({ name: 'minutes.txt', mimeType: 'text/plain', buffer });
  await page.getByRole('button', { name: 'Bob', exact: true }).first().click();
  await page.getByTestId('price').waitFor();
  await page.locator('button[type=submit]').click();
  await page.getByTestId('shared').waitFor({ timeout: 60_000 });
  const linkTo = async (list: string, start: string): Promise<string> => {
    await page.goto(site + list);
    return (await page.locator(`main a[href^="${start}?id="]`).first().getAttribute('href')) ?? '';
  };
  const grant = await linkTo('/grants', '/grants/grant');
  const file = await linkTo('/files', '/files/file');
  return [
    { route: grant, who: 'Alice', name: 'one-grant' },
    { route: file, who: 'Alice', name: 'one-file' },
    { route: grant.replace('/grants/grant', '/inbox/item'), who: 'Bob', name: 'one-item' },
  ];
}

/** Opens the page of one thing and waits until all of it is there. */
async function loadThing(page: Page, { route, who }: Thing): Promise<void> {
  await page.evaluate((name) => localStorage.setItem('wagmi.dintel.persona', JSON.stringify(name)), who);
  await load(page, route);
  await page
    .getByTestId(/^(happened|place|sender)$/)
    .first()
    .waitFor();
  await settle(page);
}

async function load(page: Page, route: string): Promise<void> {
  await page.goto(site + route);
  await page.getByTestId('account').waitFor();
  await settle(page);
}

interface AxeFault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Serious faults of accessibility, as axe names them; all rules or the ones named. */
async function axeFaults(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  return page.evaluate(async (only) => {
    const runner = (
      globalThis as unknown as { axe: { run(options: object): Promise<{ violations: readonly AxeFault[] }> } }
    ).axe;
    const { violations } = await runner.run({ resultTypes: ['violations'], ...(only && { runOnly: only }) });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }, rules);
}

const tooWide = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** A name for a picture of it. */
const named = (route: string): string => route.slice(1).replaceAll('/', '-') || 'home';

/** Nothing jumps, nothing stands over the edge, and axe is content in light and dark. */
async function isGoodOnPhone(page: Page, route: string, name: string, expect: ExpectStatic): Promise<void> {
  const { shifted, jumped } = await readPaint(page);
  expect.soft(shifted, `${route} jumped on a phone:\n${jumped.join('\n')}`).toBeLessThan(0.05);
  expect.soft(await tooWide(page), `${route} is too wide for a phone`).toBe(0);
  await page.evaluate(axe.source);
  expect.soft(await axeFaults(page), `${route}, light`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect.soft(await axeFaults(page, ['color-contrast']), `${route}, dark`).toEqual([]);
  await page.screenshot({ path: `${pictures}/${name}-phone-dark.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: 'light' });
}

async function keepsStill(page: Page, route: string, name: string, expect: ExpectStatic): Promise<void> {
  const { shifted, jumped } = await readPaint(page);
  expect.soft(shifted, `${route} jumped on a desk:\n${jumped.join('\n')}`).toBeLessThan(0.05);
  expect.soft(await tooWide(page), route).toBe(0);
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

// All at once, each over two dozen pages: a busy machine takes its time.
describe.concurrent('every page', () => {
  it('fits a phone and is clean for axe in light and dark; nothing jumps', async ({ expect }) => {
    expect(routes.length).toBeGreaterThan(15);
    const { page, faults } = await asAlice(phone);
    // Or axe would read colours half way from light to dark.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const route of [...routes, '/none']) {
      await load(page, route);
      await isGoodOnPhone(page, route, named(route), expect);
    }
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    await page.close();
  });

  it('keeps still on a desk', async ({ expect }) => {
    const { page } = await asAlice(desk);
    for (const route of routes) {
      await load(page, route);
      await keepsStill(page, route, named(route), expect);
    }
    await page.close();
  });

  it('of one thing, with its address, is as good: a grant, a file, something received', async ({ expect }) => {
    const { page, faults } = await asAlice(phone);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const thing of await thingsOf(page)) {
      await loadThing(page, thing);
      await isGoodOnPhone(page, thing.route, thing.name, expect);
      await page.setViewportSize(desk);
      await loadThing(page, thing);
      await keepsStill(page, thing.route, thing.name, expect);
      await page.setViewportSize(phone);
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  it('takes no text for a script, and no script from elsewhere', async ({ expect }) => {
    const { page } = await openPage(browser, { url: `${site}/keys` });
    const thrown = await page.evaluate(() => {
      const script = document.createElement('script');
      const tried: readonly (() => unknown)[] = [
        () => document.body.insertAdjacentHTML('beforeend', '<b>x</b>'),
        () => Object.assign(script, { text: '1' }),
        () => Object.assign(script, { src: 'https://elsewhere.example/x.js' }),
        () => new Worker('https://elsewhere.example/x.js'),
      ];
      return tried.map((act) => {
        try {
          return act();
        } catch (error) {
          return (error as Error).name;
        }
      });
    });
    expect(thrown).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError']);
    await page.close();
  });

  it('has a title in the reader’s language, after a click too', async ({ expect }) => {
    expect(exported.filter((route) => !isTitled(route))).toEqual([]);
    const page = await browser.newPage({ locale: 'es-ES' });
    await page.goto(`${site}/`);
    const titleOf = (route: keyof typeof titleTexts.es) => `${titleTexts.es[route]} · Dintel`;
    await expect.poll(() => page.title()).toBe(titleOf('/'));
    await page.locator('nav').getByRole('link', { name: 'Red', exact: true }).first().click();
    await page.waitForURL(/network/);
    await settle(page);
    expect(await page.title()).toBe(titleOf('/network'));
    expect(await page.locator('html').getAttribute('lang')).toBe('es');
    await page.close();
  });
});

describe('a page of somebody else', () => {
  it('cannot show this one inside of itself, though its host sends no header', async ({ expect }) => {
    const page = await browser.newPage();
    const framing = `<!DOCTYPE html><title>free coins</title><iframe src="${site}/keys" width="800" height="600"></iframe>`;
    await page.route('**/framing', (route) => route.fulfill({ contentType: 'text/html', body: framing }));
    await page.route('**/keys', async (route) => {
      const response = await route.fetch();
      const { 'content-security-policy': _policy, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await page.goto(`${site}/framing`);
    const framed = page.frameLocator('iframe');
    await framed.getByText('Another page shows this one').waitFor();
    expect(await framed.getByLabel('Password').count()).toBe(0);
    await framed.getByRole('link', { name: 'Open it by itself' }).click();
    await page.getByRole('heading', { name: 'Your keys' }).waitFor();
    await page.close();
  });
});
