/**
 * SHA-256 (FIPS 180-4), HMAC (RFC 2104) and the nonces of RFC 6979, inside the module so that a secret key need not leave it.
 * Constant-time in content; lengths are public.
 */

import { readWords, writeWords } from './field';
import { HASH } from './memory';
import { scIsBelowOrder, scIsZero } from './scalar';

const STATE: usize = HASH;
const SCHEDULE: usize = HASH + 64;
const TAIL: usize = HASH + 320;
const PAD: usize = HASH + 448;
const KEY: usize = HASH + 512;
const SEED: usize = HASH + 544; // V, a byte, then key, digest and entropy

const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
const START: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

function compress(block: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(SCHEDULE + i, bswap<u32>(load<u32>(block + i)));
  for (let i: usize = SCHEDULE; i < SCHEDULE + 192; i += 4) {
    const x = load<u32>(i, 4);
    const y = load<u32>(i, 56);
    const s0 = rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
    const s1 = rotr<u32>(y, 17) ^ rotr<u32>(y, 19) ^ (y >> 10);
    store<u32>(i, load<u32>(i) + s0 + load<u32>(i, 36) + s1, 64);
  }
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  let f = load<u32>(STATE, 20);
  let g = load<u32>(STATE, 24);
  let h = load<u32>(STATE, 28);
  let k = K;
  for (let w: usize = SCHEDULE; w < SCHEDULE + 256; w += 32, k += 32) {
    // Eight rounds, the variables renamed instead of moved.
    h += (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + (g ^ (e & (f ^ g))) + load<u32>(k, 0) + load<u32>(w, 0);
    d += h;
    h += (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) | (c & (a | b)));
    g += (rotr<u32>(d, 6) ^ rotr<u32>(d, 11) ^ rotr<u32>(d, 25)) + (f ^ (d & (e ^ f))) + load<u32>(k, 4) + load<u32>(w, 4);
    c += g;
    g += (rotr<u32>(h, 2) ^ rotr<u32>(h, 13) ^ rotr<u32>(h, 22)) + ((h & a) | (b & (h | a)));
    f += (rotr<u32>(c, 6) ^ rotr<u32>(c, 11) ^ rotr<u32>(c, 25)) + (e ^ (c & (d ^ e))) + load<u32>(k, 8) + load<u32>(w, 8);
    b += f;
    f += (rotr<u32>(g, 2) ^ rotr<u32>(g, 13) ^ rotr<u32>(g, 22)) + ((g & h) | (a & (g | h)));
    e += (rotr<u32>(b, 6) ^ rotr<u32>(b, 11) ^ rotr<u32>(b, 25)) + (d ^ (b & (c ^ d))) + load<u32>(k, 12) + load<u32>(w, 12);
    a += e;
    e += (rotr<u32>(f, 2) ^ rotr<u32>(f, 13) ^ rotr<u32>(f, 22)) + ((f & g) | (h & (f | g)));
    d += (rotr<u32>(a, 6) ^ rotr<u32>(a, 11) ^ rotr<u32>(a, 25)) + (c ^ (a & (b ^ c))) + load<u32>(k, 16) + load<u32>(w, 16);
    h += d;
    d += (rotr<u32>(e, 2) ^ rotr<u32>(e, 13) ^ rotr<u32>(e, 22)) + ((e & f) | (g & (e | f)));
    c += (rotr<u32>(h, 6) ^ rotr<u32>(h, 11) ^ rotr<u32>(h, 25)) + (b ^ (h & (a ^ b))) + load<u32>(k, 20) + load<u32>(w, 20);
    g += c;
    c += (rotr<u32>(d, 2) ^ rotr<u32>(d, 13) ^ rotr<u32>(d, 22)) + ((d & e) | (f & (d | e)));
    b += (rotr<u32>(g, 6) ^ rotr<u32>(g, 11) ^ rotr<u32>(g, 25)) + (a ^ (g & (h ^ a))) + load<u32>(k, 24) + load<u32>(w, 24);
    f += b;
    b += (rotr<u32>(c, 2) ^ rotr<u32>(c, 13) ^ rotr<u32>(c, 22)) + ((c & d) | (e & (c | d)));
    a += (rotr<u32>(f, 6) ^ rotr<u32>(f, 11) ^ rotr<u32>(f, 25)) + (h ^ (f & (g ^ h))) + load<u32>(k, 28) + load<u32>(w, 28);
    e += a;
    a += (rotr<u32>(b, 2) ^ rotr<u32>(b, 13) ^ rotr<u32>(b, 22)) + ((b & c) | (d & (b | c)));
  }
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + h, 28);
}

/** Hash `bytes` bytes after `before` bytes already compressed (a multiple of 64), and write the digest. */
function finish(out: usize, message: usize, bytes: usize, before: usize): void {
  const total: u64 = (<u64>(before + bytes)) << 3;
  while (bytes >= 64) {
    compress(message);
    message += 64;
    bytes -= 64;
  }
  memory.fill(TAIL, 0, 128);
  memory.copy(TAIL, message, bytes);
  store<u8>(TAIL + bytes, 0x80);
  const end: usize = bytes < 56 ? 64 : 128;
  store<u64>(TAIL + end - 8, bswap<u64>(total));
  compress(TAIL);
  if (end == 128) compress(TAIL + 64);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(STATE + i)));
}

export function sha256(out: usize, message: usize, bytes: usize): void {
  memory.copy(STATE, START, 32);
  finish(out, message, bytes, 0);
}

/** HMAC with a key of 32 bytes. out may be the key or the message. */
export function hmac(out: usize, key: usize, message: usize, bytes: usize): void {
  memory.fill(PAD, 0x36, 64);
  for (let i: usize = 0; i < 32; i += 8) store<u64>(PAD + i, load<u64>(PAD + i) ^ load<u64>(key + i));
  memory.copy(STATE, START, 32);
  compress(PAD);
  for (let i: usize = 0; i < 64; i += 8) store<u64>(PAD + i, load<u64>(PAD + i) ^ 0x6a6a6a6a6a6a6a6a);
  finish(TAIL, message, bytes, 64);
  // The inner digest moves out of TAIL before finish pads in it.
  v128.store(out, v128.load(TAIL));
  v128.store(out, v128.load(TAIL, 16), 16);
  memory.copy(STATE, START, 32);
  compress(PAD);
  finish(out, out, 32, 64);
}

/**
 * RFC 6979 section 3.2 (3.6 with entropy): nonce words at r for the secret and the digest (both words, reduced mod n).
 * entropy: 32 bytes or 0. Each candidate fails with probability 2^-128; the branch on that tells nothing.
 */
export function nonce(r: usize, secret: usize, digest: usize, entropy: usize): void {
  const bytes: usize = entropy ? 129 : 97;
  memory.fill(SEED, 1, 32);
  memory.fill(KEY, 0, 32);
  writeWords(SEED + 33, secret);
  writeWords(SEED + 65, digest);
  if (entropy) memory.copy(SEED + 97, entropy, 32);
  store<u8>(SEED, 0, 32);
  hmac(KEY, KEY, SEED, bytes);
  hmac(SEED, KEY, SEED, 32);
  store<u8>(SEED, 1, 32);
  hmac(KEY, KEY, SEED, bytes);
  hmac(SEED, KEY, SEED, 32);
  for (;;) {
    hmac(SEED, KEY, SEED, 32);
    readWords(r, SEED);
    if (scIsBelowOrder(r) & ~scIsZero(r)) return;
    store<u8>(SEED, 0, 32);
    hmac(KEY, KEY, SEED, 33);
    hmac(SEED, KEY, SEED, 32);
  }
}
