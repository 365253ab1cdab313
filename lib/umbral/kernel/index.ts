/**
 * What the module exports. Pointers are into linear memory: inputs and results stand in the arena, where the caller put
 * them; `work` is free memory after them. Bytes outside are big-endian: scalars 32, points 64 (identity: zeros).
 */

import { decompress, fromBytes, invert, isZero, move, readWords, rootCandidate, setZero, toBytes, writeWords } from './field';
import { comb, split } from './fixed';
import { add, cadd, cdbl, dbl, maddHead, maddTail, mul, sqr, sub, xadd } from './formulas';
import { lift, maddComplete, maddPublic, oddMultiples, readAffine, setIdentity } from './group';
import { ARENA, DIGITS, POINTS, SCRATCH_END, TEMP, WIDE_BYTES, WORDS } from './memory';
import { begin, finish, product, shortProduct } from './open';
import { invertMany, scAdd, scIsZero, scMul, scNegate, scOddHalves, scRead, scReduceDigest, scSub } from './scalar';
import { combProduct, oddProduct, oddTable, secretSum, sharedProduct, sharedTables } from './secret';

export { recover, sign, verify } from './ecdsa';
export { fromBytes, invert, toBytes } from './field';
export { cadd, cdbl, dbl, maddHead, maddTail, mul, sqr, xadd } from './formulas';
export { normalise } from './group';
export { baseComb, buildBase } from './fixed';
export { hmac, sha256 } from './sha256';

const A: usize = WORDS + 880;
const B: usize = WORDS + 920;
const C: usize = WORDS + 960;

/** The scratch lies at [scratchStart, scratchEnd), inputs and results from arena on. */
export function scratchStart(): usize {
  return TEMP;
}
export function scratchEnd(): usize {
  return SCRATCH_END;
}
export function arena(): usize {
  return ARENA;
}

/** n encodings of 33 bytes to points; the index of the first one refused, or -1. */
export function decompressMany(out: usize, encoded: usize, n: i32): i32 {
  const p: usize = POINTS;
  for (let i: usize = 0; i < <usize>n; i++) {
    if (!decompress(p, encoded + 33 * i)) return <i32>i;
    toBytes(out + 64 * i, p);
    toBytes(out + 64 * i + 32, p + 40);
  }
  return -1;
}

/** out (Jacobian) = sum of n public points. */
export function sumPoints(out: usize, points: usize, n: i32): void {
  const q: usize = POINTS + 256;
  setIdentity(out);
  for (let i: usize = 0; i < <usize>n; i++) if (readAffine(q, points + 64 * i)) maddPublic(out, q, q + 40, 0);
}

/** The table of a secret product's base, the sum of n public points. */
export function secretBase(points: usize, n: i32): void {
  const base: usize = DIGITS + 512;
  sumPoints(base, points, n);
  oddTable(base);
}

/** out (Jacobian) = scalar * the base given last. */
export function secretProduct(out: usize, scalar: usize): void {
  scRead(A, scalar);
  oddProduct(out, A);
}

/** Tables of 2088 bytes for bases that get several products each: n Jacobian points. work: 4200 * n + 300 bytes. */
export function sharedBases(tables: usize, bases: usize, n: i32, work: usize): void {
  sharedTables(tables, bases, n, work);
}

/** out (Jacobian) = scalar * the base of a table of sharedBases. */
export function secretShared(out: usize, scalar: usize, table: usize): void {
  scRead(A, scalar);
  sharedProduct(out, A, table);
}

/** out (Jacobian) = scalar * G (0) or U (1). */
export function secretFixed(out: usize, scalar: usize, which: i32, work: usize): void {
  const table = comb(which, work);
  scRead(A, scalar);
  combProduct(out, A, table);
}

/** out (Jacobian) = scalar * the base of a comb, by the address that baseComb gave. */
export function secretComb(out: usize, scalar: usize, table: usize): void {
  scRead(A, scalar);
  combProduct(out, A, table);
}

/** Tables for secretSumOf: n public points, none the identity. tables: 2048 * n. */
export function secretTables(tables: usize, points: usize, n: i32, work: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) readAffine(work + 80 * i, points + 64 * i);
  oddMultiples(work, n, tables, 2048, 128, 16, work + 80 * <usize>n);
}

/** out (Jacobian) = sum of scalars[i] * the point of tables[i]. work: 80 * n */
export function secretSumOf(out: usize, tables: usize, scalars: usize, n: i32, work: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    scRead(A, scalars + 32 * i);
    scOddHalves(work + 80 * i, A, 130);
  }
  secretSum(out, tables, work, n);
}

/** One sum of publicSums: addresses and counts, eight words; 0 for an absent g or u. */
const SUM_WORDS: usize = 32;

/**
 * Jacobian results at out for `sums` descriptions (points, scalars, n, shortPoints, shortScalars, m, g, u). `total` is the
 * number of all points. work: 1024 + 80 + 900 bytes per point for tables, then 12 kB per product.
 */
export function publicSums(out: usize, descriptions: usize, sums: i32, total: i32, work: usize): void {
  const affine: usize = work;
  const tables: usize = affine + 80 * <usize>total;
  const rest: usize = tables + 1024 * <usize>total;
  let point = affine;
  let withG = false;
  let withU = false;
  for (let s: usize = 0; s < <usize>sums; s++) {
    const d: usize = descriptions + SUM_WORDS * s;
    for (let part: usize = 0; part < 24; part += 12) {
      const from: usize = load<u32>(d + part);
      const n: usize = load<u32>(d + part, 8);
      for (let i: usize = 0; i < n; i++, point += 80) readAffine(point, from + 64 * i);
    }
    if (load<u32>(d, 24)) withG = true;
    if (load<u32>(d, 28)) withU = true;
  }
  oddMultiples(affine, total, tables, 1024, 128, 8, rest);
  const g: usize = withG ? split(0, rest) : 0;
  const u: usize = withU ? split(1, rest) : 0;
  begin(rest, sums);
  let table = tables;
  for (let s: usize = 0; s < <usize>sums; s++) {
    const d: usize = descriptions + SUM_WORDS * s;
    const sum = <i32>s;
    for (let i: usize = 0; i < <usize>load<u32>(d, 8); i++, table += 1024) {
      if (isZero(table) & isZero(table + 40)) continue;
      scRead(A, <usize>load<u32>(d, 4) + 32 * i);
      product(A, table, 5, 0, sum);
    }
    for (let i: usize = 0; i < <usize>load<u32>(d, 20); i++, table += 1024) {
      if (isZero(table) & isZero(table + 40)) continue;
      const from: usize = <usize>load<u32>(d, 16) + 16 * i;
      for (let k: usize = 0; k < 16; k += 4) store<u32>(A + k, bswap<u32>(load<u32>(from + 12 - k)));
      shortProduct(A, table, 5, sum);
    }
    if (load<u32>(d, 24)) {
      scRead(A, load<u32>(d, 24));
      product(A, g, 8, WIDE_BYTES, sum);
    }
    if (load<u32>(d, 28)) {
      scRead(A, load<u32>(d, 28));
      product(A, u, 8, WIDE_BYTES, sum);
    }
  }
  finish(out, sums);
}

/** Whether a Jacobian result is the identity. */
export function isIdentity(p: usize): bool {
  return isZero(p + 80) != 0;
}

/** Element-wise scalars: 0 add, 1 sub, 2 mul, 3 a + b c, 4 negate, 5 reduce a digest. bStep 0 keeps one b for all. */
export function scalars(kind: i32, out: usize, a: usize, b: usize, bStep: usize, c: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    if (kind == 5) {
      readWords(A, a + 32 * i);
      scReduceDigest(A);
    } else {
      scRead(A, a + 32 * i);
      if (kind == 4) scNegate(A, A);
      else {
        scRead(B, b + bStep * i);
        if (kind == 0) scAdd(A, A, B);
        else if (kind == 1) scSub(A, A, B);
        else if (kind == 2) scMul(A, A, B);
        else {
          scRead(C, c + 32 * i);
          scMul(B, B, C);
          scAdd(A, A, B);
        }
      }
    }
    writeWords(out + 32 * i, A);
  }
}

/** Inverses with one inversion; 0 stays 0. work: 80 * n + 40 */
export function invertScalars(out: usize, a: usize, n: i32, work: usize): void {
  for (let i: usize = 0; i < <usize>n; i++) scRead(work + 40 * i, a + 32 * i);
  invertMany(work, n, work + 40 * <usize>n);
  for (let i: usize = 0; i < <usize>n; i++) writeWords(out + 32 * i, work + 40 * i);
}

/** out[i] = f(x_i) by Horner's rule, coefficients from the constant term up. work: 40 * t */
export function evaluate(out: usize, coefficients: usize, t: i32, xs: usize, n: i32, work: usize): void {
  for (let k: usize = 0; k < <usize>t; k++) scRead(work + 40 * k, coefficients + 32 * k);
  for (let i: usize = 0; i < <usize>n; i++) {
    scRead(A, xs + 32 * i);
    memory.fill(B, 0, 32);
    for (let k = t - 1; k >= 0; k--) {
      scMul(B, B, A);
      scAdd(B, B, work + 40 * <usize>k);
    }
    writeWords(out + 32 * i, B);
  }
}

/**
 * lambda_i = prod x_j / (x_i prod over j != i of (x_j - x_i)): one inversion. False when two x are equal (a public fact).
 * work: 120 * n + 80
 */
export function lagrange(out: usize, xs: usize, n: i32, work: usize): bool {
  const x: usize = work;
  const bottom: usize = x + 40 * <usize>n;
  for (let i: usize = 0; i < <usize>n; i++) scRead(x + 40 * i, xs + 32 * i);
  memory.fill(C, 0, 32);
  store<u32>(C, 1);
  let zero: i32 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const xi: usize = x + 40 * i;
    scMul(C, C, xi);
    memory.copy(B, xi, 32);
    for (let j: usize = 0; j < <usize>n; j++) {
      if (j == i) continue;
      scSub(A, x + 40 * j, xi);
      zero |= scIsZero(A);
      scMul(B, B, A);
    }
    memory.copy(bottom + 40 * i, B, 32);
  }
  if (zero) return false;
  invertMany(bottom, n, bottom + 40 * <usize>n);
  for (let i: usize = 0; i < <usize>n; i++) {
    scMul(A, C, bottom + 40 * i);
    writeWords(out + 32 * i, A);
  }
  return true;
}

/** out[i] (Jacobian) = a[i] + b[i], public points. */
export function addPoints(out: usize, a: usize, b: usize, n: i32): void {
  const q: usize = POINTS + 256;
  for (let i: usize = 0; i < <usize>n; i++) {
    const p: usize = out + 120 * i;
    sumPoints(p, a + 64 * i, 1);
    if (readAffine(q, b + 64 * i)) maddPublic(p, q, q + 40, 0);
  }
}

/** out (Jacobian) = p (Jacobian) + a point of 64 bytes, constant-time, the identity allowed on both sides. out may be p. */
export function secretAdd(out: usize, p: usize, point: usize): void {
  const q: usize = POINTS + 256;
  const sum: usize = POINTS + 384;
  readAffine(q, point);
  memory.copy(sum, p, 120);
  maddComplete(sum, q, q + 40, 0);
  move(sum, p, 120, isZero(q) & isZero(q + 40));
  memory.copy(out, sum, 120);
}

/** A 64-byte point as Jacobian, the identity by masks. */
export function secretLift(out: usize, point: usize): void {
  const q: usize = POINTS + 256;
  readAffine(q, point);
  lift(out, q);
  setZero(q + 80);
  move(out + 80, q + 80, 40, isZero(q) & isZero(q + 40));
}

/** The table of a secret product's base, a Jacobian point that may be secret. 8 entries. */
export function secretTableOf(p: usize): void {
  oddTable(p);
}

/**
 * The scalars of the merged proof equations (spec section 14), public: out = minus sum alpha z, minus sum beta z, minus sum
 * gamma z, then alpha_i h_i, beta_i h_i, gamma_i h_i for each i.
 */
export function proofScalars(out: usize, challenges: usize, responses: usize, weights: usize, m: i32): void {
  const sums: usize = POINTS;
  memory.fill(sums, 0, 120);
  for (let i: usize = 0; i < <usize>m; i++)
    for (let base: usize = 0; base < 3; base++) {
      const from: usize = weights + 48 * i + 16 * base;
      memory.fill(A, 0, 32);
      for (let k: usize = 0; k < 16; k += 4) store<u32>(A + k, bswap<u32>(load<u32>(from + 12 - k)));
      scRead(B, responses + 32 * i);
      scMul(B, B, A);
      scSub(sums + 40 * base, sums + 40 * base, B);
      scRead(B, challenges + 32 * i);
      scMul(B, B, A);
      writeWords(out + 96 + 96 * i + 32 * base, B);
    }
  for (let base: usize = 0; base < 3; base++) writeWords(out + 32 * base, sums + 40 * base);
}

/** -p for n public points, the identity included. */
export function negatePoints(out: usize, points: usize, n: i32): void {
  const q: usize = POINTS + 256;
  for (let i: usize = 0; i < <usize>n; i++) {
    const live = readAffine(q, points + 64 * i);
    if (live) sub(q + 40, ZERO, q + 40);
    memory.copy(out + 64 * i, points + 64 * i, 32);
    toBytes(out + 64 * i + 32, q + 40);
  }
}
const ZERO: usize = memory.data<i64>([0, 0, 0, 0, 0]);

/** Build the tables of G and U ahead of use: bits 0, 1 the combs, 2, 3 the split tables. work: 64 kB */
export function warm(bits: i32, work: usize): void {
  if (bits & 1) comb(0, work);
  if (bits & 2) comb(1, work);
  if (bits & 4) split(0, work);
  if (bits & 8) split(1, work);
}

/**
 * The field, for tests: out = 0 a b, 1 a^2, 2 a + b, 3 a - b, 4 1/a, 5 a^((p+1)/4), n times on lists of 32-byte numbers.
 */
export function field(kind: i32, out: usize, a: usize, b: usize, n: i32): void {
  const x: usize = POINTS;
  const y: usize = POINTS + 40;
  for (let i: usize = 0; i < <usize>n; i++) {
    fromBytes(x, a + 32 * i);
    fromBytes(y, b + 32 * i);
    if (kind == 0) mul(x, x, y);
    else if (kind == 1) sqr(x, x);
    else if (kind == 2) add(x, x, y);
    else if (kind == 3) sub(x, x, y);
    else if (kind == 4) invert(x, x);
    else rootCandidate(x, x);
    toBytes(out + 32 * i, x);
  }
}
/** Runs one formula `repeat` times on what stands at p, for benches. */
export function repeat(kind: i32, p: usize, n: i32): void {
  for (; n > 0; n--) {
    if (kind == 0) mul(p, p, p + 40);
    else if (kind == 1) sqr(p, p);
    else if (kind == 2) dbl(p);
    else if (kind == 3) {
      maddHead(p, p + 200, p + 240, 0);
      maddTail(p);
    } else if (kind == 4) xadd(p, p + 200, p + 240, 0);
    else if (kind == 5) cadd(p, p + 200, p + 240, 0);
    else if (kind == 6) cdbl(p);
    else invert(p, p);
  }
}
