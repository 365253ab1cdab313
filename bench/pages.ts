/**
 * What a visitor of the exported app feels, page by page, in headless Chromium: when the largest thing is seen (LCP), what jumps (CLS),
 * how long the page is deaf (TBT: what long tasks have above 50 ms), how long the first click takes to show (INP), and how much script
 * came, gzip. As a phone of the middle on a slow network: 360 px, a processor four times slower, 1.6 Mbit/s and 150 ms, an empty cache.
 * Against a calibration of the same run: the front page without its scripts. Needs `npm run build:app`.
 * Run: `npx node bench/pages.ts [--json] [--site URL of a demo that runs]`; exits 1 when something jumps more than 0.05.
 */
import { globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { serveSite } from '../scripts/demo/site.ts';
import { launch } from '../test/e2e/browser.ts';
import { startDemo } from '../test/e2e/demo.ts';
import { type Paint, readPaint, settle, watchPaint } from '../test/e2e/paint.ts';

/** One page. Units: milliseconds, bytes after gzip, CLS without one. */
export interface PageRow {
  readonly page: string;
  readonly seen: number;
  readonly shifted: number;
  readonly blocked: number;
  readonly answered: number;
  readonly scriptBytes: number;
}

const out = join(import.meta.dirname, '../out');
const bare = '/without-scripts';

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
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    const network = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 };
    await cdp.send('Network.emulateNetworkConditions', { offline: false, ...network });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.addInitScript(watchPaint);
    await page.goto(url, { waitUntil: 'load' });
    await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
    await settle(page);
    const button = page.locator('header button').first();
    if (await button.isVisible()) await button.click();
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

/** Every page of the export, over the network of a demo, its own if none is given. The first row is the calibration. */
export async function benchPages(site?: string): Promise<PageRow[]> {
  const demo = site === undefined ? await startDemo(300_000) : undefined;
  const { personas: _, ...config } = await (await fetch(`${site ?? demo?.site}/dintel.json`)).json();
  const served = await serveSite(out, config);
  const { url, server } = await compressed(served.url);
  const browser = await launch();
  try {
    const routes = globSync('**/*.html', { cwd: out })
      .filter((name) => !/404|_not-found/.test(name) && readFileSync(join(out, name)).length > 0)
      .map((name) => `/${name.replace(/(^|\/)index\.html$|\.html$/, '')}`)
      .sort();
    const rows: PageRow[] = [];
    for (const page of [bare, ...routes]) {
      const { seen, shifted, blocked, answered, scriptBytes } = await visit(browser, url + page);
      rows.push({ page, seen, shifted, blocked, answered, scriptBytes });
    }
    return rows;
  } finally {
    await browser.close();
    server.close();
    await served.close();
    await demo?.stop();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, site: { type: 'string' } } });
  const rows = await benchPages(values.site);
  const least = rows[0]?.seen ?? 1;
  if (values.json === true) console.log(JSON.stringify({ rows }));
  else {
    console.log(
      `${'page'.padEnd(22)}${['LCP ms', 'x bare', 'CLS', 'TBT ms', 'click ms', 'JS kB'].map((name) => name.padStart(9)).join('')}`,
    );
    for (const { page, seen, shifted, blocked, answered, scriptBytes } of rows) {
      const cells = [
        seen.toFixed(0),
        (seen / least).toFixed(2),
        shifted.toFixed(4),
        blocked.toFixed(0),
        answered === 0 ? '<16' : answered.toFixed(0),
        (scriptBytes / 1000).toFixed(0),
      ];
      console.log(page.padEnd(22) + cells.map((cell) => cell.padStart(9)).join(''));
    }
  }
  process.exitCode = rows.some(({ shifted }) => shifted > 0.05) ? 1 : 0;
}
