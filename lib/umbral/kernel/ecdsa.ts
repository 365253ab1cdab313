/**
 * ECDSA on secp256k1 over 32-byte digests (spec section 4). Signing is constant-time in key and nonce; verification and
 * recovery are public. One inversion in each field per call, however many signatures.
 */

import { decompress, fromWords, isZero, readWords, toBytes, writeWords } from './field';
import { comb, keyTables, split } from './fixed';
import { mul, sqr, sub } from './formulas';
import { normalise, oddMultiples, readAffine } from './group';
import { FIELD, POINTS, WIDE_BYTES, WORDS } from './memory';
import { begin, finish, product } from './open';
import { invertMany, scAdd, scCopy, scInvert, scIsBelowOrder, scIsHigh, scIsZero, scMul, scNegate, scNegateIf, scRead } from './scalar';
import { combProduct } from './secret';
import { nonce } from './sha256';

const A: usize = WORDS + 880;
const B: usize = WORDS + 920;
const D: usize = WORDS + 960;

/**
 * m signatures of 65 bytes at out, for one secret (32 bytes). entropy: 32 * m bytes or 0. work: 336 * m + 300 bytes beyond
 * the building of the comb. Returns 0 if some r or s came out 0, which nobody will see (2^-256), else 1.
 */
export function sign(out: usize, secret: usize, digests: usize, entropy: usize, m: i32, work: usize): i32 {
  const table = comb(0, work);
  const count: usize = <usize>m;
  const nonces: usize = work; // 40 each
  const points: usize = nonces + 40 * count; // 120 each
  const affine: usize = points + 120 * count; // 64 each
  const spare: usize = affine + 64 * count;
  scRead(D, secret);
  for (let i: usize = 0; i < count; i++) {
    scRead(A, digests + 32 * i);
    nonce(nonces + 40 * i, D, A, entropy ? entropy + 32 * i : 0);
    combProduct(points + 120 * i, nonces + 40 * i, table);
  }
  normalise(affine, points, m, spare);
  invertMany(nonces, m, spare);
  let fine: i32 = -1;
  for (let i: usize = 0; i < count; i++) {
    const to: usize = out + 65 * i;
    const x: usize = affine + 64 * i;
    readWords(A, x);
    const overflow: i32 = ~scIsBelowOrder(A);
    scRead(A, x); // r
    scRead(B, digests + 32 * i);
    writeWords(to, A);
    fine &= ~scIsZero(A);
    scMul(A, A, D);
    scAdd(A, A, B);
    scMul(A, A, nonces + 40 * i); // s = (z + r d) / k
    const high = scIsHigh(A);
    scNegateIf(A, high);
    fine &= ~scIsZero(A);
    writeWords(to + 32, A);
    store<u8>(to, (((<i32>load<u8>(x, 63)) ^ high) & 1) | (overflow & 2), 64);
  }
  return fine & 1;
}

/**
 * One byte per signature at out: 1 valid. keys: 64 bytes for all, or 64 * m when `each`. work: the sums' (open.ts).
 * Source: SEC 1 section 4.1.4, without the inversion of Z: X = r Z^2, or X = (r + n) Z^2 where that is below p.
 */
export function verify(out: usize, keys: usize, each: bool, digests: usize, signatures: usize, m: i32, work: usize): void {
  const g = split(0, work);
  const count: usize = <usize>m;
  const inverses: usize = work; // 40 each
  const results: usize = inverses + 40 * count; // 120 each
  const tables: usize = results + 120 * count; // 1024 each
  const rest: usize = tables + 1024 * (each ? count : 1);
  for (let i: usize = 0; i < count; i++) scRead(inverses + 40 * i, signatures + 64 * i + 32);
  invertMany(inverses, m, rest);
  let table: usize = 0;
  let width = 5;
  let apart: usize = 0;
  begin(rest, m);
  for (let i: usize = 0; i < count; i++) {
    if (i == 0 || each) {
      // The terms begun at `rest` stay where they are: building works beyond them.
      const room: usize = rest + 2048 * count;
      const key: usize = keys + 64 * i;
      table = keyTables(key, !each && m > 2, room);
      if (table) {
        width = 8;
        apart = WIDE_BYTES;
      } else {
        table = tables + 1024 * i;
        width = 5;
        apart = 0;
        readAffine(POINTS + 256, key);
        oddMultiples(POINTS + 256, 1, table, 1024, 128, 8, room);
      }
    }
    const w: usize = inverses + 40 * i;
    scRead(A, digests + 32 * i);
    scMul(A, A, w);
    scRead(B, signatures + 64 * i);
    scMul(B, B, w);
    product(A, g, 8, WIDE_BYTES, <i32>i);
    product(B, table, width, apart, <i32>i);
  }
  finish(results, m);
  for (let i: usize = 0; i < count; i++) {
    const p: usize = results + 120 * i;
    const zz: usize = FIELD;
    const x: usize = FIELD + 40;
    let valid: i32 = 0;
    scRead(A, signatures + 64 * i + 32);
    if (!isZero(p + 80) && !scIsHigh(A)) {
      sqr(zz, p + 80);
      readWords(A, signatures + 64 * i);
      fromWords(x, A);
      mul(x, x, zz);
      sub(x, x, p);
      valid = isZero(x) & 1;
      if (!valid && addOrder(A)) {
        fromWords(x, A);
        mul(x, x, zz);
        sub(x, x, p);
        valid = isZero(x) & 1;
      }
    }
    store<u8>(out + i, valid);
  }
}

/** r + n as words if that is below p; the field's own reduction is not asked, since r < p - n has 129 bits. */
function addOrder(r: usize): bool {
  // p - n = 14551231950b75fc4402da1722fc9baee
  const high = load<u64>(r, 16) | load<u64>(r, 24);
  if (high > 1) return false;
  if (high == 1) {
    const b = load<u64>(r, 8);
    if (b > 0x4551231950b75fc4) return false;
    if (b == 0x4551231950b75fc4 && load<u64>(r) >= 0x402da1722fc9baee) return false;
  }
  let c: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    c += <u64>load<u32>(r + i) + orderWord(i);
    store<u32>(r + i, <u32>c);
    c >>= 32;
  }
  return true;
}

@inline
function orderWord(i: usize): u64 {
  return <u64>load<u32>(ORDER_WORDS + i);
}

const ORDER_WORDS: usize = memory.data<u32>([
  0xd0364141, 0xbfd25e8c, 0xaf48a03b, 0xbaaedce6, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff,
]);

/** The key whose signature (r, s, v; 65 bytes) over the digest this is, Jacobian at out; false if x is not on the curve. */
export function recover(out: usize, digest: usize, signature: usize, work: usize): bool {
  const v = load<u8>(signature, 64);
  readWords(A, signature);
  if (v & 2 && !addOrder(A)) return false;
  const encoded: usize = work;
  store<u8>(encoded, 2 | (v & 1));
  writeWords(encoded + 1, A);
  const point: usize = work + 64;
  if (!decompress(point, encoded)) return false;
  const table: usize = work + 160;
  const rest: usize = table + 1024;
  oddMultiples(point, 1, table, 1024, 128, 8, rest);
  const g = split(0, rest);
  scRead(A, signature);
  scInvert(A, A);
  scRead(B, signature + 32);
  scMul(B, B, A); // s / r
  scRead(D, digest);
  scMul(A, A, D);
  scNegate(A, A); // -z / r
  begin(rest, 1);
  product(A, g, 8, WIDE_BYTES, 0);
  product(B, table, 5, 0, 0);
  finish(out, 1);
  return true;
}
