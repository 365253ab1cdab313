import type { Block, ChainLog } from 'dintel/chain';
import { ChainError } from 'dintel/chain';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Store } from '../../../node/store/store.ts';
import { InconsistentChain } from '../../../node/watcher/advance.ts';
import type { BlockReader, ChainEvent } from '../../../node/watcher/chainEvent.ts';
import { Watcher, type WatcherOptions } from '../../../node/watcher/watcher.ts';
import { network, word } from '../store/network.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type EmitterChain, startEmitterChain } from './emitterChain.ts';

let chain: EmitterChain;
let clean: unknown;
beforeAll(async () => {
  chain = await startEmitterChain();
});
afterAll(() => chain?.close());
beforeEach(async () => {
  if (clean !== undefined) await chain.rpc('evm_revert', clean);
  clean = await chain.rpc('evm_snapshot');
});

interface Follower {
  readonly store: Store;
  readonly watcher: Watcher;
  readonly events: ChainEvent[];
}

/** A store that a watcher fills; polls only when asked. */
async function follow(
  over: Partial<WatcherOptions> & { reader?: (real: BlockReader) => BlockReader } = {},
): Promise<Follower> {
  const { reader = (real) => real, window = 16, ...options } = over;
  const store = await Store.open({ folder: scratchFolder(), network, minStake: 1n, window });
  const events: ChainEvent[] = [];
  const watcher = new Watcher({
    endpoints: [{ name: 'local', connect: async () => reader(await chain.read()) }],
    watched: chain.watched,
    known: store.index,
    window,
    apply: (event) => {
      store.index.apply(event);
      events.push(event);
    },
    ...options,
  });
  return { store, watcher, events };
}

function policies(store: Store): unknown {
  return [
    store.database.prepare('SELECT * FROM policies ORDER BY id').all(),
    store.database.prepare('SELECT * FROM extensions ORDER BY policy, block, log_index').all(),
  ];
}

async function expectLikeFresh(store: Store): Promise<void> {
  const fresh = await follow();
  await fresh.watcher.refresh();
  expect(policies(store)).toEqual(policies(fresh.store));
  expect(store.index.cursor()).toEqual(fresh.store.index.cursor());
  fresh.store.close();
}

test('follows the tip block by block, and tells block and finalize only', async () => {
  const { store, watcher, events } = await follow();
  expect(watcher.state).toMatchObject({ trusted: false, heardAtMs: 0 });
  await chain.emit('create', 1);
  await watcher.refresh();
  expect(store.policies.policy(word(1))).toMatchObject({ confirmations: 0, shares: 5, rate: 7n });
  expect(watcher.state.trusted).toBe(true);
  expect(Date.now() - watcher.state.heardAtMs).toBeLessThan(5_000);
  await chain.emit('revoke', 1);
  await watcher.refresh();
  const head = store.index.cursor();
  expect(store.policies.policy(word(1))).toMatchObject({ confirmations: 1, revokedAt: head?.timestamp });
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['block', 'finalize']));
  const before = events.length;
  await watcher.refresh();
  expect(events.length).toBe(before);
  store.close();
});

test('history comes in ranges of the size that the RPC takes, the tip block by block', async () => {
  for (let id = 1; id <= 4; id++) {
    await chain.emit('create', id);
    await chain.mine(90);
    await chain.emit('revoke', id);
  }
  const sizes: number[] = [];
  const { store, watcher, events } = await follow({
    maxRange: 200,
    reader: (real) => ({
      ...bound(real),
      logs: async (query) => {
        if (!('blockHash' in query.range)) {
          const size = Number(query.range.toBlock - query.range.fromBlock) + 1;
          if (size > 50) throw new ChainError('chain.range', 'too many blocks');
          sizes.push(size);
        }
        return real.logs(query);
      },
    }),
  });
  await watcher.refresh();
  expect(Math.max(...sizes)).toBe(50);
  expect(
    events.filter((event) => event.type === 'block' && event.from === event.block.number).length,
  ).toBeGreaterThanOrEqual(16);
  expect(events.length).toBeLessThan(45);
  for (let id = 1; id <= 4; id++) expect(store.policies.policy(word(id))?.revokedAt).toBeDefined();
  await expectLikeFresh(store);
  store.close();
});

test('after re-orgs of any depth inside the window the tables equal those of a fresh sync', async () => {
  let seed = 42;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const { store, watcher, events } = await follow();
  for (let id = 0; id < 3; id++) await chain.emit('create', id);
  for (let round = 0; round < 12; round++) {
    const snapshot = await chain.rpc('evm_snapshot');
    const act = async (): Promise<void> => {
      const depth = 1 + random(5);
      for (let block = 0; block < depth; block++) {
        const kinds = ['create', 'revoke', 'extend'] as const;
        await chain.emit(kinds[random(3)] ?? 'create', random(6));
      }
    };
    await act();
    await watcher.refresh();
    await chain.rpc('evm_revert', snapshot);
    await chain.rpc('evm_increaseTime', 7 + round);
    await act();
    if (random(2) === 0) await chain.mine(1 + random(3));
    await watcher.refresh();
  }
  await chain.mine(9); // past whatever the other branches had
  await watcher.refresh();
  expect(events.filter(({ type }) => type === 'reorg').length).toBeGreaterThan(6);
  expect(watcher.state.deepReorgs).toBe(0);
  await expectLikeFresh(store);
  store.close();
});

test('a revocation re-orged out and back in is never lifted; re-orged out for good it is, at depth c', async () => {
  await chain.emit('create', 1);
  const { store, watcher } = await follow();
  const snapshot = await chain.rpc('evm_snapshot');
  await chain.emit('revoke', 1);
  await watcher.refresh();
  expect(store.policies.policy(word(1))?.revokedAt).toBeDefined();

  await chain.rpc('evm_revert', snapshot);
  const branch = await chain.rpc('evm_snapshot');
  await chain.rpc('evm_increaseTime', 5);
  await chain.mine(1); // same height, without the revocation: absent at depth 0 only, and c is 1 here
  await watcher.refresh();
  expect(store.policies.policy(word(1))?.revokedAt).toBeDefined();
  await chain.emit('revoke', 1);
  await watcher.refresh();
  expect(store.policies.policy(word(1))?.revokedAt).toBe(store.index.cursor()?.timestamp);

  await chain.rpc('evm_revert', branch);
  await chain.rpc('evm_increaseTime', 9);
  await chain.mine(2);
  await watcher.refresh();
  expect(store.policies.policy(word(1))?.revokedAt).toBeDefined();
  await chain.mine(1);
  await watcher.refresh();
  expect(store.policies.policy(word(1))).toMatchObject({ confirmations: expect.any(Number) });
  expect(store.policies.policy(word(1))?.revokedAt).toBeUndefined();
  store.close();
});

test('a re-org deeper than the window takes the trust away until everything is read again', async () => {
  await chain.emit('create', 1);
  const snapshot = await chain.rpc('evm_snapshot');
  await chain.emit('create', 2);
  await chain.mine(30);
  const trusted: boolean[] = [];
  const { store, watcher, events } = await follow();
  await watcher.refresh();
  expect(store.policies.policy(word(2))).toBeDefined();
  await chain.rpc('evm_revert', snapshot);
  await chain.rpc('evm_increaseTime', 100);
  await chain.emit('create', 3);
  await chain.mine(40);
  const apply = store.index.apply.bind(store.index);
  store.index.apply = (event) => {
    trusted.push(watcher.state.trusted);
    apply(event);
  };
  events.length = 0;
  await watcher.refresh();
  expect(events[0]).toEqual({ type: 'reorg', ancestor: undefined });
  expect(new Set(trusted)).toEqual(new Set([false]));
  expect(watcher.state).toMatchObject({ trusted: true, deepReorgs: 1 });
  expect(store.policies.policy(word(2))?.confirmations).toBe(-1);
  await expectLikeFresh(store);
  store.close();
});

test('a replica that lags on our own branch is no re-org', async () => {
  let lag = 0n;
  const { store, watcher, events } = await follow({
    reader: (real) => ({
      ...bound(real),
      block: async (at) => {
        const block = await real.block(at);
        return at === 'latest' && block !== undefined ? real.block(block.number - lag) : block;
      },
    }),
  });
  await chain.emit('create', 1);
  await chain.mine(3);
  await watcher.refresh();
  const heard = watcher.state.heardAtMs;
  lag = 3n;
  await new Promise((resolve) => setTimeout(resolve, 5));
  await watcher.refresh();
  expect(events.some(({ type }) => type === 'reorg')).toBe(false);
  expect(store.policies.policy(word(1))).toBeDefined();
  expect(watcher.state.heardAtMs).toBe(heard); // an old head is no news
  store.close();
});

test('answers that contradict each other fold nothing', async () => {
  await chain.emit('create', 1);
  const other = await (await chain.read()).block('latest');
  const lies: Record<string, (real: BlockReader) => BlockReader> = {
    'a log of another block': (real) => ({
      ...bound(real),
      logs: async (query) =>
        (await real.logs(query)).map((log) => ({ ...log, blockHash: other?.parentHash ?? log.blockHash })),
    }),
    'a log twice': (real) => ({ ...bound(real), logs: async (query) => twice(await real.logs(query)) }),
    'a log of another contract': (real) => ({
      ...bound(real),
      logs: async (query) => (await real.logs(query)).map((log) => ({ ...log, address: `0x${'99'.repeat(20)}` })),
    }),
    'another block than asked for': (real) => ({
      ...bound(real),
      block: async (at) => {
        const block = await real.block(at);
        return typeof at === 'bigint' && block !== undefined ? { ...block, number: block.number + 1n } : block;
      },
    }),
    'a block that follows on nothing': (real) => ({
      ...bound(real),
      block: async (at) => {
        const block = await real.block(at);
        return typeof at === 'bigint' && block !== undefined
          ? ({ ...block, parentHash: word(5) } satisfies Block)
          : block;
      },
    }),
  };
  await chain.emit('create', 2);
  await chain.emit('create', 3);
  for (const [name, reader] of Object.entries(lies)) {
    const { store, watcher } = await follow({ reader });
    expect(await failureOf(watcher), name).toBeInstanceOf(InconsistentChain);
    expect(watcher.state.trusted, name).toBe(false);
    expect(store.policies.policy(word(3)), name).toBeUndefined();
    store.close();
  }
});

test('a switch of branches in mid scan is noticed', async () => {
  await chain.emit('create', 1);
  const snapshot = await chain.rpc('evm_snapshot');
  for (let id = 2; id <= 5; id++) await chain.emit('create', id);
  let calls = 0;
  const { store, watcher } = await follow({
    reader: (real) => ({
      ...bound(real),
      logs: async (query) => {
        calls += 1;
        if (calls === 3) {
          await chain.rpc('evm_revert', snapshot);
          await chain.rpc('evm_increaseTime', 50);
          for (let id = 12; id <= 16; id++) await chain.emit('create', id);
        }
        return real.logs(query);
      },
    }),
  });
  expect(await failureOf(watcher)).toBeInstanceOf(Error);
  await watcher.refresh();
  expect(store.policies.policy(word(16))).toBeDefined();
  expect(store.database.prepare('SELECT count(*) AS n FROM policies').get()).toEqual({ n: 6 });
  await expectLikeFresh(store);
  store.close();
});

test('whatever an RPC does, the end is the same: 60 passes with errors, silence and half answers', async () => {
  let seed = 7;
  const chance = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const trouble = async <T>(work: () => Promise<T>): Promise<T> => {
    const dice = chance();
    if (dice < 0.05) throw new ChainError('chain.unreachable', 'refused');
    if (dice < 0.08) throw new TypeError('cut JSON');
    if (dice < 0.1) return new Promise(() => undefined);
    return work();
  };
  const { store, watcher } = await follow({
    timeoutMs: 30,
    reader: (real) => ({
      ...bound(real),
      block: (at) => trouble(() => real.block(at)),
      logs: (query) => trouble(() => real.logs(query)),
    }),
  });
  let snapshot: unknown;
  let failures = 0;
  for (let round = 0; round < 60; round++) {
    if (round % 10 === 3) snapshot = await chain.rpc('evm_snapshot');
    await chain.emit(round % 3 === 0 ? 'revoke' : 'create', round % 11);
    if (round % 10 === 7) {
      await chain.rpc('evm_revert', snapshot);
      await chain.rpc('evm_increaseTime', 3);
      await chain.mine(1);
    }
    await watcher.refresh().catch(() => {
      failures += 1;
    });
  }
  expect(failures).toBeGreaterThan(3);
  for (let tries = 0; tries < 40; tries++) {
    await chain.mine(1);
    await watcher.refresh().catch(() => undefined);
    if (watcher.state.failuresInARow === 0) break;
  }
  await expectLikeFresh(store);
  store.close();
});

test('falls over to the next RPC, refuses another chain, and backs off with jitter', async () => {
  const down = { name: 'down', connect: () => Promise.reject(new ChainError('chain.unreachable', 'down')) };
  const foreign = { name: 'foreign', connect: async () => ({ ...bound(await chain.read()), chainId: 5 }) };
  const good = { name: 'good', connect: () => chain.read() };
  const failures: { endpoint: string; retryMs: number; code: string }[] = [];
  const { store, watcher } = await follow({
    endpoints: [down, foreign, good],
    pollMs: 10,
    random: () => 0,
    onFailure: ({ endpoint, error, retryMs }) =>
      failures.push({ endpoint, retryMs, code: error instanceof ChainError ? error.code : 'other' }),
  });
  await chain.emit('create', 1);
  watcher.start();
  await expect.poll(() => store.policies.policy(word(1)), { timeout: 5_000 }).toBeDefined();
  expect(failures).toEqual([
    { endpoint: 'down', retryMs: 5, code: 'chain.unreachable' },
    { endpoint: 'foreign', retryMs: 10, code: 'chain.wrong_chain' },
  ]);
  expect(watcher.state).toMatchObject({ endpoint: 'good', failuresInARow: 0, trusted: true });
  await watcher.stop();
  store.close();
});

/** Why a pass failed. (Not `.rejects`: Hardhat brings chai-as-promised along, which does not wait there.) */
function failureOf(watcher: Watcher): Promise<unknown> {
  return watcher.refresh().then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** A reader as plain functions, to be spread and overridden. */
function bound(reader: BlockReader): BlockReader {
  return {
    chainId: reader.chainId,
    block: (at) => reader.block(at),
    logs: (query) => reader.logs(query),
  };
}

function twice(logs: readonly ChainLog[]): ChainLog[] {
  return [...logs, ...logs];
}
