/**
 * A headless Chromium from npm, and pages that notice what a person would not: errors in the console, requests that leave this
 * machine, broken content policy. Not a test by itself.
 */

import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where tests leave what they saw. */
export const pictures = join(tmpdir(), 'dintel-e2e');

/** Starts the browser. It unpacks itself into TMPDIR the first time. */
export async function launch(): Promise<Browser> {
  mkdirSync(pictures, { recursive: true });
  return chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** An authenticator for passkeys with PRF, whose user always says yes. WebAuthn wants a domain: the page must be of localhost. */
export async function givePasskeys(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
    },
  });
}

/** Opens a page that remembers its faults. */
export async function openPage(
  browser: Browser,
  options: {
    readonly url: string;
    readonly width?: number;
    readonly height?: number;
    readonly dark?: boolean;
    readonly init?: string;
  },
): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_CONNECTION_REFUSED/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^https?:$/.test(protocol) && hostname !== '127.0.0.1') faults.push(`request to ${request.url()}`);
  });
  if (options.init !== undefined) await page.addInitScript(options.init);
  await page.goto(options.url);
  return { page, faults };
}

/**
 * A wallet that announces itself by EIP-6963 and forwards to the chain's own unlocked accounts, as a script for the page.
 * It is a stub of the wallet only; the chain behind it is real. `stub` in the page is its owner's hand: `withholds` leaves
 * transactions unanswered, `proposes` answers as a wallet of several signers does and `carryOut` is their agreement, `batches` makes
 * several calls one (EIP-5792), `move` takes it to another chain.
 */
export const announcedWallet = (rpcUrl: string, account: string): string => `
  (() => {
    const heard = {};
    const stub = (globalThis.stub = {
      withholds: false,
      proposes: false,
      batches: false,
      carryOut: () => ask('eth_sendTransaction', stub.proposed),
      chainId: '0x7a69',
      move(chainId) {
        stub.chainId = chainId;
        for (const hear of heard.chainChanged ?? []) hear(chainId);
      },
    });
    const ask = async (method, params) => {
      const answer = await fetch('${rpcUrl}', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
      const { result, error } = await answer.json();
      if (error) throw Object.assign(new Error(error.message), { code: error.code, data: error.data });
      return result;
    };
    const provider = {
      on(event, hear) { (heard[event] ??= []).push(hear); },
      removeListener() {},
      async request({ method, params = [] }) {
        if (method === 'eth_requestAccounts') sessionStorage.setItem('stub', 'connected');
        if (/^(eth_(send|sign)|wallet_sendCalls)/.test(method)) globalThis.prompts = (globalThis.prompts ?? 0) + 1;
        if (method === 'eth_requestAccounts' || method === 'eth_accounts') return sessionStorage.getItem('stub') ? ['${account}'] : [];
        if (method === 'wallet_revokePermissions') sessionStorage.removeItem('stub');
        if (method === 'wallet_requestPermissions' || method === 'wallet_revokePermissions') return null;
        if (method === 'eth_chainId') return stub.chainId;
        if (method === 'wallet_switchEthereumChain') {
          stub.move(params[0].chainId);
          return null;
        }
        if (method === 'eth_sendTransaction' && stub.withholds) return new Promise(() => {});
        if (method === 'eth_sendTransaction' && stub.proposes) {
          stub.proposed = params;
          return '0x' + Array.from(crypto.getRandomValues(new Uint8Array(32)), (one) => one.toString(16).padStart(2, '0')).join('');
        }
        if (stub.batches && method === 'wallet_getCapabilities') return { [stub.chainId]: { atomic: { status: 'supported' } } };
        if (stub.batches && method === 'wallet_sendCalls') {
          const [{ from, calls }] = params;
          for (const call of calls) stub.last = await ask('eth_sendTransaction', [{ from, ...call }]);
          return { id: '0x1' };
        }
        if (stub.batches && method === 'wallet_getCallsStatus') return { status: 200, receipts: [{ transactionHash: stub.last }] };
        return ask(method, params);
      },
    };
    const detail = Object.freeze({
      info: { uuid: '6a1f2c0e-3f57-4f0e-9d0f-2b6f1f1f0001', name: 'Test wallet', rdns: 'test.wallet',
        icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>' },
      provider,
    });
    const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
    window.addEventListener('eip6963:requestProvider', announce);
    announce();
  })();
`;
