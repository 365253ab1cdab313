/**
 * The WebAssembly engine against the native libsecp256k1 addon: a million random inputs (about ten minutes), each through
 * k*G, k*P secret and public, a sum of two, decompression, addition, ECDSA sign, verify and recover, byte for byte.
 *
 *   npx node bench/kernelMillion.ts [--count 1000000] [--seed N]
 *
 * Prints the seed and stops at the first difference with exit code 1. CI compares fewer inputs with noble and BigInt
 * (test/umbral/kernel*.test.ts).
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { sha256 } from '@noble/hashes/sha2.js';
import { createWasmEngine, startKernel } from '../lib/umbral/engine/wasm.ts';

interface Native {
  privateKeyVerify(secret: Uint8Array): boolean;
  publicKeyCreate(secret: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyTweakMul(key: Uint8Array, tweak: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyCombine(keys: readonly Uint8Array[], compressed: boolean): Uint8Array;
  publicKeyConvert(key: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { readonly signature: Uint8Array; readonly recid: number };
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean;
}

const { values } = parseArgs({ options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string' } } });
const count = Number(values.count);
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 32));
const native = createRequire(import.meta.url)('secp256k1') as Native;
const kernel = startKernel();
if (!kernel) throw new Error('no WebAssembly engine here');
const engine = createWasmEngine(kernel);

let counter = 0;
/** The next scalar of the stream of this seed. */
function next(): Uint8Array {
  for (;;) {
    const candidate = sha256(new TextEncoder().encode(`${seed}/${counter++}`));
    if (native.privateKeyVerify(candidate)) return candidate;
  }
}
const join = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

console.log(`seed ${seed}, ${count} inputs`);
const start = performance.now();
let base = native.publicKeyCreate(next(), false);
for (let i = 0; i < count; i++) {
  const [k, m, digest] = [next(), next(), next()];
  const same = (what: string, got: Uint8Array | undefined, want: Uint8Array): void => {
    if (got && got.length === want.length && got.every((byte, at) => byte === want[at])) return;
    console.error(`seed ${seed}, input ${i}: ${what} differs`);
    process.exit(1);
  };
  const point = base.subarray(1);
  const key = native.publicKeyCreate(k, false);
  const product = native.publicKeyTweakMul(base, m, false);
  const both = native.publicKeyCombine([key, product], false);
  same('k*G', engine.secretProducts([{ base: 'G', scalars: k }]), key.subarray(1));
  same('k*P, secret', engine.secretProducts([{ base: point, scalars: m }]), product.subarray(1));
  same(
    'two products',
    engine.secretProducts([{ base: point, scalars: join(m, m) }]),
    join(product.subarray(1), product.subarray(1)),
  );
  same('k*P, public', engine.publicSums([{ points: point, scalars: m }]), product.subarray(1));
  same('k*G + m*P', engine.publicSums([{ points: point, scalars: m, g: k }]), both.subarray(1));
  same('addition', engine.addPoints(key.subarray(1), product.subarray(1)), both.subarray(1));
  const encoded = native.publicKeyConvert(product, true);
  same('decompression', engine.decompress(encoded).points, product.subarray(1));
  const { signature, recid } = native.ecdsaSign(digest, k);
  const signed = engine.ecdsa.sign(k, digest);
  same('signature', signed, join(signature, Uint8Array.of(recid)));
  same('verification', engine.ecdsa.verify(key.subarray(1), digest, signature), Uint8Array.of(1));
  same(
    'refusal',
    engine.ecdsa.verify(point, digest, signature),
    Uint8Array.of(native.ecdsaVerify(signature, digest, base) ? 1 : 0),
  );
  same('recovery', engine.ecdsa.recover(digest, signed), key.subarray(1));
  base = product;
  if ((i + 1) % 50_000 === 0) console.log(`${i + 1} inputs, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
console.log(`${count} inputs, no difference, ${((performance.now() - start) / 1000).toFixed(0)} s`);
