/**
 * No secret decides a branch, a select or an address in the kernel: the very module that ships runs in an interpreter that
 * follows every bit of the secrets through it (kernelInterpreter.ts), and its results are those of noble.
 */
import { describe, expect, it } from 'vitest';
import { nobleEngine } from '../../lib/umbral/engine/noble.ts';
import { createWasmEngine, type Kernel, kernelModule } from '../../lib/umbral/engine/wasm.ts';
import type { Engine } from '../../lib/umbral/engine.ts';
import { Interpreter, type Leak } from './kernelInterpreter.ts';

const MEMORY = 1 << 21;
const interpreter = new Interpreter(kernelModule(), MEMORY);
let secrets: readonly Uint8Array[] = [];

/** Marks each occurrence of a secret in the arena before every call into the module. */
function mark(): void {
  const arena = interpreter.exports.arena!();
  const memory = Buffer.from(interpreter.memory.buffer);
  for (const secret of secrets)
    for (let at = memory.indexOf(secret, arena); at >= 0; at = memory.indexOf(secret, at + 1))
      interpreter.secret.fill(1, at, at + secret.length);
}
const exports = Object.fromEntries(
  Object.entries(interpreter.exports).map(([name, call]) => [
    name,
    (...args: number[]) => {
      mark();
      return call(...args);
    },
  ]),
);
const engine = createWasmEngine({ ...exports, memory: { buffer: interpreter.memory.buffer } } as unknown as Kernel);

/** Runs a call on both engines, compares, and returns what leaked. */
function leaksOf(secret: readonly Uint8Array[], call: (engine: Engine) => unknown): readonly Leak[] {
  secrets = secret;
  interpreter.secret.fill(0);
  interpreter.leaks.length = 0;
  expect(call(engine)).toEqual(call(nobleEngine));
  secrets = [];
  return interpreter.leaks.slice();
}

const scalar = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => (seed * (i + 3) * 37 + i * i) & 0x7f);
const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const [a, b, c, d] = [scalar(1), scalar(2), scalar(3), scalar(4)];
const [p, q] = [
  nobleEngine.secretProducts([{ base: 'G', scalars: scalar(9) }]),
  nobleEngine.secretProducts([{ base: 'U', scalars: scalar(8) }]),
];

describe('no secret decides a branch, a select or an address in', () => {
  // The tables of public points are built before, as in a warm engine.
  engine.secretProducts([
    { base: 'G', scalars: scalar(5) },
    { base: 'U', scalars: scalar(5) },
  ]);

  const paths: Record<string, [secrets: readonly Uint8Array[], call: (engine: Engine) => unknown]> = {
    'k*G and k*U': [
      [a],
      (e) =>
        e.secretProducts([
          { base: 'G', scalars: a },
          { base: 'U', scalars: a },
        ]),
    ],
    'k*P': [[a], (e) => e.secretProducts([{ base: p, scalars: a }])],
    'k*P when P has come often enough for a comb': [
      [a],
      (e) =>
        Array.from({ length: 4 }, () => {
          interpreter.secret.fill(0); // the engine has wiped the memory, of which the marks know nothing
          return e.secretProducts([{ base: q, scalars: a }]);
        }),
    ],
    'k*(P + Q)': [[a], (e) => e.secretProducts([{ base: join(p, q), scalars: a }])],
    'several products of two bases': [
      [a, b],
      (e) =>
        e.secretProducts([
          { base: p, scalars: join(a, b) },
          { base: q, scalars: join(a, b) },
        ]),
    ],
    'a sum': [[a, b], (e) => e.secretSums([{ points: join(p, q), scalars: join(a, b) }])],
    'the folded opening': [[a, b, c], (e) => e.fold({ e1: join(p, q), v1: join(q, p), lambdas: join(a, b), d: c })],
    'the checked opening': [
      [a, b, c],
      (e) => e.open({ e1: p, v1: q, lambdas: a, challenge: d, sOverD: b, d: c, delegatingKey: q }),
    ],
    'scalar arithmetic': [
      [a, b, c],
      (e) => [
        e.scalars.add(a, b),
        e.scalars.sub(a, b),
        e.scalars.mul(a, b),
        e.scalars.mulAdd(a, b, c),
        e.scalars.negate(a),
      ],
    ],
    inversion: [[a, b], (e) => e.scalars.invert(join(a, b))],
    'digests to scalars': [[a], (e) => e.scalars.reduce(a)],
    'the polynomial': [[a, b, c], (e) => e.scalars.evaluate(join(a, b), c)],
    'SHA-256 and HKDF': [[a, b], (e) => [e.hashes.sha256(a), e.hashes.hkdf(a, b, 64)]],
  };
  for (const [name, [secret, call]] of Object.entries(paths)) {
    it(name, () => expect(leaksOf(secret, call)).toEqual([]));
  }

  it('Lagrange coefficients, but whether two indices are equal, which is public', () => {
    const leaks = leaksOf([a, b, c], (e) => e.scalars.lagrangeAtZero(join(a, b, c)));
    expect(leaks.map(({ kind }) => kind)).toEqual(['branch']);
  });

  it('signing, but whether a nonce is in range, which it is but for 2^-127', () => {
    const leaks = leaksOf([a], (e) => e.ecdsa.sign(a, join(b, c), join(c, d)));
    expect(leaks.map(({ kind }) => kind)).toEqual(['branch', 'branch']);
  });

  it('and a public sum, which is allowed to, is caught', () => {
    const leaks = leaksOf([a], (e) => e.publicSums([{ points: p, scalars: a }]));
    const kinds = new Set(leaks.map(({ kind }) => kind));
    expect(kinds.has('branch') && kinds.has('load')).toBe(true);
  });
});
