/**
 * The tests of lib in headless Chromium: the very files that vitest runs in Node, bundled, with the shared vectors beside them. So
 * what the library promises of bytes, messages and people holds where people are. (Files that compare with Node's own cryptography or another library,
 * or start servers, stay in Node.)
 */
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Browser } from 'playwright-core';
import { build as buildPage, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage } from './browser.ts';
import type { PageReport } from './inPage/vitest.ts';

const root = join(import.meta.dirname, '../..');

/** Of these rooms all files that need nothing of Node but reading vectors. */
const files = [
  'test/umbral/{decoders,identity,lent,threshold,toolkit,vectors,verifyCapsuleFrags}.test.ts',
  'test/protocol/*.test.ts',
  'test/protocol/vectors/*.test.ts',
  'test/characters/{sampler,journal}.test.ts',
  'test/ursula/*.test.ts',
  'test/testing/{network,store}.test.ts',
]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((file) => !/node:(crypto|http|util|net)'|docs\//.test(readFileSync(join(root, file), 'utf8')))
  .filter(
    (file) => !/fileTestkit|umbral-pre|\bBuffer\b|\bvi\b.*from 'vitest'/.test(readFileSync(join(root, file), 'utf8')),
  )
  .sort();

/** A page that grants and retrieves with a verifier in a Worker, whose script is the same file. Nobody calls `ready()` in it. */
const story = `
  import { heldFile, serveVerifier, workerVerifier } from 'dintel';
  import { createTestNetwork } from 'dintel/testing';
  import { engine } from 'dintel/umbral';
  if (!globalThis.document) serveVerifier(globalThis);
  globalThis.story = async () => {
    const net = await createTestNetwork({ nodes: 3 });
    const alice = await net.alice('alice');
    const verifier = workerVerifier(new Worker('/story/stdin.js', { type: 'module' }));
    const bob = await net.bob('bob', { verifier });
    const files = [await heldFile(alice.encrypt([new Uint8Array([7, 8, 9])], { label: 'notes' }))];
    const grant = await alice.grant({ to: bob.card(), label: 'notes', files, threshold: 2, shares: 3, until: net.in(36_000) });
    const [file] = (await bob.retrieve({ from: grant.link() })).files;
    return engine() + ' ' + new Uint8Array(await new Response(file.stream()).arrayBuffer()).join();
  };
`;

/** Stands in for what tests read: vitest by ours, files by the vectors that the page holds. */
const forPage: Plugin = {
  name: 'for a page',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^vitest$/ }, () => ({ path: join(root, 'test/e2e/inPage/vitest.ts') }));
    onResolve({ filter: /^node:fs$/ }, () => ({ path: 'vectors', namespace: 'page' }));
    onLoad({ filter: /.*/, namespace: 'page' }, () => {
      const folder = join(root, 'test/vectors');
      const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
      const texts = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
      return {
        contents: `const texts = ${JSON.stringify(texts)};
          export function readFileSync(url) {
            const text = texts[String(url).split('/').at(-1)];
            if (text === undefined) throw new Error('the page has no ' + url);
            return text;
          }`,
      };
    });
  },
};

let browser: Browser;
let url = '';
let server: ReturnType<typeof createServer>;
beforeAll(async () => {
  const loads = files.map((file) => `${JSON.stringify(file)}: () => import('./${file}')`);
  const contents = `
    import { expect, it, runFile } from './test/e2e/inPage/vitest.ts';
    // Whatever a test asks of a network, it asks of its own: what leaves the page fails at once, as it does in Node here.
    globalThis.fetch = () => Promise.reject(new TypeError('fetch failed'));
    globalThis.setImmediate ??= (run) => setTimeout(run, 0);
    const loads = { ${loads.join(',\n')} };
    globalThis.run = (file) => runFile(file, loads[file]);
    globalThis.runBad = () => runFile('bad', async () => {
      it('is equal', () => expect({ a: new Uint8Array([1]) }).toEqual({ a: new Uint8Array([1]) }));
      it('is not', () => expect([1, { b: 2n }]).toEqual([1, { b: 3n }]));
      it('lacks a member', () => expect({ a: 1 }).toMatchObject({ a: 1, b: 2 }));
      it('throws nothing', () => expect(() => 1).toThrow());
      it('resolves', () => expect(Promise.resolve(1)).rejects.toMatchObject({}));
      it('has no such matcher', () => expect(1).toBeNice());
    });
  `;
  const bundle = (code: string, outdir: string) =>
    build({
      stdin: { contents: code, resolveDir: root },
      plugins: [forPage],
      bundle: true,
      splitting: true,
      outdir,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2023',
    });
  const built = await Promise.all([bundle(contents, '/'), bundle(story, '/story')]);
  const scripts = new Map(
    built.flatMap(({ outputFiles }) => outputFiles.map(({ path, contents: bytes }) => [path, bytes])),
  );
  server = createServer((request, response) => {
    const address = request.url ?? '';
    const script = scripts.get(address);
    response.writeHead(200, {
      'content-type': script === undefined ? 'text/html' : 'text/javascript',
      // WebAssembly is an evaluation, which this policy does not name. The Worker is of its own script's policy.
      ...(address.startsWith('/story/') && { 'content-security-policy': "script-src 'self'" }),
    });
    const start = address.startsWith('/story/') ? '/story/stdin.js' : '/stdin.js';
    response.end(script ?? `<!doctype html><title>lib</title><script type="module" src="${start}"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe('in headless Chromium', () => {
  it('there are files of every room', () => {
    for (const room of ['umbral', 'protocol', 'characters', 'ursula', 'testing']) {
      expect(files.filter((file) => file.startsWith(`test/${room}/`)).length, room).toBeGreaterThan(1);
    }
    expect(files.length).toBeGreaterThan(35);
  });

  it('what fails is told', async () => {
    const { page } = await openPage(browser, { url });
    await page.waitForFunction('globalThis.runBad !== undefined');
    const { passed, failed }: PageReport = await page.evaluate('globalThis.runBad()');
    await page.close();
    const names = failed.map(({ name }) => name.replace(/^bad: +/, ''));
    expect([passed, names]).toEqual([
      1,
      ['is not', 'lacks a member', 'throws nothing', 'resolves', 'has no such matcher'],
    ]);
  });

  it('every test of lib that runs in Node runs there', async () => {
    const { page, faults } = await openPage(browser, { url });
    let passed = 0;
    const failed: PageReport['failed'][number][] = [];
    for (const file of files) {
      // A world of its own for each file, as vitest gives it.
      await page.goto(url);
      await page.waitForFunction('globalThis.run !== undefined');
      const report: PageReport = await page.evaluate(`globalThis.run(${JSON.stringify(file)})`);
      passed += report.passed;
      failed.push(...report.failed);
    }
    await page.close();
    expect(failed).toEqual([]);
    expect(faults).toEqual([]);
    expect(passed).toBeGreaterThan(800);
  });

  it('where a policy refuses WebAssembly, Alice grants and Bob retrieves all the same', async () => {
    for (const [at, told] of [
      ['', 'wasm 7,8,9'],
      ['story/', 'noble 7,8,9'],
    ]) {
      const { page } = await openPage(browser, { url: url + at });
      if (at === '') await page.evaluate(`import('/story/stdin.js')`);
      expect(await page.evaluate('globalThis.story()')).toBe(told);
      await page.close();
    }
  });

  it('the vite example shares a file and opens it, with a dead node and a lying one', async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'dintel-page-'));
    const config = { root: join(root, 'examples/vitePage'), configFile: false, logLevel: 'error' } as const;
    await buildPage({ ...config, build: { outDir } });
    const site = await preview({ ...config, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
    const { port } = site.httpServer.address() as AddressInfo;
    const { page, faults } = await openPage(browser, { url: `http://127.0.0.1:${port}/` });
    const letter = { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('A letter for Bob.') };
    await page.setInputFiles('#file', letter);
    await page.waitForFunction(`document.getElementById('said').textContent.startsWith('Bob opened letter.txt')`);
    const opened = await page.evaluate(`fetch(document.getElementById('saved').href).then((answer) => answer.text())`);
    expect(opened).toBe('A letter for Bob.');
    expect(faults).toEqual([]);
    await page.close();
    await site.close();
    rmSync(outDir, { recursive: true, force: true });
  });
});
