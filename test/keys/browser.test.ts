/** The vault where it lives: IndexedDB, Workers and a real WebAuthn authenticator (Chromium's virtual one, with PRF). */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { givePasskeys, launch } from '../e2e/browser.ts';

/** What runs in the page. Passwords cost half a second, so only one is made. */
const program = `
  import { enrolPasskey, IndexedDbVaultStore, unlockWithPasskey, Vault } from 'dintel/keys';
  const store = () => new IndexedDbVaultStore();
  const reader = (vault) => vault.keyring().verifying().publicKey.toString();
  globalThis.make = async () => {
    const passkey = await enrolPasskey({ user: 'alice', rpName: 'Dintel', name: 'this machine' });
    const slots = [{ type: 'password', password: 'a long password' }, passkey];
    return reader(await Vault.create({ store: store(), slots }));
  };
  globalThis.byPassword = async (password) => {
    const vault = await Vault.open({ store: store() });
    await vault.unlock({ type: 'password', password });
    return reader(vault);
  };
  globalThis.byPasskey = async () => {
    const vault = await Vault.open({ store: store() });
    await vault.unlock(await unlockWithPasskey({ slots: vault.slots }));
    return reader(vault);
  };
  globalThis.twoTabs = async () => {
    const [one, two] = [await Vault.open({ store: store() }), await Vault.open({ store: store() })];
    await one.unlock(await unlockWithPasskey({ slots: one.slots }));
    await two.unlock(await unlockWithPasskey({ slots: two.slots }));
    const outcomes = await Promise.allSettled([one.rotateRoot(), two.rotateRoot()]);
    return outcomes.map((outcome) => outcome.reason?.code ?? outcome.value).sort();
  };
  globalThis.erase = async () => (await Vault.open({ store: store() })).erase();
  globalThis.missing = () => Vault.open({ store: store() }).then(() => 'opened', (error) => error.code);
  if (globalThis.document === undefined) {
    byPassword('a long password').then(postMessage, (error) => postMessage(String(error)));
  } else {
    globalThis.inWorker = () => new Promise((resolve) => {
      const worker = new Worker('/program.js', { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
    });
  }
`;

let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const resolveDir = join(import.meta.dirname, '../..');
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir, loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  server = createServer((request, response) => {
    const isScript = request.url === '/program.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<script type="module" src="/program.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launch();
  page = await browser.newPage();
  // WebAuthn wants a domain: localhost is one, 127.0.0.1 is none.
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  await givePasskeys(page);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

const run = (call: string): Promise<unknown> => page.evaluate(call);

it('keeps a vault across reloads, opens it by password, passkey and in a Worker, and writes it once at a time', async () => {
  const made = await run('make()');
  expect(made).toMatch(/^PublicKey:/);
  await page.reload();
  expect(await run('byPasskey()')).toBe(made);
  expect(await run('inWorker()')).toBe(made);
  expect(await run("byPassword('another password').catch((error) => error.code)")).toBe('E_PASSWORD');
  expect(await run('twoTabs()')).toEqual([1, 'E_VAULT_CHANGED']);
  expect(await run('byPasskey()')).not.toBe(made);
  expect(await run('localStorage.length + sessionStorage.length')).toBe(0);
  await run('erase()');
  expect(await run('missing()')).toBe('E_VAULT_MISSING');
});
