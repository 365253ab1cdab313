/**
 * What a visitor of the exported app feels, in headless Chromium, as a phone of the middle: 360 px, a processor four times slower.
 *
 * Page by page, on a slow network (1.6 Mbit/s, 150 ms) with an empty cache: when the largest thing is seen (LCP) and which that is, what
 * jumps (CLS), how long the page is deaf (TBT: what long tasks have above 50 ms), how long the first click takes to show, and how much
 * script came, gzip. Against a calibration of the same run: the front page without its scripts. Then, of somebody with a wallet and
 * keys, how long each of the main interactions takes to show (INP), and what the page's longest task is while an inbox is read.
 *
 * Needs `npm run build:app`. Run: `npx node bench/pages.ts [--json] [--times N] [--site URL of a demo that runs] [ROUTE…]`; each page is
 * the median of N visits. Exits 1 when something jumps more than 0.05.
 */
import { globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { account } from '../scripts/demo/network.ts';
import { serveSite } from '../scripts/demo/site.ts';
import { announcedWallet, launch } from '../test/e2e/browser.ts';
import { startDemo } from '../test/e2e/demo.ts';
import { type Paint, readPaint, settle, watchPaint } from '../test/e2e/paint.ts';

/** One page. Units: milliseconds, bytes after gzip, CLS without one. */
export interface PageRow extends Pick<Paint, 'seen' | 'largest' | 'shifted' | 'blocked' | 'answered'> {
  readonly page: string;
  readonly scriptBytes: number;
}

/** One interaction of somebody who is connected. Milliseconds: until it is seen, and the longest task that came of it. */
export interface ActRow extends Pick<Paint, 'answered' | 'longest'> {
  readonly act: string;
}

const out = join(import.meta.dirname, '../out');
const bare = '/without-scripts';
const phone = { width: 360, height: 740 };
const slower = 4;

/** The export with compression, as hosts serve it, and one page without scripts to compare with. */
async function compressed(origin: string): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const plain = request.url === bare;
    void fetch(origin + (plain ? '/' : request.url)).then(async (answer) => {
      const body = Buffer.from(await answer.arrayBuffer());
      const type = answer.headers.get('content-type') ?? '';
      const sent = plain
        ? Buffer.from(body.toString().replace(/<script[\s\S]*?<\/script>|<link[^>]*as="(script|fetch)"[^>]*>/g, ''))
        : body;
      response.writeHead(answer.status, { 'content-type': type, 'content-encoding': 'gzip' });
      response.end(gzipSync(sent));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Visits one page with nothing cached, looks until it is still, and presses the first button. */
async function visit(browser: Browser, url: string): Promise<Paint & { readonly scriptBytes: number }> {
  const context = await browser.newContext({ viewport: phone });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    const network = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 };
    await cdp.send('Network.emulateNetworkConditions', { offline: false, ...network });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: slower });
    await page.addInitScript(watchPaint);
    await page.goto(url, { waitUntil: 'load' });
    const button = page.locator('header button').first();
    // It comes with wagmi, and what stands on it soon after.
    if (!url.endsWith(bare)) await button.waitFor();
    await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
    await settle(page);
    if (!url.endsWith(bare)) await button.click();
    await page.waitForTimeout(500);
    const scriptBytes = await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name }) => name.endsWith('.js'))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    );
    return { ...(await readPaint(page)), scriptBytes };
  } finally {
    await context.close();
  }
}

/** Some pages are of one thing, which their address names: here that of the first node, or the first policy. */
async function routesOf(browser: Browser, url: string): Promise<string[]> {
  const page = await browser.newPage();
  await page.goto(`${url}/network`);
  const link = (to: string) => page.locator(`a[href^="/network/${to}?"]`).first().getAttribute('href');
  const things = [await link('node'), await link('policies')].flatMap((href) => href ?? []);
  await page.close();
  const routes = globSync('**/*.html', { cwd: out })
    .filter((name) => !/404|_not-found|network\/node/.test(name) && readFileSync(join(out, name)).length > 0)
    .map((name) => `/${name.replace(/(^|\/)index\.html$|\.html$/, '')}`);
  return [...routes, ...things].sort();
}

/** Does something, and reads what the browser says of it once all is still. */
async function timed(page: Page, act: string, work: () => Promise<unknown>): Promise<ActRow> {
  await page.evaluate('Object.assign(paint, { answered: 0, longest: 0 })');
  await work();
  await settle(page);
  const { answered, longest } = await readPaint(page);
  return { act, answered, longest };
}

/** The main interactions of somebody who comes, connects, makes keys, and looks around; one visit. */
async function interact(browser: Browser, url: string, rpcUrl: string): Promise<ActRow[]> {
  const context = await browser.newContext({ viewport: phone });
  const page = await context.newPage();
  await page.addInitScript(watchPaint + announcedWallet(rpcUrl, account(17).address));
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const go = (name: string) => page.getByRole('link', { name, exact: true }).locator('visible=true').first().click();
  /** The words of a radio button, whose input is too small to be clicked. */
  const choose = (name: string) => page.locator('label:has(input[type=radio])', { hasText: name }).first().click();
  const rows: ActRow[] = [];
  const time = async (act: string, work: () => Promise<unknown>) => void rows.push(await timed(page, act, work));
  try {
    const cdp = await context.newCDPSession(page);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: slower });
    await page.goto(`${url}/network/events`);
    await page.getByRole('listitem').nth(20).waitFor();
    await time('filter the events', () => choose('policies'));
    await time('show all events again', () => choose('everything'));
    await time('go to another part', () => go('Quorum'));
    await time('move a slider', () => page.getByLabel('Nodes you choose').press('ArrowRight'));
    await time('go to the network', () => go('Network'));
    await time('go to the share page', () => go('Share'));
    await time('open a sheet', () => button('Connect').click());
    await time('choose a wallet', () => button('Test wallet').click());
    await time('write a password', () => page.getByLabel('Password').pressSequentially('correct horse battery'));
    await button('Create with a password').click();
    await button('Later').click();
    await page.getByLabel('A word with it').waitFor();
    await settle(page);
    await time('choose the protection', () => choose('2 of 3'));
    await time('write a word', () => page.getByLabel('A word with it').pressSequentially('For you'));
    await time('switch a tab', () => go('Files'));
    await time('back to the form', () => page.getByLabel('Share').getByRole('link', { name: 'Share' }).click());
    await time('go to the inbox', () => go('Inbox'));
    await time('open one’s account', () => page.getByTestId('account').click());
    return rows;
  } finally {
    await context.close();
  }
}

const middle = <T>(sorted: readonly T[]): T => sorted[sorted.length >> 1] as T;

export interface PagesResult {
  readonly rows: readonly PageRow[];
  readonly acts: readonly ActRow[];
}

/** Pages, all or those named, then interactions, over the network of a demo: its own if none is given. The first row is the calibration. */
export async function benchPages({
  site,
  times = 1,
  only = [],
}: {
  readonly site?: string | undefined;
  readonly times?: number;
  readonly only?: readonly string[];
}): Promise<PagesResult> {
  const demo = site === undefined ? await startDemo(300_000) : undefined;
  const { personas: _, ...config } = await (await fetch(`${site ?? demo?.site}/dintel.json`)).json();
  const served = await serveSite(out, config);
  const { url, server } = await compressed(served.url);
  const browser = await launch();
  try {
    const routes = (await routesOf(browser, url)).filter(
      (route) => only.length === 0 || only.includes(route.replace(/\?.*/, '')),
    );
    const rows: PageRow[] = [];
    // The first visit of a browser that has just started is no measure of anything.
    await visit(browser, url + bare);
    for (const page of [bare, ...routes]) {
      const visits = [];
      for (let n = 0; n < times; n++) visits.push(await visit(browser, url + page));
      const { jumped: _, longest: __, ...row } = middle(visits.sort((a, b) => a.seen - b.seen));
      rows.push({ page, ...row, shifted: Math.max(...visits.map(({ shifted }) => shifted)) });
    }
    return { rows, acts: only.length === 0 ? await interact(browser, url, config.rpcUrl) : [] };
  } finally {
    await browser.close();
    server.close();
    await served.close();
    await demo?.stop();
  }
}

/** Cells under each other: the first to the left, numbers to the right, words last. */
function line(first: string, cells: readonly string[], words = ''): string {
  return `${first.slice(0, 28).padEnd(30)}${cells.map((cell) => cell.padStart(9)).join('')}  ${words}`;
}

/** The browser names nothing below a frame. */
const ms = (value: number): string => (value === 0 ? '<16' : value.toFixed(0));

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, site: { type: 'string' }, times: { type: 'string', default: '1' } },
  });
  const { rows, acts } = await benchPages({ site: values.site, times: Number(values.times), only: positionals });
  const least = rows[0]?.seen ?? 1;
  if (values.json === true) console.log(JSON.stringify({ rows, acts }));
  else {
    console.log(line('page', ['LCP ms', 'x bare', 'CLS', 'TBT ms', 'click ms', 'JS kB'], 'the largest'));
    for (const { page, seen, largest, shifted, blocked, answered, scriptBytes } of rows) {
      const cells = [seen.toFixed(0), (seen / least).toFixed(2), shifted.toFixed(4), blocked.toFixed(0)];
      console.log(line(page, [...cells, ms(answered), (scriptBytes / 1000).toFixed(0)], largest));
    }
    if (acts.length > 0) console.log(`\n${line('interaction', ['seen ms', 'task ms'])}`);
    for (const { act, answered, longest } of acts) console.log(line(act, [ms(answered), longest.toFixed(0)]));
  }
  process.exitCode = rows.some(({ shifted }) => shifted > 0.05) ? 1 : 0;
}
