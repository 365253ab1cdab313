/**
 * The kernel's field, scalars, hashes and decompression against BigInt and noble: every edge with every edge, then 100,000
 * random inputs each. The seed is printed when something differs. Points: kernelPoints.test.ts.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { nobleEngine } from '../../lib/umbral/engine/noble.ts';
import { createWasmEngine, startKernel } from '../../lib/umbral/engine/wasm.ts';
import { seeded } from './kernelSupport.ts';

const { Fp, Fn } = secp256k1.Point;
const P = Fp.ORDER;
const N = Fn.ORDER;
const kernel = startKernel()!;
const engine = createWasmEngine(kernel);
const COUNT = 100_000;
const BATCH = 1000;

const words = (view: DataView, at: number): bigint => {
  let value = 0n;
  for (let i = 0; i < 32; i += 8) value = (value << 64n) | view.getBigUint64(at + i);
  return value;
};
const putWords = (view: DataView, at: number, value: bigint): void => {
  for (let i = 24; i >= 0; i -= 8) {
    view.setBigUint64(at + i, BigInt.asUintN(64, value));
    value >>= 64n;
  }
};
const pack = (values: readonly bigint[]): Uint8Array => {
  const out = new Uint8Array(32 * values.length);
  const view = new DataView(out.buffer);
  for (const [i, value] of values.entries()) putWords(view, 32 * i, value);
  return out;
};
const unpack = (bytes: Uint8Array): bigint[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 32 }, (_, i) => words(view, 32 * i));
};

/** Values where carries, borrows and limb borders live: near 0, the modulus, 2^k for limb and word borders, all-ones runs. */
function edges(modulus: bigint): bigint[] {
  const list = [
    0n,
    1n,
    2n,
    3n,
    7n,
    976n,
    977n,
    978n,
    modulus - 1n,
    modulus - 2n,
    (modulus - 1n) / 2n,
    (modulus + 1n) / 2n,
  ];
  for (const bits of [24n, 28n, 29n, 30n, 32n, 58n, 64n, 128n, 232n, 252n, 255n]) {
    list.push((1n << bits) - 1n, 1n << bits, (1n << bits) + 1n, modulus - (1n << bits));
  }
  for (let limb = 0n; limb < 9n; limb++)
    list.push((0x10000000n << (29n * limb)) % modulus, (0x1fffffffn << (29n * limb)) % modulus);
  let balanced = 0n;
  for (let limb = 0n; limb < 8n; limb++) balanced |= 0xfffffffn << (29n * limb);
  return [...list, balanced, balanced + 1n, (balanced * 2n) % modulus];
}

function pairs(modulus: bigint, random: (bytes: number) => Uint8Array): [bigint[], bigint[]] {
  const special = edges(modulus);
  const a = special.flatMap((x) => special.map(() => x));
  const b = special.flatMap(() => special);
  for (let i = 0; i < COUNT; i++) {
    a.push(words(new DataView(random(32).buffer), 0) % modulus);
    b.push(words(new DataView(random(32).buffer), 0) % modulus);
  }
  return [a, b];
}

/** Runs `field` of the kernel on lists. */
function field(kind: number, a: readonly bigint[], b: readonly bigint[]): bigint[] {
  const out: bigint[] = [];
  for (let from = 0; from < a.length; from += BATCH) {
    const n = Math.min(BATCH, a.length - from);
    const at = kernel.arena();
    const memory = new Uint8Array(kernel.memory.buffer);
    memory.set(pack(a.slice(from, from + n)), at);
    memory.set(pack(b.slice(from, from + n)), at + 32 * BATCH);
    kernel.field(kind, at + 64 * BATCH, at, at + 32 * BATCH, n);
    out.push(...unpack(memory.slice(at + 64 * BATCH, at + 64 * BATCH + 32 * n)));
  }
  return out;
}

function compare(seed: number, got: readonly bigint[], want: (i: number) => bigint): void {
  for (let i = 0; i < got.length; i++) {
    if (got[i] !== want(i))
      expect.fail(`seed ${seed}, input ${i}: got ${got[i]!.toString(16)}, want ${want(i).toString(16)}`);
  }
}

describe('the field mod p against BigInt', () => {
  const { seed, random } = seeded();
  const [a, b] = pairs(P, random);
  it('multiplies', () => compare(seed, field(0, a, b), (i) => (a[i]! * b[i]!) % P));
  it('squares', () => compare(seed, field(1, a, b), (i) => (a[i]! * a[i]!) % P));
  it('adds', () => compare(seed, field(2, a, b), (i) => (a[i]! + b[i]!) % P));
  it('subtracts', () => compare(seed, field(3, a, b), (i) => (a[i]! - b[i]! + P) % P));
  it('inverts, and keeps 0', () => {
    const inverses = field(4, a, b);
    compare(
      seed,
      inverses.map((x, i) => (x * a[i]!) % P),
      (i) => (a[i] === 0n ? 0n : 1n),
    );
    expect(inverses.every((x) => x < P)).toBe(true);
  });
  it('takes square roots', () => {
    const squares = field(1, a, b);
    compare(seed, field(1, field(5, squares, b), b), (i) => squares[i]!);
  });
  it('takes values in [p, 2^256) as what they are mod p', () => {
    const list = Array.from({ length: 977 }, (_, i) => P + BigInt(i)).concat((1n << 256n) - 1n);
    compare(
      seed,
      field(
        2,
        list,
        list.map(() => 0n),
      ),
      (i) => list[i]! - P,
    );
  });
});

describe('the scalars mod n against BigInt', () => {
  const { seed, random } = seeded();
  const [a, b] = pairs(N, random);
  const [left, right] = [pack(a), pack(b)];
  const { scalars } = engine;
  it('adds, subtracts, multiplies, negates', () => {
    compare(seed, unpack(scalars.add(left, right)), (i) => (a[i]! + b[i]!) % N);
    compare(seed, unpack(scalars.sub(left, right)), (i) => (a[i]! - b[i]! + N) % N);
    compare(seed, unpack(scalars.mul(left, right)), (i) => (a[i]! * b[i]!) % N);
    compare(seed, unpack(scalars.mulAdd(left, right, left)), (i) => (a[i]! + b[i]! * a[i]!) % N);
    compare(seed, unpack(scalars.negate(left)), (i) => (N - a[i]!) % N);
  });
  it('inverts one by one and in lists, and keeps 0', () => {
    const one = a.slice(0, 12_000).map((x) => unpack(scalars.invert(pack([x])))[0]!);
    compare(
      seed,
      one.map((x, i) => (x * a[i]!) % N),
      (i) => (a[i] === 0n ? 0n : 1n),
    );
    compare(
      seed,
      unpack(scalars.invert(left)).map((x, i) => (x * a[i]!) % N),
      (i) => (a[i] === 0n ? 0n : 1n),
    );
  });
  it('reduces digests to [1, n-1]', () => {
    const digests = [
      ...edges(N),
      ...edges(1n << 256n),
      N,
      N + 1n,
      ...a.map((x, i) => (x ^ (b[i]! << 7n)) & ((1n << 256n) - 1n)),
    ];
    compare(seed, unpack(scalars.reduce(pack(digests))), (i) => (digests[i]! % (N - 1n)) + 1n);
  });
  it('evaluates polynomials and Lagrange coefficients that undo each other', () => {
    for (const t of [1, 2, 3, 10, 40]) {
      const coefficients = a.slice(-t);
      const xs = b.slice(-t);
      const shares = unpack(scalars.evaluate(pack(coefficients), pack(xs)));
      const lambdas = unpack(scalars.lagrangeAtZero(pack(xs))!);
      expect(shares.reduce((sum, share, i) => (sum + share * lambdas[i]!) % N, 0n)).toBe(coefficients[0]);
    }
    expect(scalars.lagrangeAtZero(pack([5n, 7n, 5n]))).toBeUndefined();
  });
});

describe('the hashes against noble', () => {
  const { seed, random } = seeded();
  const at = kernel.arena();
  const run = (f: (out: number, in_: number) => void, message: Uint8Array): Uint8Array => {
    const memory = new Uint8Array(kernel.memory.buffer);
    memory.set(message, at + 64);
    f(at, at + 64);
    return memory.slice(at, at + 32);
  };
  const same = (got: Uint8Array, want: Uint8Array, i: number) => {
    if (got.some((byte, k) => byte !== want[k])) expect.fail(`seed ${seed}, input ${i}`);
  };
  it('SHA-256 of every length to 300, then of random lengths', () => {
    const long = random(600);
    for (let i = 0; i < COUNT; i++) {
      const length = i <= 300 ? i : long[i % 600]! + (i % 64);
      const message = long.subarray(i % 251, (i % 251) + length);
      same(
        run((out, from) => kernel.sha256(out, from, message.length), message),
        sha256(message),
        i,
      );
    }
  });
  it('HKDF as the scheme uses it, and messages long enough to be hashed outside', () => {
    for (let i = 0; i < 2_000; i++) {
      const [ikm, info] = [random(33 + (i % 70)), random(i % 100)];
      const length = 32 * (1 + (i % 4)) - (i % 7);
      for (const { hashes } of [engine, nobleEngine])
        same(hashes.hkdf(ikm, info, length), hkdf(sha256, ikm, undefined, info, length), i);
    }
    for (const size of [0, 16_383, 16_384, 16_385, 100_000]) {
      const message = random(size);
      same(engine.hashes.sha256(message), sha256(message), size);
    }
  });
  it('HMAC-SHA-256', () => {
    for (let i = 0; i < COUNT / 10; i++) {
      const message = random(32 + (i % 160));
      const key = message.subarray(0, 32);
      const got = run((out, from) => kernel.hmac(out, from, from, message.length), message);
      same(got, hmac(sha256, key, message), i);
    }
  });
});

describe('decompression', () => {
  const { seed, random } = seeded();
  const xs = [...edges(P), P, P + 1n, (1n << 256n) - 1n];
  while (xs.length < COUNT) xs.push(words(new DataView(random(32).buffer), 0));
  const encode = (x: bigint, i: number): Uint8Array => {
    const encoded = new Uint8Array(33);
    encoded[0] = 2 + (i & 1);
    encoded.set(pack([x]), 1);
    return encoded;
  };

  it('of an accepted x gives the root asked for; a refused x has none, since the negative of x^3 + 7 has one', () => {
    const rights = xs.map((x) => (x ** 3n + 7n) % P);
    const opposite = field(
      5,
      rights.map((right) => (P - right) % P),
      xs.map(() => 0n),
    );
    let accepted = 0;
    for (const [i, x] of xs.entries()) {
      const { points, bad } = engine.decompress(encode(x, i));
      if (bad < 0) {
        const [gotX, y] = unpack(points);
        const good = x < P && gotX === x && y! < P && (y! * y!) % P === rights[i] && (y! & 1n) === BigInt(i & 1);
        if (!good) expect.fail(`seed ${seed}, x = ${x.toString(16)}`);
        accepted++;
      } else if (x < P && (opposite[i]! ** 2n + rights[i]!) % P !== 0n)
        expect.fail(`seed ${seed}, x = ${x.toString(16)}`);
    }
    expect(accepted).toBeGreaterThan(COUNT * 0.48);
    expect(accepted).toBeLessThan(COUNT * 0.52);
  });
  it('is what noble says', () => {
    for (const [i, x] of xs.slice(0, 5_000).entries()) {
      const { points, bad } = engine.decompress(encode(x, i));
      let want: { x: bigint; y: bigint } | undefined;
      try {
        want = secp256k1.Point.fromBytes(encode(x, i)).toAffine();
      } catch {}
      if (bad < 0 !== (want !== undefined)) expect.fail(`seed ${seed}, x = ${x.toString(16)}`);
      const [gotX, gotY] = unpack(points);
      if (want && (gotX !== want.x || gotY !== want.y)) expect.fail(`seed ${seed}, x = ${x.toString(16)}`);
    }
  });
  it('refuses every other tag', () => {
    const encoded = new Uint8Array(33);
    encoded.set(pack([Fp.create(secp256k1.Point.BASE.x)]), 1);
    for (let tag = 0; tag < 256; tag++) {
      encoded[0] = tag;
      expect(engine.decompress(encoded).bad).toBe(tag === 2 || tag === 3 ? -1 : 0);
    }
  });
});
