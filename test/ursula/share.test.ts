/** What of secrets stays in memory after a share was used. */
import { afterEach, expect, it, vi } from 'vitest';
import {
  openSealedRequest,
  type ReencryptJob,
  ShareWorker,
  sealRequest,
  shareIdleMs,
} from '../../lib/characters/ursula/index.ts';
import { SecretKey } from '../../lib/umbral/index.ts';
import { makeWorld } from './world.ts';

const world = makeWorld();
const { leaf, policyId, sealedKfrag, capsule } = world;
const { index, node, fragment, sealedKfragHash, keys } = leaf;
const job: ReencryptJob = {
  ...{ policyId, index, node, fragment, sealedKfragHash, sealedKfrag, keys },
  capsules: [capsule.toBytesSimple()],
};
const secret = (): Uint8Array => world.keys.encryptingSecret(1) as Uint8Array;

afterEach(() => vi.restoreAllMocks());

it('an opened share is forgotten when nobody has asked for it for a while', () => {
  let nowMs = 0;
  const seals: string[] = [];
  const worker = new ShareWorker(10, () => nowMs);
  const run = (): void => void worker.run(job, secret(), (use) => use === 'seal' && seals.push(use));
  run();
  nowMs += shareIdleMs - 1;
  run();
  expect(seals).toHaveLength(1);
  nowMs += shareIdleMs - 1;
  worker.forgetIdle();
  expect(worker.size).toBe(1);
  nowMs += 1;
  worker.forgetIdle();
  expect(worker.size).toBe(0);
  run();
  expect(seals).toHaveLength(2);
  nowMs += shareIdleMs;
  run(); // not from the cache, though no timer came by
  expect(seals).toHaveLength(3);
});

it('the key that opens is wiped, whether it opens or not', () => {
  const made: SecretKey[] = [];
  const fromBytes = SecretKey.fromBytes.bind(SecretKey);
  vi.spyOn(SecretKey, 'fromBytes').mockImplementation((bytes) => {
    const key = fromBytes(bytes);
    made.push(key);
    return key;
  });
  new ShareWorker().run(job, secret(), () => undefined);
  expect(() => new ShareWorker().run({ ...job, index: index + 1 }, secret(), () => undefined)).toThrow();
  const encryptingKey = world.encryptingKey.publicKey;
  const { octets } = sealRequest({ encryptingKey, keyNumber: 1, path: '/v1/info', body: new Uint8Array() });
  openSealedRequest({ keys: world.keys }, octets);
  expect(() => openSealedRequest({ keys: world.keys }, octets.slice(0, -1))).toThrow();
  expect(made).toHaveLength(4);
  for (const key of made) expect(() => key.toSecretBytes()).toThrow('disposed');
});
