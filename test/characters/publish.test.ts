import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobOf, type PublishTarget, publishBlobs, type StoredBlob } from '../../lib/characters/alice/publish.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { VirtualClock } from './virtualClock.ts';

interface FakeNode extends PublishTarget {
  readonly held: Set<string>;
  readonly reserved: Set<string>;
  puts: number;
}

type Fault = 'none' | 'refuses' | 'dies' | 'stutters' | 'slow to see' | 'full';

function node(index: number, fault: Fault = 'none', held: readonly string[] = []): FakeNode {
  let asked = 0;
  const self: FakeNode = {
    held: new Set(held),
    reserved: new Set(),
    puts: 0,
    client: {
      url: `http://n${index}`,
      hasChunk: async (id) => {
        if (fault === 'dies' && ++asked > 3) throw new ProtocolError('NODE_UNREACHABLE');
        if (fault === 'stutters' && ++asked % 2 === 1) throw new ProtocolError('NODE_UNREACHABLE');
        return self.held.has(id);
      },
      putChunk: async (id, bytes) => {
        if (fault === 'full') throw new ProtocolError('E_STORAGE');
        if (!self.reserved.has(id)) throw new ProtocolError('E_NOT_RESERVED');
        if (bytes.length === 0) throw new Error('empty');
        self.puts++;
        const known = self.held.has(id);
        self.held.add(id);
        return known;
      },
    },
    reserve: async (chunks) => {
      if (fault === 'refuses') throw new ProtocolError('E_BUDGET');
      if (fault === 'slow to see' && ++asked <= 3) throw new ProtocolError('E_POLICY');
      if (chunks.length > 600) throw new Error('too many');
      for (const { id } of chunks) self.reserved.add(id);
    },
  };
  return self;
}

let reads = 0;
const blobs = (count: number): StoredBlob[] =>
  Array.from({ length: count }, (_, i) => {
    const id = i.toString(16).padStart(64, '0');
    const bytes = new Uint8Array(10).fill(i);
    return {
      id,
      size: bytes.length,
      read: async () => {
        reads++;
        return bytes;
      },
    };
  });

const run = (targets: FakeNode[], list: StoredBlob[], copies: number) => {
  const clock = new VirtualClock();
  return clock.run(publishBlobs({ blobs: list, targets, copies, clock }));
};
const copiesOf = (targets: FakeNode[], id: string) =>
  targets.filter((one) => one.held.has(id) && one.reserved.has(id)).length;

describe('publishing', () => {
  it('puts each blob at as many nodes as asked, and spreads them', async () => {
    const targets = [0, 1, 2, 3, 4].map((i) => node(i));
    const list = blobs(700);
    const { sentBytes } = await run(targets, list, 3);
    for (const { id } of list) expect(copiesOf(targets, id)).toBe(3);
    expect(sentBytes).toBe(700 * 3 * 10);
    for (const target of targets) expect(target.held.size).toBeGreaterThan(300);
  });

  it('sends nothing that is held, but reserves it for this policy too', async () => {
    const list = blobs(50);
    const first = [0, 1, 2, 3, 4].map((i) => node(i));
    await run(first, list, 3);
    const again = first.map((one, i) => node(i, 'none', [...one.held]));
    reads = 0;
    expect((await run(again, list, 3)).sentBytes).toBe(0);
    expect(reads).toBe(0);
    for (const { id } of list) expect(copiesOf(again, id)).toBe(3);
  });

  it('asks again before it takes a node for dead, and sends what that node holds elsewhere', async () => {
    const some = blobs(1);
    const all = some.map(({ id }) => id);
    const nodes = [node(0, 'stutters', all), node(1, 'stutters', all), node(2), node(3)];
    const holding = nodes.filter(({ held }) => held.size > 0);
    await run(nodes, some, 4);
    expect(holding.map(({ puts }) => puts)).toEqual([0, 0]);
  });

  it('sends what is new without asking; what an earlier attempt has brought counts as not sent', async () => {
    const list = [
      ...blobs(20).map(({ id }) => blobOf(id, new Uint8Array(10), true)),
      blobOf('f'.repeat(64), new Uint8Array(10)),
    ];
    const targets = [0, 1, 2].map((i) => node(i));
    let asked = 0;
    for (const { client } of targets) {
      const { hasChunk } = client;
      client.hasChunk = async (...args) => {
        asked++;
        return hasChunk(...args);
      };
    }
    expect((await run(targets, list, 3)).sentBytes).toBe(3 * 210);
    expect(asked).toBe(3);
    expect((await run(targets, list, 3)).sentBytes).toBe(0);
    for (const { id } of list) expect(copiesOf(targets, id)).toBe(3);
  });

  it('goes round nodes that refuse, die or are full, and waits for one that has not seen the policy', async () => {
    const faults: Fault[] = ['none', 'refuses', 'dies', 'slow to see', 'full'];
    const targets = [...faults, 'none' as const].map((fault, i) => node(i, fault));
    const list = blobs(40);
    await run(targets, list, 3);
    for (const { id } of list) expect(copiesOf(targets, id)).toBeGreaterThanOrEqual(3);
    expect(targets[3]?.held.size).toBeGreaterThan(0);
  });

  it('says which nodes were at fault when too few are left, and can be repeated', async () => {
    const targets = [node(0), node(1, 'refuses'), node(2, 'full')];
    const list = blobs(3);
    const error = await run(targets, list, 2).catch((reason: unknown) => reason as ProtocolError);
    expect(error).toMatchObject({ code: 'NOT_ENOUGH_NODES', retryable: true });
    expect((error as ProtocolError).details).toContain('http://n1 E_BUDGET');
    const mended = [node(0, 'none', [...(targets[0] as FakeNode).held]), node(1), node(2)];
    await run(mended, list, 2);
    for (const { id } of list) expect(copiesOf(mended, id)).toBe(2);
  });

  it('any network: all copies or an error, and never a put without a reservation', async () => {
    const fault = fc.constantFrom<Fault>('none', 'none', 'refuses', 'dies', 'slow to see', 'full');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 20 }),
        async (faults, copies, count) => {
          const targets = faults.map((one, i) => node(i, one));
          const list = blobs(count);
          const ended = await run(targets, list, copies).catch((reason: unknown) => reason as ProtocolError);
          if (ended instanceof Error) {
            expect((ended as ProtocolError).code).toBe('NOT_ENOUGH_NODES');
            expect(faults.filter((one) => one === 'none' || one === 'slow to see').length).toBeLessThan(copies);
          } else for (const { id } of list) expect(copiesOf(targets, id)).toBeGreaterThanOrEqual(copies);
        },
      ),
      { numRuns: 60 },
    );
  });
});
