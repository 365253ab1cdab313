/**
 * The people of the demo as the app plays them: accounts that the local chain has unlocked, with keys made for this run. Nothing of
 * theirs is fit for another chain, and nobody has to keep it.
 */
import { randomBytes } from 'node:crypto';
import { account } from './network.ts';

/** One of them. `seed`: 64 hex digits, the root of keys; operators have none, for they neither share nor open. */
export interface DemoPersona {
  readonly name: string;
  readonly address: string;
  readonly seed?: string;
}

const sharing = { Alice: 7, Bob: 8, Carol: 9 } as const;
const operators = [2, 3, 4, 5, 6] as const;
const newcomer = 10;

/** Alice, Bob and Carol with new keys, the five who staked, and one who has not yet. */
export function makePersonas(): readonly DemoPersona[] {
  const people = Object.entries(sharing).map(([name, index]) => ({
    name,
    address: account(index).address,
    seed: randomBytes(32).toString('hex'),
  }));
  const staked = operators.map((index, place) => ({ name: `Operator ${place + 1}`, address: account(index).address }));
  return [...people, ...staked, { name: 'Newcomer', address: account(newcomer).address }];
}
