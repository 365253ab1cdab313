/**
 * Tables that live from call to call, all of public points: combs and split tables of G and U, built on first use, and
 * split tables of the verifying keys met lately.
 */

import { G, U } from './formulas';
import { decompress } from './field';
import { readAffine } from './group';
import {
  BASES,
  BASE_BYTES,
  BASE_COMBS,
  BASE_COUNT,
  BASE_SLOTS,
  COMB_BYTES,
  COMB_G,
  COMB_U,
  KEY_NAMES,
  KEY_SLOTS,
  KEY_TABLES,
  POINTS,
  SPLIT_BYTES,
  SPLIT_G,
  SPLIT_U,
} from './memory';
import { buildSplit } from './open';
import { buildComb } from './secret';
import { sha256 } from './sha256';

/** Bits: comb of G, comb of U, split tables of G, of U. */
let built: u32 = 0;
let next: i32 = 0;

/** Address of the comb of G (0) or U (1). work: 64 kB, touched once. */
export function comb(which: i32, work: usize): usize {
  const table = which ? COMB_U : COMB_G;
  const bit: u32 = 1 << which;
  if (!(built & bit)) {
    // Nobody knows the discrete logarithm of U to G: each is the other's offset.
    buildComb(table, which ? U : G, which ? G : U, work);
    built |= bit;
  }
  return table;
}

/** Address of the split tables of G (0) or U (1). work: 60 kB, touched once. */
export function split(which: i32, work: usize): usize {
  const table = which ? SPLIT_U : SPLIT_G;
  const bit: u32 = 4 << which;
  if (!(built & bit)) {
    buildSplit(table, which ? U : G, work);
    built |= bit;
  }
  return table;
}

/**
 * Split tables of a key (64 bytes), or 0: a key gets them when it comes a second time, or at once when `worth` is set.
 * Slots are given out in turn. work: 60 kB.
 */
export function keyTables(key: usize, worth: bool, work: usize): usize {
  const flags: usize = KEY_NAMES + 64 * <usize>KEY_SLOTS;
  let slot = -1;
  for (let i = 0; i < KEY_SLOTS; i++)
    if (load<u8>(flags + i) && memory.compare(KEY_NAMES + 64 * <usize>i, key, 64) == 0) slot = i;
  if (slot < 0) {
    slot = next;
    next = (next + 1) % KEY_SLOTS;
    memory.copy(KEY_NAMES + 64 * <usize>slot, key, 64);
    store<u8>(flags + slot, 1);
    if (!worth) return 0;
  }
  const tables: usize = KEY_TABLES + SPLIT_BYTES * <usize>slot;
  if (load<u8>(flags + slot) == 1) {
    readAffine(POINTS + 256, key);
    buildSplit(tables, POINTS + 256, work);
    store<u8>(flags + slot, 2);
  }
  return tables;
}

let clock: u32 = 0;
let oldest: i32 = 0;

function baseAt(i: i32): usize {
  return BASES + BASE_BYTES * <usize>i;
}

/**
 * The comb of a public point (64 bytes) that secret scalars multiply: its address, 1 when the point has come often enough to
 * be worth one (call buildBase), or 0. The choice hangs on the point alone. A point seen once costs no one his comb.
 */
export function baseComb(point: usize): usize {
  clock++;
  for (let i = 0; i < BASE_COUNT; i++) {
    const base = baseAt(i);
    if (load<u32>(base, 64) == 0 || memory.compare(base, point, 64) != 0) continue;
    const slot = load<u16>(base, 68);
    store<u32>(base, clock, 72);
    if (slot) return BASE_COMBS + COMB_BYTES * <usize>(slot - 1);
    const uses = load<u32>(base, 64) + 1;
    store<u32>(base, uses, 64);
    return uses >= 3 ? 1 : 0;
  }
  do oldest = (oldest + 1) % BASE_COUNT;
  while (load<u16>(baseAt(oldest), 68));
  const base = baseAt(oldest);
  memory.copy(base, point, 64);
  store<u32>(base, 1, 64);
  return 0;
}

/** Builds the comb of the point that baseComb named, in a free slot or that of the least lately used. work: 64 kB. */
export function buildBase(point: usize, work: usize): void {
  let target: usize = 0;
  let victim: usize = 0;
  let taken: u32 = 0;
  for (let i = 0; i < BASE_COUNT; i++) {
    const base = baseAt(i);
    const slot = load<u16>(base, 68);
    if (memory.compare(base, point, 64) == 0) target = base;
    if (!slot) continue;
    taken |= 1 << slot;
    if (!victim || load<u32>(base, 72) < load<u32>(victim, 72)) victim = base;
  }
  const affine: usize = work + 160;
  if (!target || !readAffine(affine, point)) return;
  let slot: u32 = 1;
  while (slot <= <u32>BASE_SLOTS && taken & (1 << slot)) slot++;
  if (slot > <u32>BASE_SLOTS) {
    slot = load<u16>(victim, 68);
    store<u16>(victim, 0, 68);
    store<u32>(victim, 1, 64);
  }
  // The offset is hashed from the point, so that whoever chose the point does not know how the two are related.
  const offset: usize = work;
  const encoded: usize = work + 96;
  sha256(encoded + 1, point, 64);
  store<u8>(encoded, 2);
  while (!decompress(offset, encoded)) sha256(encoded + 1, encoded + 1, 32);
  buildComb(BASE_COMBS + COMB_BYTES * <usize>(slot - 1), affine, offset, work + 256);
  store<u16>(target, <u16>slot, 68);
}
