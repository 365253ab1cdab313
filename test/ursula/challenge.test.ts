import { expect, it } from 'vitest';
import { MemoryLeafBook } from '../../lib/characters/ursula/index.ts';
import { fragmentOfCfrag, fromHex, leafOf, receiptOf, recoverTyped } from '../../lib/protocol/index.ts';
import { Capsule, CapsuleFrag } from '../../lib/umbral/index.ts';
import { makeWorld, randomWord, t0, type World } from './world.ts';

async function challenged(ports: Parameters<typeof makeWorld>[0] = {}) {
  const leaves = new MemoryLeafBook();
  const world = makeWorld({ ...ports, ports: { leaves, ...ports?.ports } });
  await world.ursula.ack(world.ackBody());
  world.used.kfrag = 0;
  world.used.operator = 0;
  const { policyId, leaf, sealedKfrag, capsule } = world;
  const challenge = {
    ...{ id: randomWord(), policyId, leaf: leafOf(leaf).leaf, deadline: t0 + 15 },
    ...{ capsule: capsule.toBytesSimple(), sealedKfrag },
  };
  return { world, leaves, challenge };
}

const untouched = ({ used }: World) => expect(used).toMatchObject({ kfrag: 0, operator: 0 });

it('answers with a verified cfrag and a receipt that names the challenge', async () => {
  const { world, challenge } = await challenged();
  const { cfrag, epoch, request, r, vs } = await world.ursula.answerChallenge(challenge);
  expect([epoch, request]).toEqual([t0 / 30, challenge.id]);
  expect(fragmentOfCfrag(cfrag)).toBe(world.leaf.fragment);
  CapsuleFrag.fromBytesSimple(cfrag).verify(Capsule.fromBytesSimple(challenge.capsule), {
    delegatingKey: world.delegating.publicKey,
    receivingKey: world.receiving.publicKey,
    verifyingKey: world.verifying.publicKey,
  });
  const receipt = receiptOf({
    ...{ policyId: world.policyId, leaf: world.leafHash, epoch, request, cfrag },
    capsule: challenge.capsule,
  });
  const signature = new Uint8Array(65);
  signature.set(fromHex(r));
  signature.set(fromHex(vs), 32);
  signature[64] = 27 + ((signature[32] as number) >> 7);
  signature[32] = (signature[32] as number) & 0x7f;
  expect(recoverTyped('Receipt', world.domain, receipt, signature)).toBe(world.keys.operator);
});

it('signs nothing for another node, an unknown leaf, a policy that is over, a view too old', async () => {
  const { world, leaves, challenge } = await challenged();
  const answer = (change: Partial<typeof challenge> = {}) => world.ursula.answerChallenge({ ...challenge, ...change });
  const leaf = { ...challenge.leaf, node: `0x${'99'.repeat(20)}` as const };
  await expect(answer({ leaf })).rejects.toMatchObject({ code: 'E_AUDIENCE' });
  await expect(answer({ leaf: { ...challenge.leaf, index: 2 } })).rejects.toMatchObject({ code: 'E_LEAF' });
  await expect(answer({ policyId: randomWord() })).rejects.toMatchObject({ code: 'E_POLICY' });
  world.view.policies.set(world.policyId, { ...world.policy, revokedAt: t0 });
  await expect(answer()).rejects.toMatchObject({ code: 'E_REVOKED' });
  world.view.policies.set(world.policyId, world.policy);
  await world.ports.tombstones.put(world.policyId, t0 + 10, new Uint8Array(65));
  await expect(answer()).rejects.toMatchObject({ code: 'E_REVOKED' });
  world.setHead(t0 + 11);
  world.clock.ms += 100_000;
  await expect(answer()).rejects.toMatchObject({ code: 'E_CHAIN_STALE' });
  leaves.leaves.clear();
  untouched(world);
});

it('signs nothing for bytes that are not the leaf’s, and for a capsule that is none', async () => {
  const { world, challenge } = await challenged();
  const sealedKfrag = challenge.sealedKfrag.map((byte, i) => (i === 50 ? byte ^ 1 : byte));
  await expect(world.ursula.answerChallenge({ ...challenge, sealedKfrag })).rejects.toMatchObject({ code: 'E_KFRAG' });
  const capsule = challenge.capsule.map((byte, i) => (i === 97 ? byte ^ 1 : byte));
  await expect(world.ursula.answerChallenge({ ...challenge, capsule })).rejects.toMatchObject({
    code: 'E_CAPSULE_INVALID',
  });
  untouched(world);
});

it('signs nothing when the revocation comes while it works or writes', async () => {
  const { world, challenge } = await challenged({
    ports: {
      receipts: {
        record: async () => {
          world.view.policies.set(world.policyId, { ...world.policy, revokedAt: t0 });
        },
      },
    },
  });
  await expect(world.ursula.answerChallenge(challenge)).rejects.toMatchObject({ code: 'E_REVOKED' });
  expect(world.used.operator).toBe(0);
});
