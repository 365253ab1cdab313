/** The contract of lib/umbral/engine.ts as tests: every engine passes the same ones. */
import { describe, expect, it } from 'vitest';
import type { Engine, PublicSum } from '../../../lib/umbral/engine.ts';
import { stream } from '../support.ts';
import * as curve from './curve.ts';

const { join, toBytes, ORDER: n } = curve;
const SCALARS = [0n, 1n, 2n, 3n, n - 1n, n - 2n, (n - 1n) / 2n, (n + 1n) / 2n, 2n ** 128n, 2n ** 128n - 1n, 2n ** 255n];
/** lambda of the curve's endomorphism: where implementations that split scalars meet their edges. */
const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
const EDGES = [...SCALARS, LAMBDA, n - LAMBDA, LAMBDA + 1n, curve.mod(LAMBDA * 2n ** 128n, n)];

export function engineContract(engine: Engine): void {
  const random = stream(0x5eed);
  const scalar = () => curve.mod(curve.toNumber(random(32)), n - 1n) + 1n;
  const point = () => curve.multiply(curve.G, scalar());
  const encode = (of: Uint8Array) => join(Uint8Array.of(2 | (of[63]! & 1)), of.subarray(0, 32));
  const list = (values: readonly bigint[]) => join(...values.map((value) => toBytes(value)));
  const item = (values: Uint8Array, i: number, size = 64) => values.slice(i * size, (i + 1) * size);

  describe(`${engine.name}: points`, () => {
    it('decompresses what is on the curve and names the first that is not', () => {
      const points = Array.from({ length: 8 }, point);
      const encoded = join(...points.map(encode));
      expect(engine.decompress(encoded)).toEqual({ points: join(...points), bad: -1 });
      const bad = [
        join(Uint8Array.of(4), points[0]!.subarray(0, 32)),
        join(Uint8Array.of(0), points[0]!.subarray(0, 32)),
        join(Uint8Array.of(2), toBytes(curve.FIELD)),
        join(Uint8Array.of(3), toBytes(curve.FIELD + 1n)),
        join(Uint8Array.of(3), toBytes(2n ** 256n - 1n)),
        join(Uint8Array.of(2), toBytes(0n)),
        join(Uint8Array.of(2), toBytes(5n)),
      ];
      for (const wrong of bad) {
        expect(engine.decompress(join(encode(points[0]!), encode(points[1]!), wrong, wrong)).bad).toBe(2);
      }
      expect(engine.decompress(new Uint8Array())).toEqual({ points: new Uint8Array(), bad: -1 });
    });

    it('decompresses as the schoolbook does, small x and random x', () => {
      const xs = [...Array.from({ length: 40 }, (_, i) => BigInt(i)), ...Array.from({ length: 40 }, scalar)];
      for (const [i, x] of [...xs, curve.FIELD - 1n, curve.FIELD - 3n].entries()) {
        const expected = curve.lift(x, i % 2 === 1);
        const { points, bad } = engine.decompress(join(Uint8Array.of(2 + (i % 2)), toBytes(x)));
        expect(bad).toBe(expected ? -1 : 0);
        if (expected) expect(points).toEqual(expected);
      }
    });

    it('adds and negates, also equal, opposite and identical to nothing', () => {
      const [p, q, o] = [point(), point(), curve.IDENTITY];
      const pairs = [
        [p, q],
        [p, p],
        [p, curve.negate(p)],
        [p, o],
        [o, q],
        [o, o],
      ] as const;
      const sums = engine.addPoints(join(...pairs.map(([a]) => a)), join(...pairs.map(([, b]) => b)));
      expect(sums).toEqual(join(...pairs.map(([a, b]) => curve.add(a, b))));
      expect(engine.negatePoints(join(p, o))).toEqual(join(curve.negate(p), o));
    });
  });

  describe(`${engine.name}: products and sums`, () => {
    it('multiplies by edge scalars: G, U, a point, a sum of points', () => {
      const [p, q] = [point(), point()];
      const made = engine.secretProducts([
        { base: 'G', scalars: list(EDGES) },
        { base: 'U', scalars: list(EDGES) },
        { base: p, scalars: list(EDGES) },
        { base: join(p, q), scalars: list([1n, n - 1n, 5n]) },
        { base: join(p, curve.negate(p)), scalars: list([3n]) },
        { base: join(p, p), scalars: list([7n]) },
        { base: curve.IDENTITY, scalars: list([9n]) },
        { base: p, scalars: new Uint8Array() },
      ]);
      const expected = [
        ...EDGES.map((k) => curve.multiply(curve.G, k)),
        ...EDGES.map((k) => curve.multiply(curve.U, k)),
        ...EDGES.map((k) => curve.multiply(p, k)),
        ...[1n, n - 1n, 5n].map((k) => curve.multiply(curve.add(p, q), k)),
        curve.IDENTITY,
        curve.multiply(p, 14n),
        curve.IDENTITY,
      ];
      for (const [i, each] of expected.entries()) expect(item(made, i), `product ${i}`).toEqual(each);
      expect(made.length).toBe(64 * expected.length);
    });

    it('multiplies by random scalars', () => {
      for (let i = 0; i < 6; i++) {
        const [p, k, m] = [point(), scalar(), scalar()];
        expect(engine.secretProducts([{ base: p, scalars: list([k, m]) }])).toEqual(
          join(curve.multiply(p, k), curve.multiply(p, m)),
        );
      }
    });

    it('sums, secret and public, with repeated, opposite and identical points', () => {
      const [p, q] = [point(), point()];
      const k = scalar();
      const cases: readonly (readonly (readonly [Uint8Array, bigint])[])[] = [
        [],
        [[p, k]],
        [
          [p, k],
          [q, scalar()],
          [curve.G, scalar()],
        ],
        [
          [p, k],
          [p, n - k],
        ],
        [
          [p, k],
          [p, k],
          [p, 1n],
        ],
        [
          [p, k],
          [curve.negate(p), k],
        ],
        [
          [p, 1n],
          [curve.multiply(p, 2n), 1n],
          [curve.multiply(p, 3n), n - 1n],
        ],
        [
          [curve.IDENTITY, k],
          [q, 0n],
          [p, 1n],
        ],
        Array.from({ length: 9 }, () => [point(), scalar()] as const),
      ];
      const sums = cases.map((terms) => ({
        points: join(...terms.map(([base]) => base)),
        scalars: list(terms.map(([, by]) => by)),
      }));
      const expected = cases.map((terms) => curve.sum(terms.map(([base, by]) => curve.multiply(base, by))));
      expect(engine.publicSums(sums)).toEqual(join(...expected));
      expect(engine.secretSums(sums)).toEqual(join(...expected));
      for (const [i, sum] of sums.entries()) {
        expect(engine.publicSumIsZero(sum)).toBe(expected[i]!.every((byte) => byte === 0));
      }
    });

    it('takes G, U and short scalars in a public sum', () => {
      const [p, q, k, g, u] = [point(), point(), scalar(), scalar(), scalar()];
      const short = 2n ** 128n - 1n;
      const sum: PublicSum = {
        points: p,
        scalars: toBytes(k),
        shortPoints: join(q, p),
        shortScalars: join(toBytes(short, 16), toBytes(1n, 16)),
        g: toBytes(g),
        u: toBytes(u),
      };
      const expected = curve.sum([
        curve.multiply(p, k + 1n),
        curve.multiply(q, short),
        curve.multiply(curve.G, g),
        curve.multiply(curve.U, u),
      ]);
      expect(engine.publicSums([sum, { g: toBytes(1n) }, { u: toBytes(1n) }, {}])).toEqual(
        join(expected, curve.G, curve.U, curve.IDENTITY),
      );
      expect(engine.publicSumIsZero(sum)).toBe(false);
      expect(engine.publicSumIsZero({ points: curve.U, scalars: toBytes(5n), u: toBytes(n - 5n) })).toBe(true);
      expect(engine.publicSumIsZero({})).toBe(true);
    });
  });

  describe(`${engine.name}: scalars`, () => {
    const pairs = EDGES.flatMap((a) => EDGES.map((b) => [a, b] as const));
    const as = list(pairs.map(([a]) => a));
    const bs = list(pairs.map(([, b]) => b));

    it('adds, subtracts, multiplies, negates', () => {
      const each = (of: (a: bigint, b: bigint) => bigint) => list(pairs.map(([a, b]) => curve.mod(of(a, b), n)));
      const { scalars } = engine;
      expect(scalars.add(as, bs)).toEqual(each((a, b) => a + b));
      expect(scalars.sub(as, bs)).toEqual(each((a, b) => a - b));
      expect(scalars.mul(as, bs)).toEqual(each((a, b) => a * b));
      expect(scalars.mulAdd(as, bs, as)).toEqual(each((a, b) => a + b * a));
      expect(scalars.negate(as)).toEqual(each((a) => -a));
      expect(scalars.mul(as, toBytes(n - 3n))).toEqual(each((a) => -3n * a));
    });

    it('inverts lists, leaving zeros alone', () => {
      expect(engine.scalars.invert(list(EDGES))).toEqual(list(EDGES.map((a) => curve.inverse(a, n))));
    });

    it('reduces digests to [1, n-1]', () => {
      const digests = [0n, n - 2n, n - 1n, n, n + 1n, 2n ** 256n - 1n, scalar()];
      expect(engine.scalars.reduce(list(digests))).toEqual(list(digests.map((d) => (d % (n - 1n)) + 1n)));
    });

    it('evaluates polynomials and finds f(0) again', () => {
      for (const degree of [1, 2, 5]) {
        const coefficients = Array.from({ length: degree }, scalar);
        const xs = Array.from({ length: degree }, scalar);
        const ys = engine.scalars.evaluate(list(coefficients), list(xs));
        const expected = xs.map((x) =>
          curve.mod(
            coefficients.reduce((sum, c, k) => sum + c * x ** BigInt(k), 0n),
            n,
          ),
        );
        expect(ys).toEqual(list(expected));
        const lambdas = engine.scalars.lagrangeAtZero(list(xs))!;
        const products = engine.scalars.mul(lambdas, ys);
        const total = xs.reduce((sum, _, i) => curve.mod(sum + curve.toNumber(item(products, i, 32)), n), 0n);
        expect(total).toBe(coefficients[0]);
        expect(engine.scalars.lagrangeAtZero(list([...xs, xs[0]!]))).toBeUndefined();
      }
      expect(engine.scalars.lagrangeAtZero(toBytes(7n))).toEqual(toBytes(1n));
    });
  });

  describe(`${engine.name}: whole operations`, () => {
    function proofs(m: number) {
      const [e, v] = [point(), point()];
      const made = Array.from({ length: m }, () => {
        const [rk, tau, h] = [scalar(), scalar(), scalar()];
        const points = [rk, tau].flatMap((k) => [e, v, curve.U].map((base) => curve.multiply(base, k)));
        return { points, h, z: curve.mod(tau + rk * h, n) };
      });
      return {
        e,
        v,
        points: join(...made.flatMap(({ points }) => points)),
        challenges: list(made.map(({ h }) => h)),
        responses: list(made.map(({ z }) => z)),
        weights: random(48 * m),
      };
    }

    it('holds true proofs and refuses each kind of false one', () => {
      for (const m of [1, 2]) {
        const good = proofs(m);
        expect(engine.proofsHold(good)).toBe(true);
        const last = (m - 1) * 6;
        for (const [k, name] of ['e1', 'v1', 'u1', 'e2', 'v2', 'u2'].entries()) {
          const points = good.points.slice();
          points.set(curve.negate(item(points, last + k)), 64 * (last + k));
          expect(engine.proofsHold({ ...good, points }), name).toBe(false);
        }
        const responses = good.responses.slice();
        responses.set(toBytes(curve.mod(curve.toNumber(item(responses, m - 1, 32)) + 1n, n)), 32 * (m - 1));
        expect(engine.proofsHold({ ...good, responses })).toBe(false);
      }
    });

    it('a weight of zero switches an equation off: weights are really used one by one', () => {
      const good = proofs(1);
      const points = good.points.slice();
      points.set(curve.negate(item(points, 1)), 64); // V1 is wrong
      const weights = good.weights.slice();
      weights.fill(0, 16, 32); // and its weight is 0
      expect(engine.proofsHold({ ...good, points, weights })).toBe(true);
      weights.fill(0, 0, 16);
      weights.set(good.weights.subarray(16, 32), 16);
      expect(engine.proofsHold({ ...good, points, weights })).toBe(false);
    });

    it('opens, and says no when the check fails or the sum is the identity', () => {
      const [a, d, r, u, h] = [scalar(), scalar(), scalar(), scalar(), scalar()];
      const [e, v] = [curve.multiply(curve.G, r), curve.multiply(curve.G, u)];
      const [f0, f1] = [curve.mod(a * curve.inverse(d, n), n), scalar()];
      const xs = [scalar(), scalar(), scalar()];
      const rks = xs.map((x) => curve.mod(f0 + f1 * x, n));
      const opening = {
        e1: join(...rks.map((rk) => curve.multiply(e, rk))),
        v1: join(...rks.map((rk) => curve.multiply(v, rk))),
        lambdas: engine.scalars.lagrangeAtZero(list(xs))!,
        challenge: toBytes(h),
        sOverD: toBytes(curve.mod((u + r * h) * curve.inverse(d, n), n)),
        d: toBytes(d),
        delegatingKey: curve.multiply(curve.G, a),
      };
      expect(engine.open(opening)).toEqual({
        valid: true,
        seed: curve.multiply(curve.G, curve.mod(a * (r + u), n)),
      });
      const lambdas = engine.scalars.add(opening.lambdas, list([1n, 0n, 0n]));
      expect(engine.open({ ...opening, lambdas }).valid).toBe(false);
      expect(engine.open({ ...opening, delegatingKey: curve.G }).valid).toBe(false);
      // V1 = -E1 everywhere: E' + V' is the identity. h and s/d are made to satisfy the equation all the same.
      const opposite = {
        ...opening,
        v1: join(...rks.map((rk) => curve.negate(curve.multiply(e, rk)))),
        sOverD: toBytes(curve.mod((h - 1n) * r * curve.inverse(d, n), n)),
      };
      expect(engine.open(opposite)).toEqual({ valid: false, seed: new Uint8Array(64) });
    });
  });

  describe(`${engine.name}: ECDSA`, () => {
    it('signs deterministically with low s, so that keys verify and recover', () => {
      const secret = scalar();
      const key = curve.multiply(curve.G, secret);
      const digests = join(random(32), new Uint8Array(32), toBytes(n), toBytes(2n ** 256n - 1n), random(32));
      const signatures = engine.ecdsa.sign(toBytes(secret), digests);
      expect(engine.ecdsa.sign(toBytes(secret), digests)).toEqual(signatures);
      const compact = join(...Array.from({ length: 5 }, (_, i) => item(signatures, i, 65).subarray(0, 64)));
      expect([...engine.ecdsa.verify(key, digests, compact)]).toEqual([1, 1, 1, 1, 1]);
      const others = join(key, key, point(), key, key);
      expect([...engine.ecdsa.verify(others, digests, compact)]).toEqual([1, 1, 0, 1, 1]);
      for (let i = 0; i < 5; i++) {
        const signature = item(signatures, i, 65);
        const digest = item(digests, i, 32);
        const s = curve.toNumber(signature.subarray(32, 64));
        expect(s <= (n - 1n) / 2n).toBe(true);
        expect(engine.ecdsa.recover(digest, signature)).toEqual(key);
        expect(engine.ecdsa.recover(random(32), signature)).not.toEqual(key);
        // The high twin: the same x of R, the other y. Recoverable, never valid.
        const twin = join(signature.subarray(0, 32), toBytes(n - s), Uint8Array.of(signature[64]! ^ 1));
        expect(engine.ecdsa.recover(digest, twin)).toEqual(key);
        expect([...engine.ecdsa.verify(key, digest, twin.subarray(0, 64))]).toEqual([0]);
      }
    });

    it('follows RFC 6979, with and without additional data', () => {
      // Key 1, SHA-256 of "Satoshi Nakamoto": the well-known vector of Bitcoin libraries.
      const digest = toBytes(0xa0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883en);
      const expected =
        0x934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5n;
      const signature = engine.ecdsa.sign(toBytes(1n), digest);
      expect(signature.subarray(0, 64)).toEqual(toBytes(expected, 64));
      const hedged = engine.ecdsa.sign(toBytes(1n), digest, toBytes(1n));
      expect(hedged).not.toEqual(signature);
      expect([...engine.ecdsa.verify(curve.G, digest, hedged.subarray(0, 64))]).toEqual([1]);
    });

    it('recovers nothing where there is nothing', () => {
      const r = (x: bigint, v: number) => join(toBytes(x), toBytes(1n), Uint8Array.of(v));
      expect(engine.ecdsa.recover(random(32), r(5n, 0))).toBeUndefined(); // x = 5 is off the curve
      expect(engine.ecdsa.recover(random(32), r(n - 1n, 2))).toBeUndefined(); // r + n >= p
      const digest = random(32);
      // R = e*G with r = its x and s = 1: Q = (1*R - e*G) / r is the identity
      const R = curve.multiply(curve.G, curve.mod(curve.toNumber(digest), n));
      const signature = join(R.subarray(0, 32), toBytes(1n), Uint8Array.of(R[63]! & 1));
      expect(engine.ecdsa.recover(digest, signature)).toBeUndefined();
    });

    it('judges signatures whose R is the identity or whose s is 0 as not valid', () => {
      const digest = random(32);
      const k = curve.mod(-curve.toNumber(digest), n);
      // u1*G + u2*Q = 0 for Q = (-e/r)*G
      const r = 7n;
      const key = curve.multiply(curve.G, curve.mod(k * curve.inverse(r, n), n));
      expect([...engine.ecdsa.verify(key, digest, join(toBytes(r), toBytes(1n)))]).toEqual([0]);
    });
  });
}
