/** What a node said of itself is believed for ten seconds of the same epoch, and no longer once it has said no. */
import { expect, test } from 'vitest';
import { Introductions } from '../../lib/characters/alice/probe.ts';

type Kept = Parameters<Introductions['keep']>;

test('kept for a moment, within one epoch, for one address of the node, until it refuses', () => {
  let now = 1_000;
  const introductions = new Introductions({ now: () => now, sleep: () => Promise.resolve() });
  const node = { node: `0x${'11'.repeat(20)}`, url: 'https://one.example' } as Kept[0];
  const info = { epoch: 7 } as Kept[1];
  expect(introductions.of(node, 7)).toBeUndefined();
  introductions.keep(node, info);
  expect(introductions.of(node, 7)).toBe(info);
  // A chain whose clock leaps: a word of two epochs ago would pass for a node that is behind.
  expect(introductions.of(node, 9)).toBeUndefined();
  expect(introductions.of({ ...node, url: 'https://two.example' }, 7)).toBeUndefined();
  introductions.forget(node.node);
  expect(introductions.of(node, 7)).toBeUndefined();
  introductions.keep(node, info);
  now += 10_000;
  expect(introductions.of(node, 7)).toBeUndefined();
});
