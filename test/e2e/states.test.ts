/**
 * Every state of the app that is not the happy one, reached and pictured: nothing there yet, on its way, partly there, broken, waiting,
 * over. The network is the demo's real one; what is wrong is made wrong from outside (a wallet that withholds, a network that is cut,
 * nodes that fall silent, bytes that change on their way, time that passes). Source: research/app-sdk.md 4.5.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Alice, publishKeys } from 'dintel';
import type { Address } from 'dintel/chain';
import { formatLink, Keyring, parseLink } from 'dintel/protocol';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Hand } from '../../scripts/demo/hand.ts';
import { account, deploy, startChain } from '../../scripts/demo/network.ts';
import { stopAll } from '../../scripts/demo/processes.ts';
import { announcedWallet, givePasskeys, launch, openPage } from './browser.ts';
import { being, chainOf, cut, factsOf, Outside, picture, type Shared, type SiteFacts } from './outside.ts';

const site = inject('site');
/** Nobody of the demo, not even of its past; the chain has unlocked the account. */
const nobody = account(18);
const password = 'correct horse battery staple';

let browser: Browser;
let facts: SiteFacts;
let outside: Outside;
/** What most tests of receiving open. */
let report: Shared;

beforeAll(async () => {
  browser = await launch();
  facts = await factsOf(site);
  outside = await Outside.open(facts);
  report = await outside.share('report.txt');
});
afterAll(() => browser?.close());

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) });
const standing = (page: Page, kind: string) => page.locator(`[data-testid=standing][data-kind=${kind}]`);
const outcome = (page: Page, state: string) => page.locator(`[data-testid=outcome][data-state=${state}]`);

/** A page of one of the demo's people. */
const visit = async (name: string, path: string, more: { readonly width?: number } = {}) =>
  (await openPage(browser, { url: site + path, init: being(name), ...more })).page;

describe('nothing there yet', () => {
  it('says what belongs here and what to do next', async () => {
    const page = await visit('Carol', '/inbox');
    for (const [path, title, next] of [
      ['/inbox', 'Nothing has come yet', 'My receive card'],
      ['/files', 'No file yet', 'Share'],
      ['/grants', 'Nothing is shared yet', 'Share'],
    ] as const) {
      await page.goto(site + path);
      await page.getByRole('heading', { name: title }).waitFor();
      expect(await page.locator('main').getByRole('link', { name: next, exact: true }).count()).toBeGreaterThan(0);
      await picture(page, `empty${path.replace('/', '-')}`);
    }
    for (const [path, title] of [
      [`/grants/grant?id=0x${'00'.repeat(31)}01`, 'No such grant'],
      ['/grants/grant?id=minutes.txt', 'This is no address of a grant'],
      ['/files/file?id=minutes.txt', 'This file is not in this browser'],
      [`/inbox/item?id=${report.grant.policyId}`, 'This is not in your inbox'],
    ] as const) {
      await page.goto(site + path);
      await page.getByRole('heading', { name: title }).waitFor();
    }
    await picture(page, 'not-in-inbox');
    await page.close();
  });
});

describe('on its way', () => {
  it('keeps the place of what comes, unseen at first, and nothing jumps', async () => {
    const { page } = await openPage(browser, {
      url: 'about:blank',
      init: `${being('Bob')}
      globalThis.shifted = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });`,
    });
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await cut(page, [facts.rpcUrl], async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${site}/open${report.link}`);
    const skeleton = page.locator('main .late');
    await skeleton.waitFor({ state: 'attached' });
    await skeleton.waitFor({ state: 'visible' });
    await picture(page, 'loading');
    answer();
    await button(page, 'Open').waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted)).toBeLessThan(0.1);
    await page.close();
  });
});

describe('partly there', () => {
  it('a node is down: the network says which, and opening does not need it', async () => {
    const page = await visit('Bob', '/network');
    await cut(page, report.urls.slice(0, 1));
    await page.reload();
    await expect.poll(() => page.getByTestId('answers').count(), { timeout: 20_000 }).toBe(4);
    await page.getByText('no answer').first().waitFor();
    await picture(page, 'partial-network');
    await page.goto(`${site}/open${report.link}`);
    await button(page, 'Open').click();
    await outcome(page, 'opened').waitFor();
    await page.getByText('Proof report').click();
    await picture(page, 'partial-opened');
    await page.close();
  });

  it('the chain is silent: what was read stays, with its age', async () => {
    const page = await visit('Bob', '/network');
    await page.getByTestId('node').first().waitFor();
    const mend = await cut(page, [facts.rpcUrl]);
    await standing(page, 'silent').waitFor({ timeout: 15_000 });
    expect(await page.getByTestId('node').count()).toBeGreaterThan(4);
    await picture(page, 'partial-silent');
    await mend();
    await standing(page, 'silent').waitFor({ state: 'detached', timeout: 15_000 });
    await page.close();
  });

  it('this device is offline: a word over the page, gone when it is back', async () => {
    const page = await visit('Bob', `/open${report.link}`);
    await page.getByTestId('received').waitFor();
    await page.context().setOffline(true);
    await standing(page, 'offline').waitFor();
    await picture(page, 'offline');
    await page.context().setOffline(false);
    await standing(page, 'offline').waitFor({ state: 'detached' });
    await page.close();
  });
});

describe('broken', () => {
  it('says so in a sentence, with its code, details and a way to try again', async () => {
    const page = await visit('Bob', '/grants');
    const mend = await cut(page, [facts.rpcUrl]);
    await page.reload();
    const fault = page.locator('[data-testid=fault][data-code="chain.unreachable"]');
    await fault.waitFor({ timeout: 20_000 });
    await fault.locator('summary').click();
    await picture(page, 'error');
    await mend();
    await button(page, 'Try again').click();
    await page.getByRole('heading', { name: 'Nothing is shared yet' }).waitFor();
    await page.close();
  });

  it('a damaged link, one of a newer version, one that nobody has paid', async () => {
    const page = await visit('Bob', `/open${report.link.replace('#d1.', '#d9.')}`);
    await page.locator('[data-testid=fault][data-code=E_VERSION]').waitFor();
    expect(await button(page, 'Reload').count()).toBe(1);
    await picture(page, 'version');
    await page.goto(`${site}/inbox`);
    await page.goto(`${site}/open${report.link.slice(0, -20)}`);
    await page.locator('[data-testid=fault][data-code=E_LINK]').waitFor();
    await picture(page, 'damaged-link');
    const link = parseLink(report.link, [outside.bob.network.contracts]);
    const unpaid = formatLink('', { ...link, policyId: `0x${'00'.repeat(31)}01` });
    await page.goto(`${site}/inbox`);
    await page.goto(`${site}/open${unpaid.replace(/^.*#/, '#')}`);
    await page.locator('[data-testid=received][data-state=unpaid]').waitFor();
    await picture(page, 'unpaid');
    await page.close();
  });
});

describe('opening', () => {
  it('too few nodes answer: who did not, what is kept, and it goes on by itself', async () => {
    const page = await visit('Bob', `/open${report.link}`);
    const asked = new Map<string, number>();
    page.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (request.method() === 'POST' && pathname === '/v1/reencrypt') asked.set(origin, (asked.get(origin) ?? 0) + 1);
    });
    const mend = await cut(page, report.urls.slice(2), undefined, '/v1/reencrypt');
    await button(page, 'Open').click();
    await page.getByText('2 of 3 nodes answered.').waitFor({ timeout: 20_000 });
    await page.getByText(/2 proven answers are kept/).waitFor();
    await page.getByText(/Trying again in \d+ seconds?/).waitFor();
    await picture(page, 'below-threshold');
    await mend();
    const before = report.urls.slice(0, 2).map((url) => asked.get(new URL(url).origin));
    await outcome(page, 'opened').waitFor({ timeout: 25_000 });
    expect(report.urls.slice(0, 2).map((url) => asked.get(new URL(url).origin))).toEqual(before);
    await page.close();
  });

  it('the bytes are gone, or are others than were stored; other copies help', async () => {
    const page = await visit('Bob', `/open${report.link}`);
    const { manifestId } = parseLink(report.link, [outside.bob.network.contracts]);
    const unless = (act: (route: Route) => Promise<void>) => (route: Route) =>
      route.request().url().endsWith(manifestId.slice(2)) ? route.continue() : act(route);
    const fault = (code: string) => page.locator(`[data-testid=fault][data-code=${code}]`);
    await button(page, 'Open').waitFor();
    const lost = unless((route) => route.fulfill({ status: 404, json: {} }));
    let mend = await cut(page, report.urls, lost, '/v1/chunks/*');
    await button(page, 'Open').click();
    await fault('STORAGE_NOT_FOUND').locator('summary').click();
    await picture(page, 'storage-missing');
    await mend();
    const changed = unless(async (route) => {
      const answer = await route.fetch();
      const body = await answer.body();
      body[0] = (body[0] ?? 0) ^ 1;
      await route.fulfill({ response: answer, body });
    });
    mend = await cut(page, report.urls, changed, '/v1/chunks/*');
    await button(page, 'Try again').click();
    await fault('STORAGE_CORRUPT').locator('summary').click();
    await picture(page, 'storage-corrupt');
    await mend();
    // One place that lies is passed over for another.
    await cut(page, report.urls.slice(0, 1), changed, '/v1/chunks/*');
    await button(page, 'Try again').click();
    await page.getByTestId('preview').waitFor({ timeout: 20_000 });
    await page.close();
  });
});

describe('the wallet and the chain', () => {
  const mine = nobody.address;
  let page: Page;
  beforeAll(async () => {
    page = (await openPage(browser, { url: `${site}/keys`, init: announcedWallet(facts.rpcUrl, mine) })).page;
    page.setDefaultTimeout(20_000);
    await button(page, 'Connect').click();
    await button(page, 'Test wallet').click();
  });
  afterAll(() => page?.close());
  const stub = (order: string) => page.evaluate(`globalThis.stub.${order}`);
  const unlock = async () => {
    await page.getByLabel('Password').fill(password);
    await button(page, 'Unlock').click();
  };
  const go = (name: string) => page.getByRole('link', { name, exact: true }).first().click();
  const underway = (stage: string) => page.locator(`[data-testid=underway][data-stage=${stage}]`);

  it('keys open by a password, a signature or words, and a contract wallet is told what it cannot', async () => {
    await page.getByLabel('Password').fill(password);
    await button(page, 'Create with a password').click();
    await button(page, 'Add this wallet').click();
    await button(page, 'Add this wallet').waitFor({ state: 'detached' });
    await button(page, 'Add recovery words').click();
    await button(page, 'Add recovery words').waitFor({ state: 'detached' });
    await button(page, 'Lock now').click();
    await button(page, 'Unlock with this wallet').waitFor();
    await picture(page, 'locked');
    await button(page, 'Unlock with this wallet').click();
    await button(page, 'Show the recovery words').click();
    const words = (await page.locator('ol.grid li').allInnerTexts()).map((line) => line.replace(/^\d+\s+/, ''));
    expect(words).toHaveLength(24);
    await button(page, 'Lock now').click();
    await button(page, 'Use my recovery words').click();
    await page.getByLabel('Recovery words').fill(words.join(' '));
    await button(page, 'Unlock').click();
    await button(page, 'Lock now').waitFor();
    const hand = new Hand(facts.rpcUrl);
    await hand.ask('hardhat_setCode', mine, '0x6000');
    await page.reload();
    await unlock();
    await page.getByTestId('contract-wallet').waitFor();
    await picture(page, 'contract-wallet', page.getByTestId('contract-wallet'));
    await hand.ask('hardhat_setCode', mine, '0x');
  });

  it('on another chain: reading works, acting is refused before it is sent, one click switches', async () => {
    await go('People');
    await go('My receive card');
    await stub("move('0x1')");
    await standing(page, 'elsewhere').waitFor();
    await button(page, 'Publish my keys').click();
    await page.locator('[data-testid=fault][data-code="chain.wrong_chain"]').waitFor();
    await picture(page, 'wrong-chain');
    await button(page, 'Switch to Local demo').first().click();
    await standing(page, 'elsewhere').waitFor({ state: 'detached' });
  });

  it('a transaction that waits, and one whose place another takes', async () => {
    const hand = new Hand(facts.rpcUrl);
    await holdingBlocks(hand, async () => {
      await button(page, 'Publish my keys').click();
      await underway('sent').waitFor();
      await page.waitForTimeout(1_200);
      await picture(page, 'pending-tx');
      const { nonce } = await waitingOf(hand, mine);
      const gasPrice = '0x174876e800';
      await hand.ask('eth_sendTransaction', { from: mine, to: mine, nonce, gasPrice, gas: '0x5208' });
    });
    await underway('replaced').waitFor({ timeout: 20_000 });
    await picture(page, 'replaced');
    await button(page, 'Close').last().click();
  });

  it('a share is cut short by a reload while the wallet asks; it goes on, also when its transaction vanishes', async () => {
    await go('Share');
    await page.locator('input[type=file]').setInputFiles({
      name: 'minutes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('What we said.'),
    });
    await button(page, 'Bob').first().click();
    await page.getByTestId('words').waitFor();
    await button(page, 'Begin later').click();
    await page.getByText('in 10 minutes').click();
    await page.getByText(/must agree; opens .* and not before, ends /).waitFor();
    await picture(page, 'begins-later', page.getByTestId('later'));
    await page.getByText('at once', { exact: true }).click();
    await button(page, '5 of 9')
      .or(page.getByText('5 of 9', { exact: true }))
      .first()
      .click();
    await page.getByTestId('too-few').waitFor();
    await picture(page, 'no-nodes', page.getByTestId('too-few'));
    await button(page, 'Tell me when there are enough').click();
    await page.locator('[data-testid=enough][data-found=false]').waitFor();
    await picture(page, 'no-nodes-told', page.getByTestId('enough'));
    await button(page, 'Choose 3 of 5').click();
    await button(page, 'Stop looking').click();
    await page.getByTestId('price').waitFor();
    await stub('withholds = true');
    await page.locator('button[type=submit]').click();
    await underway('sign').getByText('PolicyManager').waitFor({ timeout: 20_000 });
    await picture(page, 'pending-signature');

    await page.reload();
    await unlock();
    await page.getByText('1 share was cut short.').waitFor();
    await picture(page, 'resume');
    const hand = new Hand(facts.rpcUrl);
    await holdingBlocks(hand, async () => {
      await button(page, 'Finish it').click();
      await underway('sent').waitFor({ timeout: 20_000 });
      await stub('withholds = true');
      await hand.ask('hardhat_dropTransaction', (await waitingOf(hand, mine)).hash);
      await underway('dropped').waitFor({ timeout: 20_000 });
      await picture(page, 'dropped');
    });
    await page.reload();
    await unlock();
    await button(page, 'Finish it').click();
    await page.getByText('1 share was cut short.').waitFor({ state: 'detached', timeout: 30_000 });
  });

  it('a grant is made longer, stopped, and what is left of its money taken back', async () => {
    await go('Grants');
    await page.locator('main').getByRole('link', { name: 'minutes.txt' }).click();
    await page.getByTestId('happened').waitFor();
    expect(await page.getByTestId('grant-node').count()).toBe(5);
    await button(page, 'Extend').click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: /^Extend/ }).click();
    await sheet.getByText(/Extended for/).waitFor({ timeout: 30_000 });
    await picture(page, 'extended');
    await page.keyboard.press('Escape');
    await page
      .getByTestId('happened')
      .getByText(/for more time/)
      .waitFor({ timeout: 20_000 });
    await picture(page, 'one-grant', page.getByTestId('flow'));
    // A wallet of several signers: what it says it sent is a proposal until they agree.
    const hand = new Hand(facts.rpcUrl);
    await stub('proposes = true');
    await hand.ask('hardhat_setCode', mine, '0x6000');
    await button(page, 'Stop sharing').click();
    await sheet.getByRole('button', { name: 'Stop sharing' }).click();
    await underway('proposed').waitFor({ timeout: 20_000 });
    await sheet.getByText('it waits for other signers').waitFor();
    await picture(page, 'proposed');
    await hand.ask('hardhat_setCode', mine, '0x');
    await stub('carryOut()');
    await stub('proposes = false');
    await sheet.getByText(/Stopped\./).waitFor({ timeout: 30_000 });
    await page.keyboard.press('Escape');
    await page
      .getByTestId('happened')
      .getByText(/You stopped it/)
      .waitFor({ timeout: 20_000 });
    await go('Files');
    await page.locator('main').getByRole('link', { name: 'minutes.txt' }).click();
    await page.locator('[data-testid=access][data-state=revoked]').waitFor();
    await page.locator('[data-testid=stored][data-state=onlyHere]').waitFor();
    await picture(page, 'one-file');
    await go('Grants');
    await page.getByTestId('refunds').waitFor({ timeout: 20_000 });
    await page.locator('[data-testid=grant][data-state=revoked]').first().waitFor();
    await picture(page, 'refunded');
    await button(page, 'Take it').click();
    await page.getByTestId('refunds').waitFor({ state: 'detached', timeout: 20_000 });
    // Locked at an address of its own, and open at it again: somebody else's.
    await page.goto(`${site}/grants/grant?id=${report.grant.policyId}`);
    await unlock();
    await page.getByRole('heading', { name: 'This grant is not yours' }).waitFor();
    await picture(page, 'not-mine');
  });
});

describe('people', () => {
  it('an account without keys is invited; one whose keys have changed is compared first', async () => {
    const page = await visit('Alice', '/share');
    await page.getByLabel(/card link or an address/).fill(nobody.address);
    await button(page, 'Add').click();
    await page.getByTestId('no-key').waitFor();
    await picture(page, 'no-key', page.getByTestId('no-key'));

    const dora = account(11).address as Address;
    const { network } = await Alice.open({
      keyring: Keyring.fromRoot(randomBytes(32)),
      chain: await chainOf(facts, dora),
      deployment: facts.deployment,
    });
    const publish = async () => (await publishKeys(network, { keyring: Keyring.fromRoot(randomBytes(32)) }))?.wait();
    await publish();
    await page.goto(`${site}/people`);
    await page.getByLabel('Card, link or address').fill(dora);
    await page.getByLabel('Your name for them').fill('Dora');
    await button(page, 'Add').click();
    await page.getByRole('heading', { name: 'Dora' }).waitFor();
    await publish();
    await page.reload();
    await page.getByText('Dora has new keys.').waitFor();
    await picture(page, 'key-changed');
    await button(page, 'The words are the same').click();
    await page.getByText('words compared').waitFor();
    await page.close();
  });
});

describe('keys', () => {
  it('a passkey makes a key and unlocks it', async () => {
    // WebAuthn wants a domain: localhost is one.
    const page = await browser.newPage();
    await page.goto(`${site.replace('127.0.0.1', 'localhost')}/keys`);
    await givePasskeys(page);
    await button(page, 'Use a passkey').click();
    const words = page.getByTestId('words');
    await words.waitFor();
    const mine = await words.innerText();
    await button(page, 'Lock now').click();
    await button(page, 'Unlock with a passkey').waitFor();
    await picture(page, 'passkey');
    await button(page, 'Unlock with a passkey').click();
    expect(await words.innerText()).toBe(mine);
    await page.close();
  });
});

describe('over, or not yet', () => {
  it('stopped: no node is asked, and copies stay', async () => {
    const { grant, link } = await outside.share('secret.txt');
    await outside.alice.revoke({ policyId: grant.policyId });
    const page = await visit('Bob', `/open${link}`);
    await page.locator('[data-testid=received][data-state=revoked]').waitFor();
    expect(await button(page, /^Open/).count()).toBe(0);
    await picture(page, 'revoked');
    await page.close();
  });

  it('not begun: it says when, opens by itself, and one day it is over', async () => {
    const { link } = await outside.share('later.txt', { startsIn: 400, lasts: 900 });
    const page = await visit('Bob', `/open${link}`);
    await page.locator('[data-testid=received][data-state=pending]').waitFor();
    expect(await button(page, /^Opens in/).isDisabled()).toBe(true);
    await picture(page, 'not-started');
    await letPass(400);
    await button(page, 'Open').click({ timeout: 20_000 });
    await outcome(page, 'opened').waitFor({ timeout: 20_000 });
    await letPass(600);
    await page.reload();
    await page.locator('[data-testid=received][data-state=expired]').waitFor();
    await picture(page, 'expired');
    await page.close();
  });
});

describe('another chain', () => {
  it('the local chain began anew: what that means, and what to do in a wallet', async () => {
    const page = await visit('Bob', '/inbox');
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem('dintel.genesis.31337') ?? ''), { timeout: 20_000 })
      .toMatch(/^"?0x/);
    const dir = mkdtempSync(join(tmpdir(), 'dintel-anew-'));
    const { rpcUrl } = await startChain(dir);
    await deploy(dir, rpcUrl);
    await page.route('**/dintel.json', (route) =>
      route.fulfill({ json: { ...facts, chainName: 'Local demo', rpcUrl } }),
    );
    await page.reload();
    await standing(page, 'anew').waitFor({ timeout: 20_000 });
    await page.getByRole('heading', { name: 'Nothing has come yet' }).waitFor();
    await picture(page, 'reset');
    await button(page, 'Understood').click();
    await standing(page, 'anew').waitFor({ state: 'detached' });
    await page.close();
    await stopAll();
    rmSync(dir, { recursive: true, force: true });
  });
});

/** No block comes while `work` runs: what is sent waits. */
async function holdingBlocks(hand: Hand, work: () => Promise<void>): Promise<void> {
  await hand.ask('evm_setAutomine', false);
  try {
    await hand.holdingTime(work);
  } finally {
    await hand.ask('evm_setAutomine', true);
    await hand.ask('evm_mine');
  }
}

/** The transaction of this account that waits for a block. */
async function waitingOf(hand: Hand, from: string): Promise<{ readonly hash: string; readonly nonce: string }> {
  const { transactions } = (await hand.ask('eth_getBlockByNumber', 'pending', true)) as {
    readonly transactions: readonly { readonly from: string; readonly hash: string; readonly nonce: string }[];
  };
  const waiting = transactions.find((one) => one.from.toLowerCase() === from.toLowerCase());
  if (waiting === undefined) throw new Error('nothing of this account waits');
  return waiting;
}

/** The chain's clock goes on; the demo's controls take orders from its own page alone. */
async function letPass(seconds: number): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: site };
  await fetch(`${facts.controlUrl}/time`, { method: 'POST', headers, body: JSON.stringify({ seconds }) });
}
