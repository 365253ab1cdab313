/**
 * The map of linear memory. Owns every address; nothing is allocated. Static scratch makes the kernel non-reentrant: one
 * instance per thread, and no call leaves the module.
 *
 * [TEMP, SCRATCH_END) and the arena may hold secrets: the caller wipes them after every call that touched one.
 * [SCRATCH_END, ARENA) outlives calls and holds nothing secret: constants, tables of public points.
 */

/** Ten field elements for the formulas; engine/wasmFormulas.ts says the same address. */
export const TEMP: usize = 1024;
/** Ten field elements for functions above the formulas. */
export const FIELD: usize = TEMP + 512;
/** Eight-word integers and products of the scalar field. */
export const WORDS: usize = TEMP + 1024;
/** The integers of the inversion. */
export const INVERSE: usize = TEMP + 2048;
/** SHA-256 state, schedule and message. */
export const HASH: usize = TEMP + 2560;
/** Points and selected table entries of the multiplications. */
export const POINTS: usize = TEMP + 4096;
/** Recoded scalars. */
export const DIGITS: usize = TEMP + 5120;
/** One constant-time table: 16 entries of 128 bytes, and their 16 Z ratios. */
export const TABLE: usize = TEMP + 6144;
export const SCRATCH_END: usize = TEMP + 10240;

/** Constants written by the compiler (its memoryBase) stand between SCRATCH_END and COMB_G. */
export const COMB_G: usize = 16384;
/** 11 blocks of 32 signed sums of six teeth, affine, 80 bytes; the offset and the point that undoes it (secret.ts). */
export const COMB_BYTES: usize = 11 * 32 * 80 + 160;
export const COMB_U: usize = COMB_G + COMB_BYTES;

/** 64 odd multiples of a public point for wNAF of width 8: x, y, beta*x, 128 bytes each. */
export const WIDE_BYTES: usize = 64 * 128;
/** One fixed or cached point: tables of P, 2^32*P, 2^64*P, 2^96*P. */
export const SPLIT_BYTES: usize = 4 * WIDE_BYTES;
export const SPLIT_G: usize = COMB_U + COMB_BYTES;
export const SPLIT_U: usize = SPLIT_G + SPLIT_BYTES;
/** Verifying keys seen lately: 64 bytes of key each, a flag each, then their tables. */
export const KEY_SLOTS: i32 = 8;
export const KEY_NAMES: usize = SPLIT_U + SPLIT_BYTES;
export const KEY_TABLES: usize = KEY_NAMES + 1024;

/** Public points that secret scalars multiplied lately: 64 bytes, uses, slot of a comb (0 for none), last use: 76 bytes each. */
export const BASES: usize = KEY_TABLES + <usize>KEY_SLOTS * SPLIT_BYTES;
export const BASE_BYTES: usize = 76;
export const BASE_COUNT: i32 = 16;
/** Combs of those that come again and again. */
export const BASE_SLOTS: i32 = 4;
export const BASE_COMBS: usize = BASES + BASE_BYTES * <usize>BASE_COUNT;

/** Inputs, results, and workspace whose size depends on the call. */
export const ARENA: usize = (BASE_COMBS + <usize>BASE_SLOTS * COMB_BYTES + 15) & ~15;
