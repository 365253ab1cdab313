import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyRing, ReencryptJob, WorkPlace } from '../../../lib/characters/ursula/index.ts';
import { CapsuleFrag } from '../../../lib/umbral/index.ts';
import { WorkerPool } from '../../../node/pool/pool.ts';
import { type Cohort, makeCohort, makeWorld, randomWord, type World } from '../../ursula/world.ts';

let cohort: Cohort;
let world: World;
let keys: KeyRing;
beforeAll(() => {
  cohort = makeCohort();
  world = makeWorld({}, cohort);
  keys = world.keys;
});

const jobOf = (capsules: readonly Uint8Array[]): ReencryptJob => {
  const { index, node, fragment, sealedKfragHash, keys: triple } = world.leaf;
  const { policyId, sealedKfrag } = world;
  return { policyId, index, node, fragment, sealedKfragHash, sealedKfrag, keys: triple, capsules };
};
const job = (count: number): ReencryptJob => jobOf(Array.from({ length: count }, () => world.capsule.toBytesSimple()));

describe('WorkerPool', () => {
  const used: string[] = [];
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start({
      keys,
      workers: 2,
      maxCapsules: 20,
      observer: { secretUsed: (use) => used.push(use) },
    });
  });
  afterAll(() => pool.close(0));

  it('re-encrypts in a thread and counts every use of a secret', async () => {
    const cfrags = await pool.reserve(3)!.run(job(3));
    for (const cfrag of cfrags) {
      CapsuleFrag.fromBytesSimple(cfrag).verify(world.capsule, {
        verifyingKey: world.verifying.publicKey,
        delegatingKey: world.delegating.publicKey,
        receivingKey: world.receiving.publicKey,
      });
    }
    expect(cfrags).toHaveLength(3);
    expect(used.sort()).toEqual(['kfrag', 'kfrag', 'kfrag', 'kfrag', 'seal']);
    expect(pool.load).toBe(0);
  });

  it('brings refusals back with code, field and data', async () => {
    const bad = world.capsule.toBytesSimple();
    bad[97] = bad[97]! ^ 1;
    const run = (one: ReencryptJob) => pool.reserve(2)!.run(one);
    await expect(run(jobOf([world.capsule.toBytesSimple(), bad]))).rejects.toMatchObject({
      code: 'E_CAPSULE_INVALID',
      field: 'capsules[1]',
      data: { index: 1 },
    });
    await expect(run({ ...job(1), sealedKfragHash: randomWord() })).rejects.toMatchObject({ code: 'E_KFRAG' });
    await expect(run({ ...job(1), policyId: randomWord() })).rejects.toMatchObject({ code: 'E_KFRAG_SEAL' });
    const none = await WorkerPool.start({ keys: { encryptingSecret: () => undefined }, workers: 1 });
    await expect(none.reserve(1)!.run(job(1))).rejects.toMatchObject({ code: 'E_KEY_NUMBER' });
    await none.close(0);
  });

  it('T-R05 is bounded by capsules and free again after release, success and failure', async () => {
    const first = pool.reserve(9)!;
    const second = pool.reserve(8)!;
    expect(pool.reserve(1)).toBeUndefined();
    expect(pool.retryAfterS()).toBeGreaterThanOrEqual(1);
    first.release();
    first.release();
    expect(pool.load).toBe(9);
    await second.run(job(8));
    expect(pool.load).toBe(0);
    expect(pool.reserve(50)).toBeDefined();
    expect(pool.load).toBe(51);
  });
});

describe('WorkerPool, Acks', () => {
  it('take a quarter of the places at most, and wait behind what was paid', async () => {
    const pool = await WorkerPool.start({ keys, workers: 1, maxCapsules: 16 });
    const acks = [0, 0, 0, 0].map((count) => pool.reserve(count)!);
    expect(pool.reserve(0)).toBeUndefined();
    const paid = [1, 1, 1, 1].map((count) => pool.reserve(count)!);
    expect(pool.load).toBe(12);
    const order: string[] = [];
    const run = (places: readonly WorkPlace[], count: number, name: string) =>
      places.map((place) => place.run(job(count)).then(() => order.push(name)));
    // The first Ack is at work before the others come.
    await Promise.all([...run(acks, 0, 'ack'), ...run(paid, 1, 'paid')]);
    expect(order.join(' ')).toBe('ack paid paid paid ack paid ack ack');
    expect(pool.load).toBe(0);
    expect(pool.reserve(0)).toBeDefined();
    await pool.close(0);
  });
});

describe('WorkerPool, threads', () => {
  it('the main thread stays free while they work', { timeout: 60_000 }, async () => {
    const pool = await WorkerPool.start({ keys, workers: 1 });
    await pool.reserve(1)!.run(job(1));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await pool.reserve(50)!.run(job(50));
    clearInterval(timer);
    await pool.close();
    // 50 capsules are far more work than this; the bound is generous for a loaded machine.
    expect(longest).toBeLessThan(250);
  });

  it('a job that cannot cross to a thread fails alone', async () => {
    const pool = await WorkerPool.start({ keys, workers: 1 });
    const uncloneable = { ...job(1), leak: () => undefined };
    await expect(pool.reserve(1)!.run(uncloneable)).rejects.toThrow();
    expect(await pool.reserve(1)!.run(job(1))).toHaveLength(1);
    expect(pool.load).toBe(0);
    await pool.close();
  });

  it('gives up what waits when it closes', async () => {
    const pool = await WorkerPool.start({ keys, workers: 1, maxCapsules: 200 });
    const jobs = [50, 50].map((count) => (pool.reserve(count) as WorkPlace).run(job(count)));
    const results = Promise.allSettled(jobs);
    await pool.close(0);
    const codes = (await results).map((result) => (result.status === 'rejected' ? result.reason.code : 'served'));
    expect(codes.every((code) => code !== 'served' && code !== undefined)).toBe(true);
    expect(pool.reserve(1)).toBeUndefined();
  });
});
