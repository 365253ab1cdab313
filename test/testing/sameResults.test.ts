/** The modelled chain says what the contracts say: one scenario on both, the same outcomes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestNetwork } from 'dintel/testing';
import { HDNodeWallet } from 'ethers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openNetwork } from '../../examples/network.ts';
import { type LocalNetwork, startLocalNetwork } from '../characters/localNetwork.ts';
import { playScenario } from './scenario.ts';

let real: LocalNetwork;
beforeAll(async () => {
  real = await startLocalNetwork(0);
}, 120_000);
afterAll(() => real?.close());

it('plays the contracts', async () => {
  const net = await createTestNetwork({ nodes: 0, epochLength: 600 });
  const modelled = await playScenario({
    deployment: net.deployment,
    alice: net.account('alice'),
    sponsor: net.account('sponsor'),
    epochs: (count) => net.advance((count + 1) * 600 - (net.now() % 600)),
  });
  const deployed = await playScenario({
    deployment: real.deployment,
    alice: await real.chainOf(8),
    sponsor: await real.chainOf(9),
    epochs: async (count) => {
      const now = Math.floor(real.clock.now() / 1_000);
      await real.warp((count + 1) * 30 - (now % 30));
    },
  });
  expect(modelled).toEqual(deployed);
  expect(modelled.length).toBeGreaterThan(50);
});

it('gives examples what a real chain gives them', async () => {
  const { rpcUrl, deployment } = real;
  const page = createServer((_, response) => response.end(JSON.stringify({ rpcUrl, deployment })));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const { port } = page.address() as AddressInfo;
  const phrase = 'test test test test test test test test test test test junk';
  const { privateKey } = HDNodeWallet.fromPhrase(phrase, '', "m/44'/60'/0'/0/7");
  const net = await openNetwork({ DINTEL_NETWORK: `http://127.0.0.1:${port}`, DINTEL_KEY: privateKey });
  page.close();
  const [alice, bob] = [await net.alice(), await net.bob()];
  const modelled = await createTestNetwork({ nodes: 0 });
  for (const one of [alice, await modelled.alice()]) {
    // Both chains have the contracts and coins; neither has a node.
    const until = (await one.network.now()).timestamp + 3_600;
    const terms = { threshold: 1, shares: 1, until, rateWei: 1n };
    // (Hardhat's own chai takes `rejects` away.)
    const refused = await one.quote(terms).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'NOT_ENOUGH_NODES' });
    expect(await one.network.chain.balance(one.address)).toBeGreaterThan(0n);
  }
  expect(bob.card()).not.toBe('');
  expect((await net.bob()).reader).toBe(bob.reader);
  const keyless = await openNetwork({ DINTEL_NETWORK: 'http://127.0.0.1:1' }).catch((error: unknown) => String(error));
  expect(keyless).toContain('DINTEL_KEY');
});
