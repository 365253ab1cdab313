/** The modelled chain says what the contracts say: one scenario on both, the same outcomes. */
import { createTestNetwork } from 'dintel/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
