/**
 * The kernel's point operations against noble: 5,000 inputs each, and the exceptional case of every addition formula.
 * noble is slow, so inputs advance by fixed steps: k_i = k_0 + i*d is as wild as random, and noble's own additions give the
 * expected k_i*P = k_0*P + i*(d*P). The seed is printed when something differs.
 */
import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { createWasmEngine, type Kernel, startKernel } from '../../lib/umbral/engine/wasm.ts';
import { seeded } from './kernelSupport.ts';

const { Point } = secp256k1;
const { Fn, Fp } = Point;
type Pt = typeof Point.BASE;
const N = Fn.ORDER;
const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
const U = Point.fromAffine({
  x: 0x079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cdn,
  y: 0x7ea50b219da86a70e8489413e4b9388afb63ac6f26e5ec2cfdd983b83f0e84e7n,
});
const kernel: Kernel = startKernel()!;
const engine = createWasmEngine(kernel);
const COUNT = 5_000;
const { seed, random } = seeded();

const toBytes = (value: bigint, length = 32): Uint8Array => {
  const out = new Uint8Array(length);
  for (let i = length - 1; i >= 0; i--, value >>= 8n) out[i] = Number(value & 255n);
  return out;
};
const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const scalar = (): bigint => toNumber(random(32)) % N;
const scalars = (list: readonly bigint[]): Uint8Array => Uint8Array.from(list.flatMap((k) => [...toBytes(k)]));
const times = (p: Pt, k: bigint): Pt => (k % N === 0n || p.is0() ? Point.ZERO : p.multiplyUnsafe(k % N));
const bytes = (list: readonly Pt[]): Uint8Array => {
  const out = new Uint8Array(64 * list.length);
  for (const [i, p] of normalizeZ(Point, [...list]).entries()) {
    const { x, y } = p.toAffine();
    out.set(toBytes(x), 64 * i);
    out.set(toBytes(y), 64 * i + 32);
  }
  return out;
};
function same(got: Uint8Array, want: Uint8Array, about: string): void {
  if (got.length !== want.length) expect.fail(`seed ${seed}, ${about}: ${got.length} bytes, want ${want.length}`);
  for (let i = 0; i < got.length; i++)
    if (got[i] !== want[i]) expect.fail(`seed ${seed}, ${about}: item ${i >> 6} differs`);
}

/** `count` scalars in steps, and their products with each base. */
function steps(base: Pt, count: number): { readonly ks: bigint[]; readonly products: Pt[] } {
  let k = scalar();
  const d = scalar();
  let p = times(base, k);
  const step = times(base, d);
  const ks: bigint[] = [];
  const products: Pt[] = [];
  for (let i = 0; i < count; i++) {
    ks.push(k);
    products.push(p);
    k = (k + d) % N;
    p = p.add(step);
  }
  return { ks, products };
}

/** Scalars on which windows, halves and wraps have their seams. */
const EDGES: bigint[] = [
  ...[0n, 1n, 2n, 3n, 4n, 5n, 31n, 32n, 33n, 63n, 64n, 65n, N - 1n, N - 2n, N - 3n, (N - 1n) / 2n, (N + 1n) / 2n],
  ...[1n, 2n, 3n, 4n, 5n, 15n, 16n, 17n, 31n, 32n, 33n].flatMap((m) => [(m * LAMBDA) % N, N - ((m * LAMBDA) % N)]),
  ...[LAMBDA + 1n, LAMBDA - 1n, N - LAMBDA + 1n, (LAMBDA * LAMBDA + 5n) % N],
  ...Array.from({ length: 257 }, (_, i) => (1n << BigInt(i)) % N),
  // The comb's last step: S = d * 2^252 doubles, S = -d * 2^252 cancels, for every digit d of that window.
  ...Array.from({ length: 32 }, (_, i) => ((2n * BigInt(i) + 1n) << 253n) % N),
  ...Array.from({ length: 32 }, (_, i) => (N * 4n - (((2n * BigInt(i) + 1n) << 253n) % N)) % N),
  // Last windows of the odd halves: k = a + b*lambda whose sum before it equals the entry to be added, or its negative.
  ...[1n, 3n, 5n, 7n, 9n, 11n, 13n, 15n, 17n, 29n, 31n].flatMap((a) =>
    [1n, 3n, 15n, 31n]
      .flatMap((b) => [2n * a, 2n * a * LAMBDA, a + b * LAMBDA, a - b * LAMBDA, 2n * a + b * LAMBDA])
      .map((k) => ((k % N) + N) % N),
  ),
];

describe('products against noble', () => {
  it('G and U: every edge, then 5,000', () => {
    for (const [name, base] of [
      ['G', Point.BASE],
      ['U', U],
    ] as const) {
      same(
        engine.secretProducts([{ base: name, scalars: scalars(EDGES) }]),
        bytes(EDGES.map((k) => times(base, k))),
        `${name}, edges`,
      );
      const { ks, products } = steps(base, COUNT);
      same(engine.secretProducts([{ base: name, scalars: scalars(ks) }]), bytes(products), name);
      const key = name === 'G' ? 'g' : 'u';
      same(engine.publicSums(ks.map((k) => ({ [key]: toBytes(k) }))), bytes(products), `public ${name}`);
    }
  });

  it('a point with one scalar, with two, as a sum of two points: every edge, then 5,000', () => {
    const base = times(Point.BASE, scalar());
    const other = times(Point.BASE, scalar());
    const [p, q] = [bytes([base]), bytes([other])];
    const wanted = bytes(EDGES.map((k) => times(base, k)));
    same(engine.secretProducts(EDGES.map((k) => ({ base: p, scalars: toBytes(k) }))), wanted, 'edges, one each');
    same(engine.secretProducts([{ base: p, scalars: scalars(EDGES) }]), wanted, 'edges, together');
    // Sums as bases get no comb: the way of a point that is new.
    const alone = Uint8Array.from([...p, ...new Uint8Array(64)]);
    same(engine.secretProducts(EDGES.map((k) => ({ base: alone, scalars: toBytes(k) }))), wanted, 'edges, new');
    const { ks, products } = steps(base, COUNT);
    same(engine.secretProducts(ks.map((k) => ({ base: p, scalars: toBytes(k) }))), bytes(products), 'one each');
    same(engine.secretProducts([{ base: p, scalars: scalars(ks) }]), bytes(products), 'together');
    const both = steps(base.add(other), COUNT);
    const pq = Uint8Array.from([...p, ...q]);
    same(
      engine.secretProducts(both.ks.map((k) => ({ base: pq, scalars: toBytes(k) }))),
      bytes(both.products),
      'sum of two',
    );
  });

  it('bases that come again: combs for those that come often, however they take turns; the identity has none', () => {
    const { products: bases } = steps(Point.BASE, 30);
    bases.push(Point.ZERO);
    const k = scalar();
    const wanted = bytes(bases.map((base) => times(base, k)));
    const at = bytes(bases);
    const check = (i: number) =>
      same(
        engine.secretProducts([{ base: at.subarray(64 * i, 64 * i + 64), scalars: toBytes(k) }]),
        wanted.subarray(64 * i, 64 * i + 64),
        `base ${i}`,
      );
    for (const width of [1, 3, 5, 7, 31]) for (let turn = 0; turn < 8; turn++) for (let i = 0; i < width; i++) check(i);
    for (let turn = 0; turn < 400; turn++) check(random(1)[0]! % (turn % 2 ? 31 : 6));
  });

  it('many bases: k*(base + i*step)', () => {
    const { products: bases } = steps(Point.BASE, COUNT);
    const k = scalar();
    const [first, second] = [times(bases[0]!, k), times(bases[1]!, k)];
    const step = second.add(first.negate());
    const products: Pt[] = [];
    for (let p = first; products.length < COUNT; p = p.add(step)) products.push(p);
    const all = bytes(bases);
    const groups = bases.map((_, i) => ({ base: all.subarray(64 * i, 64 * i + 64), scalars: toBytes(k) }));
    same(engine.secretProducts(groups), bytes(products), 'secret');
    const sums = groups.map(({ base, scalars: ks }) => ({ points: base, scalars: ks }));
    same(engine.publicSums(sums), bytes(products), 'public');
  });
});

describe('sums against noble', () => {
  /** `count` sums over the same points, all scalars in steps. */
  function sums(points: readonly Pt[], count: number, short = 0) {
    const limit = (k: bigint, i: number) => (i < points.length - short ? k : k % (1n << 100n));
    const ks = points.map((_, i) => limit(scalar(), i));
    const ds = points.map((_, i) => limit(scalar(), i));
    let total = points.reduce((sum, p, i) => sum.add(times(p, ks[i]!)), Point.ZERO);
    const step = points.reduce((sum, p, i) => sum.add(times(p, ds[i]!)), Point.ZERO);
    const lists: bigint[][] = [];
    const wanted: Pt[] = [];
    for (let i = 0; i < count; i++) {
      lists.push([...ks]);
      wanted.push(total);
      for (const [j, d] of ds.entries()) ks[j] = j < points.length - short ? (ks[j]! + d) % N : ks[j]! + d;
      total = total.add(step);
    }
    return { lists, wanted: bytes(wanted) };
  }
  const p = times(Point.BASE, scalar());
  const q = times(Point.BASE, scalar());

  it('secret and public sums of 1 to 6 points, among them equal, opposite and identical ones: 5,000', () => {
    const sets = [
      [p],
      [p, q],
      [p, p],
      [p, p.negate()],
      [p, q, Point.ZERO],
      [p, q, p.add(q).negate()],
      [p, q, p, q, p, q],
    ];
    for (const points of sets) {
      const { lists, wanted } = sums(points, Math.ceil(COUNT / sets.length));
      const at = bytes(points);
      const inputs = lists.map((ks) => ({ points: at, scalars: scalars(ks) }));
      same(engine.secretSums(inputs), wanted, `secret, ${points.length}`);
      same(engine.publicSums(inputs), wanted, `public, ${points.length}`);
    }
  });

  it('long public sums with short scalars, G and U, large enough for batched additions: 1,000 of 12, 50 of 120', () => {
    for (const [size, count] of [
      [12, 1_000],
      [120, 50],
    ] as const) {
      const points = [
        ...Array.from({ length: size - 4 }, (_, i) => (i % 5 ? times(p, BigInt(i)) : q)),
        p,
        p.negate(),
        q,
        q,
      ];
      const { lists, wanted } = sums(
        [...points, Point.BASE, U].sort(() => 0),
        count,
      );
      const at = bytes(points);
      const inputs = lists.map((ks) => ({
        points: at,
        scalars: scalars(ks.slice(0, size)),
        g: toBytes(ks[size]!),
        u: toBytes(ks[size + 1]!),
      }));
      same(engine.publicSums(inputs), wanted, `${size}`);
      const half = sums(points, count, size / 2);
      const shorts = half.lists.map((ks) => ({
        points: at.subarray(0, 32 * size),
        scalars: scalars(ks.slice(0, size / 2)),
        shortPoints: at.subarray(32 * size),
        shortScalars: Uint8Array.from(ks.slice(size / 2).flatMap((k) => [...toBytes(k, 16)])),
      }));
      same(engine.publicSums(shorts), half.wanted, `${size}, half short`);
      for (const sum of shorts.slice(0, 20)) expect(engine.publicSumIsZero(sum)).toBe(false);
    }
  });

  it('sums that cancel to the identity, with each edge scalar', () => {
    const at = bytes([p, p.negate(), q]);
    for (const k of EDGES) {
      const sum = { points: at, scalars: scalars([k, k, 0n]) };
      expect(engine.publicSumIsZero(sum)).toBe(true);
      same(engine.secretSums([sum]), new Uint8Array(64), `secret ${k.toString(16)}`);
      expect(engine.publicSumIsZero({ points: at, scalars: scalars([k, (k + 1n) % N, 0n]) })).toBe(false);
    }
  });

  it('opens and folds as noble does, 1 to 12 fragments, also with equal, opposite and identical points', () => {
    for (let m = 1; m <= 12; m++) {
      const e1s = Array.from({ length: m }, (_, i) => (i === 4 ? p : times(p, scalar())));
      const v1s = e1s.map((e1, i) =>
        i === 2 ? e1 : i === 5 ? e1.negate() : i === 7 ? Point.ZERO : times(q, scalar()),
      );
      const lambdas = e1s.map(scalar);
      const [challenge, d] = [scalar(), scalar()];
      const total = (list: readonly Pt[]) => list.reduce((all, x, i) => all.add(times(x, lambdas[i]!)), Point.ZERO);
      const [e, v] = [total(e1s), total(v1s)];
      const left = times(e, challenge).add(v);
      const s = scalar();
      const delegatingKey = bytes([times(left, Fn.inv(s))]);
      const parts = { e1: bytes(e1s), v1: bytes(v1s), lambdas: scalars(lambdas), d: toBytes(d) };
      const seed = bytes([times(e.add(v), d)]);
      same(engine.fold(parts), seed, `fold of ${m}`);
      const opening = { ...parts, challenge: toBytes(challenge), sOverD: toBytes(s), delegatingKey };
      const opened = engine.open(opening);
      expect(opened.valid).toBe(true);
      same(opened.seed, seed, `opening of ${m}`);
      expect(engine.open({ ...opening, sOverD: toBytes((s + 1n) % N) })).toEqual({
        valid: false,
        seed: new Uint8Array(64),
      });
    }
  });

  it('adds and negates: 5,000, with equal, opposite and identical operands', () => {
    const { products: a } = steps(Point.BASE, COUNT);
    const { products: b } = steps(U, COUNT);
    const left = [...a, p, p, p, Point.ZERO, Point.ZERO];
    const right = [...b, p, p.negate(), Point.ZERO, p, Point.ZERO];
    same(engine.addPoints(bytes(left), bytes(right)), bytes(left.map((x, i) => x.add(right[i]!))), 'add');
    same(engine.negatePoints(bytes(left)), bytes(left.map((x) => x.negate())), 'negate');
  });
});

describe('ECDSA against noble', () => {
  const secret = toBytes(scalar());
  const key = bytes([times(Point.BASE, toNumber(secret))]);

  it('signs alike, with and without entropy: 5,000; both agree on what verifies; recovers the key', () => {
    const digests = random(32 * COUNT);
    digests.fill(0, 0, 32);
    digests.fill(255, 32, 64);
    digests.set(toBytes(N), 64);
    const entropy = random(32 * COUNT);
    const plain = engine.ecdsa.sign(secret, digests);
    const mixed = engine.ecdsa.sign(secret, digests, entropy);
    const signatures = new Uint8Array(64 * COUNT);
    for (let i = 0; i < COUNT; i++) {
      const [digest, extraEntropy] = [digests.subarray(32 * i, 32 * i + 32), entropy.subarray(32 * i, 32 * i + 32)];
      const options = { prehash: false, lowS: true, format: 'recovered' } as const;
      const mix = i % 10 === 0;
      const want = secp256k1.sign(digest, secret, mix ? { ...options, extraEntropy } : options);
      const got = (mix ? mixed : plain).subarray(65 * i, 65 * i + 65);
      same(Uint8Array.of(got[64]!, ...got.subarray(0, 64)), want, `signature ${i}`);
      signatures.set((i & 1 ? mixed : plain).subarray(65 * i, 65 * i + 64), 64 * i);
      const recovered = engine.ecdsa.recover(digest, plain.subarray(65 * i, 65 * i + 65));
      same(recovered!, key, `recovery ${i}`);
    }
    const all = (list: Uint8Array) => Array.from({ length: list.length }, () => 1);
    const verified = engine.ecdsa.verify(key, digests, signatures);
    expect([...verified]).toEqual(all(verified));
    const keys = new Uint8Array(64 * 50);
    for (let i = 0; i < 50; i++) keys.set(key, 64 * i);
    const few = engine.ecdsa.verify(keys, digests.subarray(0, 1600), signatures.subarray(0, 3200));
    expect([...few]).toEqual(all(few));
  });

  it('refuses what noble refuses: each field changed, high s, r off by n, another key', () => {
    const digest = random(32);
    const { r, s } = secp256k1.Signature.fromBytes(engine.ecdsa.sign(secret, digest).subarray(0, 64), 'compact');
    const verify = (k: Uint8Array, d: Uint8Array, rr: bigint, ss: bigint) =>
      engine.ecdsa.verify(k, d, Uint8Array.from([...toBytes(rr), ...toBytes(ss)]))[0];
    expect(verify(key, digest, r, s)).toBe(1);
    expect(verify(key, digest, r, N - s)).toBe(0);
    for (let bit = 0; bit < 256; bit++) {
      const changed = digest.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(verify(key, changed, r, s)).toBe(0);
      const [r2, s2] = [r ^ (1n << BigInt(bit)), s ^ (1n << BigInt(bit))];
      if (r2 > 0n && r2 < N) expect(verify(key, digest, r2, s)).toBe(0);
      if (s2 > 0n && s2 <= N / 2n) expect(verify(key, digest, r, s2)).toBe(0);
    }
    expect(verify(bytes([times(Point.BASE, 77n)]), digest, r, s)).toBe(0);
  });

  it('accepts r = x - n for a point whose x is n or more, and recovers through it', () => {
    // R with x in [n, p): choose R, s, and make the key (s*R - z*G)/r for it.
    let x = N;
    let R: Pt | undefined;
    while (!R) {
      try {
        R = Point.fromBytes(Uint8Array.from([2, ...toBytes(x)]));
      } catch {
        x += 1n;
      }
    }
    expect(x < Fp.ORDER).toBe(true);
    const r = x - N;
    const s = 12345n;
    const digest = random(32);
    const z = toNumber(digest) % N;
    const q = times(times(R, s).add(times(Point.BASE, z).negate()), Fn.inv(r === 0n ? 1n : r));
    const signature = Uint8Array.from([...toBytes(r), ...toBytes(s)]);
    if (r !== 0n) {
      expect([...engine.ecdsa.verify(bytes([q]), digest, signature)]).toEqual([1]);
      same(engine.ecdsa.recover(digest, Uint8Array.from([...signature, 2]))!, bytes([q]), 'recovered');
      expect([
        ...engine.ecdsa.verify(bytes([q]), digest, Uint8Array.from([...toBytes(r + 1n), ...toBytes(s)])),
      ]).toEqual([0]);
    }
  });

  it('keeps tables of the keys seen lately, and only of those: 40 keys in turn, each verifying its own', () => {
    const made = Array.from({ length: 40 }, () => {
      const sk = toBytes(scalar());
      const digest = random(32);
      return {
        key: bytes([times(Point.BASE, toNumber(sk))]),
        digest,
        signature: engine.ecdsa.sign(sk, digest).slice(0, 64),
      };
    });
    for (let round = 0; round < 4; round++)
      for (const [i, { key: k, digest, signature }] of made.entries()) {
        expect(engine.ecdsa.verify(k, digest, signature)[0]).toBe(1);
        if (round % 2) expect(engine.ecdsa.verify(k, digest, signature)[0]).toBe(1);
        expect(engine.ecdsa.verify(made[(i + 1) % 40]!.key, digest, signature)[0]).toBe(0);
      }
  });
});

describe('batches that are worked off in parts', () => {
  it('verify 130 signatures and 110 proofs, and find the one that is false wherever it stands', () => {
    const secret = toBytes(scalar());
    const key = bytes([times(Point.BASE, toNumber(secret))]);
    const digests = random(32 * 130);
    const signed = engine.ecdsa.sign(secret, digests);
    const signatures = new Uint8Array(64 * 130);
    for (let i = 0; i < 130; i++) signatures.set(signed.subarray(65 * i, 65 * i + 64), 64 * i);
    expect(engine.ecdsa.verify(key, digests, signatures).every((valid) => valid === 1)).toBe(true);
    for (const wrong of [0, 47, 48, 96, 129]) {
      const changed = digests.slice();
      changed[32 * wrong + 9]! ^= 1;
      expect(
        engine.ecdsa.verify(key, changed, signatures).map((valid, i) => (valid === (i === wrong ? 0 : 1) ? 1 : 0)),
      ).not.toContain(0);
    }
    const m = 110;
    const [e, v] = [bytes([times(Point.BASE, scalar())]), bytes([times(U, scalar())])];
    const [rks, taus, challenges] = [0, 1, 2].map(() => scalars(Array.from({ length: m }, scalar))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const u = bytes([U]);
    const products = [e, v, u].map((base) => [
      engine.secretProducts([{ base, scalars: rks }]),
      engine.secretProducts([{ base, scalars: taus }]),
    ]);
    const points = new Uint8Array(64 * 6 * m);
    for (let i = 0; i < m; i++)
      for (let base = 0; base < 3; base++)
        for (let half = 0; half < 2; half++)
          points.set(products[base]![half]!.subarray(64 * i, 64 * i + 64), 64 * (6 * i + 3 * half + base));
    const responses = engine.scalars.mulAdd(taus, rks, challenges);
    const equations = { e, v, points, challenges, responses, weights: random(48 * m) };
    expect(engine.proofsHold(equations)).toBe(true);
    for (const wrong of [0, 47, 48, 109]) {
      const changed = responses.slice();
      changed[32 * wrong + 31]! ^= 1;
      expect(engine.proofsHold({ ...equations, responses: changed })).toBe(false);
    }
    expect(kernel.memory.buffer.byteLength).toBeLessThan(100 << 20);
  });
});

describe('memory that grows during a fold', () => {
  // Each in a fresh instance, so that it is this fold that grows it; at 64 shares it does not yet.
  it.each([64, 1_050, 1_150, 1_250, 1_500])('%i fragments', (n) => {
    const [e1, v1, d, lambda] = [times(Point.BASE, scalar()), times(Point.BASE, scalar()), scalar(), scalar()];
    const all = <T>(item: T): T[] => Array.from({ length: n }, () => item);
    const folded = createWasmEngine(startKernel()!).fold({
      e1: bytes(all(e1)),
      v1: bytes(all(v1)),
      lambdas: scalars(all(lambda)),
      d: toBytes(d),
    });
    same(folded, bytes([times(e1.add(v1), (BigInt(n) * lambda * d) % N)]), `fold of ${n}`);
  });
});

describe('memory', () => {
  // An instance of its own, whose arena no public call has used.
  const kernel = startKernel()!;
  const engine = createWasmEngine(kernel);
  it('does not grow with the number of calls, and secrets leave no trace after any secret call', () => {
    const secretScalar = toBytes(scalar());
    const base = bytes([times(Point.BASE, scalar())]);
    const digest = random(32);
    const calls: (() => unknown)[] = [
      () =>
        engine.secretProducts([
          { base: 'G', scalars: secretScalar },
          { base, scalars: secretScalar },
        ]),
      () => engine.secretProducts([{ base: 'U', scalars: secretScalar }]),
      () => engine.secretSums([{ points: base, scalars: secretScalar }]),
      () => engine.scalars.mulAdd(secretScalar, secretScalar, secretScalar),
      () => engine.scalars.invert(secretScalar),
      () => engine.scalars.evaluate(secretScalar, secretScalar),
      () => engine.scalars.lagrangeAtZero(secretScalar),
      () => engine.ecdsa.sign(secretScalar, digest),
      () =>
        engine.open({
          e1: base,
          v1: base,
          lambdas: secretScalar,
          challenge: digest,
          sOverD: secretScalar,
          d: secretScalar,
          delegatingKey: base,
        }),
    ];
    for (const call of calls) call();
    const size = kernel.memory.buffer.byteLength;
    for (const call of calls) {
      call();
      const memory = new Uint8Array(kernel.memory.buffer);
      const dirty = (from: number, to: number) => memory.subarray(from, to).findIndex((byte) => byte !== 0);
      expect(dirty(kernel.scratchStart(), kernel.scratchEnd())).toBe(-1);
      expect(dirty(kernel.arena(), kernel.arena() + 16_384)).toBe(-1);
      expect(Buffer.from(memory).includes(Buffer.from(secretScalar))).toBe(false);
      expect(Buffer.from(memory).includes(Buffer.from(secretScalar.slice().reverse()))).toBe(false);
    }
    for (let i = 0; i < 2_000; i++) calls[i % calls.length]!();
    expect(kernel.memory.buffer.byteLength).toBe(size);
  });

  it('wipes also when a call throws', () => {
    const secretScalar = toBytes(scalar());
    expect(() => engine.secretProducts([{ base: new Uint8Array(63), scalars: secretScalar }])).toThrow(RangeError);
    const memory = Buffer.from(kernel.memory.buffer);
    expect(memory.includes(Buffer.from(secretScalar))).toBe(false);
  });
});
