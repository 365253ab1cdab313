/**
 * Points of y^2 = x^3 + 7: conversions, normalisation with one inversion, complete and batched affine addition.
 *
 * Affine: x, y (80 bytes). Jacobian: X, Y, Z (120). An `entry` of a table: x, y, beta*x (stride 128), the last being the x
 * of lambda times the point. 64 bytes outside: x, y big-endian, the identity all zero.
 * Constant-time: normalise, maddComplete, select. The rest is for public points.
 */

import { copy, fromBytes, invert, invertPublic, isZero, move, setOne, setZero, toBytes } from './field';
import { BETA, dbl, maddHead, maddTail, mul, signedSum, slopeDouble, slope as slopeOf, sqr, sub, thirdPoint } from './formulas';
import { FIELD, POINTS, TEMP } from './memory';

const DOUBLE: usize = POINTS;
const OTHER: usize = POINTS + 128;

/** 64 bytes to affine. Returns false for the identity. Public points. */
export function readAffine(r: usize, bytes: usize): bool {
  fromBytes(r, bytes);
  fromBytes(r + 40, bytes + 32);
  let o: u64 = 0;
  for (let i: usize = 0; i < 64; i += 8) o |= load<u64>(bytes + i);
  return o != 0;
}

export function setIdentity(p: usize): void {
  setOne(p);
  setOne(p + 40);
  setZero(p + 80);
}

/** Jacobian from affine. */
export function lift(p: usize, affine: usize): void {
  copy(p, affine);
  copy(p + 40, affine + 40);
  setOne(p + 80);
}

/**
 * n Jacobian points at p to 64 bytes each at out, one inversion. Constant-time in the points; the identity gives zeros.
 * work: 40 * (n + 1) bytes.
 */
export function normalise(out: usize, p: usize, n: i32, work: usize): void {
  const one: usize = FIELD + 120;
  const z: usize = FIELD + 80;
  const inverse: usize = FIELD + 40;
  setOne(one);
  setOne(work);
  for (let i = 0; i < n; i++) {
    const at: usize = p + 120 * <usize>i;
    copy(z, at + 80);
    move(z, one, 40, isZero(z));
    mul(work + 40 * <usize>(i + 1), work + 40 * <usize>i, z);
  }
  invert(inverse, work + 40 * <usize>n);
  for (let i = n - 1; i >= 0; i--) {
    const at: usize = p + 120 * <usize>i;
    const to: usize = out + 64 * <usize>i;
    const mask: i32 = isZero(at + 80);
    copy(z, at + 80);
    move(z, one, 40, mask);
    mul(FIELD, inverse, work + 40 * <usize>i); // 1/Z
    mul(inverse, inverse, z);
    sqr(z, FIELD);
    mul(at, at, z);
    mul(z, z, FIELD);
    mul(at + 40, at + 40, z);
    toBytes(to, at);
    toBytes(to + 32, at + 40);
    const keep: u64 = ~(<u64><i64>mask);
    for (let k: usize = 0; k < 64; k += 8) store<u64>(to + k, load<u64>(to + k) & keep);
  }
}

/** p = p + (s is -1 ? -q : q), Jacobian + affine, every case, constant-time. q is not the identity. */
export function maddComplete(p: usize, qx: usize, qy: usize, s: i32): void {
  copy(OTHER, qx);
  for (let i: usize = 0; i < 36; i += 4) store<i32>(OTHER + 40 + i, (load<i32>(qy + i) ^ s) - s);
  setOne(OTHER + 80);
  memory.copy(DOUBLE, OTHER, 120);
  dbl(DOUBLE);
  maddHead(p, qx, qy, s);
  const infinite: i32 = isZero(p + 80);
  const equal: i32 = isZero(TEMP + 40) & isZero(TEMP + 120) & ~infinite;
  maddTail(p);
  move(p, DOUBLE, 120, equal);
  move(p, OTHER, 120, infinite);
}

/** The same for public points, by branches. */
export function maddPublic(p: usize, qx: usize, qy: usize, s: i32): void {
  if (isZero(p + 80)) {
    copy(p, qx);
    for (let i: usize = 0; i < 36; i += 4) store<i32>(p + 40 + i, (load<i32>(qy + i) ^ s) - s);
    setOne(p + 80);
    return;
  }
  maddHead(p, qx, qy, s);
  if (load<i32>(TEMP + 40) == 0 && isZero(TEMP + 40)) {
    if (isZero(TEMP + 120)) dbl(p);
    else setIdentity(p);
    return;
  }
  maddTail(p);
}

/**
 * out = entry `index` of `count` at `table` (stride 128), the 80 bytes from `from` on: 0 for x, y; 40 for y, beta*x.
 * Reads every entry: constant-time in index.
 */
export function select(out: usize, table: usize, index: i32, count: i32, stride: usize): void {
  let a = i64x2.splat(0);
  let b = i64x2.splat(0);
  let c = i64x2.splat(0);
  let d = i64x2.splat(0);
  let e = i64x2.splat(0);
  const wanted = i32x4.splat(index);
  for (let i = 0; i < count; i++) {
    const m = i32x4.eq(wanted, i32x4.splat(i));
    a = v128.or(a, v128.and(m, v128.load(table)));
    b = v128.or(b, v128.and(m, v128.load(table, 16)));
    c = v128.or(c, v128.and(m, v128.load(table, 32)));
    d = v128.or(d, v128.and(m, v128.load(table, 48)));
    e = v128.or(e, v128.and(m, v128.load(table, 64)));
    table += stride;
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(out, e, 64);
}

/** One affine addition to be done: operands (x, y, sign mask) twice, the result's place, and how it goes. */
export const ITEM: usize = 32;
const PLAIN: u32 = 0;
const SAME: u32 = 1;
const OPPOSITE: u32 = 2;

@inline
export function setItem(at: usize, ax: usize, ay: usize, sa: i32, bx: usize, by: usize, sb: i32, out: usize): void {
  store<u32>(at, <u32>ax);
  store<u32>(at, <u32>ay, 4);
  store<i32>(at, sa, 8);
  store<u32>(at, <u32>bx, 12);
  store<u32>(at, <u32>by, 16);
  store<i32>(at, sb, 20);
  store<u32>(at, <u32>out, 24);
}

/** Bytes of work that addMany needs for one item. */
export const ADD_WORK: usize = 80;

/**
 * n affine additions with one inversion: five products and a squaring each. Public points, every case; operands are not
 * the identity, a result that is gets x = y = 0, which is no curve point. work: ADD_WORK * (n + 1) bytes.
 */
export function addMany(list: usize, n: i32, work: usize): void {
  if (n == 0) return;
  const end: usize = list + ITEM * <usize>n;
  setOne(work);
  let at = work;
  for (let item = list; item < end; item += ITEM, at += ADD_WORK) {
    const denominator: usize = at + 40;
    let kind = PLAIN;
    sub(denominator, load<u32>(item, 12), load<u32>(item));
    if (load<i32>(denominator) == 0 && isZero(denominator)) {
      kind = SAME;
      signedSum(denominator, load<u32>(item, 4), load<i32>(item, 8), load<u32>(item, 16), load<i32>(item, 20));
      if (isZero(denominator)) {
        kind = OPPOSITE;
        setOne(denominator);
      }
    }
    store<u32>(item, kind, 28);
    mul(at + ADD_WORK, at, denominator);
  }
  const slope: usize = FIELD;
  const inverse: usize = FIELD + 40;
  invertPublic(inverse, at);
  for (let item = end - ITEM; item >= list; item -= ITEM) {
    at -= ADD_WORK;
    const out: usize = load<u32>(item, 24);
    const kind = load<u32>(item, 28);
    const ax: usize = load<u32>(item);
    const ay: usize = load<u32>(item, 4);
    const sa = load<i32>(item, 8);
    mul(slope, inverse, at);
    mul(inverse, inverse, at + 40);
    if (kind == OPPOSITE) {
      memory.fill(out, 0, 80);
      continue;
    }
    if (kind == SAME) slopeDouble(slope, ax);
    else slopeOf(slope, ay, sa, load<u32>(item, 16), load<i32>(item, 20));
    // A doubling of -P has the slope of P negated.
    thirdPoint(out, out + 40, ax, ay, sa, load<u32>(item, 12), slope);
  }
}

/**
 * Odd multiples 1, 3, … of n affine points (stride 80), `entries` each, at tables + i * tableBytes + stride * index.
 * All points advance together: level j adds 2^j to the multiples below it. With a stride of 128, beta*x is filled in.
 * Public points. work: n * (640 + entries / 2 * 112 + 224) + 160 bytes at most.
 */
export function oddMultiples(
  points: usize,
  n: i32,
  tables: usize,
  tableBytes: usize,
  stride: usize,
  entries: i32,
  work: usize,
): void {
  const evens = work; // eight powers of two per point, 80 bytes each
  const list: usize = work + 640 * <usize>n;
  for (let i: usize = 0; i < <usize>n; i++) {
    memory.copy(evens + 640 * i, points + 80 * i, 80);
    memory.copy(tables + tableBytes * i, points + 80 * i, 80);
  }
  const perLevel: usize = <usize>(entries >> 1) + 1;
  const scratch: usize = list + ITEM * perLevel * <usize>n;
  for (let j: i32 = 0; 1 << j < entries << 1; j++) {
    let at = list;
    for (let i: usize = 0; i < <usize>n; i++) {
      const power: usize = evens + 640 * i + 80 * <usize>j;
      const table: usize = tables + tableBytes * i;
      const half: usize = (1 << j) >> 1;
      for (let m: usize = 0; m < half; m++, at += ITEM) {
        const entry: usize = table + stride * m;
        setItem(at, entry, entry + 40, 0, power, power + 40, 0, entry + stride * half);
      }
      if (2 << j < entries << 1) {
        setItem(at, power, power + 40, 0, power, power + 40, 0, power + 80);
        at += ITEM;
      }
    }
    addMany(list, <i32>((at - list) / ITEM), scratch);
  }
  if (stride == 128)
    for (let i: usize = 0; i < <usize>n; i++)
      for (let m: usize = 0; m < <usize>entries; m++) {
        const entry: usize = tables + tableBytes * i + 128 * m;
        mul(entry + 80, entry, BETA);
      }
}
