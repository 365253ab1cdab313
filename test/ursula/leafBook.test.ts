import { expect, it } from 'vitest';
import { MemoryLeafBook } from '../../lib/characters/ursula/index.ts';
import { makeWorld, type World } from './world.ts';

function remembering(): { world: World; book: MemoryLeafBook } {
  const book = new MemoryLeafBook();
  return { world: makeWorld({ ports: { leaves: book } }), book };
}

it('remembers a leaf that Bob has shown with its proof', async () => {
  const { world, book } = remembering();
  await world.ursula.reencrypt(world.request());
  const { policyId, leafHash: hash, leaf, tree, index } = world;
  expect(book.find(policyId, hash)).toMatchObject({
    leaf: { index, node: world.node, fragment: leaf.fragment },
    keys: leaf.keys,
    sealedKfragHash: leaf.sealedKfragHash,
    proof: tree.proof(index),
  });
});

it('remembers from a reservation, and from an Ack without a proof, which a request then brings', async () => {
  const { world, book } = remembering();
  await world.ursula.ack(world.ackBody());
  expect(book.find(world.policyId, world.leafHash)).toMatchObject({ keys: world.leaf.keys, proof: undefined });
  await world.ursula.reserve(world.reservation([{ id: 'aa'.repeat(32), size: 1 }]));
  expect(book.find(world.policyId, world.leafHash)?.proof).toEqual(world.tree.proof(world.index));
});

it('remembers nothing of a stranger: a false proof, a false signature, a share that fails', async () => {
  const { world, book } = remembering();
  const proof = world.tree.proof(0);
  await expect(world.ursula.reencrypt(world.request({}, { proof }))).rejects.toMatchObject({ code: 'E_LEAF' });
  await expect(world.ursula.reencrypt(world.request({ signer: world.owner }))).rejects.toMatchObject({
    code: 'E_SIGNATURE',
  });
  const body = world.reservation([{ id: 'aa'.repeat(32), size: 1 }]);
  const forged = { ...body.reservation, signature: world.request().request.signature };
  await expect(world.ursula.reserve({ ...body, reservation: forged })).rejects.toMatchObject({ code: 'E_SIGNATURE' });
  const sealedKfrag = world.sealedKfrag.map((byte, i) => (i === 100 ? byte ^ 1 : byte));
  await expect(world.ursula.ack(world.ackBody({ sealedKfrag }))).rejects.toMatchObject({ code: 'E_LEAF' });
  expect(book.leaves.size).toBe(0);
});
