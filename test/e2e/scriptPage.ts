/** An empty page on this machine with a script of ours, bundled from the sources as an application would. Not a test by itself. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { launch, openPage } from './browser.ts';

export interface ScriptPage {
  readonly page: Page;
  /** What went wrong that nobody asked for: errors in the console, requests to elsewhere. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Opens the page when its script has run. `contents`: TypeScript whose imports start at the root of the repository. */
export async function openScriptPage(contents: string): Promise<ScriptPage> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL('../../', import.meta.url).pathname, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer(({ url }, response) => {
    response.setHeader('content-type', url === '/script.js' ? 'text/javascript' : 'text/html; charset=utf-8');
    const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/script.js"></script>';
    response.end(url === '/script.js' ? script : html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launch();
  const { port } = server.address() as AddressInfo;
  const { page, faults } = await openPage(browser, { url: `http://127.0.0.1:${port}/` });
  return {
    page,
    faults,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
