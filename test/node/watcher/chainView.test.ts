import { ChainError, type ChainReader, type Hex } from 'dintel/chain';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Store } from '../../../node/store/store.ts';
import { WatchedChain } from '../../../node/watcher/chainView.ts';
import { account, madeBlock, network, word } from '../store/network.ts';
import { scratchFolder } from '../support/scratch.ts';

/** A view over an empty store, whose watcher takes `passMs` for a look at the chain. */
async function view(passMs: number, reader: () => Promise<ChainReader> = () => Promise.reject(new Error('not asked'))) {
  const store = await Store.open({ folder: scratchFolder(), network, minStake: 1n });
  onTestFinished(() => store.close());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const passes: number[] = [];
  const state = { trusted: true, heardAtMs: 0, endpoint: '', failuresInARow: 0, reorgs: 0, deepReorgs: 0 };
  const chain = new WatchedChain({
    index: store.index,
    policies: store.policies,
    watcher: {
      state: { ...state, lastError: undefined },
      refresh: () => {
        passes.push(performance.now());
        return new Promise((resolve) => setTimeout(resolve, passMs));
      },
    },
    reader,
  });
  return { chain, passes, store };
}

test('a flood of unknown policies makes the watcher look twice a second, and everybody hears in time', async () => {
  const { chain, passes } = await view(20);
  const from = performance.now();
  const latenesses: number[] = [];
  const asked: Promise<void>[] = [];
  const ask = async (policyId: Hex): Promise<void> => {
    const at = performance.now();
    expect(await chain.readThrough(policyId)).toBeUndefined();
    latenesses.push(performance.now() - at);
  };
  for (let i = 0; i < 500; i++) {
    asked.push(ask(word(i)));
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(2_000);
  await Promise.all(asked);
  expect(passes[0]).toBe(from); // the first is not made to wait
  expect(passes.length).toBeGreaterThanOrEqual(9);
  expect(passes.length).toBeLessThanOrEqual(12);
  for (const [i, at] of passes.entries()) expect(at - (passes[i - 1] ?? -1_000)).toBeGreaterThanOrEqual(500);
  expect(latenesses).toHaveLength(500);
  expect(Math.max(...latenesses)).toBeLessThanOrEqual(520);
});

test('whoever asks while a look runs gets one that began after he asked', async () => {
  const { chain, passes } = await view(600);
  const first = chain.readThrough(word(1));
  await vi.advanceTimersByTimeAsync(100);
  const second = chain.readThrough(word(2));
  await vi.advanceTimersByTimeAsync(2_000);
  await Promise.all([first, second]);
  expect(passes).toHaveLength(2);
});

test('bad signatures for a plain account cost one call in ten minutes, for a contract one each', async () => {
  const asked: string[] = [];
  const call: ChainReader['call'] = async ({ to }) => {
    asked.push(to);
    if (to === account(2)) return '0xffffffff';
    if (to === account(3)) throw new ChainError('chain.unreachable', 'nobody there');
    throw new ChainError('chain.not_deployed', 'no code');
  };
  const { chain, store } = await view(20, async () => ({ call }) as unknown as ChainReader);
  const block = madeBlock(1, 0);
  store.index.apply({ type: 'block', from: 1n, block, logs: [], times: new Map() });
  const refused = async (owner: number): Promise<void> =>
    expect(await chain.isContractSignature(account(owner), word(1), new Uint8Array(65))).toBe(false);
  for (const owner of [1, 1, 1, 2, 2, 3, 3]) await refused(owner);
  expect(asked).toEqual([1, 2, 2, 3, 3].map(account));
  await vi.advanceTimersByTimeAsync(600_001);
  await refused(1);
  expect(asked).toHaveLength(6);
});
