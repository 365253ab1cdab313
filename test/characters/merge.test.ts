import { expect, it } from 'vitest';
import { mergeLimited } from '../../lib/characters/merge.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('gives what each gives, as it comes, never more than so many at once', async () => {
  let under = 0;
  let most = 0;
  const got: string[] = [];
  const items = [30, 5, 10, 1];
  const run = async function* (ms: number, index: number) {
    most = Math.max(most, ++under);
    yield `${index}a`;
    await pause(ms);
    yield `${index}b`;
    under--;
  };
  for await (const one of mergeLimited(items, 2, run)) got.push(one);
  expect(got.toSorted()).toEqual(['0a', '0b', '1a', '1b', '2a', '2b', '3a', '3b']);
  expect(got.at(-1)).toBe('0b');
  expect(most).toBe(2);
});

it('nothing of nothing', async () => {
  for await (const _ of mergeLimited([], 4, async function* () {})) throw new Error('something');
});

it('an error ends it and stops the others; so does who stops listening', async () => {
  for (const ending of ['error', 'break'] as const) {
    const stopped: number[] = [];
    const run = async function* (n: number, _: number, signal: AbortSignal) {
      yield n;
      if (n === 1 && ending === 'error') throw new Error('one');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      stopped.push(n);
    };
    const seen: number[] = [];
    const listen = async () => {
      for await (const n of mergeLimited([0, 1, 2], 3, run)) {
        seen.push(n);
        if (ending === 'break' && seen.length === 3) break;
      }
    };
    const end = await listen().then(
      () => 'ended',
      (error: Error) => error.message,
    );
    expect(end).toBe(ending === 'error' ? 'one' : 'ended');
    expect(stopped.toSorted()).toEqual(ending === 'error' ? [0, 2] : [0, 1, 2]);
  }
});
