/** Every crash and every refusal of a grant, against a small world that remembers what was done to it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainError } from '../../lib/chain/errors.ts';
import { manifestsOf } from '../../lib/characters/alice/grantActs.ts';
import { driveGrant, type GrantActs } from '../../lib/characters/alice/grantMachine.ts';
import {
  decodeRecord,
  encodeRecord,
  type GrantRecord,
  grantName,
  type Member,
  type Reserve,
} from '../../lib/characters/alice/grantRecord.ts';
import { MemoryJournal } from '../../lib/characters/journal.ts';
import { DintelError, ProtocolError } from '../../lib/protocol/errors.ts';
import { type Address, type Hex, toHex } from '../../lib/protocol/hex.ts';

const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const node = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const bytes = (n: number, length = 4): Uint8Array => new Uint8Array(length).fill(n);
const reserve = (n: number): Reserve => ({
  node: node(n),
  url: `https://n${n}.x${n}.example`,
  encryptingKey: bytes(n),
  keyNumber: 0,
});
const member = (n: number, kfrag: Uint8Array): Member => ({
  ...reserve(n),
  kfrag,
  sealedKfrag: Uint8Array.of(n, ...kfrag),
  fragment: toHex(kfrag.length === 32 ? kfrag : new Uint8Array(32).fill(kfrag[0] ?? 0)),
  ack: undefined,
});

class Crash extends Error {}

/** Nodes, chain and stores as they would be after anything that was done. */
class World implements GrantActs {
  epoch = 100;
  readonly chain = new Map<Hex, { root: Hex; block: bigint }>();
  readonly pending = new Map<Hex, { id: Hex; root: Hex }>();
  /** Kfrags each node has seen: a share at two nodes is a fault. */
  readonly seen = new Map<string, Set<Address>>();
  readonly published: Hex[] = [];
  readonly refuses = new Map<Address, string>();
  /** Nodes that have thrown their first encrypting key away. */
  readonly rotated = new Set<Address>();
  payments = 0;
  sends = 0;
  drop = 0;
  head = 10n;

  async requestAck(record: GrantRecord, index: number) {
    const asked = record.cohort[index] as Member;
    if (this.rotated.has(asked.node) && asked.keyNumber === 0) throw new ProtocolError('E_KEY_NUMBER');
    const code = this.refuses.get(asked.node);
    if (code) throw new ProtocolError(code as 'E_PAYMENT');
    const share = toHex(asked.sealedKfrag.subarray(1));
    this.seen.set(share, (this.seen.get(share) ?? new Set()).add(asked.node));
    return {
      rate: record.rateWei,
      until: record.expiresAt,
      lastStart: this.epoch + 2,
      epoch: this.epoch,
      signature: bytes(index),
    };
  }
  async seal(_record: GrantRecord, _index: number, kfrag: Uint8Array, to: Reserve): Promise<Member> {
    return { ...member(Number(to.node), kfrag), ...to };
  }
  async refresh(to: Reserve) {
    return { ...to, keyNumber: this.rotated.has(to.node) ? 1 : to.keyNumber };
  }
  async currentEpoch() {
    return this.epoch;
  }
  async buildManifest(record: GrantRecord) {
    if (record.spares.length > 0 || record.cohort.some((one) => one.kfrag || !one.ack))
      throw new Error('shares were kept');
    return { bytes: encodeRecord(record).slice(0, 50), id: this.rootOf(record) };
  }
  async rootOnChain(id: Hex) {
    return this.chain.get(id)?.root;
  }
  rootOf(record: GrantRecord): Hex {
    return toHex(
      Uint8Array.from({ length: 32 }, (_, i) => (record.cohort[i % record.cohort.length]?.sealedKfrag[0] ?? 0) + i),
    );
  }
  async send(record: GrantRecord) {
    if (this.chain.has(record.policyId)) {
      throw new ChainError('chain.reverted', 'exists', { revert: { name: 'PolicyExists', args: {}, data: '0x' } });
    }
    const lasts = record.cohort.map((one) => one.ack?.lastStart ?? 0);
    if (Math.min(...lasts) < this.epoch + 1) throw new Error('promises do not cover the start');
    this.sends++;
    const hash = word(this.sends);
    this.pending.set(hash, { id: record.policyId, root: this.rootOf(record) });
    return hash;
  }
  async waitMined(hash: Hex) {
    const transaction = this.pending.get(hash);
    if (!transaction || this.drop-- > 0) {
      this.pending.delete(hash);
      throw new ChainError('chain.dropped', 'gone', { transactionHash: hash });
    }
    if (this.chain.has(transaction.id)) {
      throw new ChainError('chain.reverted', 'exists', { revert: { name: 'PolicyExists', args: {}, data: '0x' } });
    }
    this.payments++;
    this.chain.set(transaction.id, { root: transaction.root, block: ++this.head });
    return this.head;
  }
  async createdBlock(id: Hex) {
    return this.chain.get(id)?.block;
  }
  async waitDepth(record: GrantRecord) {
    return this.chain.has(record.policyId);
  }
  async publish(record: GrantRecord) {
    this.published.push(record.manifest?.id as Hex);
    return [];
  }
  /** Whatever waits in the pool is mined, though nobody waits for it. */
  mineAll() {
    for (const { id, root } of this.pending.values()) {
      if (this.chain.has(id)) continue;
      this.payments++;
      this.chain.set(id, { root, block: ++this.head });
    }
    this.pending.clear();
  }
}

function draft(shares = 3, spares = 4, reserves = 4): GrantRecord {
  return {
    version: 1,
    policyId: word(0xabc),
    state: 'draft',
    failure: undefined,
    chainId: 31337,
    policyManager: node(201),
    adjudicator: node(202),
    escrow: node(203),
    owner: node(204),
    salt: word(1),
    threshold: 2,
    shares,
    rateWei: 5n,
    expiresAt: 1_000_000,
    createdAt: 900_000,
    byteBudget: 0,
    conditions: undefined,
    delegatingKey: bytes(1, 33),
    receivingKey: bytes(2, 33),
    verifyingKey: bytes(3, 33),
    reader: node(205),
    label: 'label',
    labelVersion: 0,
    note: undefined,
    selfNotice: true,
    files: [],
    draw: { seed: word(2), blockNumber: 3n, blockHash: word(3), skipped: [] },
    cohort: Array.from({ length: shares }, (_, i) => member(i + 1, bytes(100 + i))),
    spares: Array.from({ length: spares }, (_, i) => bytes(150 + i)),
    reserves: Array.from({ length: reserves }, (_, i) => reserve(50 + i)),
    refused: [],
    manifest: undefined,
    transactionHash: undefined,
    createdBlock: undefined,
    attempts: 0,
  };
}

/** Runs a grant from its journal, crashing at the n-th act or write (before or after it took effect), again and again. */
async function survive(world: World, crashes: readonly number[]): Promise<{ record: GrantRecord; runs: number }> {
  const journal = new MemoryJournal();
  const start = draft();
  await journal.put(grantName(start.policyId), encodeRecord(start));
  for (let runs = 1; ; runs++) {
    let left = crashes[runs - 1] ?? Number.POSITIVE_INFINITY;
    const tick = () => {
      if (left-- <= 0) throw new Crash();
    };
    const acts = new Proxy(world, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function' || name === 'rootOf') return value;
        return async (...args: unknown[]) => {
          tick();
          const result: unknown = await Reflect.apply(value, target, args);
          tick();
          return result;
        };
      },
    });
    const record = decodeRecord((await journal.get(grantName(start.policyId))) as Uint8Array);
    try {
      const done = await driveGrant(record, {
        acts,
        save: async (next) => {
          tick();
          await journal.put(grantName(next.policyId), encodeRecord(next));
          tick();
        },
      });
      return { record: done, runs };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      if (runs % 2 === 0) world.mineAll();
    }
    if (runs > 500) throw new Error('never ends');
  }
}

const asMap = (world: World) => [...world.seen.values()].every((nodes) => nodes.size === 1);

describe('a grant', () => {
  it('goes through its states once when nothing happens', async () => {
    const world = new World();
    const states: string[] = [];
    const saved: string[] = [];
    const record = await driveGrant(draft(), {
      acts: world,
      save: async (next) => void saved.push(next.state),
      onState: (next) => states.push(next.state),
    });
    expect(states).toEqual(['acked', 'sealed', 'sent', 'mined', 'active', 'published']);
    expect(saved).toEqual(states);
    expect(world).toMatchObject({ payments: 1, sends: 1 });
    expect(record.spares).toEqual([]);
    expect(record.cohort.every((one) => one.kfrag === undefined)).toBe(true);
  });

  it('survives a crash at every single act and write', async () => {
    for (let at = 0; at < 40; at++) {
      const world = new World();
      const { record } = await survive(world, [at]);
      expect(record.state).toBe('published');
      expect(world.payments).toBe(1);
      expect(asMap(world)).toBe(true);
      expect(new Set(world.published).size).toBe(1);
      expect(world.chain.get(record.policyId)?.root).toBe(world.rootOf(record));
    }
  });

  it('survives any series of crashes with refusing nodes, and pays once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 12 }),
        fc.uniqueArray(fc.constantFrom(1, 2, 3, 50, 51), { maxLength: 3 }),
        fc.integer({ min: 0, max: 2 }),
        async (crashes, refusing, drop) => {
          const world = new World();
          for (const n of refusing) world.refuses.set(node(n), 'E_PAYMENT');
          world.drop = drop;
          const { record } = await survive(world, crashes);
          expect(record.state).toBe('published');
          expect(world.payments).toBe(1);
          expect(asMap(world)).toBe(true);
          expect(record.cohort.map((one) => one.node).filter((n) => refusing.some((one) => one === Number(n)))).toEqual(
            [],
          );
          expect(new Set(world.published).size).toBe(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('replaces who refuses by the next of the draw with a fresh share, and remembers why', async () => {
    const world = new World();
    world.refuses.set(node(2), 'E_HORIZON');
    world.refuses.set(node(50), 'E_PAYMENT');
    const record = await driveGrant(draft(), { acts: world, save: async () => undefined });
    expect(record.cohort.map((one) => Number(one.node))).toEqual([1, 51, 3]);
    expect(record.refused.map((one) => [Number(one.node), one.code])).toEqual([
      [2, 'E_HORIZON'],
      [50, 'E_PAYMENT'],
    ]);
    const used = record.cohort.map((one) => one.sealedKfrag[1]);
    expect(used).toEqual([100, 151, 102]);
  });

  it('respects the diversity cap in replacements', async () => {
    const world = new World();
    world.refuses.set(node(3), 'E_PAYMENT');
    const start = draft();
    const url = 'https://same.farm.example';
    const cohort = start.cohort.map((one, i) => (i < 2 ? { ...one, url } : one));
    const reserves = start.reserves.map((one, i) => (i === 0 ? { ...one, url } : one));
    const record = await driveGrant({ ...start, cohort, reserves }, { acts: world, save: async () => undefined });
    expect(Number(record.cohort[2]?.node)).toBe(51);
  });

  it('seals again for a node whose key has moved on, with the same share', async () => {
    const world = new World();
    world.rotated.add(node(2));
    const record = await driveGrant(draft(), { acts: world, save: async () => undefined });
    expect(record.cohort[1]).toMatchObject({ node: node(2), keyNumber: 1 });
    expect(record.cohort[1]?.sealedKfrag[1]).toBe(101);
    expect(record.refused).toEqual([]);
  });

  it('fails with the reasons when nobody is left, and keeps no share', async () => {
    const world = new World();
    for (let n = 1; n < 60; n++) world.refuses.set(node(n), 'E_PAYMENT');
    const record = await driveGrant(draft(), { acts: world, save: async () => undefined });
    expect(record).toMatchObject({ state: 'failed', failure: { code: 'NOT_ENOUGH_NODES' }, spares: [] });
    expect(record.failure?.message).toContain('E_PAYMENT');
    expect(record.cohort.every((one) => one.kfrag === undefined)).toBe(true);
    expect(world.sends).toBe(0);
  });

  it('stays where it is when nobody is left but time may help', async () => {
    const world = new World();
    for (let n = 1; n < 60; n++) world.refuses.set(node(n), 'E_CHAIN_STALE');
    const drive = driveGrant(draft(3, 0, 0), { acts: world, save: async () => undefined });
    await expect(drive).rejects.toMatchObject({ code: 'E_CHAIN_STALE' });
  });

  it('renews promises that would not cover the start any more, with the same shares', async () => {
    const world = new World();
    const shares: string[] = [];
    const done = await driveGrant(draft(), {
      acts: world,
      save: async (next) => {
        shares.push(next.cohort.map((one) => toHex(one.sealedKfrag)).join());
        if (next.state === 'sealed' && next.attempts === 0) world.epoch += 1;
      },
    });
    expect(done).toMatchObject({ state: 'published', attempts: 1 });
    expect(new Set(shares).size).toBe(1);
    expect(done.cohort.every((one) => one.ack?.epoch === 101)).toBe(true);
  });

  it('publishes what the notice on chain names when a transaction given up is mined after its promises were renewed', async () => {
    const sent: (Hex | undefined)[] = [];
    class Late extends World {
      override async buildManifest(record: GrantRecord) {
        const { bytes } = await super.buildManifest(record);
        return { bytes, id: word(record.cohort[0]?.ack?.epoch ?? 0) };
      }
      override async send(record: GrantRecord) {
        sent.push(record.manifest?.id);
        return super.send(record);
      }
      override async waitMined(hash: Hex): Promise<bigint> {
        if (this.epoch > 100) return super.waitMined(hash);
        this.epoch += 1; // an RPC that has lost sight of it
        throw new ChainError('chain.dropped', 'gone', { transactionHash: hash });
      }
      override async publish(record: GrantRecord) {
        this.published.push(...manifestsOf(record).map(({ id }) => id));
        return [];
      }
    }
    const world = new Late();
    const done = await driveGrant(draft(), {
      acts: world,
      save: async (next) => {
        if (next.state === 'acked' && next.attempts > 0) world.mineAll();
      },
    });
    expect(done.state).toBe('published');
    expect(sent).toEqual([word(100)]);
    expect(world.payments).toBe(1);
    expect(world.published).toEqual([word(101), word(100)]);
  });

  it('goes back to pay when a re-org takes the creation away', async () => {
    const world = new World();
    let gone = false;
    const done = await driveGrant(draft(), {
      acts: world,
      save: async (next) => {
        if (next.state === 'mined' && !gone) {
          gone = true;
          world.chain.clear();
        }
      },
    });
    expect(done.state).toBe('published');
    expect(world.sends).toBe(2);
  });

  it('ends when the contract refuses, throws when the wallet does', async () => {
    const refusing = new World();
    refusing.send = async () => {
      throw new ChainError('chain.reverted', 'no', { revert: { name: 'DurationTooLong', args: {}, data: '0x' } });
    };
    expect(await driveGrant(draft(), { acts: refusing, save: async () => undefined })).toMatchObject({
      state: 'failed',
    });
    const declined = new World();
    declined.send = async () => {
      throw new ChainError('chain.rejected', 'no');
    };
    const states: string[] = [];
    await expect(
      driveGrant(draft(), { acts: declined, save: async (next) => void states.push(next.state) }),
    ).rejects.toMatchObject({ code: 'chain.rejected' });
    expect(states.at(-1)).toBe('sealed');
  });

  it('is quoted again when an epoch turns between quote and trial run, and gives up in the end', async () => {
    const wrong = () =>
      new ChainError('chain.reverted', 'no', { revert: { name: 'WrongPayment', args: {}, data: '0x' } });
    class Turning extends World {
      turns = 1;
      override async send(record: GrantRecord) {
        if (this.turns-- > 0) throw wrong();
        return super.send(record);
      }
    }
    const world = new Turning();
    expect(await driveGrant(draft(), { acts: world, save: async () => undefined })).toMatchObject({
      state: 'published',
      attempts: 1,
    });
    world.turns = Number.POSITIVE_INFINITY;
    world.chain.clear();
    expect((await driveGrant(draft(), { acts: world, save: async () => undefined })).state).toBe('failed');
  });

  it('does not end while an earlier transaction may still be mined, and is found when it is', async () => {
    class Lost extends World {
      override async waitMined(hash: Hex): Promise<bigint> {
        this.epoch += 1; // nobody knows it any more, and the promises are stale
        for (let n = 1; n < 60; n++) this.refuses.set(node(n), 'E_PAYMENT');
        throw new ChainError('chain.dropped', 'gone', { transactionHash: hash });
      }
    }
    const world = new Lost();
    let last = draft();
    const go = () =>
      driveGrant(last, {
        acts: world,
        save: async (next) => {
          last = next;
        },
      });
    await expect(go()).rejects.toMatchObject({ code: 'E_TIMEOUT', retryable: true });
    expect(last).toMatchObject({ state: 'draft', sentUntil: 101 });
    const waiting = last;
    world.refuses.clear();
    world.mineAll();
    expect(await go()).toMatchObject({ state: 'published' });
    expect(world).toMatchObject({ payments: 1, sends: 1 });
    // Behind that epoch the contract takes it no more.
    last = waiting;
    for (let n = 1; n < 60; n++) world.refuses.set(node(n), 'E_PAYMENT');
    world.epoch = 102;
    expect((await go()).state).toBe('failed');
  });

  it('stops between arrows when told to', async () => {
    const stop = new AbortController();
    const drive = driveGrant(draft(), { acts: new World(), save: async () => stop.abort(), signal: stop.signal });
    await expect(drive).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('does not take a stranger policy of the same id for its own', async () => {
    const world = new World();
    world.chain.set(draft().policyId, { root: word(9), block: 1n });
    expect(await driveGrant(draft(), { acts: world, save: async () => undefined })).toMatchObject({ state: 'failed' });
  });
});

describe('the record of a grant', () => {
  it('comes back as it was', () => {
    const record = {
      ...draft(),
      createdBlock: 2n ** 60n,
      note: 'ünï',
      manifest: { bytes: bytes(1, 2000), id: word(7) },
    };
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  it('refuses what it is not', () => {
    expect(() => decodeRecord(new TextEncoder().encode('{}'))).toThrow(DintelError);
    expect(() => decodeRecord(new TextEncoder().encode('{'))).toThrow(DintelError);
  });
});
