/** Nodes that were too few, and come. */
import { createTestNetwork } from 'dintel/testing';
import { expect, it } from 'vitest';
import { untilEnough } from '../../../app/share/enough.ts';
import { sharing } from '../../../app/worker/sharing.ts';
import { context, personOf } from '../worker/person.ts';

it('waits while they sleep, and no longer than until they are awake', async () => {
  const net = await createTestNetwork({ nodes: 3 });
  const { quote } = sharing(await personOf(net, 'alice'));
  const sleeping = net.nodes.slice(1);
  for (const node of sleeping) node.down();
  // Longer than they had promised to be awake.
  await net.advance(10 * 3_600);
  let asked = 0;
  const ask = () => {
    asked++;
    return quote({ threshold: 2, shares: 3, until: net.in(7_200) }, context);
  };
  await expect(ask()).rejects.toMatchObject({ code: 'NOT_ENOUGH_NODES' });
  let told = false;
  const { signal } = new AbortController();
  const waiting = untilEnough(ask, { everyMs: 5, signal }).then(() => {
    told = true;
  });
  await expect.poll(() => asked).toBeGreaterThan(3);
  expect(told).toBe(false);
  for (const node of sleeping) node.up();
  await net.advance(3_600);
  await waiting;
  const after = asked;
  await new Promise((resolve) => setTimeout(resolve, 25));
  expect(asked).toBe(after);
});

it('stops when nobody wants to know any more', async () => {
  const controller = new AbortController();
  const waiting = untilEnough(() => Promise.reject(new Error('none')), { everyMs: 60_000, signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toThrow();
});
