/**
 * Tables that live from call to call, all of public points: combs and split tables of G and U, built on first use, and
 * split tables of the verifying keys met lately.
 */

import { G, U } from './formulas';
import { readAffine } from './group';
import { COMB_G, COMB_U, KEY_NAMES, KEY_SLOTS, KEY_TABLES, POINTS, SPLIT_BYTES, SPLIT_G, SPLIT_U } from './memory';
import { buildSplit } from './open';
import { buildComb } from './secret';

/** Bits: comb of G, comb of U, split tables of G, of U. */
let built: u32 = 0;
let next: i32 = 0;

/** Where the comb's sums start: the other generator (secret.ts combProduct). */
export function offset(which: i32): usize {
  return which ? G : U;
}

/** Address of the comb of G (0) or U (1). work: 64 kB, touched once. */
export function comb(which: i32, work: usize): usize {
  const table = which ? COMB_U : COMB_G;
  const bit: u32 = 1 << which;
  if (!(built & bit)) {
    buildComb(table, which ? U : G, offset(which), work);
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
