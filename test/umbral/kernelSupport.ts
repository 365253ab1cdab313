/** Random bytes that can be had again: set KERNEL_SEED to the seed that a failure printed. */
import { sha256 } from '@noble/hashes/sha2.js';

export function seeded(): { readonly seed: number; readonly random: (length: number) => Uint8Array<ArrayBuffer> } {
  const seed = Number(process.env.KERNEL_SEED ?? Math.floor(Math.random() * 2 ** 32));
  // xorshift128, started from a hash of the seed: enough for test inputs.
  const state = new Uint32Array(sha256(Uint8Array.of(seed >>> 24, seed >>> 16, seed >>> 8, seed)).buffer);
  let [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]! | 1];
  const random = (length: number) => {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const t = a ^ (a << 11);
      [a, b, c] = [b, c, d];
      d = d ^ (d >>> 19) ^ t ^ (t >>> 8);
      for (let k = i; k < Math.min(i + 4, length); k++) out[k] = d >>> (8 * (k - i));
    }
    return out;
  };
  return { seed, random };
}
