/** What a browser keeps, in a real one: entries and blobs are there after a reload, and one who erases all is not held up. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch } from '../e2e/browser.ts';

const program = `
  import { IndexedDbPlace } from 'dintel/platform/browser';
  const place = IndexedDbPlace.open('somebody');
  globalThis.put = async () => {
    const { journal, blobs } = await place;
    await journal.put('grants/1', Uint8Array.of(1));
    await journal.put('grants/1', Uint8Array.of(2, 3));
    await journal.put('people/1', Uint8Array.of(4));
    await blobs.put('film', new Blob(['sealed']));
  };
  globalThis.look = async () => {
    const { journal, blobs } = await place;
    const film = await blobs.get('film');
    return [await journal.names('grants/'), [...await journal.get('grants/1')], await journal.get('none'), await film.text()];
  };
  globalThis.remove = async () => {
    const { journal, blobs } = await place;
    await Promise.all([journal.delete('grants/1'), blobs.delete('film')]);
    return [await journal.names(''), await blobs.get('film')];
  };
  globalThis.erase = () => new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('somebody');
    request.onsuccess = () => resolve('erased');
    request.onblocked = () => reject(new Error('blocked'));
  });
  globalThis.afterwards = async () => (await place).journal.put('a', Uint8Array.of(1)).then(() => 'put', (error) => error.code);
`;

let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
  });
  server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<script type="module">${outputFiles[0]?.text ?? ''}</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launch();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

it('keeps journal and blobs across a reload, and says by a code that they are gone', async () => {
  const run = (call: string): Promise<unknown> => page.evaluate(call);
  await run('put()');
  await page.reload();
  expect(await run('look()')).toEqual([['grants/1'], [2, 3], undefined, 'sealed']);
  expect(await run('remove()')).toEqual([['people/1'], undefined]);
  expect(await run('erase()')).toBe('erased');
  expect(await run('afterwards()')).toBe('E_STORE');
});
