/**
 * The reference engine: @noble/curves behind the byte contract of `engine.ts`. Runs everywhere, slow, easy to read.
 *
 * Owns: conversion between bytes and noble's BigInt points. Owns not: the contract's wording (`engine.ts`).
 * Secret scalars go through noble's constant-time, blinded `multiply`; but BigInt itself is not constant-time and cannot be
 * wiped, which no code of ours can mend (README and docs/SECURITY say so). Source: spec/umbral.md sections 1, 4, 8 and 14.
 */
import { mulAddUnsafe, normalizeZ } from '@noble/curves/abstract/curve.js';
import { Field, FpInvertBatch } from '@noble/curves/abstract/modular.js';
import { type WeierstrassPoint, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { concat } from '../bytes.ts';
import type {
  Engine,
  FixedBase,
  Folding,
  Hashes,
  Opening,
  ProofEquations,
  PublicSum,
  SecretProducts,
  SecretSum,
} from '../engine.ts';

type Pt = WeierstrassPoint<bigint>;

const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * secp256k1 on noble's generic curve. noble's own `secp256k1.js` is the same with ECDSA, Schnorr, FROST and hashing to the
 * curve around it, a third of the size of this engine in a browser; a test compares the two.
 */
const Point = /* @__PURE__ */ weierstrass(
  {
    p: P,
    n: N,
    h: 1n,
    a: 0n,
    b: 7n,
    Gx: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
    Gy: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  },
  {
    Fp: /* @__PURE__ */ Field(P),
    endo: {
      beta: 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een,
      basises: [
        [0x3086d221a7d46bcde86c90e49284eb15n, -0xe4437ed6010e88286f547fa90abfe4c3n],
        [0x114ca50f7a8e2f3f657c1108d9d44cfd8n, 0x3086d221a7d46bcde86c90e49284eb15n],
      ],
    },
  },
);
const Fn = Point.Fn;

let tableOfU: Pt | undefined;
/** U with its window table, made on first use. Source: spec section 1. */
function generatorU(): Pt {
  tableOfU ??= Point.fromAffine({
    x: 0x079390d0fbe220fc34aab8ecbf49098098036820fadb98c03143e55db8ec73cdn,
    y: 0x7ea50b219da86a70e8489413e4b9388afb63ac6f26e5ec2cfdd983b83f0e84e7n,
  }).precompute();
  return tableOfU;
}

const fixed = (base: FixedBase): Pt => (base === 'G' ? Point.BASE : generatorU());

/** Splits a list into items of `size` bytes. Throws RangeError when it does not divide: a bug of ours, not of a user. */
function items(list: Uint8Array, size: number): Uint8Array[] {
  if (list.length % size !== 0) throw new RangeError(`engine: list of ${list.length} bytes is not items of ${size}`);
  return Array.from({ length: list.length / size }, (_, i) => list.subarray(i * size, (i + 1) * size));
}

const numbers = (list: Uint8Array, size = 32): bigint[] => items(list, size).map(bytesToNumberBE);

function scalars(list: Uint8Array): bigint[] {
  const values = numbers(list);
  if (values.some((k) => k >= N)) throw new RangeError('engine: scalar is not below n');
  return values;
}

const points = (list: Uint8Array): Pt[] =>
  items(list, 64).map((item) =>
    Point.fromAffine({ x: bytesToNumberBE(item.subarray(0, 32)), y: bytesToNumberBE(item.subarray(32)) }),
  );

function sameLength(what: string, ...lists: readonly { readonly length: number }[]): void {
  if (lists.some((list) => list.length !== lists[0]?.length)) throw new RangeError(`engine: ${what} differ in number`);
}

function encodeScalars(values: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(32 * values.length);
  for (const [i, value] of values.entries()) out.set(numberToBytesBE(value, 32), 32 * i);
  return out;
}

/** Affine x and y of all points with one inversion; the identity as zeros. */
function encodePoints(list: readonly Pt[]): Uint8Array {
  const out = new Uint8Array(64 * list.length);
  for (const [i, point] of normalizeZ(Point, [...list]).entries()) {
    const { x, y } = point.toAffine(); // noble: the identity is (0, 0)
    out.set(numberToBytesBE(x, 32), 64 * i);
    out.set(numberToBytesBE(y, 32), 64 * i + 32);
  }
  return out;
}

/** noble refuses 0 and the identity; both give the identity, and neither occurs with honest inputs. */
const secretTimes = (base: Pt, k: bigint): Pt => (k === 0n || base.is0() ? Point.ZERO : base.multiply(k));

const total = (list: readonly Pt[]): Pt => list.reduce((sum, point) => sum.add(point), Point.ZERO);

const secretSum = (list: readonly Pt[], ks: readonly bigint[]): Pt =>
  total(list.map((point, i) => secretTimes(point, ks[i]!)));

function publicSum(sum: PublicSum): Pt {
  const none = new Uint8Array();
  const bases = [...points(sum.points ?? none), ...points(sum.shortPoints ?? none)];
  const ks = [...scalars(sum.scalars ?? none), ...numbers(sum.shortScalars ?? none, 16)];
  if (sum.g) {
    bases.push(Point.BASE);
    ks.push(...scalars(sum.g));
  }
  if (sum.u) {
    bases.push(generatorU());
    ks.push(...scalars(sum.u));
  }
  sameLength('points and scalars of a sum', bases, ks);
  const live = bases.flatMap((base, i) => (base.is0() || ks[i] === 0n ? [] : [{ base, k: ks[i]! }]));
  const [first, second] = live;
  if (first === undefined) return Point.ZERO;
  if (second === undefined) return first.base.multiplyUnsafe(first.k);
  if (live.length === 2) return first.base.mulAddUnsafe(first.k, second.base, second.k);
  return mulAddUnsafe(
    Point,
    live.map(({ base }) => base),
    live.map(({ k }) => k),
  );
}

function decompress(encoded: Uint8Array) {
  const list = items(encoded, 33);
  const out = new Uint8Array(64 * list.length);
  for (const [i, item] of list.entries()) {
    try {
      // noble's decoder is strict for 33 bytes: tag 2 or 3, x < p, root checked.
      const { x, y } = Point.fromBytes(item).toAffine();
      out.set(numberToBytesBE(x, 32), 64 * i);
      out.set(numberToBytesBE(y, 32), 64 * i + 32);
    } catch {
      return { points: out, bad: i };
    }
  }
  return { points: out, bad: -1 };
}

/** sum_i w_i * (z_i*B - B2_i - h_i*B1_i) over the bases B = E, V, U. Source: spec section 14. */
function proofsHold({ e, v, points: proofPoints, challenges, responses, weights }: ProofEquations): boolean {
  const h = scalars(challenges);
  const z = scalars(responses);
  const w = numbers(weights, 16);
  const parts = items(proofPoints, 64);
  sameLength('proof equations', h, z);
  if (w.length !== 3 * h.length || parts.length !== 6 * h.length) throw new RangeError('engine: proof lists differ');
  const onBase = [0n, 0n, 0n];
  const full: bigint[] = [];
  for (let i = 0; i < h.length; i++) {
    for (let b = 0; b < 3; b++) {
      const weight = w[3 * i + b]!;
      onBase[b] = Fn.add(onBase[b]!, Fn.mul(weight, z[i]!));
      full.push(Fn.neg(Fn.mul(weight, h[i]!)));
    }
  }
  const firsts = parts.filter((_, k) => k % 6 < 3);
  const seconds = parts.filter((_, k) => k % 6 >= 3);
  return publicSum({
    points: concat(e, v, ...firsts),
    scalars: encodeScalars([onBase[0]!, onBase[1]!, ...full]),
    u: encodeScalars([onBase[2]!]),
    shortPoints: encodePoints(points(concat(...seconds)).map((point) => point.negate())),
    shortScalars: weights,
  }).is0();
}

function open(opening: Opening) {
  const ls = scalars(opening.lambdas);
  const [h, ratio, d] = scalars(concat(opening.challenge, opening.sOverD, opening.d));
  const [delegatingKey] = points(opening.delegatingKey);
  const e1s = points(opening.e1);
  const v1s = points(opening.v1);
  sameLength('e1, v1 and lambdas', e1s, v1s, ls);
  const e1 = secretSum(e1s, ls); // step 5
  const v1 = secretSum(v1s, ls);
  const sum = e1.add(v1);
  const valid = secretTimes(delegatingKey!, ratio!).equals(secretTimes(e1, h!).add(v1)) && !sum.is0(); // step 6
  return { valid, seed: valid ? encodePoints([secretTimes(sum, d!)]) : new Uint8Array(64) }; // step 7
}

const scalarArithmetic: Engine['scalars'] = {
  add: (a, b) => pairwise(a, b, (x, y) => Fn.add(x, y)),
  sub: (a, b) => pairwise(a, b, (x, y) => Fn.sub(x, y)),
  mul(a, b) {
    const [only, ...more] = scalars(b);
    if (only !== undefined && more.length === 0) return encodeScalars(scalars(a).map((x) => Fn.mul(x, only)));
    return pairwise(a, b, (x, y) => Fn.mul(x, y));
  },
  mulAdd(a, b, c) {
    const bs = scalars(b);
    const cs = scalars(c);
    sameLength('scalar lists', bs, cs);
    return pairwise(a, a, (x, _, i) => Fn.add(x, Fn.mul(bs[i]!, cs[i]!)));
  },
  negate: (a) => encodeScalars(scalars(a).map((x) => Fn.neg(x))),
  invert: (a) => encodeScalars(FpInvertBatch(Fn, scalars(a), true)),
  reduce: (digests) => encodeScalars(numbers(digests).map((x) => (x % (N - 1n)) + 1n)), // spec section 2
  evaluate(coefficients, xs) {
    const falling = scalars(coefficients).reverse();
    return encodeScalars(scalars(xs).map((x) => falling.reduce((sum, c) => Fn.add(Fn.mul(sum, x), c), 0n)));
  },
  lagrangeAtZero(xs) {
    const list = scalars(xs);
    if (new Set(list).size !== list.length) return undefined;
    const product = list.reduce((all, x) => Fn.mul(all, x), 1n);
    // lambda_i = P / (x_i * prod_{j != i} (x_j - x_i)), P = prod x_j: spec section 14
    const denominators = list.map((xi) => list.reduce((d, xj) => (xj === xi ? d : Fn.mul(d, Fn.sub(xj, xi))), xi));
    return encodeScalars(FpInvertBatch(Fn, denominators, true).map((inverse) => Fn.mul(product, inverse)));
  },
};

function pairwise(a: Uint8Array, b: Uint8Array, operate: (x: bigint, y: bigint, i: number) => bigint): Uint8Array {
  const bs = scalars(b);
  const as = scalars(a);
  sameLength('scalar lists', as, bs);
  return encodeScalars(as.map((x, i) => operate(x, bs[i]!, i)));
}

/** RFC 6979 section 3.2 with HMAC-SHA-256: offers nonces in [1, n-1] until `accept` takes one. */
function withNonce<T>(
  secret: Uint8Array,
  digest: bigint,
  entropy: Uint8Array,
  accept: (nonce: bigint) => T | undefined,
): T {
  const seed = [secret, numberToBytesBE(digest, 32), entropy]; // int2octets(x), bits2octets(h1), additional data (3.6)
  const mac = (key: Uint8Array, ...parts: Uint8Array[]) => hmac(sha256, key, concat(...parts));
  let v: Uint8Array = new Uint8Array(32).fill(1);
  let k: Uint8Array = new Uint8Array(32);
  for (const round of [0, 1]) {
    k = mac(k, v, Uint8Array.of(round), ...seed);
    v = mac(k, v);
  }
  for (;;) {
    v = mac(k, v);
    const nonce = bytesToNumberBE(v);
    const accepted = nonce > 0n && nonce < N ? accept(nonce) : undefined;
    if (accepted !== undefined) return accepted;
    k = mac(k, v, Uint8Array.of(0));
    v = mac(k, v);
  }
}

/** r || s || v, low s. Source: spec section 4. */
function signOne(secret: Uint8Array, digest: Uint8Array, entropy: Uint8Array): Uint8Array {
  const d = bytesToNumberBE(secret);
  const e = Fn.create(bytesToNumberBE(digest));
  return withNonce(secret, e, entropy, (nonce) => {
    const { x, y } = Point.BASE.multiply(nonce).toAffine();
    const r = Fn.create(x);
    // The inversion of the nonce is blinded: BigInt's time would tell of its size.
    const mask = Fn.create(bytesToNumberBE(randomBytes(32)) | 1n);
    const s = Fn.mul(Fn.mul(Fn.inv(Fn.mul(nonce, mask)), mask), Fn.add(e, Fn.mul(r, d)));
    if (r === 0n || s === 0n) return undefined;
    const high = s > N >> 1n;
    const parity = (y & 1n) === 1n ? 1 : 0;
    const v = (high ? parity ^ 1 : parity) | (x >= N ? 2 : 0);
    return concat(encodeScalars([r, high ? N - s : s]), Uint8Array.of(v));
  });
}

const ecdsa: Engine['ecdsa'] = {
  sign(secret, digests, entropy) {
    const list = items(digests, 32);
    const extra = entropy && items(entropy, 32);
    if (extra) sameLength('digests and entropy', list, extra);
    return concat(...list.map((digest, i) => signOne(secret, digest, extra?.[i] ?? new Uint8Array())));
  },

  verify(keys, digests, signatures) {
    const keyList = points(keys);
    const digestList = numbers(digests);
    const rs = items(signatures, 64).map((item) => bytesToNumberBE(item.subarray(0, 32)));
    const ss = items(signatures, 64).map((item) => bytesToNumberBE(item.subarray(32)));
    sameLength('digests and signatures', digestList, rs);
    if (keyList.length !== 1) sameLength('keys and signatures', keyList, rs);
    const inverses = FpInvertBatch(Fn, ss, true);
    return Uint8Array.from(rs, (r, i) => {
      if (ss[i]! > N >> 1n) return 0; // high s: spec section 4
      const w = inverses[i]!;
      const key = keyList[keyList.length === 1 ? 0 : i]!;
      const R = Point.BASE.mulAddUnsafe(Fn.mul(Fn.create(digestList[i]!), w), key, Fn.mul(r, w));
      return !R.is0() && Fn.create(R.x) === r ? 1 : 0;
    });
  },

  recover(digest, signature65) {
    const r = bytesToNumberBE(signature65.subarray(0, 32));
    const s = bytesToNumberBE(signature65.subarray(32, 64));
    const v = signature65[64]!;
    const x = v & 2 ? r + N : r;
    if (x >= P) return undefined;
    const encoded = new Uint8Array(33);
    encoded[0] = 2 | (v & 1);
    encoded.set(numberToBytesBE(x, 32), 1);
    const { points: lifted, bad } = decompress(encoded);
    if (bad >= 0) return undefined;
    const inverse = Fn.inv(r);
    const e = Fn.create(bytesToNumberBE(digest));
    // Q = (s*R - e*G) / r
    const key = publicSum({
      points: lifted,
      scalars: encodeScalars([Fn.mul(s, inverse)]),
      g: encodeScalars([Fn.neg(Fn.mul(e, inverse))]),
    });
    return key.is0() ? undefined : encodePoints([key]);
  },
};

let unsalted: ReturnType<typeof hmac.create> | undefined;

const hashes: Hashes = {
  sha256: (message) => sha256(message),
  hkdf(ikm, info, length) {
    unsalted ??= hmac.create(sha256, new Uint8Array(32)); // its two key blocks are hashed once for all calls
    const prk = unsalted.clone().update(ikm).digest();
    const okm = expand(sha256, prk, info, length);
    prk.fill(0);
    return okm;
  },
};

function fold({ e1, v1, lambdas, d }: Folding): Uint8Array {
  const v1s = points(v1);
  const [secret] = scalars(d);
  const ks = scalars(lambdas).map((lambda) => Fn.mul(lambda, secret!));
  sameLength('e1, v1 and lambdas', v1s, ks);
  return encodePoints([
    secretSum(
      points(e1).map((point, i) => point.add(v1s[i]!)),
      ks,
    ),
  ]);
}

export const nobleEngine: Engine = {
  name: 'noble',
  decompress,

  addPoints(a, b) {
    const bs = points(b);
    const as = points(a);
    sameLength('points', as, bs);
    return encodePoints(as.map((point, i) => point.add(bs[i]!)));
  },
  negatePoints: (a) => encodePoints(points(a).map((point) => point.negate())),

  secretProducts: (groups: readonly SecretProducts[]) =>
    encodePoints(
      groups.flatMap((group) => {
        const base = typeof group.base === 'string' ? fixed(group.base) : total(points(group.base));
        return scalars(group.scalars).map((k) => secretTimes(base, k));
      }),
    ),
  secretSums: (sums: readonly SecretSum[]) =>
    encodePoints(
      sums.map((sum) => {
        const bases = points(sum.points);
        const ks = scalars(sum.scalars);
        sameLength('points and scalars of a sum', bases, ks);
        return secretSum(bases, ks);
      }),
    ),

  publicSums: (sums) => encodePoints(sums.map(publicSum)),
  publicSumIsZero: (sum) => publicSum(sum).is0(),
  proofsHold,
  open,
  fold,
  scalars: scalarArithmetic,
  ecdsa,
  hashes,
};
