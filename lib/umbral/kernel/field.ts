/**
 * The field modulo p = 2^256 - 2^32 - 977 beyond the formulas: bytes in and out, tests, roots, inverse.
 * Elements are pointers to nine balanced limbs (engine/wasmFormulas.ts says what that means). All of it is constant-time except `root`
 * and `fromPoint`, whose inputs are public.
 */

import { add, carry, mul, sqr } from './formulas';
import { inverse, inversePublic } from './inverse';
import { FIELD, WORDS } from './memory';

const W: usize = WORDS; // eight words and one of padding
const M29: i32 = 0x1fffffff;

export function copy(r: usize, a: usize): void {
  v128.store(r, v128.load(a));
  v128.store(r, v128.load(a, 16), 16);
  store<i64>(r, load<i64>(a, 32), 32);
}

export function setZero(r: usize): void {
  memory.fill(r, 0, 40);
}

export function setOne(r: usize): void {
  memory.fill(r, 0, 40);
  store<i32>(r, 1);
}

/** -1 when a is zero, else 0. `a` must come out of a formula. */
export function isZero(a: usize): i32 {
  let o: i32 = load<i32>(a);
  for (let i: usize = 4; i < 36; i += 4) o |= load<i32>(a + i);
  return ~((o | -o) >> 31);
}

/** r = mask is -1 ? a : r, for `bytes` a multiple of 8. */
export function move(r: usize, a: usize, bytes: usize, mask: i32): void {
  const m: i64 = <i64>mask;
  for (let i: usize = 0; i < bytes; i += 8) {
    const old = load<i64>(r + i);
    store<i64>(r + i, old ^ ((old ^ load<i64>(a + i)) & m));
  }
}

/** Eight little-endian words, any value below 2^256, to an element. */
export function fromWords(r: usize, w: usize): void {
  for (let i: usize = 0; i < 9; i++) {
    const bit: usize = 29 * i;
    const limb = <i32>(load<u64>(w + ((bit >> 5) << 2)) >> (bit & 31));
    store<i32>(r + 4 * i, i == 8 ? limb & 0xffffff : limb & M29);
  }
  carry(r, r);
}

/** The canonical value of a as eight little-endian words. `a` must come out of a formula, so that |a| < p. */
export function toWords(w: usize, a: usize): void {
  const f: usize = FIELD + 360;
  let c: i32 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    c += load<i32>(a + i);
    store<i32>(f + i, c & M29);
    c >>= 29;
  }
  c += load<i32>(a, 32);
  const negative: i32 = c >> 31;
  store<i32>(f, load<i32>(f) - (977 & negative));
  store<i32>(f, load<i32>(f, 4) - (8 & negative), 4);
  store<i32>(f, c + (0x1000000 & negative), 32);
  c = 0;
  let acc: u64 = 0;
  let bits: i32 = 0;
  for (let i: usize = 0; i < 36; i += 4) {
    c += load<i32>(f + i);
    acc |= (<u64>(c & M29)) << bits;
    c >>= 29;
    bits += 29;
    if (bits >= 32) {
      store<u32>(w, <u32>acc);
      w += 4;
      acc >>= 32;
      bits -= 32;
    }
  }
}

/** 32 bytes, big-endian, to words. */
export function readWords(w: usize, bytes: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(w + i, bswap<u32>(load<u32>(bytes + 28 - i)));
}

export function writeWords(bytes: usize, w: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(bytes + 28 - i, bswap<u32>(load<u32>(w + i)));
}

export function fromBytes(r: usize, bytes: usize): void {
  readWords(W, bytes);
  fromWords(r, W);
}

export function toBytes(bytes: usize, a: usize): void {
  toWords(W, a);
  writeWords(bytes, W);
}

/** r = 1/a; 0 stays 0. */
export function invert(r: usize, a: usize): void {
  toWords(W, a);
  inverse(W, false);
  fromWords(r, W);
}

function sqrTimes(r: usize, a: usize, n: i32): void {
  sqr(r, a);
  while (--n > 0) sqr(r, r);
}

/** The same in variable time, for public a. */
export function invertPublic(r: usize, a: usize): void {
  toWords(W, a);
  inversePublic(W, false);
  fromWords(r, W);
}

/** r = a^((p+1)/4), a square root of a if there is one. Addition chain of 253 squarings and 13 products. */
export function rootCandidate(r: usize, a: usize): void {
  const x2: usize = FIELD;
  const x3: usize = FIELD + 40;
  const x22: usize = FIELD + 80;
  const t: usize = FIELD + 120;
  const x44: usize = FIELD + 160;
  sqr(x2, a);
  mul(x2, x2, a);
  sqr(x3, x2);
  mul(x3, x3, a);
  sqrTimes(t, x3, 3);
  mul(t, t, x3); // x6
  sqrTimes(t, t, 3);
  mul(t, t, x3); // x9
  sqrTimes(t, t, 2);
  mul(t, t, x2); // x11
  sqrTimes(x22, t, 11);
  mul(x22, x22, t);
  sqrTimes(x44, x22, 22);
  mul(x44, x44, x22);
  sqrTimes(t, x44, 44);
  mul(t, t, x44); // x88
  copy(FIELD + 200, t);
  sqrTimes(t, t, 88);
  mul(t, t, FIELD + 200); // x176
  sqrTimes(t, t, 44);
  mul(t, t, x44); // x220
  sqrTimes(t, t, 3);
  mul(t, t, x3); // x223
  sqrTimes(t, t, 23);
  mul(t, t, x22);
  sqrTimes(t, t, 6);
  mul(t, t, x2);
  sqrTimes(r, t, 2);
}

/** r = x^3 + 7 */
export function curve(r: usize, x: usize): void {
  const t: usize = FIELD + 240;
  const seven: usize = FIELD + 280;
  sqr(t, x);
  mul(t, t, x);
  setZero(seven);
  store<i32>(seven, 7);
  add(r, t, seven);
}

/** Whether the words are below p. Variable time. */
function belowP(w: usize): bool {
  for (let i: usize = 28; i >= 8; i -= 4) if (load<u32>(w + i) != 0xffffffff) return true;
  const high = load<u32>(w, 4);
  return high < 0xfffffffe || (high == 0xfffffffe && load<u32>(w) < 0xfffffc2f);
}

/**
 * SEC1 compressed, 33 bytes, to an affine point (x at r, y at r + 40). Strict: tag 2 or 3, x < p, on the curve.
 * Variable time: encodings are public.
 */
export function decompress(r: usize, bytes: usize): bool {
  const tag: u32 = load<u8>(bytes);
  if ((tag | 1) != 3) return false;
  readWords(W, bytes + 1);
  if (!belowP(W)) return false;
  const y: usize = r + 40;
  const square: usize = FIELD + 320;
  const check: usize = FIELD + 240;
  fromWords(r, W);
  curve(square, r);
  rootCandidate(y, square);
  sqr(check, y);
  for (let i: usize = 0; i < 36; i += 4) store<i32>(check + i, load<i32>(check + i) - load<i32>(square + i));
  carry(check, check);
  if (!isZero(check)) return false;
  toWords(W, y);
  if ((load<u32>(W) ^ tag) & 1) {
    for (let i: usize = 0; i < 36; i += 4) store<i32>(y + i, -load<i32>(y + i));
    carry(y, y);
  }
  return true;
}
