/**
 * Does the time of a secret operation depend on the secret? Welch's t-test between two classes of scalars, interleaved at
 * random, on every secret path of the WebAssembly engine, and on a control that must be caught: a public sum, whose time
 * depends on its scalar by design.
 *
 *   npx node bench/timing.ts [--samples 10000] [--json]
 *
 * Classes: one fixed scalar with hardly any bit set (or all set), against fresh random ones. |t| >= 4.5 says they differ with
 * near certainty (as in dudect, Reparaz, Balasch, Verbauwhede 2017). Samples slower than a class-blind percentile are cropped,
 * since they measure the machine; t is taken at several crops and the largest counts. Passing is no proof, failing is one.
 * test/umbral/kernelTaint.test.ts shows the other half: no secret reaches a branch or an address in the module.
 */
import { parseArgs } from 'node:util';
import { nobleEngine } from '../lib/umbral/engine/noble.ts';
import { wasmEngine } from '../lib/umbral/engine/wasm.ts';

export interface TimingRow {
  readonly path: string;
  /** Largest |t| over the crops. */
  readonly t: number;
  readonly samples: number;
  /** Whether this row is the control, which must leak. */
  readonly control: boolean;
}

const LIMIT = 4.5;
const CROPS = [0.5, 0.75, 0.9, 0.98];
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const toBytes = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 255n));
function randomScalar(): Uint8Array {
  const out = crypto.getRandomValues(new Uint8Array(32));
  out[0]! &= 0x7f;
  return out;
}

function welch(a: readonly number[], b: readonly number[]): number {
  const stats = (list: readonly number[]) => {
    const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
    return { mean, error: list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (list.length - 1) / list.length };
  };
  const [x, y] = [stats(a), stats(b)];
  return (x.mean - y.mean) / Math.sqrt(x.error + y.error);
}

/** Times `run` on scalars of two classes in random order; both lists are made before, so that nothing else differs. */
function measure(
  path: string,
  run: (scalar: Uint8Array) => unknown,
  fixed: Uint8Array,
  samples: number,
  control = false,
): TimingRow {
  const classes = crypto.getRandomValues(new Uint8Array(2 * samples)).map((x) => x & 1);
  // Both classes are made alike: a random array moved out of the heap by its source would be told apart by that.
  const inputs = Array.from(classes, (kind) => {
    const random = randomScalar();
    const input = new Uint8Array(32);
    for (let i = 0; i < 32; i++) input[i] = kind ? random[i]! : fixed[i]!;
    return input;
  });
  for (let i = 0; i < 500; i++) run(inputs[i % inputs.length]!);
  const times = new Float64Array(inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const start = performance.now();
    run(inputs[i]!);
    times[i] = performance.now() - start;
  }
  const sorted = times.slice().sort();
  let worst = 0;
  for (const crop of CROPS) {
    const limit = sorted[Math.floor(crop * sorted.length)]!;
    const groups: [number[], number[]] = [[], []];
    for (let i = 0; i < times.length; i++) if (times[i]! < limit) groups[classes[i]!]!.push(times[i]!);
    if (Math.min(groups[0].length, groups[1].length) > 100) worst = Math.max(worst, Math.abs(welch(...groups)));
  }
  return { path, t: worst, samples, control };
}

export function timing(samples = 10_000): TimingRow[] {
  const engine = wasmEngine();
  if (!engine) throw new Error('no WebAssembly engine here');
  const base = nobleEngine.secretProducts([{ base: 'G', scalars: toBytes(7n ** 80n % N) }]);
  const other = nobleEngine.secretProducts([{ base: 'U', scalars: toBytes(5n ** 90n % N) }]);
  const digest = new Uint8Array(32).fill(5);
  const [one, dense, sparse] = [toBytes(1n), toBytes((1n << 255n) - 1n), toBytes(1n << 254n)];
  const fixedScalar = toBytes(3n ** 150n % N);
  const pair = (k: Uint8Array) => {
    const both = new Uint8Array(64);
    both.set(k);
    both.set(k, 32);
    return both;
  };
  const paths: readonly [string, (k: Uint8Array) => unknown, Uint8Array][] = [
    ['k*G', (k) => engine.secretProducts([{ base: 'G', scalars: k }]), one],
    ['k*U', (k) => engine.secretProducts([{ base: 'U', scalars: k }]), sparse],
    ['k*P', (k) => engine.secretProducts([{ base, scalars: k }]), one],
    ['k*P, dense', (k) => engine.secretProducts([{ base, scalars: k }]), dense],
    ['two products of P (re-encryption)', (k) => engine.secretProducts([{ base, scalars: pair(k) }]), sparse],
    [
      'secret sum of two',
      (k) => engine.secretSums([{ points: Uint8Array.from([...base, ...other]), scalars: pair(k) }]),
      one,
    ],
    ['fold', (d) => engine.fold({ e1: base, v1: other, lambdas: fixedScalar, d }), one],
    ['sign', (k) => engine.ecdsa.sign(k, digest), one],
    ['a + b*c', (k) => engine.scalars.mulAdd(k, k, fixedScalar), one],
    ['1/a', (k) => engine.scalars.invert(k), one],
    ['f(x)', (k) => engine.scalars.evaluate(pair(k), k), dense],
    ['digest to scalar', (k) => engine.scalars.reduce(k), dense],
    ['HKDF', (k) => engine.hashes.hkdf(k, digest, 32), one],
  ];
  const rows = paths.map(([path, run, fixed]) => measure(path, run, fixed, samples));
  const leaking = (k: Uint8Array) => engine.publicSums([{ points: base, scalars: k }]);
  return [...rows, measure('CONTROL: public sum', leaking, one, samples, true)];
}

/** What is wrong with some rows, in words; empty when the secret paths pass and the control is caught. */
export const complaints = (rows: readonly TimingRow[]): string[] =>
  rows.flatMap(({ path, t, control }) =>
    control === t >= LIMIT
      ? []
      : [control ? `${path}: not caught, so this run says nothing` : `${path}: |t| = ${t.toFixed(1)}`],
  );

if (import.meta.main) {
  const { values } = parseArgs({
    options: { samples: { type: 'string', default: '10000' }, json: { type: 'boolean' } },
  });
  const rows = timing(Number(values.samples));
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else for (const { path, t } of rows) console.log(`${path.padEnd(36)} |t| = ${t.toFixed(2).padStart(8)}`);
  const wrong = complaints(rows);
  console.log(wrong.length === 0 ? `secret paths below ${LIMIT}, control caught` : wrong.join('\n'));
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
