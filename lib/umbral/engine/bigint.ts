/**
 * The engine for platforms without WebAssembly: BigInt behind the byte contract of `engine.ts`. Runs everywhere, slowly.
 *
 * Owns: conversion between bytes and numbers, scalars, ECDSA, the scheme's sums. Owns not: the contract's wording (`engine.ts`),
 * points (`curve.ts`). Secret scalars are blinded and multiplied by a fixed sequence of complete additions; but BigInt itself is not
 * constant-time and cannot be wiped, which no code of ours can mend (README and docs/SECURITY say so).
 * Source: spec/umbral.md sections 1, 4, 8 and 14.
 */
import { expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { concat, hex, item } from '../bytes.ts';
import type {
  Ecdsa,
  Engine,
  FixedBase,
  Folding,
  Hashes,
  Opening,
  ProofEquations,
  PublicSum,
  ScalarArithmetic,
} from '../engine.ts';
import {
  add,
  affine,
  G,
  IDENTITY,
  invert,
  isIdentity,
  lift,
  mod,
  N,
  negate,
  P,
  type Point,
  sumOfProducts,
  U,
} from './curve.ts';

/** Bits of the multiple of n that hides a secret scalar. */
const BLIND_BITS = 128;
const none = new Uint8Array();

/** Splits a list into items of `size` bytes. Throws RangeError when it does not divide: a bug of ours, not of a user. */
function items(list: Uint8Array, size: number): Uint8Array[] {
  if (list.length % size !== 0) throw new RangeError(`engine: list of ${list.length} bytes is not items of ${size}`);
  return Array.from({ length: list.length / size }, (_, i) => item(list, i, size));
}

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes)}`);

function toBytes(values: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(32 * values.length);
  for (const [i, value] of values.entries()) {
    const digits = value.toString(16).padStart(64, '0');
    for (let k = 0; k < 32; k++) out[32 * i + k] = Number.parseInt(digits.slice(2 * k, 2 * k + 2), 16);
  }
  return out;
}

const numbers = (list: Uint8Array, size = 32): bigint[] => items(list, size).map(toNumber);

function scalars(list: Uint8Array): bigint[] {
  const values = numbers(list);
  if (values.some((k) => k >= N)) throw new RangeError('engine: scalar is not below n');
  return values;
}

const points = (list: Uint8Array): Point[] =>
  items(list, 64).map((bytes) => {
    const [x, y] = numbers(bytes) as [bigint, bigint];
    return x === 0n && y === 0n ? IDENTITY : [x, y, 1n];
  });

const encode = (list: readonly Point[]): Uint8Array => toBytes(affine(list).flat());

function same(what: string, ...lists: readonly { readonly length: number }[]): void {
  if (lists.some((list) => list.length !== lists[0]?.length)) throw new RangeError(`engine: ${what} differ in number`);
}

const total = (list: readonly Point[]): Point => list.reduce(add, IDENTITY);

/** sum of ks[i] * list[i] by secret scalars, each hidden by a random multiple of n. */
function secretSum(list: readonly Point[], ks: readonly bigint[]): Point {
  same('points and scalars of a sum', list, ks);
  const blinded = ks.map((k) => k + N * toNumber(randomBytes(BLIND_BITS / 8)));
  return sumOfProducts(list, blinded, 256 + BLIND_BITS);
}

const secretTimes = (base: Point, k: bigint): Point => secretSum([base], [k]);

function publicSum(sum: PublicSum): Point {
  const bases = [...points(sum.points ?? none), ...points(sum.shortPoints ?? none)];
  const ks = [...scalars(sum.scalars ?? none), ...numbers(sum.shortScalars ?? none, 16)];
  same('points and scalars of a sum', bases, ks);
  if (sum.g) {
    bases.push(G);
    ks.push(...scalars(sum.g));
  }
  if (sum.u) {
    bases.push(U);
    ks.push(...scalars(sum.u));
  }
  return sumOfProducts(bases, ks);
}

function decompress(encoded: Uint8Array) {
  const list = items(encoded, 33);
  const out = new Uint8Array(64 * list.length);
  for (const [i, bytes] of list.entries()) {
    const tag = bytes[0]!;
    const x = toNumber(bytes.subarray(1));
    const point = (tag === 2 || tag === 3) && x < P ? lift(x, tag === 3) : undefined;
    if (point === undefined) return { points: out, bad: i };
    out.set(toBytes([point[0], point[1]]), 64 * i);
  }
  return { points: out, bad: -1 };
}

/** sum_i w_i * (z_i*B - B2_i - h_i*B1_i) over the bases B = E, V, U. Source: spec section 14. */
function proofsHold({ e, v, points: list, challenges, responses, weights }: ProofEquations): boolean {
  const h = scalars(challenges);
  const z = scalars(responses);
  const w = numbers(weights, 16);
  const parts = points(list);
  same('proof equations', h, z);
  if (w.length !== 3 * h.length || parts.length !== 6 * h.length) throw new RangeError('engine: proof lists differ');
  const bases: Point[] = [...points(concat(e, v)), U];
  const ks = [0n, 0n, 0n];
  for (let i = 0; i < h.length; i++) {
    for (let b = 0; b < 3; b++) {
      const weight = w[3 * i + b]!;
      ks[b] = mod(ks[b]! + weight * z[i]!, N);
      bases.push(parts[6 * i + b]!, parts[6 * i + 3 + b]!);
      ks.push(mod(-weight * h[i]!, N), mod(-weight, N));
    }
  }
  return isIdentity(sumOfProducts(bases, ks));
}

function open({ e1, v1, lambdas, challenge, sOverD, d, delegatingKey }: Opening) {
  const ks = scalars(lambdas);
  const [h, ratio, secret] = scalars(concat(challenge, sOverD, d)) as [bigint, bigint, bigint];
  const e = secretSum(points(e1), ks); // step 5
  const v = secretSum(points(v1), ks);
  const sum = add(e, v);
  const left = secretTimes(points(delegatingKey)[0]!, ratio);
  const right = add(secretTimes(e, h), v);
  const valid = isIdentity(add(left, negate(right))) && !isIdentity(sum); // step 6
  return { valid, seed: valid ? encode([secretTimes(sum, secret)]) : new Uint8Array(64) }; // step 7
}

/** Sums of pairs, then one sum by the scalars d*lambda_i. */
function fold({ e1, v1, lambdas, d }: Folding): Uint8Array {
  const v1s = points(v1);
  const [secret] = scalars(d) as [bigint];
  const ks = scalars(lambdas).map((lambda) => (lambda * secret) % N);
  same('e1, v1 and lambdas', v1s, ks);
  const sums = points(e1).map((point, i) => add(point, v1s[i]!));
  return encode([secretSum(sums, ks)]);
}

/** Item by item, mod n; lists of equal length. */
function each(operate: (...values: bigint[]) => bigint, ...lists: readonly (readonly bigint[])[]): Uint8Array {
  same('scalar lists', ...lists);
  return toBytes(lists[0]!.map((_, i) => mod(operate(...lists.map((list) => list[i]!)), N)));
}

const scalarArithmetic: ScalarArithmetic = {
  add: (a, b) => each((x, y) => x + y, scalars(a), scalars(b)),
  sub: (a, b) => each((x, y) => x - y, scalars(a), scalars(b)),
  mul(a, b) {
    const left = scalars(a);
    const right = scalars(b);
    return each((x, y) => x * y, left, right.length === 1 ? left.map(() => right[0]!) : right);
  },
  mulAdd: (a, b, c) => each((x, y, z) => x + y * z, scalars(a), scalars(b), scalars(c)),
  negate: (a) => each((x) => -x, scalars(a)),
  invert: (a) => toBytes(invert(scalars(a), N)),
  reduce: (digests) => toBytes(numbers(digests).map((x) => (x % (N - 1n)) + 1n)), // spec section 2
  evaluate(coefficients, xs) {
    const falling = scalars(coefficients).reverse();
    return each((x) => falling.reduce((sum, c) => (sum * x + c) % N, 0n), scalars(xs));
  },
  lagrangeAtZero(xs) {
    const list = scalars(xs);
    if (new Set(list).size !== list.length) return undefined;
    const product = list.reduce((all, x) => (all * x) % N, 1n);
    // lambda_i = P / (x_i * prod_{j != i} (x_j - x_i)), P = prod x_j: spec section 14
    const below = list.map((xi) => list.reduce((d, xj) => (xj === xi ? d : mod(d * (xj - xi), N)), xi));
    return each((inverse) => product * inverse, invert(below, N));
  },
};

/** RFC 6979 section 3.2 with HMAC-SHA-256: offers nonces in [1, n-1] until `accept` takes one. */
function withNonce<T>(
  secret: Uint8Array,
  digest: bigint,
  entropy: Uint8Array,
  accept: (nonce: bigint) => T | undefined,
): T {
  const seed = [secret, toBytes([digest]), entropy]; // int2octets(x), bits2octets(h1), additional data (3.6)
  const mac = (key: Uint8Array, ...parts: Uint8Array[]) => hmac(sha256, key, concat(...parts));
  let v: Uint8Array = new Uint8Array(32).fill(1);
  let k: Uint8Array = new Uint8Array(32);
  for (const round of [0, 1]) {
    k = mac(k, v, Uint8Array.of(round), ...seed);
    v = mac(k, v);
  }
  for (;;) {
    v = mac(k, v);
    const nonce = toNumber(v);
    const accepted = nonce > 0n && nonce < N ? accept(nonce) : undefined;
    if (accepted !== undefined) return accepted;
    k = mac(k, v, Uint8Array.of(0));
    v = mac(k, v);
  }
}

/** r || s || v, low s. Source: spec section 4. */
function signOne(secret: Uint8Array, digest: Uint8Array, entropy: Uint8Array): Uint8Array {
  const d = toNumber(secret);
  const e = toNumber(digest) % N;
  return withNonce(secret, e, entropy, (nonce) => {
    const [x, y] = affine([secretTimes(G, nonce)])[0]!;
    const r = x % N;
    const s = (invert([nonce], N)[0]! * (e + r * d)) % N;
    if (r === 0n || s === 0n) return undefined;
    const high = s > N >> 1n;
    const odd = ((y & 1n) === 1n) !== high;
    return concat(toBytes([r, high ? N - s : s]), Uint8Array.of((odd ? 1 : 0) | (x >= N ? 2 : 0)));
  });
}

const ecdsa: Ecdsa = {
  sign(secret, digests, entropy) {
    const list = items(digests, 32);
    const extra = entropy && items(entropy, 32);
    if (extra) same('digests and entropy', list, extra);
    return concat(...list.map((digest, i) => signOne(secret, digest, extra?.[i] ?? none)));
  },

  verify(keys, digests, signatures) {
    const keyList = points(keys);
    const digestList = numbers(digests);
    const list = items(signatures, 64).map((signature) => numbers(signature) as [bigint, bigint]);
    same('digests and signatures', digestList, list);
    if (keyList.length !== 1) same('keys and signatures', keyList, list);
    const inverses = invert(
      list.map(([, s]) => s),
      N,
    );
    return Uint8Array.from(list, ([r, s], i) => {
      if (s > N >> 1n) return 0; // high s: spec section 4
      const w = inverses[i]!;
      const key = keyList[keyList.length === 1 ? 0 : i]!;
      const R = sumOfProducts([G, key], [(digestList[i]! * w) % N, (r * w) % N]);
      return !isIdentity(R) && affine([R])[0]![0] % N === r ? 1 : 0;
    });
  },

  recover(digest, signature65) {
    const [r, s] = numbers(signature65.subarray(0, 64)) as [bigint, bigint];
    const v = signature65[64]!;
    const x = v & 2 ? r + N : r;
    const R = x < P ? lift(x, (v & 1) === 1) : undefined;
    if (R === undefined) return undefined;
    const [inverse] = invert([r], N) as [bigint];
    // Q = (s*R - e*G) / r
    const key = sumOfProducts([R, G], [(s * inverse) % N, mod(-toNumber(digest) * inverse, N)]);
    return isIdentity(key) ? undefined : encode([key]);
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

const fixed = (base: FixedBase): Point => (base === 'G' ? G : U);

export const bigintEngine: Engine = {
  name: 'bigint',
  decompress,
  addPoints(a, b) {
    const bs = points(b);
    const as = points(a);
    same('points', as, bs);
    return encode(as.map((point, i) => add(point, bs[i]!)));
  },
  negatePoints: (a) => encode(points(a).map(negate)),
  secretProducts: (groups) =>
    encode(
      groups.flatMap((group) => {
        const base = typeof group.base === 'string' ? fixed(group.base) : total(points(group.base));
        return scalars(group.scalars).map((k) => secretTimes(base, k));
      }),
    ),
  secretSums: (sums) => encode(sums.map((sum) => secretSum(points(sum.points), scalars(sum.scalars)))),
  publicSums: (sums) => encode(sums.map(publicSum)),
  publicSumIsZero: (sum) => isIdentity(publicSum(sum)),
  proofsHold,
  open,
  fold,
  scalars: scalarArithmetic,
  ecdsa,
  hashes,
};
