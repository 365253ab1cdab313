/**
 * Modular inversion by the "safegcd" of Bernstein and Yang 2019, in the half-delta variant of Wuille: 590 division steps,
 * done as 20 rounds of 30 on 32-bit words, each round's 2x2 matrix then applied to the long numbers. Constant-time: the same
 * steps for every input. Serves both moduli, p and n.
 */
import { INVERSE } from './memory';

const M30: i32 = 0x3fffffff;
const D: usize = INVERSE;
const E: usize = INVERSE + 40;
const F: usize = INVERSE + 80;
const G: usize = INVERSE + 120;

/** p and n as nine limbs of 30 bits; the first of p are written signed. */
const P: usize = memory.data<i32>([-977, -4, 0, 0, 0, 0, 0, 0, 0x10000]);
const N: usize = memory.data<i32>([0x10364141, 0x3f497a33, 0x348a03bb, 0x2bb739ab, -0x146, 0, 0, 0, 0x10000]);
/** 1/p and 1/n modulo 2^30. */
const P_INVERSE: i32 = 0x2ddacacf;
const N_INVERSE: i32 = 0x2a774ec1;

/** Carry r (limbs of 30 bits and a signed top) after adding modulus & mask. */
function settle(r: usize, modulus: usize, mask: i32, sign: i32): void {
  let c: i32 = 0;
  for (let i: usize = 0; i < 36; i += 4) {
    c += ((load<i32>(r + i) + (load<i32>(modulus + i) & mask)) ^ sign) - sign;
    store<i32>(r + i, i < 32 ? c & M30 : c);
    c >>= 30;
  }
}

/** The matrix of one round of 30 division steps, times 2^30. */
let u: i32 = 0;
let v: i32 = 0;
let q: i32 = 0;
let r: i32 = 0;

function begin(w: usize, modulus: usize): void {
  for (let i: usize = 0; i < 9; i++) {
    const bit: usize = 30 * i;
    const limb = <i32>(load<u64>(w + ((bit >> 5) << 2)) >> (bit & 31));
    store<i32>(G + 4 * i, i == 8 ? limb & 0xffff : limb & M30);
    store<i32>(F + 4 * i, load<i32>(modulus + 4 * i));
    store<i32>(D + 4 * i, 0);
    store<i32>(E + 4 * i, i == 0 ? 1 : 0);
  }
}

/** d, e = (matrix * (d, e) + a multiple of the modulus) / 2^30; f, g = matrix * (f, g) / 2^30. */
function apply(modulus: usize, modulusInverse: i32): void {
  const lu: i64 = u;
  const lv: i64 = v;
  const lq: i64 = q;
  const lr: i64 = r;
  const sd: i32 = load<i32>(D, 32) >> 31;
  const se: i32 = load<i32>(E, 32) >> 31;
  let md: i32 = (u & sd) + (v & se);
  let me: i32 = (q & sd) + (r & se);
  let cd: i64 = lu * <i64>load<i32>(D) + lv * <i64>load<i32>(E);
  let ce: i64 = lq * <i64>load<i32>(D) + lr * <i64>load<i32>(E);
  md -= (modulusInverse * <i32>cd + md) & M30;
  me -= (modulusInverse * <i32>ce + me) & M30;
  const lmd: i64 = md;
  const lme: i64 = me;
  cd = (cd + <i64>load<i32>(modulus) * lmd) >> 30;
  ce = (ce + <i64>load<i32>(modulus) * lme) >> 30;
  let cf: i64 = (lu * <i64>load<i32>(F) + lv * <i64>load<i32>(G)) >> 30;
  let cg: i64 = (lq * <i64>load<i32>(F) + lr * <i64>load<i32>(G)) >> 30;
  for (let i: usize = 4; i < 36; i += 4) {
    const d: i64 = load<i32>(D + i);
    const e: i64 = load<i32>(E + i);
    const m: i64 = load<i32>(modulus + i);
    cd += lu * d + lv * e + m * lmd;
    ce += lq * d + lr * e + m * lme;
    store<i32>(D + i - 4, <i32>cd & M30);
    store<i32>(E + i - 4, <i32>ce & M30);
    cd >>= 30;
    ce >>= 30;
    const lf: i64 = load<i32>(F + i);
    const lg: i64 = load<i32>(G + i);
    cf += lu * lf + lv * lg;
    cg += lq * lf + lr * lg;
    store<i32>(F + i - 4, <i32>cf & M30);
    store<i32>(G + i - 4, <i32>cg & M30);
    cf >>= 30;
    cg >>= 30;
  }
  store<i32>(D, <i32>cd, 32);
  store<i32>(E, <i32>ce, 32);
  store<i32>(F, <i32>cf, 32);
  store<i32>(G, <i32>cg, 32);
}

/** f is 1 or -1 (or the modulus, for w = 0); the inverse is d times that sign. */
function end(w: usize, modulus: usize): void {
  settle(D, modulus, load<i32>(D, 32) >> 31, load<i32>(F, 32) >> 31);
  settle(D, modulus, load<i32>(D, 32) >> 31, 0);
  let acc: u64 = 0;
  let bits: i32 = 0;
  for (let i: usize = 0; i < 36; i += 4) {
    acc |= <u64>load<i32>(D + i) << bits;
    bits += 30;
    if (bits >= 32) {
      store<u32>(w, <u32>acc);
      w += 4;
      acc >>= 32;
      bits -= 32;
    }
  }
}

/** w = 1/w modulo p or n, constant-time; w is eight words below the modulus with a word of padding; 0 stays 0. */
export function inverse(w: usize, moduloN: bool): void {
  const modulus: usize = moduloN ? N : P;
  const modulusInverse: i32 = moduloN ? N_INVERSE : P_INVERSE;
  begin(w, modulus);
  let zeta: i32 = -1;
  for (let round = 0; round < 20; round++) {
    let lu: i32 = 1;
    let lv: i32 = 0;
    let lq: i32 = 0;
    let lr: i32 = 1;
    let f: i32 = load<i32>(F);
    let g: i32 = load<i32>(G);
    for (let i = 0; i < 30; i++) {
      let c1: i32 = zeta >> 31;
      const c2: i32 = -(g & 1);
      g += ((f ^ c1) - c1) & c2;
      lq += ((lu ^ c1) - c1) & c2;
      lr += ((lv ^ c1) - c1) & c2;
      c1 &= c2;
      zeta = (zeta ^ c1) - 1;
      f += g & c1;
      lu += lq & c1;
      lv += lr & c1;
      g >>= 1;
      lu <<= 1;
      lv <<= 1;
    }
    u = lu;
    v = lv;
    q = lq;
    r = lr;
    apply(modulus, modulusInverse);
  }
  end(w, modulus);
}

/** The same for public w: zeros of g are skipped at once, up to six bits of it cancelled at once, and it stops when g is 0. */
export function inversePublic(w: usize, moduloN: bool): void {
  const modulus: usize = moduloN ? N : P;
  const modulusInverse: i32 = moduloN ? N_INVERSE : P_INVERSE;
  begin(w, modulus);
  let eta: i32 = -1;
  for (;;) {
    let lu: i32 = 1;
    let lv: i32 = 0;
    let lq: i32 = 0;
    let lr: i32 = 1;
    let f: i32 = load<i32>(F);
    let g: i32 = load<i32>(G);
    for (let left: i32 = 30; ; ) {
      const zeros: i32 = ctz<i32>(g | (-1 << left));
      g >>= zeros;
      lu <<= zeros;
      lv <<= zeros;
      eta -= zeros;
      left -= zeros;
      if (left == 0) break;
      if (eta < 0) {
        eta = -eta;
        let swap = f;
        f = g;
        g = -swap;
        swap = lu;
        lu = lq;
        lq = -swap;
        swap = lv;
        lv = lr;
        lr = -swap;
      }
      const limit: i32 = min<i32>(eta + 1, left);
      const m: i32 = ((1 << min<i32>(limit, 6)) - 1) & 63;
      const k: i32 = (f * g * (f * f - 2)) & m; // -g/f modulo 64
      g += f * k;
      lq += lu * k;
      lr += lv * k;
    }
    u = lu;
    v = lv;
    q = lq;
    r = lr;
    apply(modulus, modulusInverse);
    let o: i32 = 0;
    for (let i: usize = 0; i < 36; i += 4) o |= load<i32>(G + i);
    if (o == 0) break;
  }
  end(w, modulus);
}
