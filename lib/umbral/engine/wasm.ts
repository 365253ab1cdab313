/**
 * The WebAssembly engine: the kernel of lib/umbral/kernel behind the byte contract of `engine.ts`.
 *
 * Owns: reading and starting the module, the layout of each call in its linear memory, wiping. Owns not: any arithmetic.
 * Compiled synchronously on first use. Where WebAssembly is missing or forbidden (a CSP without `wasm-unsafe-eval`), or lacks
 * SIMD, {@link wasmEngine} is `undefined` and the caller takes noble (`current.ts`).
 *
 * Secret calls: constant-time in the module (kernel/secret.ts), inputs, temporaries and results wiped from linear memory before
 * the call returns. What JavaScript and the machine keep (registers, stack, garbage collected arrays) nobody here can wipe.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type {
  Ecdsa,
  Engine,
  FixedBase,
  Folding,
  Hashes,
  Opening,
  ProofEquations,
  PublicSum,
  ScalarArithmetic,
} from '../engine.ts';
import { join } from './wasmFormulas.ts';
import { MODULE } from './wasmModule.ts';

/** What the module exports; see kernel/index.ts. All numbers are addresses, counts or flags. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  scratchStart(): number;
  scratchEnd(): number;
  arena(): number;
  warm(bits: number, work: number): void;
  decompressMany(out: number, encoded: number, n: number): number;
  normalise(out: number, points: number, n: number, work: number): void;
  addPoints(out: number, a: number, b: number, n: number): void;
  negatePoints(out: number, points: number, n: number): void;
  sumPoints(out: number, points: number, n: number): void;
  secretBase(points: number, n: number): void;
  secretTableOf(p: number): void;
  secretProduct(out: number, scalar: number): void;
  sharedBases(tables: number, bases: number, n: number, work: number): void;
  secretShared(out: number, scalar: number, table: number): void;
  secretFixed(out: number, scalar: number, which: number, work: number): void;
  secretComb(out: number, scalar: number, table: number): void;
  baseComb(point: number): number;
  buildBase(point: number, work: number): void;
  secretTables(tables: number, points: number, n: number, work: number): void;
  secretSumOf(out: number, tables: number, scalars: number, n: number, work: number): void;
  secretAdd(out: number, p: number, point: number): void;
  secretLift(out: number, point: number): void;
  publicSums(out: number, descriptions: number, sums: number, total: number, work: number): void;
  isIdentity(p: number): number;
  proofScalars(out: number, challenges: number, responses: number, weights: number, m: number): void;
  scalars(kind: number, out: number, a: number, b: number, bStep: number, c: number, n: number): void;
  invertScalars(out: number, a: number, n: number, work: number): void;
  evaluate(out: number, coefficients: number, t: number, xs: number, n: number, work: number): void;
  lagrange(out: number, xs: number, n: number, work: number): number;
  sign(out: number, secret: number, digests: number, entropy: number, m: number, work: number): number;
  verify(out: number, keys: number, each: number, digests: number, signatures: number, m: number, work: number): void;
  recover(out: number, digest: number, signature: number, work: number): number;
  sha256(out: number, message: number, bytes: number): void;
  hmac(out: number, key: number, message: number, bytes: number): void;
  field(kind: number, out: number, a: number, b: number, n: number): void;
  repeat(kind: number, p: number, n: number): void;
}

/** The module's bytes, with the formulas written in. Its text has one character for a byte below 90, two for any other. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let i = 0; i < MODULE.length; i++) {
    const digit = MODULE.charCodeAt(i) - 35;
    bytes.push(digit < 90 ? digit : 90 * (digit - 89) + MODULE.charCodeAt(++i) - 35);
  }
  return join(Uint8Array.from(bytes));
}

/** Starts a module of its own, or `undefined` where the platform has no WebAssembly with SIMD or forbids it. */
export function startKernel(): Kernel | undefined {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(kernelModule())).exports as unknown as Kernel;
  } catch {
    return undefined;
  }
}

const POINT = 64;
const JACOBIAN = 120;
/** A table of kernel/secret.ts sharedTables. */
const SHARED_BYTES = 2088;
/** Bytes of work that building the combs and split tables takes; once. */
const BUILD_WORK = 80_000;
/** Work of a public sum, for each point and each sum: tables, digits, columns, batched additions. */
const PUBLIC_POINT_WORK = 14_000;
const PUBLIC_SUM_WORK = 24_000;
/** Above this many bytes a message is hashed outside. */
const LONG_MESSAGE = 16_384;
/** What kernel/fixed.ts baseComb says of a point that should get a comb. */
const WORTH_BUILDING = 1;
const ADD = 0;
const SUB = 1;
const MUL = 2;
const MUL_ADD = 3;
const NEGATE = 4;
const REDUCE = 5;

let shared: Engine | null | undefined;

/** The engine of this thread, started on first call; `undefined` where the platform cannot run it. */
export function wasmEngine(): Engine | undefined {
  if (shared === undefined) {
    const kernel = startKernel();
    shared = kernel ? createWasmEngine(kernel) : null;
  }
  return shared ?? undefined;
}

function count(list: Uint8Array, size: number): number {
  if (list.length % size !== 0) throw new RangeError(`engine: list of ${list.length} bytes is not items of ${size}`);
  return list.length / size;
}

function same(what: string, ...counts: readonly number[]): void {
  if (counts.some((n) => n !== counts[0])) throw new RangeError(`engine: ${what} differ in number`);
}

const NONE = new Uint8Array();

/** Public batches are worked off in parts of this many, so that memory does not follow their length. */
const BATCH = 48;
const parts = (m: number): [number, number][] =>
  Array.from({ length: Math.ceil(m / BATCH) }, (_, i) => [BATCH * i, Math.min(m, BATCH * (i + 1))]);

export function createWasmEngine(kernel: Kernel): Engine {
  const { memory } = kernel;
  const scratch = kernel.scratchStart();
  const scratchEnd = kernel.scratchEnd();
  const arena = kernel.arena();
  let bytes = new Uint8Array(memory.buffer);
  /** First free address of the call in progress. */
  let top = arena;
  let built = 0;

  /** Reserves `size` bytes; memory grows with the largest call, never with the number of calls. */
  function room(size: number): number {
    const at = top;
    top = (top + size + 15) & ~15;
    if (top > bytes.length) {
      memory.grow(Math.ceil((top - bytes.length) / 65536));
      bytes = new Uint8Array(memory.buffer);
    }
    return at;
  }

  function put(list: Uint8Array): number {
    const at = room(list.length);
    bytes.set(list, at);
    return at;
  }

  const take = (at: number, size: number): Uint8Array => bytes.slice(at, at + size);

  /** Runs one call from an empty arena; a secret one leaves zeros wherever it wrote, also when it throws. */
  function run<T>(secret: boolean, call: () => T): T {
    top = arena;
    try {
      return call();
    } finally {
      if (secret) bytes.fill(0, scratch, scratchEnd).fill(0, arena, top);
    }
  }

  /** Tables of G and U (bits as in kernel/index.ts `warm`) before they are used; public, so no wiping. */
  function warm(bits: number): void {
    if ((built & bits) === bits) return;
    const before = top;
    const work = room(BUILD_WORK);
    kernel.warm(bits, work);
    bytes.fill(0, work, top);
    top = before;
    built |= bits;
  }

  /** The comb of a point that secrets multiply again and again (a key, a precursor), or 0; points are public. */
  function combOf(point: number): number {
    const comb = kernel.baseComb(point);
    if (comb !== WORTH_BUILDING) return comb;
    const before = top;
    kernel.buildBase(point, room(BUILD_WORK));
    bytes.fill(0, before, top);
    top = before;
    const made = kernel.baseComb(point);
    return made === WORTH_BUILDING ? 0 : made; // the identity has none
  }

  /** n Jacobian points to bytes, with one inversion. */
  function affine(points: number, n: number): Uint8Array {
    const out = room(POINT * n);
    kernel.normalise(out, points, n, room(40 * (n + 1)));
    return take(out, POINT * n);
  }

  const indexOf = (base: FixedBase): number => (base === 'G' ? 0 : 1);

  /** Computes the sums, some at a time: address of their Jacobian results. */
  function publicSums(sums: readonly PublicSum[]): number {
    const out = room(JACOBIAN * sums.length);
    const before = top;
    for (const [from, to] of parts(sums.length)) {
      top = before;
      somePublicSums(out + JACOBIAN * from, sums.slice(from, to));
    }
    return out;
  }

  /** Describes the sums in the arena and computes them to `out`; they share their inversions. */
  function somePublicSums(out: number, sums: readonly PublicSum[]): void {
    const descriptions = room(32 * sums.length);
    let total = 0;
    let tables = 0;
    const words: number[] = [];
    for (const { points = NONE, scalars = NONE, shortPoints = NONE, shortScalars = NONE, g, u } of sums) {
      const n = count(points, POINT);
      const m = count(shortPoints, POINT);
      same('points and scalars of a sum', n, count(scalars, 32));
      same('points and scalars of a sum', m, count(shortScalars, 16));
      total += n + m;
      if (g) tables |= 4;
      if (u) tables |= 8;
      words.push(put(points), put(scalars), n, put(shortPoints), put(shortScalars), m, g ? put(g) : 0, u ? put(u) : 0);
    }
    warm(tables);
    const work = room(PUBLIC_POINT_WORK * total + PUBLIC_SUM_WORK * sums.length);
    new Uint32Array(memory.buffer, descriptions, words.length).set(words);
    kernel.publicSums(out, descriptions, sums.length, total, work);
  }

  function proofsHold({ e, v, points, challenges, responses, weights }: ProofEquations): boolean {
    const m = count(challenges, 32);
    same('proof equations', m, count(responses, 32), count(weights, 48), count(points, 6 * POINT));
    if (m > BATCH) {
      // Each part must vanish by itself; what is lost is little, and memory stays small.
      return parts(m).every(([from, to]) =>
        proofsHold({
          e,
          v,
          points: points.subarray(6 * POINT * from, 6 * POINT * to),
          challenges: challenges.subarray(32 * from, 32 * to),
          responses: responses.subarray(32 * from, 32 * to),
          weights: weights.subarray(48 * from, 48 * to),
        }),
      );
    }
    return run(false, () => {
      const onU = 64;
      const scalars = room(96 + 96 * m);
      kernel.proofScalars(scalars, put(challenges), put(responses), put(weights), m);
      const firsts = new Uint8Array(POINT * (2 + 3 * m));
      const seconds = new Uint8Array(POINT * 3 * m);
      firsts.set(e);
      firsts.set(v, POINT);
      for (let i = 0; i < m; i++) {
        const at = 6 * POINT * i;
        firsts.set(points.subarray(at, at + 3 * POINT), POINT * (2 + 3 * i));
        seconds.set(points.subarray(at + 3 * POINT, at + 6 * POINT), POINT * 3 * i);
      }
      const full = new Uint8Array(32 * (2 + 3 * m));
      full.set(bytes.subarray(scalars, scalars + 64));
      full.set(bytes.subarray(scalars + 96, scalars + 96 + 96 * m), 64);
      const u = take(scalars + onU, 32);
      const sum = { points: firsts, scalars: full, shortPoints: seconds, shortScalars: weights, u };
      return kernel.isIdentity(publicSums([sum])) !== 0;
    });
  }

  /** Addresses of Jacobian sums of n points each with the scalars at each address; the tables are shared. */
  function secretSumsOf(sums: readonly { readonly points: Uint8Array; readonly scalars: Uint8Array }[]): number {
    const out = room(JACOBIAN * sums.length);
    for (const [i, { points, scalars }] of sums.entries()) {
      const n = count(points, POINT);
      same('points and scalars of a sum', n, count(scalars, 32));
      // The identity among public points is a public fact: such terms are left out.
      const live = Array.from({ length: n }, (_, k) => k).filter((k) =>
        points.subarray(64 * k, 64 * k + 64).some((x) => x),
      );
      const pointsAt = room(POINT * live.length);
      const scalarsAt = room(32 * live.length);
      for (const [k, from] of live.entries()) {
        bytes.set(points.subarray(64 * from, 64 * from + 64), pointsAt + 64 * k);
        bytes.set(scalars.subarray(32 * from, 32 * from + 32), scalarsAt + 32 * k);
      }
      const tables = room(2048 * live.length);
      const work = room(1900 * live.length + 400);
      kernel.secretTables(tables, pointsAt, live.length, work);
      kernel.secretSumOf(out + JACOBIAN * i, tables, scalarsAt, live.length, work);
    }
    return out;
  }

  function open({ e1, v1, lambdas, challenge, sOverD, d, delegatingKey }: Opening) {
    return run(true, () => {
      const sums = secretSumsOf([
        { points: e1, scalars: lambdas },
        { points: v1, scalars: lambdas },
      ]); // step 5: E', V'
      const primes = room(2 * POINT);
      const work = room(40 * 8);
      kernel.normalise(primes, sums, 2, work);
      // Left, right, E' + V', d*(E' + V').
      const four = room(4 * JACOBIAN);
      const sum = four + 2 * JACOBIAN;
      kernel.secretLift(sum, primes);
      kernel.secretAdd(sum, sum, primes + POINT);
      const product = room(JACOBIAN);
      kernel.secretLift(product, primes);
      kernel.secretTableOf(product);
      kernel.secretProduct(product, put(challenge));
      kernel.secretAdd(four, product, primes + POINT);
      kernel.secretBase(put(delegatingKey), 1);
      kernel.secretProduct(four + JACOBIAN, put(sOverD));
      kernel.secretTableOf(sum);
      kernel.secretProduct(four + 3 * JACOBIAN, put(d));
      const out = room(4 * POINT);
      kernel.normalise(out, four, 4, work);
      let different = 0;
      let some = 0;
      for (let i = 0; i < POINT; i++) {
        different |= bytes[out + i]! ^ bytes[out + POINT + i]!;
        some |= bytes[out + 2 * POINT + i]!;
      }
      const valid = different === 0 && some !== 0; // step 6
      return { valid, seed: valid ? take(out + 3 * POINT, POINT) : new Uint8Array(POINT) }; // step 7
    });
  }

  /** E1_i + V1_i in one list, then one sum with the scalars d*lambda_i. */
  function fold({ e1, v1, lambdas, d }: Folding): Uint8Array {
    const n = count(e1, POINT);
    same('e1, v1 and lambdas', n, count(v1, POINT), count(lambdas, 32));
    return run(true, () => {
      const sums = room(JACOBIAN * n);
      kernel.addPoints(sums, put(e1), put(v1), n);
      const points = affine(sums, n);
      const ks = room(32 * n);
      kernel.scalars(MUL, ks, put(lambdas), put(d), 0, 0, n);
      // A copy: a view would be of a memory that is gone if the sum makes it grow.
      const scalars = take(ks, 32 * n);
      try {
        return affine(secretSumsOf([{ points, scalars }]), 1);
      } finally {
        scalars.fill(0);
      }
    });
  }

  const hashes: Hashes = {
    sha256: (message) =>
      // A long message is no secret of the scheme, and the memory should not grow to its length.
      message.length > LONG_MESSAGE
        ? sha256(message)
        : run(true, () => {
            const out = room(32);
            kernel.sha256(out, put(message), message.length);
            return take(out, 32);
          }),
    hkdf: (ikm, info, length) =>
      run(true, () => {
        const okm = new Uint8Array(length);
        const key = room(32); // the absent salt: zeros
        bytes.fill(0, key, key + 32);
        kernel.hmac(key, key, put(ikm), ikm.length); // extract
        const block = room(32 + info.length + 1); // T(i - 1) || info || i
        bytes.set(info, block + 32);
        for (let at = 0, i = 1; at < length; at += 32, i++) {
          const from = i === 1 ? block + 32 : block;
          bytes[block + 32 + info.length] = i;
          kernel.hmac(block, key, from, block + 33 + info.length - from);
          okm.set(bytes.subarray(block, block + Math.min(32, length - at)), at);
        }
        return okm;
      }),
  };

  function elementwise(kind: number, a: Uint8Array, b?: Uint8Array, c?: Uint8Array): Uint8Array {
    const n = count(a, 32);
    const single = kind === MUL && b?.length === 32;
    if (b && !single) same('scalar lists', n, count(b, 32));
    if (c) same('scalar lists', n, count(c, 32));
    return run(true, () => {
      const out = room(a.length);
      kernel.scalars(kind, out, put(a), b ? put(b) : 0, single ? 0 : 32, c ? put(c) : 0, n);
      return take(out, a.length);
    });
  }

  const scalars: ScalarArithmetic = {
    add: (a, b) => elementwise(ADD, a, b),
    sub: (a, b) => elementwise(SUB, a, b),
    mul: (a, b) => elementwise(MUL, a, b),
    mulAdd: (a, b, c) => elementwise(MUL_ADD, a, b, c),
    negate: (a) => elementwise(NEGATE, a),
    reduce: (digests) => elementwise(REDUCE, digests),
    invert: (a) =>
      run(true, () => {
        const n = count(a, 32);
        const out = room(a.length);
        kernel.invertScalars(out, put(a), n, room(80 * n + 80));
        return take(out, a.length);
      }),
    evaluate: (coefficients, xs) =>
      run(true, () => {
        const t = count(coefficients, 32);
        const out = room(xs.length);
        kernel.evaluate(out, put(coefficients), t, put(xs), count(xs, 32), room(40 * t));
        return take(out, xs.length);
      }),
    lagrangeAtZero: (xs) =>
      run(true, () => {
        const n = count(xs, 32);
        const out = room(xs.length);
        return kernel.lagrange(out, put(xs), n, room(120 * n + 120)) ? take(out, xs.length) : undefined;
      }),
  };

  const ecdsa: Ecdsa = {
    sign: (secret, digests, entropy) => {
      const m = count(digests, 32);
      if (entropy) same('digests and entropy', m, count(entropy, 32));
      return run(true, () => {
        warm(1);
        const out = room(65 * m);
        const from = [put(secret), put(digests), entropy ? put(entropy) : 0] as const;
        if (!kernel.sign(out, ...from, m, room(336 * m + 400)))
          throw new RangeError('engine: no signature for this nonce');
        return take(out, 65 * m);
      });
    },
    verify: (keys, digests, signatures) => {
      const m = count(signatures, 64);
      const each = keys.length !== POINT;
      same('digests and signatures', m, count(digests, 32), each ? count(keys, POINT) : m);
      if (m > BATCH) {
        const out = new Uint8Array(m);
        for (const [from, to] of parts(m)) {
          const key = each ? keys.subarray(POINT * from, POINT * to) : keys;
          out.set(
            ecdsa.verify(key, digests.subarray(32 * from, 32 * to), signatures.subarray(64 * from, 64 * to)),
            from,
          );
        }
        return out;
      }
      return run(false, () => {
        warm(4);
        const out = room(m);
        const from = [put(keys), each ? 1 : 0, put(digests), put(signatures)] as const;
        kernel.verify(out, ...from, m, room((PUBLIC_SUM_WORK + PUBLIC_POINT_WORK) * m + BUILD_WORK));
        return take(out, m);
      });
    },
    recover: (digest, signature) =>
      run(false, () => {
        warm(4);
        const out = room(JACOBIAN);
        const found = kernel.recover(out, put(digest), put(signature), room(PUBLIC_SUM_WORK + 2 * PUBLIC_POINT_WORK));
        return found && !kernel.isIdentity(out) ? affine(out, 1) : undefined;
      }),
  };

  return {
    name: 'wasm',
    decompress: (encoded) =>
      run(false, () => {
        const n = count(encoded, 33);
        const out = room(POINT * n);
        const bad = kernel.decompressMany(out, put(encoded), n);
        return { points: take(out, POINT * n), bad };
      }),
    addPoints: (a, b) => {
      const n = count(a, POINT);
      same('points', n, count(b, POINT));
      return run(false, () => {
        const out = room(JACOBIAN * n);
        kernel.addPoints(out, put(a), put(b), n);
        return affine(out, n);
      });
    },
    negatePoints: (a) =>
      run(false, () => {
        const out = room(a.length);
        kernel.negatePoints(out, put(a), count(a, POINT));
        return take(out, a.length);
      }),
    secretProducts: (groups) =>
      run(true, () => {
        const total = groups.reduce((n, group) => n + count(group.scalars, 32), 0);
        const out = room(JACOBIAN * total);
        const shared = groups.filter(({ base, scalars: ks }) => typeof base !== 'string' && ks.length > 32);
        const tables = room(SHARED_BYTES * shared.length);
        if (shared.length > 0) {
          const bases = room(JACOBIAN * shared.length);
          for (const [i, { base }] of shared.entries())
            kernel.sumPoints(bases + JACOBIAN * i, put(base as Uint8Array), count(base as Uint8Array, POINT));
          kernel.sharedBases(tables, bases, shared.length, room(4200 * shared.length + 400));
        }
        let at = out;
        let table = tables;
        for (const { base, scalars: ks } of groups) {
          const from = put(ks);
          const end = from + ks.length;
          if (typeof base === 'string') {
            warm(1 << indexOf(base));
            for (let k = from; k < end; k += 32, at += JACOBIAN) kernel.secretFixed(at, k, indexOf(base), 0);
          } else if (ks.length > 32) {
            for (let k = from; k < end; k += 32, at += JACOBIAN) kernel.secretShared(at, k, table);
            table += SHARED_BYTES;
          } else if (ks.length > 0) {
            const point = put(base);
            const comb = base.length === POINT ? combOf(point) : 0;
            if (comb) kernel.secretComb(at, from, comb);
            else {
              kernel.secretBase(point, count(base, POINT));
              kernel.secretProduct(at, from);
            }
            at += JACOBIAN;
          }
        }
        return affine(out, total);
      }),
    secretSums: (sums) => run(true, () => affine(secretSumsOf(sums), sums.length)),
    publicSums: (sums) => run(false, () => affine(publicSums(sums), sums.length)),
    publicSumIsZero: (sum) => run(false, () => kernel.isIdentity(publicSums([sum])) !== 0),
    proofsHold,
    open,
    fold,
    scalars,
    ecdsa,
    hashes,
  };
}
