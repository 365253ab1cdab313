import { describe, expect, it } from 'vitest';
import { makeWorld, randomWord, t0 } from './world.ts';

const id = (byte: string): string => byte.repeat(32);
const codeOf = async (work: Promise<unknown> | (() => unknown)): Promise<string> => {
  try {
    await (typeof work === 'function' ? work() : work);
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('reservations', () => {
  it('reserves within the budget of the leaf, each chunk once', async () => {
    const world = makeWorld({ byteBudget: 1_000 });
    const { ursula, reservation } = world;
    const first = [
      { id: id('aa'), size: 400 },
      { id: id('bb'), size: 300 },
    ];
    expect(await ursula.reserve(reservation(first))).toEqual({ reserved: 700, used: 700, budget: 1_000 });
    expect(await ursula.reserve(reservation(first))).toEqual({ reserved: 0, used: 700, budget: 1_000 });
    const twice = [...first, { id: id('cc'), size: 300 }, { id: id('cc'), size: 300 }];
    expect(await ursula.reserve(reservation(twice))).toEqual({ reserved: 300, used: 1_000, budget: 1_000 });
    await expect(ursula.reserve(reservation([{ id: id('dd'), size: 1 }]))).rejects.toMatchObject({
      code: 'E_BUDGET',
      data: { used: 1_000, budget: 1_000, asked: 1 },
    });
  });

  it('gives the same room to one of many that ask at once', async () => {
    const world = makeWorld({ byteBudget: 1_000 });
    const { chunks } = world.ports;
    const reserve = chunks.reserve.bind(chunks);
    // A disk takes its time.
    chunks.reserve = async (...of: Parameters<typeof reserve>) => {
      await new Promise((resolve) => setImmediate(resolve));
      await reserve(...of);
    };
    const asked = ['aa', 'bb', 'cc'].map((byte) => world.reservation([{ id: id(byte), size: 600 }]));
    expect(await Promise.all(asked.map((body) => codeOf(world.ursula.reserve(body))))).toEqual([
      'ok',
      'E_BUDGET',
      'E_BUDGET',
    ]);
    expect(chunks.used(world.leafHash)).toBe(600);
  });

  it('refuses in the order of the table', async () => {
    const world = makeWorld();
    const { ursula, reservation, domain, policyId, view, policy } = world;
    const chunks = [{ id: id('aa'), size: 10 }];
    const good = reservation(chunks);
    const bad = { ...good.reservation, signature: new Uint8Array(65) };
    const rows: readonly [Parameters<typeof ursula.reserve>[0], string][] = [
      [{ ...good, domain: { ...domain, chainId: 1 } }, 'E_DOMAIN'],
      [{ ...good, leaf: world.all[0]!.leaf }, 'E_AUDIENCE'],
      [{ ...good, proof: [] }, 'E_LEAF'],
      [reservation(chunks, { reservation: { expiresAt: t0, signature: bad.signature } }), 'E_CLOCK'],
      [{ ...good, reservation: bad }, 'E_SIGNATURE'],
      [{ ...good, chunks: [{ id: id('aa'), size: 11 }] }, 'E_SIGNATURE'],
      [{ ...good, chunks: [{ id: id('ab'), size: 10 }] }, 'E_SIGNATURE'],
      [
        reservation([
          { id: id('aa'), size: 10 },
          { id: id('aa'), size: 11 },
        ]),
        'E_FIELD',
      ],
    ];
    for (const [body, code] of rows) expect(await codeOf(ursula.reserve(body))).toBe(code);
    view.policies.set(policyId, { ...policy, revokedAt: t0 });
    expect(await codeOf(ursula.reserve(good))).toBe('E_REVOKED');
    view.policies.set(policyId, { ...policy, expiresAt: t0 });
    expect(await codeOf(ursula.reserve(good))).toBe('E_EXPIRED');
    view.policies.clear();
    expect(await codeOf(ursula.reserve(good))).toBe('E_POLICY');
  });

  it('gives no room, and remembers no leaf, below what the node takes, unless it has promised', async () => {
    const world = makeWorld();
    const { ursula, reservation, view, node, miner, policyId, leafHash, ports } = world;
    const chunks = [{ id: id('aa'), size: 10 }];
    const { ack, signature } = await ursula.ack(world.ackBody());
    view.miners.set(node, { ...miner, minRate: 5_000n });
    expect(await codeOf(ursula.reserve(reservation(chunks)))).toBe('E_PAYMENT');
    expect(await codeOf(ursula.reserve(reservation(chunks, { ack: { ...ack, rate: 999n, signature } })))).toBe(
      'E_PAYMENT',
    );
    expect(ports.chunks.total()).toBe(0);
    expect(ports.leaves?.find(policyId, leafHash)?.proof).toBeUndefined();
    expect(await codeOf(ursula.reserve(reservation(chunks, { ack: { ...ack, signature } })))).toBe('ok');
  });

  it('counts the disk once for a chunk that several policies name', async () => {
    const world = makeWorld({ ursula: { storageBytes: 100, policyStorageBytes: 100 } });
    await world.ports.chunks.reserve(randomWord(), randomWord(), [{ id: id('aa'), size: 60 }], t0 + 600);
    const shared = world.reservation([{ id: id('aa'), size: 60 }]);
    expect(await codeOf(world.ursula.reserve(shared))).toBe('ok');
    expect(await codeOf(world.ursula.reserve(world.reservation([{ id: id('bb'), size: 41 }])))).toBe('E_STORAGE');
    expect(await codeOf(world.ursula.reserve(world.reservation([{ id: id('bb'), size: 40 }])))).toBe('ok');
  });

  it('a small claim does not make room for a large one', async () => {
    const world = makeWorld({ ursula: { storageBytes: 100, policyStorageBytes: 100 } });
    await world.ports.chunks.reserve(randomWord(), randomWord(), [{ id: id('aa'), size: 1 }], t0 + 600);
    expect(await codeOf(world.ursula.reserve(world.reservation([{ id: id('aa'), size: 101 }])))).toBe('E_STORAGE');
    expect(await codeOf(world.ursula.reserve(world.reservation([{ id: id('aa'), size: 100 }])))).toBe('ok');
  });

  it('a false size that a stranger reserved keeps nobody out, and held bytes have one size', async () => {
    const { ursula, ports, reservation, policyId } = makeWorld();
    await ports.chunks.reserve(policyId, policyId, [{ id: id('aa'), size: 1 }], t0 + 600);
    await ursula.reserve(reservation([{ id: id('aa'), size: 500 }]));
    await ports.chunks.reserve(policyId, `0x${'9'.repeat(64)}`, [{ id: id('aa'), size: 2 }], t0 + 600);
    expect(ursula.admitChunk(id('aa'), 500)).toBe('store');
    expect(await codeOf(() => ursula.admitChunk(id('aa'), 501))).toBe('E_LENGTH');
    expect(await codeOf(() => ursula.admitChunk(id('bb'), 1))).toBe('E_NOT_RESERVED');
    await ports.chunks.hold(id('aa'), 500);
    expect(ursula.admitChunk(id('aa'), 500)).toBe('held');
    expect(await codeOf(ursula.reserve(reservation([{ id: id('aa'), size: 499 }])))).toBe('E_FIELD');
  });

  it('a claim whose bytes do not come gives its room back when the reservation expires', async () => {
    const world = makeWorld({ ursula: { storageBytes: 100, policyStorageBytes: 100 } });
    const { ursula, ports, reservation, clock } = world;
    await ursula.reserve(
      reservation([
        { id: id('aa'), size: 60 },
        { id: id('bb'), size: 40 },
      ]),
    ); // for 120 s
    await ports.chunks.hold(id('bb'), 40);
    clock.ms += 119_000;
    world.setHead(world.now());
    expect(await codeOf(ursula.reserve(reservation([{ id: id('cc'), size: 1 }])))).toBe('E_STORAGE');
    clock.ms += 1_000;
    world.setHead(world.now());
    expect(await codeOf(ursula.reserve(reservation([{ id: id('cc'), size: 60 }])))).toBe('ok');
    expect(await codeOf(() => ursula.admitChunk(id('aa'), 60))).toBe('E_NOT_RESERVED');
    expect(ursula.admitChunk(id('bb'), 40)).toBe('held');
  });

  it('no claim waits longer than a day, and one that is repeated waits anew', async () => {
    const world = makeWorld();
    const { ursula, ports, reservation, clock } = world;
    const day = 86_400;
    const chunks = [{ id: id('aa'), size: 60 }];
    const far = reservation(chunks, {}, world.now() + 100 * day);
    await ursula.reserve(far);
    await ports.chunks.lapse(world.now() + day - 1);
    expect(ports.chunks.total()).toBe(60);
    clock.ms += 60_000;
    world.setHead(world.now());
    await ursula.reserve(far);
    await ports.chunks.lapse(world.now() + day - 1);
    expect(ports.chunks.total()).toBe(60);
    await ports.chunks.lapse(world.now() + day);
    expect(ports.chunks.total()).toBe(0);
  });

  it('no policy takes more than its part of the room, whatever its leaves may keep', async () => {
    const { ursula, reservation } = makeWorld({ ursula: { storageBytes: 800 } });
    expect(await codeOf(ursula.reserve(reservation([{ id: id('aa'), size: 100 }])))).toBe('ok');
    await expect(ursula.reserve(reservation([{ id: id('bb'), size: 1 }]))).rejects.toMatchObject({
      code: 'E_BUDGET',
      data: { used: 100, budget: 100, asked: 1 },
    });
  });
});
