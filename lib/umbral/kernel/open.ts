/**
 * Sums over public points and scalars: variable time. Straus with wNAF digits and the endomorphism; the digits of all
 * products fall into columns (one per power of two), each column is added up by batched affine additions while there is
 * enough to share an inversion, then the columns are joined by doublings. Every exceptional case is handled by branches.
 *
 * Several sums can be in flight at once (`begin` with many groups of columns), so that they share the inversions.
 */

import { copy, isZero, setOne } from './field';
import { dbl } from './formulas';
import { ADD_WORK, addMany, ITEM, lift, maddPublic, oddMultiples, setIdentity, setItem } from './group';
import { ARENA, FIELD, POINTS, SPLIT_BYTES, WIDE_BYTES, WORDS } from './memory';
import { scCopy, scIsHigh, scIsZero, scNegateIf, scSplit } from './scalar';
import { toAffine } from './secret';

/** Columns of one sum: bits 0 to 131. */
export const COLUMNS: i32 = 132;
const TERM: usize = 16;
const HALF: usize = WORDS + 800; // two scalars of 40 bytes
/** A round of batched additions pays for its inversion from about this many pairs on. */
const WORTH: i32 = 24;

let terms: usize = 0; // x, y, sign, column
let last: usize = 0;
let columns: i32 = 0;

/** Start: terms will be written from `at` on, at most 33 for each half of a product. */
export function begin(at: usize, sums: i32): void {
  terms = at;
  last = at;
  columns = sums * COLUMNS;
}

/** wNAF of width w of the magnitude at k (below 2^128, 36 readable bytes) as terms of one table. */
function stream(k: usize, negative: i32, table: usize, x: usize, w: i32, split: usize, column: i32): void {
  let carry: u32 = 0;
  let bit: i32 = 0;
  store<u64>(k, 0, 16);
  store<u64>(k, 0, 24);
  while (bit < 131) {
    const rest = load<u64>(k + ((bit >> 5) << 2)) >> (bit & 31);
    if ((<u32>rest & 1) == carry) {
      bit++;
      continue;
    }
    let digit = <i32>((<u32>rest & ((1 << w) - 1)) + carry);
    carry = (<u32>digit >> (w - 1)) & 1;
    digit -= <i32>(carry << w);
    const sign: i32 = digit >> 31;
    const index: usize = <usize>((digit ^ sign) - sign) >> 1;
    let at: i32 = bit;
    let from = table + (index << 7);
    if (split) {
      const part: i32 = min<i32>(bit >> 5, 3);
      at -= part << 5;
      from += <usize>part * split;
    }
    store<u32>(last, <u32>(from + x));
    store<u32>(last, <u32>(from + 40), 4);
    store<i32>(last, sign ^ negative, 8);
    store<i32>(last, column + at, 12);
    last += TERM;
    bit += w;
  }
}

/** Add k * P to sum `sum`; table holds odd multiples of P for width w, or four such tables `split` bytes apart. */
export function product(k: usize, table: usize, w: i32, split: usize, sum: i32): void {
  const other: usize = HALF + 40;
  scSplit(HALF, other, k);
  let negative = scIsHigh(HALF);
  scNegateIf(HALF, negative);
  stream(HALF, negative, table, 0, w, split, sum * COLUMNS);
  negative = scIsHigh(other);
  scNegateIf(other, negative);
  stream(other, negative, table, 80, w, split, sum * COLUMNS);
}

/** Add k * P for a k below 2^128. */
export function shortProduct(k: usize, table: usize, w: i32, sum: i32): void {
  scCopy(HALF, k);
  stream(HALF, 0, table, 0, w, 0, sum * COLUMNS);
}

/** Sort the terms by column, add within columns, and write one Jacobian point per sum at out. Uses memory after the terms. */
export function finish(out: usize, sums: i32): void {
  const count = <i32>((last - terms) / TERM);
  const starts: usize = last; // columns + 1 of u32
  const sorted: usize = starts + ((<usize>columns + 4) << 2);
  const slots: usize = sorted + <usize>count * 12;
  memory.fill(starts, 0, (<usize>columns + 2) << 2);
  for (let at = terms; at < last; at += TERM) {
    const c: usize = starts + ((<usize>load<i32>(at, 12) + 2) << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
  for (let i: usize = 2; i < <usize>columns + 2; i++)
    store<u32>(starts + (i << 2), load<u32>(starts + (i << 2)) + load<u32>(starts + (i << 2) - 4));
  for (let at = terms; at < last; at += TERM) {
    const c: usize = starts + ((<usize>load<i32>(at, 12) + 1) << 2);
    const index: usize = load<u32>(c);
    store<u32>(c, <u32>index + 1);
    const to: usize = sorted + 12 * index;
    store<u64>(to, load<u64>(at));
    store<i32>(to, load<i32>(at, 8), 8);
  }
  // starts[c] .. starts[c + 1] are the terms of column c. Each round halves the columns that have two or more.
  const list: usize = slots + 80 * <usize>count;
  const work: usize = list + ITEM * <usize>((count >> 1) + 1);
  let slot = slots;
  for (;;) {
    let pairs = 0;
    for (let c: usize = 0; c < <usize>columns; c++)
      pairs += <i32>(load<u32>(starts + (c << 2) + 4) - load<u32>(starts + (c << 2))) >> 1;
    if (pairs < WORTH) break;
    let at = list;
    for (let c: usize = 0; c < <usize>columns; c++) {
      let i: usize = sorted + 12 * <usize>load<u32>(starts + (c << 2));
      const end: usize = sorted + 12 * <usize>load<u32>(starts + (c << 2) + 4);
      for (; i + 24 <= end; i += 24, at += ITEM, slot += 80)
        setItem(
          at,
          load<u32>(i),
          load<u32>(i, 4),
          load<i32>(i, 8),
          load<u32>(i, 12),
          load<u32>(i, 16),
          load<i32>(i, 20),
          slot,
        );
    }
    addMany(list, pairs, work);
    // Close up: results (but no identities), then the odd one out.
    at = list;
    let to = sorted;
    let from: u32 = load<u32>(starts);
    for (let c: usize = 0; c < <usize>columns; c++) {
      const end: u32 = load<u32>(starts + (c << 2) + 4);
      let left = <i32>(end - from);
      store<u32>(starts + (c << 2), <u32>((to - sorted) / 12));
      for (; left >= 2; left -= 2, at += ITEM) {
        const p: usize = load<u32>(at, 24);
        if (isZero(p) & isZero(p + 40)) continue;
        store<u32>(to, <u32>p);
        store<u32>(to, <u32>p + 40, 4);
        store<i32>(to, 0, 8);
        to += 12;
      }
      if (left) {
        const i: usize = sorted + 12 * <usize>(end - 1);
        store<u64>(to, load<u64>(i));
        store<i32>(to, load<i32>(i, 8), 8);
        to += 12;
      }
      from = end;
    }
    store<u32>(starts + ((<usize>columns) << 2), <u32>((to - sorted) / 12));
  }
  for (let s: usize = 0; s < <usize>sums; s++) {
    const p: usize = out + 120 * s;
    const first: usize = s * <usize>COLUMNS;
    setIdentity(p);
    for (let c: usize = first + <usize>COLUMNS - 1; ; c--) {
      if (!isZero(p + 80)) dbl(p);
      let i: usize = sorted + 12 * <usize>load<u32>(starts + (c << 2));
      const end: usize = sorted + 12 * <usize>load<u32>(starts + (c << 2) + 4);
      for (; i < end; i += 12) maddPublic(p, load<u32>(i), load<u32>(i, 4), load<i32>(i, 8));
      if (c == first) break;
    }
  }
}

/** Four tables of 64 odd multiples: of P, 2^32 P, 2^64 P, 2^96 P. For points met often. P affine. work: 40 kB. */
export function buildSplit(tables: usize, point: usize, work: usize): void {
  const walk: usize = POINTS + 704;
  lift(walk, point);
  for (let i: usize = 0; i < 4; i++) {
    memory.copy(work + 120 * i, walk, 120);
    if (i < 3) for (let j = 0; j < 32; j++) dbl(walk);
  }
  const affine: usize = work + 480;
  toAffine(affine, work, 4, affine + 320);
  oddMultiples(affine, 4, tables, WIDE_BYTES, 128, 64, affine + 320);
}
