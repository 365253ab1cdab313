/**
 * bench/umbral.ts in headless Chromium, and what the engine says on the main thread, in a worker, and on a page whose
 * Content-Security-Policy forbids WebAssembly. One bundle by esbuild with no setting for our library; only the peer's
 * .wasm import needs a plugin.
 *
 *   npx node bench/kernelBrowser.ts [--rounds 9]
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import sparticuz from '@sparticuz/chromium';
import { build, type Plugin } from 'esbuild';
import { chromium } from 'playwright-core';
import type { UmbralBench } from './umbral.ts';
import { umbralTable } from './umbral.ts';

/** umbral-pre's bundler build: instantiates its module synchronously, and leaves Node's modules out. */
const peer: Plugin = {
  name: 'peer',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export const parseArgs = () => {};' }));
    onLoad({ filter: /_bg\.wasm$/ }, ({ path }) => {
      const bytes = readFileSync(path);
      const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
      return {
        contents: `import * as glue from ${JSON.stringify(path.replace(/\.wasm$/, '.js'))};
          const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (c) => c.charCodeAt(0));
          const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { './umbral_pre_wasm_bg.js': glue });
          ${names.map((name, i) => `const e${i} = exports[${JSON.stringify(name)}]; export { e${i} as ${name} };`).join('\n')}`,
        resolveDir: path.slice(0, path.lastIndexOf('/')),
      };
    });
  },
};

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.version': '"in Chromium"' },
    plugins: [peer],
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const story = `import { engine, SecretKey, encrypt, decryptOriginal } from 'dintel/umbral';
  const start = performance.now();
  const secret = SecretKey.random();
  const { capsule, ciphertext } = encrypt(secret.publicKey, Uint8Array.of(1, 2, 3));
  const opened = decryptOriginal(secret, capsule, ciphertext).join();
  const answer = engine() + ', opened ' + opened + ', first calls ' + (performance.now() - start).toFixed(1) + ' ms';`;
const files: Record<string, string> = {
  '/bench.js': await bundle(
    `import { benchUmbral } from './umbral.ts'; globalThis.run = (rounds) => benchUmbral({ rounds });`,
  ),
  '/main.js': await bundle(`${story} globalThis.answer = answer;`),
  '/worker.js': await bundle(`${story} postMessage(answer);`),
};
const server = createServer(({ url }, response) => {
  const path = url!.split('?')[0]!;
  const script = files[path];
  response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
  if (path === '/forbidden') response.setHeader('content-security-policy', "default-src 'self'; script-src 'self'");
  const name = path === '/bench' ? 'bench' : 'main';
  response.end(script ?? `<!doctype html><script type="module" src="/${name}.js"></script>`);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const origin = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
const browser = await chromium.launch({ executablePath: await sparticuz.executablePath(), args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  const ready = (name: string) => page.waitForFunction((key) => key in globalThis, name);
  for (const path of ['main', 'forbidden']) {
    await page.goto(`${origin}/${path}`);
    await ready('answer');
    console.log(`${path}: ${await page.evaluate('answer')}`);
  }
  await page.goto(`${origin}/main`);
  console.log(
    `worker: ${await page.evaluate(`new Promise((done) => { new Worker('/worker.js', { type: 'module' }).onmessage = (e) => done(e.data); })`)}`,
  );
  await page.goto(`${origin}/bench`);
  await ready('run');
  console.log(umbralTable((await page.evaluate(`run(${Number(values.rounds)})`)) as UmbralBench));
} finally {
  await browser.close();
  server.close();
}
