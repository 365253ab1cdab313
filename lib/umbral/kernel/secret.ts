/**
 * Products and sums with secret scalars: constant-time in scalars and results. No branch, index or address depends on them:
 * scalars are recoded into all-odd signed digits, tables are read whole, signs are masks. scripts/kernel.mjs checks the
 * emitted text of every function named here and below it (its list SECRET).
 *
 * Incomplete additions appear only where no collision can be (each function says why); complete ones elsewhere.
 */

import { copy, isZero, move, setOne, setZero } from './field';
import { BETA, cadd, cdbl, dbl, maddHead, maddTail, mul, sqr, xadd, xdbl } from './formulas';
import { ITEM, addMany, lift, maddComplete, normalise, oddMultiples, select, setItem } from './group';
import { COMB_BYTES, DIGITS, FIELD, POINTS, TABLE, TEMP } from './memory';
import { scCombDigits, scOddHalves } from './scalar';

const ENTRY: usize = POINTS + 256; // a selected entry, 80 bytes
const TWICE: usize = POINTS + 384; // 2 * base, 120 bytes
const WALK: usize = POINTS + 512; // Jacobian, 120 bytes
const SHARED_Z: usize = POINTS + 640;
const SUM: usize = POINTS + 704; // an accumulator of up to 160 bytes
const HALVES: usize = DIGITS;
const RATIOS: usize = TABLE + 2048;

@inline
function digits(at: usize, position: i32, mask: i32): i32 {
  return <i32>(load<u64>(at + ((position >> 5) << 2)) >> (position & 31)) & mask;
}

const ENTRIES: usize = 8;

/**
 * TABLE = base * (1, 3, … 15) as x, y, beta*x on the isomorphic curve where all of them have Z = SHARED_Z: no
 * inversion. base is Jacobian, public. Multiples below 2^6 of a point of prime order never collide; for the identity all
 * results come out with Z = 0.
 */
export function oddTable(base: usize): void {
  memory.copy(TWICE, base, 120);
  dbl(TWICE);
  const z: usize = TWICE + 80;
  sqr(FIELD, z);
  mul(WALK, base, FIELD);
  mul(FIELD, FIELD, z);
  mul(WALK + 40, base + 40, FIELD);
  copy(WALK + 80, base + 80);
  for (let i: usize = 0; ; ) {
    copy(TABLE + 128 * i, WALK);
    copy(TABLE + 128 * i + 40, WALK + 40);
    if (++i == ENTRIES) break;
    maddHead(WALK, TWICE, TWICE + 40, 0);
    copy(RATIOS + 40 * i, TEMP + 40);
    maddTail(WALK);
  }
  mul(SHARED_Z, WALK + 80, z);
  const ratio: usize = FIELD;
  const power: usize = FIELD + 40;
  setOne(ratio);
  for (let i: usize = ENTRIES - 1; ; i--) {
    const entry: usize = TABLE + 128 * i;
    if (i != ENTRIES - 1) {
      mul(ratio, ratio, RATIOS + 40 * (i + 1));
      sqr(power, ratio);
      mul(entry, entry, power);
      mul(power, power, ratio);
      mul(entry + 40, entry + 40, power);
    }
    mul(entry + 80, entry, BETA);
    if (i == 0) break;
  }
}

/** Digit u of w bits means 2u - (2^w - 1). Its sign as a mask, its table index by the return value. */
@inline
function indexOf(u: i32, top: i32, negative: i32): i32 {
  return (u ^ negative) & (top - 1);
}

/**
 * out (Jacobian) = k * base, with the table in TABLE. k as words; 33 windows of four bits.
 * The halves are below 2^129; before the last window both partial coefficients are below 2^125, shorter than the shortest
 * vector of the lattice of relations, so incomplete additions cannot collide there; the last window is complete.
 */
export function oddProduct(out: usize, k: usize): void {
  const w: i32 = 4;
  const bits: i32 = 132;
  const top: i32 = 8;
  const mask: i32 = 15;
  scOddHalves(HALVES, k, bits);
  let position = bits - w;
  let u = digits(HALVES, position, mask);
  let negative: i32 = (u >> (w - 1)) - 1;
  select(ENTRY, TABLE, indexOf(u, top, negative), top, 128);
  copy(SUM, ENTRY);
  for (let i: usize = 40; i < 76; i += 4) store<i32>(SUM + i, (load<i32>(ENTRY + i) ^ negative) - negative);
  setOne(SUM + 80);
  u = digits(HALVES + 40, position, mask);
  negative = (u >> (w - 1)) - 1;
  select(ENTRY, TABLE + 40, indexOf(u, top, negative), top, 128);
  maddHead(SUM, ENTRY + 40, ENTRY, negative);
  maddTail(SUM);
  while ((position -= w) >= 0) {
    for (let i = 0; i < w; i++) dbl(SUM);
    for (let half: usize = 0; half < 2; half++) {
      u = digits(HALVES + 40 * half, position, mask);
      negative = (u >> (w - 1)) - 1;
      select(ENTRY, TABLE + 40 * half, indexOf(u, top, negative), top, 128);
      const x: usize = ENTRY + 40 * half;
      const y: usize = ENTRY + 40 - 40 * half;
      if (position > 0) {
        maddHead(SUM, x, y, negative);
        maddTail(SUM);
      } else maddComplete(SUM, x, y, negative);
    }
  }
  mul(SUM + 80, SUM + 80, SHARED_Z);
  memory.copy(out, SUM, 120);
}

/** Bytes of one table of sharedTables: 16 entries, and 1 or 0 (the base is the identity) as an element. */
const SHARED_BYTES: usize = 2048 + 40;

/**
 * Tables for several secret products of one base, n public Jacobian bases at once (stride 120): with Q_c = 2^(26c) * base,
 * entry i is Q_4 + sum over c < 4 of (bit c of i ? Q_c : -Q_c). The 104 doublings serve all the products of a base. Small
 * multiples of a point of prime order never collide. work: n * 4200 bytes.
 */
export function sharedTables(tables: usize, bases: usize, n: i32, work: usize): void {
  const count: usize = <usize>n;
  const powers: usize = work; // 5 Jacobian each
  const affine: usize = powers + 600 * count; // 5 affine, then S, D, B+, B-, B++, B-+, B+-, B--: 13 of 80 each
  const list: usize = affine + 400 * count + 640 * count;
  const rest: usize = list + 512 * count;
  for (let i: usize = 0; i < count; i++) {
    memory.copy(WALK, bases + 120 * i, 120);
    for (let c: usize = 0; c < 5; c++) {
      memory.copy(powers + 600 * i + 120 * c, WALK, 120);
      if (c < 4) for (let j = 0; j < 26; j++) dbl(WALK);
    }
    const flag: usize = tables + SHARED_BYTES * i + 2048;
    setOne(flag);
    store<i32>(flag, 1 + isZero(bases + 120 * i + 80));
  }
  toAffine(affine, powers, 5 * n, rest);
  for (let level = 0; level < 3; level++) {
    let at = list;
    for (let i: usize = 0; i < count; i++) {
      const q: usize = affine + 400 * i;
      const more: usize = affine + 400 * count + 640 * i;
      if (level == 0) {
        setItem(at, q, q + 40, 0, q + 80, q + 120, 0, more); // S = Q0 + Q1
        setItem(at + 32, q, q + 40, 0, q + 80, q + 120, -1, more + 80); // D = Q0 - Q1
        setItem(at + 64, q + 320, q + 360, 0, q + 160, q + 200, 0, more + 160); // Q4 + Q2
        setItem(at + 96, q + 320, q + 360, 0, q + 160, q + 200, -1, more + 240); // Q4 - Q2
        at += 128;
      } else if (level == 1) {
        for (let b: usize = 0; b < 4; b++, at += ITEM) {
          const from: usize = b & 1 ? more + 160 : more + 240;
          setItem(at, from, from + 40, 0, q + 240, q + 280, b & 2 ? 0 : -1, more + 320 + 80 * b);
        }
      } else {
        for (let b: usize = 0; b < 16; b++, at += ITEM) {
          const high: usize = more + 320 + 80 * (b >> 2);
          const low: usize = ((b >> 1) ^ b) & 1 ? more + 80 : more; // Q0 and Q1 of different signs: D
          setItem(at, high, high + 40, 0, low, low + 40, b & 1 ? 0 : -1, tables + SHARED_BYTES * i + 128 * b);
        }
      }
    }
    addMany(list, <i32>((at - list) / ITEM), rest);
  }
  for (let i: usize = 0; i < count; i++)
    for (let b: usize = 0; b < 16; b++) {
      const entry: usize = tables + SHARED_BYTES * i + 128 * b;
      mul(entry + 80, entry, BETA);
    }
}

/** Bits position, position + 26, … position + 104 of the 130-bit integer at `at`. */
@inline
function column(at: usize, position: i32): i32 {
  return (
    digits(at, position, 1) |
    (digits(at, position + 26, 1) << 1) |
    (digits(at, position + 52, 1) << 2) |
    (digits(at, position + 78, 1) << 3) |
    (digits(at, position + 104, 1) << 4)
  );
}

/**
 * out (Jacobian) = k * the base of a table of sharedTables: 25 doublings and 52 additions. Every bit of the odd halves
 * stands for 1 or -1, so each column of five bits is an entry or its negative. At column j the partial coefficients are
 * within 2^105 of the halves' j-th shifts; the halves are below 2^128.4 and 2^128, so before column 0 no relation of the
 * lattice, whose vectors have a coordinate above 2^127.8, can be met: incomplete additions; column 0 is complete.
 */
export function sharedProduct(out: usize, k: usize, table: usize): void {
  scOddHalves(HALVES, k, 130);
  for (let position = 25; position >= 0; position--) {
    if (position < 25) dbl(SUM);
    for (let half: usize = 0; half < 2; half++) {
      const u = column(HALVES + 40 * half, position);
      const negative: i32 = (u >> 4) - 1;
      select(ENTRY, table + 40 * half, indexOf(u, 16, negative), 16, 128);
      const x: usize = ENTRY + 40 * half;
      const y: usize = ENTRY + 40 - 40 * half;
      if (position == 25 && half == 0) {
        copy(SUM, x);
        for (let i: usize = 0; i < 36; i += 4) store<i32>(SUM + 40 + i, (load<i32>(y + i) ^ negative) - negative);
        setOne(SUM + 80);
      } else if (position > 0) {
        maddHead(SUM, x, y, negative);
        maddTail(SUM);
      } else maddComplete(SUM, x, y, negative);
    }
  }
  mul(SUM + 80, SUM + 80, table + 2048);
  memory.copy(out, SUM, 120);
}

const BLOCKS: usize = 11;
const SPACING: i32 = 4;
const BLOCK_BYTES: usize = 32 * 80;

/** The bits of six teeth of a block, SPACING apart from `position` on. */
@inline
function teeth(at: usize, position: i32): i32 {
  return (
    digits(at, position, 1) |
    (digits(at, position + 4, 1) << 1) |
    (digits(at, position + 8, 1) << 2) |
    (digits(at, position + 12, 1) << 3) |
    (digits(at, position + 16, 1) << 4) |
    (digits(at, position + 20, 1) << 5)
  );
}

/**
 * out (Jacobian) = k * (the base of a comb): 44 additions and 3 doublings in XYZZ coordinates. Every bit of the recoded
 * scalar stands for 1 or -1 (Hedabou, Pinel, Beneteau 2005). The sum starts from the table's offset, a point whose discrete
 * logarithm to the base nobody knows (fixed.ts): an incomplete addition that met its exception would reveal it. At the end
 * 8 * offset goes out again, completely.
 */
export function combProduct(out: usize, k: usize, comb: usize): void {
  const offset: usize = comb + BLOCK_BYTES * BLOCKS;
  scCombDigits(HALVES, k);
  copy(SUM, offset);
  copy(SUM + 40, offset + 40);
  setOne(SUM + 80);
  setOne(SUM + 120);
  for (let row = SPACING - 1; row >= 0; row--) {
    if (row < SPACING - 1) xdbl(SUM);
    for (let block: usize = 0; block < BLOCKS; block++) {
      const u = teeth(HALVES, 24 * <i32>block + row);
      const negative: i32 = (u >> 5) - 1;
      select(ENTRY, comb + BLOCK_BYTES * block, indexOf(u, 32, negative), 32, 80);
      xadd(SUM, ENTRY, ENTRY + 40, negative);
    }
  }
  // To Jacobian with Z = ZZZ: x = X/ZZ = X ZZ^2 / ZZ^3.
  sqr(FIELD, SUM + 80);
  mul(SUM, SUM, FIELD);
  sqr(FIELD, SUM + 120);
  mul(SUM + 40, SUM + 40, FIELD);
  copy(SUM + 80, SUM + 120);
  const undo: usize = offset + 80;
  maddComplete(SUM, undo, undo + 40, -1);
  memory.copy(out, SUM, 120);
}

/** The comb of an affine public point with Q_j = 2^(4j) * point: entry i of block b is Q_(6b+5) + sum of +-Q_(6b+t), by bit t of i. work: 64 kB. */
export function buildComb(comb: usize, point: usize, offset: usize, work: usize): void {
  const powers: usize = work; // 66 and the offset, Jacobian
  const affine: usize = powers + 67 * 120;
  const list: usize = affine + 67 * 80;
  const rest: usize = list + ITEM * 32 * BLOCKS;
  lift(WALK, point);
  for (let j: usize = 0; j < 66; j++) {
    memory.copy(powers + 120 * j, WALK, 120);
    for (let i = 0; i < SPACING; i++) dbl(WALK);
  }
  lift(WALK, offset);
  for (let i = 1; i < SPACING; i++) dbl(WALK);
  memory.copy(powers + 120 * 66, WALK, 120);
  toAffine(affine, powers, 67, rest);
  memory.copy(comb + BLOCK_BYTES * BLOCKS, offset, 80);
  memory.copy(comb + BLOCK_BYTES * BLOCKS + 80, affine + 80 * 66, 80);
  for (let b: usize = 0; b < BLOCKS; b++) memory.copy(comb + BLOCK_BYTES * b, affine + 80 * (6 * b + 5), 80);
  for (let t: usize = 0; t < 5; t++) {
    let at = list;
    for (let b: usize = 0; b < BLOCKS; b++) {
      const q: usize = affine + 80 * (6 * b + t);
      for (let i: usize = 0; i < <usize>1 << t; i++, at += 2 * ITEM) {
        const entry: usize = comb + BLOCK_BYTES * b + 80 * i;
        // addMany finishes from the last item on, so the one that overwrites its operand comes first.
        setItem(at, entry, entry + 40, 0, q, q + 40, -1, entry);
        setItem(at + ITEM, entry, entry + 40, 0, q, q + 40, 0, entry + (80 << t));
      }
    }
    addMany(list, <i32>((at - list) / ITEM), rest);
  }
}

/** Jacobian points to affine field elements (80 bytes each) with one inversion; none is the identity. */
export function toAffine(out: usize, p: usize, n: i32, work: usize): void {
  normalise(work, p, n, work + 64 * <usize>n);
  for (let i: usize = 0; i < <usize>n; i++) {
    copy(out + 80 * i, p + 120 * i);
    copy(out + 80 * i + 40, p + 120 * i + 40);
  }
}

/**
 * out (Jacobian) = sum k_i * P_i for n products with affine tables of 16 entries (stride 2048 at tables), whose recoded
 * halves stand at halves + 80 * i. Complete formulas throughout: the points may be anyone's choice. All the streams share
 * 130 doublings.
 */
export function secretSum(out: usize, tables: usize, halves: usize, n: i32): void {
  setZero(SUM);
  setOne(SUM + 40);
  setZero(SUM + 80);
  for (let position = 125; position >= 0; position -= 5) {
    if (position < 125) for (let i = 0; i < 5; i++) cdbl(SUM);
    for (let i: usize = 0; i < <usize>n; i++)
      for (let half: usize = 0; half < 2; half++) {
        const u = digits(halves + 80 * i + 40 * half, position, 31);
        const negative: i32 = (u >> 4) - 1;
        select(ENTRY, tables + 2048 * i + 40 * half, indexOf(u, 16, negative), 16, 128);
        cadd(SUM, ENTRY + 40 * half, ENTRY + 40 - 40 * half, negative);
      }
  }
  // Homogeneous to Jacobian: (X Z, Y Z^2, Z).
  mul(out, SUM, SUM + 80);
  sqr(FIELD, SUM + 80);
  mul(out + 40, SUM + 40, FIELD);
  copy(out + 80, SUM + 80);
}
