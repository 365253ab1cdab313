/** The vault behind a page that asks again and again. */
import { MemoryVaultStore } from 'dintel/keys';
import { expect, it } from 'vitest';
import { Keys } from '../../../app/worker/keys.ts';
import { handClock, password, quickStretch, refusal } from '../../keys/support.ts';

const quarter = 15 * 60_000;

async function opened() {
  const clock = handClock();
  const locks: number[] = [];
  const events = { onLock: () => void locks.push(clock.now()), onChange: () => undefined };
  const options = { store: new MemoryVaultStore(), stretch: quickStretch, clock };
  const keys = await Keys.open({ vault: 'default' }, events, options);
  await keys.methods.createKeys({ slot: { type: 'password', password } });
  return { keys, clock, locks };
}

it('locks although a page polls, and stays open while somebody is here', async () => {
  const { keys, clock, locks } = await opened();
  for (let passed = 0; passed < 2 * quarter; passed += 10_000) {
    clock.pass(10_000);
    keys.touch();
    keys.keyrings();
  }
  expect((await keys.methods.keysState()).state).toBe('open');
  for (let passed = 0; passed < quarter; passed += 10_000) {
    // What every call of a poll does, and the page's look at the keys.
    await keys.methods.keysState();
    keys.keyrings();
    clock.pass(10_000);
  }
  expect(locks).toHaveLength(1);
  expect((await keys.methods.keysState()).state).toBe('locked');
  expect(await refusal(() => keys.keyrings())).toBe('KEY_LOCKED');
  // Whoever comes back finds it locked.
  keys.touch();
  expect(locks).toHaveLength(1);
});

it('copies a root once, however often it is asked for', async () => {
  const { keys } = await opened();
  const [before] = keys.keyrings();
  expect(keys.keyrings()[0]).toBe(before);
  await keys.methods.rotateKeys();
  expect(keys.keyrings()).toHaveLength(2);
  expect(keys.keyrings()[0]).not.toBe(before);
});
