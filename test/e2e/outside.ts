/**
 * What the tests of states do from outside of the page: people of the demo act by the library in this process, pages are watched and
 * pictured, nodes fall silent. Not a test by itself.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Alice, Bob, blobRange, type Grant, openSealedFile } from 'dintel';
import type { Address, Chain, Deployment } from 'dintel/chain';
import { viemChain } from 'dintel/chain/viem';
import { fromHex, Keyring } from 'dintel/protocol';
import type { Locator, Page, Route } from 'playwright-core';
import { createWalletClient, http } from 'viem';
import { expect } from 'vitest';
import { pictures } from './browser.ts';

/** The site's /dintel.json, as far as the tests need it. */
export interface SiteFacts {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly controlUrl: string;
  readonly personas: readonly { readonly name: string; readonly address: Address; readonly seed?: string }[];
}

export const factsOf = async (site: string): Promise<SiteFacts> =>
  (await (await fetch(`${site}/dintel.json`)).json()) as SiteFacts;

/** A script for a page: this person of the demo is here. */
export const being = (name: string): string =>
  `localStorage.setItem('wagmi.dintel.persona', JSON.stringify(${JSON.stringify(name)}));`;

/** An account of the demo's chain, which has unlocked it. */
export const chainOf = ({ rpcUrl, deployment }: SiteFacts, account: Address): Promise<Chain> =>
  viemChain({
    wallet: createWalletClient({ account, transport: http(rpcUrl) }),
    source: { rpcUrl },
    chainId: deployment.chainId,
  });

/** Demo people who act in this process, with the very keys that the page knows. */
export class Outside {
  readonly facts: SiteFacts;
  readonly alice: Alice;
  readonly bob: Bob;

  private constructor(facts: SiteFacts, alice: Alice, bob: Bob) {
    this.facts = facts;
    this.alice = alice;
    this.bob = bob;
  }

  static async open(facts: SiteFacts): Promise<Outside> {
    const { deployment } = facts;
    const chain = await chainOf(facts, personOf(facts, 'Alice').address);
    const alice = await Alice.open({ keyring: keysOf(facts, 'Alice'), chain, deployment });
    return new Outside(facts, alice, await Bob.open({ keyring: keysOf(facts, 'Bob'), chain, deployment }));
  }

  /** Alice shares a text with Bob, 3 of 5. Units: seconds of the chain. */
  async share(name: string, options: { readonly lasts?: number; readonly startsIn?: number } = {}): Promise<Shared> {
    const { lasts = 600, startsIn } = options;
    const { alice, bob } = this;
    const label = `states/${name}`;
    const text = new Blob([`This is ${name}.`]);
    const stream = alice.encrypt(text.stream(), { label, name, mediaType: 'text/plain', size: text.size });
    const file = await openSealedFile(blobRange(await new Response(stream as ReadableStream<BufferSource>).blob()));
    const { timestamp } = await alice.network.now();
    const grant = await alice.grant({
      to: bob.card(),
      label,
      files: [file],
      threshold: 3,
      shares: 5,
      until: timestamp + lasts,
      announce: 'none',
      vouch: true,
      ...(startsIn !== undefined && { conditions: { notBefore: timestamp + startsIn } }),
    });
    return { grant, link: grant.link({ origin: '' }).replace(/^.*#/, '#'), urls: grant.nodes.map(({ url }) => url) };
  }
}

/** A grant from outside: what stands behind the # of its link, and where its nodes are. */
export interface Shared {
  readonly grant: Grant;
  readonly link: string;
  readonly urls: readonly string[];
}

function personOf({ personas }: SiteFacts, name: string) {
  const person = personas.find((one) => one.name === name);
  if (person === undefined) throw new Error(`the demo has no ${name}`);
  return person;
}

const keysOf = (facts: SiteFacts, name: string): Keyring =>
  Keyring.fromRoot(fromHex(`0x${personOf(facts, name).seed ?? ''}`, 32));

/** Takes these servers away from the page, or changes what they say; gives the way back. */
export async function cut(
  page: Page,
  urls: readonly string[],
  act: (route: Route) => Promise<void> = (route) => route.abort('connectionrefused'),
  path = '/**',
): Promise<() => Promise<void>> {
  for (const url of urls) await page.route(url.replace(/\/$/, '') + path, act);
  return async () => {
    for (const url of urls) await page.unroute(url.replace(/\/$/, '') + path, act);
  };
}

const folder = process.env.DINTEL_PICTURES ?? join(pictures, 'states');

/** A state as people meet it: light, dark, and on a phone, where nothing may stand over its edge. `at`: what must be seen. */
export async function picture(page: Page, name: string, at?: Locator): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const shoot = async (look: string): Promise<void> => {
    await page.evaluate(() => scrollTo(0, 0));
    await at?.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), animations: 'disabled' });
  };
  await shoot('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot('dark');
  await page.emulateMedia({ colorScheme: 'light' });
  const size = page.viewportSize() ?? { width: 1280, height: 900 };
  await page.setViewportSize({ width: 360, height: 1_000 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} at 360 px`).toBeLessThanOrEqual(360);
  await shoot('phone');
  await page.setViewportSize(size);
}
