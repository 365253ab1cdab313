/**
 * Arithmetic modulo n, the group order, on eight little-endian 32-bit words. All constant-time: loops over fixed ranges,
 * masks in place of branches. Reduction folds by 2^256 = c (mod n) with c = 2^256 - n of 129 bits.
 */
import { move, readWords } from './field';
import { inverse } from './inverse';
import { WORDS } from './memory';

/** WORDS: [0, 36) shared with field.ts, then this file's own. */
const WIDE: usize = WORDS + 64; // 16 words
const FOLD: usize = WORDS + 160; // 13 words and more
const PART: usize = WORDS + 256;
const SPARE: usize = WORDS + 352;
const SPLIT: usize = WORDS + 448; // 5 scalars

const C: usize = memory.data<u32>([0x2fc9bebf, 0x402da173, 0x50b75fc4, 0x45512319, 1, 0, 0, 0, 0]);
const ORDER: usize = memory.data<u32>([
  0xd0364141, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0,
]);
const ORDER_MINUS_1: usize = memory.data<u32>([
  0xd0364140, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0,
]);
/** (n - 1) / 2 */
const HALF_ORDER: usize = memory.data<u32>([
  0x681b20a0, 0xdfe92f46, 0x57a4501d, 0x5d576e73, 0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff, 0,
]);
/** round(2^384 * b2 / n), round(2^384 * -b1 / n) of the lattice basis, -b1, -b2, lambda, 1 + lambda. */
const G1: usize = memory.data<u32>([
  0x45dbb031, 0xe893209a, 0x71e8ca7f, 0x3daa8a14, 0x9284eb15, 0xe86c90e4, 0xa7d46bcd, 0x3086d221, 0,
]);
const G2: usize = memory.data<u32>([
  0x8ac47f71, 0x1571b4ae, 0x9df506c6, 0x221208ac, 0x0abfe4c4, 0x6f547fa9, 0x010e8828, 0xe4437ed6, 0,
]);
const MINUS_B1: usize = memory.data<u32>([0x0abfe4c3, 0x6f547fa9, 0x010e8828, 0xe4437ed6, 0, 0, 0, 0, 0]);
const MINUS_B2: usize = memory.data<u32>([
  0x3db1562c, 0xd765cda8, 0x0774346d, 0x8a280ac5, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0,
]);
const LAMBDA: usize = memory.data<u32>([
  0x1b23bd72, 0xdf02967c, 0x20816678, 0x122e22ea, 0x8812645a, 0xa5261c02, 0xc05c30e0, 0x5363ad4c, 0,
]);
const LAMBDA_PLUS_1: usize = memory.data<u32>([
  0x1b23bd73, 0xdf02967c, 0x20816678, 0x122e22ea, 0x8812645a, 0xa5261c02, 0xc05c30e0, 0x5363ad4c, 0,
]);

@inline
function word(a: usize, i: usize): u64 {
  return <u64>load<u32>(a + (i << 2));
}

export function scCopy(r: usize, a: usize): void {
  memory.copy(r, a, 32);
}

/** r = value - n if value >= n, where value = r + carry * 2^256 < 2n. */
function reduceOnce(r: usize, carry: u64): void {
  let c: u64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    c += word(r, i) + word(C, i);
    store<u32>(SPARE + (i << 2), <u32>c);
    c >>= 32;
  }
  move(r, SPARE, 32, -(<i32>(c | carry)));
}

export function scAdd(r: usize, a: usize, b: usize): void {
  let c: u64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    c += word(a, i) + word(b, i);
    store<u32>(r + (i << 2), <u32>c);
    c >>= 32;
  }
  reduceOnce(r, c);
}

/** -1 when a is zero, else 0. */
export function scIsZero(a: usize): i32 {
  const o: u64 = load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24);
  return ~(<i32>(<i64>(o | -o) >> 63));
}

/** -1 when a > b as integers, else 0. */
function above(a: usize, b: usize): i32 {
  let c: i64 = 0;
  for (let i: usize = 0; i < 8; i++) c = (c + <i64>word(b, i) - <i64>word(a, i)) >> 32;
  return <i32>c;
}

export function scNegate(r: usize, a: usize): void {
  const mask: u32 = ~scIsZero(a);
  let c: i64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    c += <i64>word(ORDER, i) - <i64>word(a, i);
    store<u32>(r + (i << 2), <u32>c & mask);
    c >>= 32;
  }
}

export function scSub(r: usize, a: usize, b: usize): void {
  scNegate(PART, b);
  scAdd(r, a, PART);
}

/** -1 when a < n. */
export function scIsBelowOrder(a: usize): i32 {
  return above(ORDER, a);
}

/** -1 when a > (n - 1) / 2. */
export function scIsHigh(a: usize): i32 {
  return above(a, HALF_ORDER);
}

/** r = mask is -1 ? -r : r */
export function scNegateIf(r: usize, mask: i32): void {
  scNegate(PART, r);
  move(r, PART, 32, mask);
}

/** r = a / 2 mod n */
export function scHalf(r: usize, a: usize): void {
  const mask: u64 = <u64>(-<i64>(load<u32>(a) & 1));
  let c: u64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    c += word(a, i) + (word(ORDER, i) & mask);
    store<u32>(PART + (i << 2), <u32>c);
    c >>= 32;
  }
  store<u32>(PART, <u32>c, 32);
  for (let i: usize = 0; i < 8; i++) store<u32>(r + (i << 2), <u32>(load<u64>(PART + (i << 2)) >> 1));
}

/** One word of a row: at[j] += x * b[j] + carry; the new carry. */
@inline
function step(at: usize, x: u64, b: usize, j: usize, c: u64): u64 {
  c += x * word(b, j) + word(at, j);
  store<u32>(at + (j << 2), <u32>c);
  return c >> 32;
}

/** r (rows + columns words) = a * b; columns is 8 or 5 */
function multiply(r: usize, a: usize, b: usize, rows: usize, columns: usize): void {
  memory.fill(r, 0, 32);
  for (let i: usize = 0; i < rows; i++) {
    const x = word(a, i);
    const at = r + (i << 2);
    let c = step(at, x, b, 0, 0);
    c = step(at, x, b, 1, c);
    c = step(at, x, b, 2, c);
    c = step(at, x, b, 3, c);
    c = step(at, x, b, 4, c);
    if (columns == 8) {
      c = step(at, x, b, 5, c);
      c = step(at, x, b, 6, c);
      c = step(at, x, b, 7, c);
    }
    store<u32>(at + (columns << 2), <u32>c);
  }
}

/** r (words words) = a + b (bWords words), returns the carry */
function addWords(r: usize, a: usize, b: usize, words: usize, bWords: usize): u64 {
  let c: u64 = 0;
  for (let i: usize = 0; i < words; i++) {
    c += word(a, i);
    if (i < bWords) c += word(b, i);
    store<u32>(r + (i << 2), <u32>c);
    c >>= 32;
  }
  return c;
}

/** r = WIDE mod n: 512 bits fold to 386, to 260, to 256 and a carry. */
function reduceWide(r: usize): void {
  multiply(FOLD, WIDE + 32, C, 8, 5);
  addWords(FOLD, FOLD, WIDE, 13, 8);
  multiply(PART, FOLD + 32, C, 5, 5);
  addWords(PART, PART, FOLD, 9, 8);
  multiply(FOLD, PART + 32, C, 1, 5);
  const carry = addWords(r, PART, FOLD, 8, 6);
  reduceOnce(r, carry);
}

export function scMul(r: usize, a: usize, b: usize): void {
  multiply(WIDE, a, b, 8, 8);
  reduceWide(r);
}

/** r = 1/a, 0 stays 0; r may be a */
export function scInvert(r: usize, a: usize): void {
  scCopy(FOLD, a);
  inverse(FOLD, true);
  scCopy(r, FOLD);
}

/** 32 bytes, big-endian, any value, reduced mod n. */
export function scRead(r: usize, bytes: usize): void {
  readWords(r, bytes);
  reduceOnce(r, 0);
}

/** r in [0, 2^256) becomes (r mod (n - 1)) + 1. Source: spec section 2. */
export function scReduceDigest(r: usize): void {
  const least: i64 = <i64>~above(ORDER_MINUS_1, r); // r >= n - 1
  let c: i64 = 1;
  for (let i: usize = 0; i < 8; i++) {
    c += <i64>word(r, i) - (<i64>word(ORDER_MINUS_1, i) & least);
    store<u32>(r + (i << 2), <u32>c);
    c >>= 32;
  }
}

/** round(k * g / 2^384), 128 bits */
function scaled(r: usize, k: usize, g: usize): void {
  multiply(WIDE, k, g, 8, 8);
  let c: u64 = <u64>(load<u32>(WIDE, 44) >> 31);
  for (let i: usize = 0; i < 4; i++) {
    c += word(WIDE + 48, i);
    store<u32>(r + (i << 2), <u32>c);
    c >>= 32;
  }
  store<u64>(r, 0, 16);
  store<u64>(r, 0, 24);
}

/**
 * k = r1 + lambda * r2 with r1, r2 (mod n) of absolute value below 2^128. Source: Gallant, Lambert, Vanstone 2001, with
 * the division by a rounded product as in libsecp256k1.
 */
export function scSplit(r1: usize, r2: usize, k: usize): void {
  const c1: usize = SPLIT;
  const c2: usize = SPLIT + 40;
  scaled(c1, k, G1);
  scaled(c2, k, G2);
  scMul(c1, c1, MINUS_B1);
  scMul(c2, c2, MINUS_B2);
  scAdd(r2, c1, c2);
  scMul(c1, r2, LAMBDA);
  scSub(r1, k, c1);
}

/**
 * The two halves of a secret k for all-odd digits: k = k1 + lambda*k2, k_i = 2*v_i - (2^bits - 1), v_i in [0, 2^bits).
 * Reading v_i in groups of w bits u, k_i = sum of (2u - (2^w - 1)) * 2^(w*position): every digit odd, whatever k is.
 * v1 at r, v2 at r + 40, each with room for ten words' reading. bits is 130 or 132.
 */
export function scOddHalves(r: usize, k: usize, bits: i32): void {
  const q: usize = SPLIT + 80;
  scSub(q, k, LAMBDA_PLUS_1);
  scHalf(q, q);
  scSplit(SPLIT + 120, SPLIT + 160, q);
  for (let half: usize = 0; half < 2; half++) {
    // A residue of small absolute value, as a signed integer plus 2^(bits - 1).
    const from: usize = SPLIT + 120 + 40 * half;
    const to: usize = r + 40 * half;
    const mask: i64 = <i64>scIsHigh(from);
    let c: i64 = 0;
    for (let i: usize = 0; i < 5; i++) {
      c += <i64>word(from, i) - (<i64>word(ORDER, i) & mask);
      if (i == 4) c += (<i64>1 << (bits - 129));
      store<u32>(to + (i << 2), <u32>c);
      c >>= 32;
    }
    memory.fill(to + 20, 0, 20);
  }
}

/** v for the combs: k = 2v - (2^264 - 1) mod n, v in [0, n): every bit of v stands for 1 or -1. */
export function scCombDigits(r: usize, k: usize): void {
  // (2^264 - 1) mod n = 2^8 c - 1
  let carry: u64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    carry += word(C, i) << 8;
    store<u32>(SPLIT + (i << 2), <u32>carry);
    carry >>= 32;
  }
  store<u32>(SPLIT, load<u32>(SPLIT) - 1);
  scAdd(r, k, SPLIT);
  scHalf(r, r);
  memory.fill(r + 32, 0, 8);
}

/** n scalars (stride 40) to their inverses with one inversion; 0 stays 0. work: 40 * (n + 1) bytes. Constant-time. */
export function invertMany(list: usize, n: i32, work: usize): void {
  const factor: usize = SPLIT;
  const inverse: usize = SPLIT + 40;
  const one: usize = SPLIT + 80;
  memory.fill(one, 0, 32);
  store<u32>(one, 1);
  scCopy(work, one);
  for (let i: usize = 0; i < <usize>n; i++) {
    const at: usize = list + 40 * i;
    scCopy(factor, at);
    move(factor, one, 32, scIsZero(factor));
    scMul(work + 40 * (i + 1), work + 40 * i, factor);
  }
  scInvert(inverse, work + 40 * <usize>n);
  for (let i = n - 1; i >= 0; i--) {
    const at: usize = list + 40 * <usize>i;
    const zero: i32 = scIsZero(at);
    scCopy(factor, at);
    move(factor, one, 32, zero);
    scMul(at, inverse, work + 40 * <usize>i);
    scMul(inverse, inverse, factor);
    const keep: i64 = ~(<i64>zero);
    for (let k: usize = 0; k < 32; k += 8) store<i64>(at + k, load<i64>(at + k) & keep);
  }
}
