import { describe, expect, it } from 'vitest';
import { MemoryLeafBook } from '../../lib/characters/ursula/index.ts';
import { encodeConditions } from '../../lib/protocol/conditions.ts';
import { type AckBody, ackOf, fragmentOfKfrag, sealedKfragHash, verifyAck } from '../../lib/protocol/index.ts';
import { sealKfrag } from '../../lib/protocol/seal.ts';
import { epochLength, makeCohort, makeWorld, randomWord, t0, type World } from './world.ts';

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'acked';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

/** A body whose leaf agrees with these kfrag bytes in every hash, as a malicious Alice would make it. */
function bodyOf(world: World, kfrag: Uint8Array, place: Partial<Parameters<typeof sealKfrag>[1]> = {}): AckBody {
  const { policyId, index, node, leaf } = world;
  const to = world.encryptingSecrets.get(1)!.publicKey;
  const sealedKfrag = sealKfrag(to, { keyNumber: 1, policyId, index, node, ...place }, kfrag);
  const fragment = fragmentOfKfrag(kfrag);
  return world.ackBody({ sealedKfrag, leaf: { ...leaf, fragment, sealedKfragHash: sealedKfragHash(sealedKfrag) } });
}

const kfragOf = (world: World): Uint8Array => world.kfrags[world.index]!.toBytes();
const changed = (bytes: Uint8Array, at: number, to: (byte: number) => number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = to(copy[at]!);
  return copy;
};

describe('ack', () => {
  it('promises with the operator key, deterministically within an epoch, and remembers the encrypting key', async () => {
    const world = makeWorld();
    const { ack, signature } = await world.ursula.ack(world.ackBody());
    const epoch = t0 / epochLength;
    expect(ack).toEqual({ rate: 1_000n, until: t0 + 600, lastStart: epoch + 2, epoch });
    verifyAck({
      contracts: world.domain,
      ack: ackOf({ ...ack, policyId: world.policyId, leaf: world.leafHash }),
      signature,
      operators: world.keys.operator,
    });
    expect(await world.ursula.ack(world.ackBody())).toEqual({ ack, signature });
    expect(world.ports.acks).toMatchObject({ until: new Map([[1, t0 + 600]]) });
  });

  it('says nothing when the promise cannot be remembered', async () => {
    const world = makeWorld({ ports: { acks: { record: () => Promise.reject(new Error('disk')) } } });
    expect(await codeOf(world.ursula.ack(world.ackBody()))).toBe('Error: disk');
    expect(world.used.operator).toBe(0);
  });

  it('promises an old key for longer only to a policy on chain whose leaf was proven', async () => {
    const leaves = new MemoryLeafBook();
    const world = makeWorld({ ports: { leaves } });
    const announced = (keyNumber: number) => {
      world.keys.encryptingKey = () => ({ keyNumber, publicKey: new Uint8Array(33) });
    };
    announced(2);
    expect(await codeOf(world.ursula.ack(world.ackBody()))).toBe('acked'); // the one before the announced
    announced(3);
    const later = world.ackBody({ until: t0 + 1_200 });
    await expect(world.ursula.ack(later)).rejects.toMatchObject({ code: 'E_KEY_NUMBER', data: undefined });
    expect(world.ports.acks).toMatchObject({ until: new Map([[1, t0 + 600]]) });
    await world.ursula.reencrypt(world.request()); // shows the proof
    expect(await codeOf(world.ursula.ack(later))).toBe('acked');
    expect(world.ports.acks).toMatchObject({ until: new Map([[1, t0 + 1_200]]) });
    world.view.policies.set(world.policyId, { ...world.policy, revokedAt: t0 });
    expect(await codeOf(world.ursula.ack(world.ackBody({ until: t0 + 1_800 })))).toBe('E_KEY_NUMBER');
  });

  describe('T-U05 refuses a bad share that its leaf agrees with', () => {
    const world = makeWorld();
    const good = kfragOf(world);
    const foreign = makeWorld();
    const cases: readonly [string, () => AckBody, string][] = [
      [
        'commitment of another share',
        () =>
          bodyOf(
            world,
            changed(good, 104, (b) => b ^ 1),
          ),
        'E_KFRAG_COMMITMENT',
      ],
      [
        'signature for the proxy spoilt',
        () =>
          bodyOf(
            world,
            changed(good, 241, (b) => b ^ 1),
          ),
        'E_KFRAG_SIGNATURE',
      ],
      [
        'signature for the receiver spoilt',
        () =>
          bodyOf(
            world,
            changed(good, 307, (b) => b ^ 1),
          ),
        'E_KFRAG_RECEIVER',
      ],
      [
        'flag for the delegating key off',
        () =>
          bodyOf(
            world,
            changed(good, 308, () => 0xc2),
          ),
        'E_KFRAG_FLAGS',
      ],
      [
        'flag for the receiving key off',
        () =>
          bodyOf(
            world,
            changed(good, 309, () => 0xc2),
          ),
        'E_KFRAG_FLAGS',
      ],
      [
        'id changed',
        () =>
          bodyOf(
            world,
            changed(good, 39, (b) => b ^ 1),
          ),
        'E_KFRAG_SIGNATURE',
      ],
      ['precursor off the curve', () => bodyOf(world, off(good, 107)), 'E_KFRAG_PARSE'],
      [
        'frame broken',
        () =>
          bodyOf(
            world,
            changed(good, 0, () => 0x96),
          ),
        'E_KFRAG_PARSE',
      ],
      ['made for other keys', () => bodyOf(world, kfragOf(foreign)), 'E_KFRAG_SIGNATURE'],
      ['sealed for another policy', () => bodyOf(world, good, { policyId: randomWord() }), 'E_KFRAG_SEAL'],
      ['sealed for another place', () => bodyOf(world, good, { index: 0 }), 'E_KFRAG_SEAL'],
      ['sealed for another node', () => bodyOf(world, good, { node: world.domain.escrow }), 'E_KFRAG_SEAL'],
      ['sealed to an erased key number', () => bodyOf(world, good, { keyNumber: 0 }), 'E_KEY_NUMBER'],
      ['sealed to a key not yet made', () => bodyOf(world, good, { keyNumber: 9 }), 'E_KEY_NUMBER'],
    ];
    /** An x that no point of the curve has. */
    const off = (bytes: Uint8Array, at: number): Uint8Array => {
      const copy = bytes.slice();
      copy.fill(0, at + 1, at + 33);
      copy[at + 32] = 5;
      return copy;
    };

    it.each(cases)('%s', async (_, body, code) => {
      const before = world.used.operator;
      expect(await codeOf(world.ursula.ack(body()))).toBe(code);
      expect(world.used.operator).toBe(before);
    });
  });

  it('E_LEAF for a fragment or a sealed hash that is not of the share', async () => {
    const world = makeWorld();
    const leaf = { ...world.leaf, fragment: randomWord() };
    expect(await codeOf(world.ursula.ack(world.ackBody({ leaf })))).toBe('E_LEAF');
    const other = { ...world.leaf, sealedKfragHash: randomWord() };
    expect(await codeOf(world.ursula.ack(world.ackBody({ leaf: other })))).toBe('E_LEAF');
    const far = { ...world.leaf, index: 64 };
    expect(await codeOf(world.ursula.ack(world.ackBody({ leaf: far })))).toBe('E_LEAF');
  });

  it('takes only what it can keep: rate, horizon, stake, operator, conditions', async () => {
    const cohort = makeCohort();
    const world = makeWorld({}, cohort);
    const limit = (world.miner.availableUntil + 1) * epochLength;
    const rows: readonly [Partial<AckBody>, string][] = [
      [{ rate: 999n }, 'E_PAYMENT'],
      [{ until: limit }, 'acked'],
      [{ until: limit + 1 }, 'E_HORIZON'],
      [{ until: t0 }, 'E_HORIZON'],
      [{ leaf: { ...world.leaf, conditions: encodeConditions({ notAfter: t0 + 5 }) } }, 'acked'],
      [{ leaf: { ...world.leaf, conditions: Uint8Array.of(0x82, 0x02, 0x80) } }, 'E_CONDITION'],
      [{ domain: { ...world.domain, chainId: 1 } }, 'E_DOMAIN'],
      [{ leaf: world.all[0]!.leaf }, 'E_AUDIENCE'],
    ];
    for (const [change, code] of rows) expect(await codeOf(world.ursula.ack(world.ackBody(change)))).toBe(code);
    world.view.miners.set(world.node, { ...world.miner, bonded: false });
    expect(await codeOf(world.ursula.ack(world.ackBody()))).toBe('E_NOT_BONDED');
    world.view.miners.set(world.node, world.miner);
    world.view.spans[0]!.operator = world.domain.escrow;
    expect(await codeOf(world.ursula.ack(world.ackBody()))).toBe('E_NOT_BONDED');
    world.view.current = undefined;
    expect(await codeOf(world.ursula.ack(world.ackBody()))).toBe('E_CHAIN_STALE');
    const full = makeWorld({ work: () => ({ reserve: () => undefined, retryAfterS: () => 1 }) }, cohort);
    expect(await codeOf(full.ursula.ack(full.ackBody()))).toBe('E_BUSY');
    expect(full.used).toEqual({ seal: 0, kfrag: 0, operator: 0 });
  });

  it('an Ack for a key that is no point says which', async () => {
    const world = makeWorld();
    const keys = [world.leaf.keys[0], world.leaf.keys[1], new Uint8Array(33)] as const;
    await expect(world.ursula.ack(world.ackBody({ leaf: { ...world.leaf, keys } }))).rejects.toMatchObject({
      code: 'E_FIELD',
      field: 'leaf.keys[2]',
    });
  });
});
