/**
 * The primitives of the WebAssembly engine against tiny-secp256k1 (libsecp256k1 in WebAssembly), the native `secp256k1` addon,
 * noble and umbral-pre, bytes to bytes, in one process.
 *
 *   npx node bench/kernel.ts [--rounds 21] [--json]
 *
 * Every round times all peers of a primitive in turn; a cell is the median over rounds, and ratio = peer / ours (above 1: we
 * are faster). Only ratios of one run mean anything. Umbral operations: bench/umbral.ts.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { nobleEngine } from '../lib/umbral/engine/noble.ts';
import { createWasmEngine, startKernel } from '../lib/umbral/engine/wasm.ts';

export interface KernelRow {
  readonly primitive: string;
  readonly oursUs: number;
  /** Microseconds by peer; those without such a call are absent. */
  readonly peersUs: Readonly<Record<string, number>>;
}
export interface KernelBench {
  readonly node: string;
  readonly rounds: number;
  /** Unpack, expand, compile and start the module; then the first product of G, which builds its table. */
  readonly startMs: number;
  readonly firstProductMs: number;
  readonly rows: readonly KernelRow[];
}

const PEERS = ['tiny', 'native', 'noble', 'umbral-pre'] as const;
type Peer = (typeof PEERS)[number];
interface Primitive {
  readonly primitive: string;
  readonly ours: () => unknown;
  readonly peers: Partial<Record<Peer, () => unknown>>;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

function time(call: () => unknown, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return ((performance.now() - start) * 1000) / calls;
}

const callsFor = (call: () => unknown): number => {
  for (let i = 0; i < 20; i++) call();
  return Math.max(1, Math.min(400, Math.round(2000 / Math.max(time(call, 5), 0.5))));
};

interface Native {
  publicKeyCreate(secret: Uint8Array): Uint8Array;
  publicKeyTweakMul(key: Uint8Array, tweak: Uint8Array): Uint8Array;
  publicKeyConvert(key: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { readonly signature: Uint8Array };
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean;
  ecdsaRecover(signature: Uint8Array, recovery: number, digest: Uint8Array): Uint8Array;
  ecdh(key: Uint8Array, secret: Uint8Array): Uint8Array;
}

export async function benchKernel(rounds = 21): Promise<KernelBench> {
  const start = performance.now();
  const kernel = startKernel();
  if (!kernel) throw new Error('no WebAssembly engine here');
  const engine = createWasmEngine(kernel);
  const startMs = performance.now() - start;
  const scalar = secp256k1.utils.randomSecretKey();
  const other = secp256k1.utils.randomSecretKey();
  engine.secretProducts([{ base: 'G', scalars: scalar }]);
  const firstProductMs = performance.now() - start - startMs;

  const native = createRequire(import.meta.url)('secp256k1') as Native;
  const tiny = await import('tiny-secp256k1');
  const pre = await import('@nucypher/umbral-pre');
  const { Point } = secp256k1;
  const base = Point.BASE.multiply(98765n);
  const encoded = base.toBytes(true);
  const { points } = engine.decompress(encoded);
  const digest = scalar.slice().reverse();
  const signed = engine.ecdsa.sign(scalar, digest);
  const signature = signed.subarray(0, 64);
  const publicKey = secp256k1.getPublicKey(scalar, true);
  const publicPoint = engine.decompress(publicKey).points;
  const k = Point.Fn.fromBytes(scalar);
  const preSecret = pre.SecretKey.fromBEBytes(scalar);
  const preKey = preSecret.publicKey();
  const preSignature = new pre.Signer(preSecret).sign(digest);
  const list = (n: number, size: number, one: Uint8Array) => {
    const out = new Uint8Array(n * size);
    for (let i = 0; i < n; i++) out.set(one, i * size);
    return out;
  };
  const distinct = (n: number) => engine.secretProducts([{ base: 'G', scalars: scalarsOf(n) }]);
  const scalarsOf = (n: number) => {
    const out = new Uint8Array(32 * n);
    for (let i = 0; i < n; i++) out.set(secp256k1.utils.randomSecretKey(), 32 * i);
    return out;
  };
  const sum = (n: number): Primitive => {
    const input = { points: distinct(n), scalars: scalarsOf(n) };
    return {
      primitive: `public sum of ${n}`,
      ours: () => engine.publicSums([input]),
      peers: {
        tiny: () => {
          for (let i = 0; i < n; i++) tiny.pointMultiply(encoded, scalar, true);
        },
        native: () => {
          for (let i = 0; i < n; i++) native.publicKeyTweakMul(encoded, scalar);
        },
        noble: () => nobleEngine.publicSums([input]),
      },
    };
  };
  const secretSum = (n: number): Primitive => {
    const input = { points: distinct(n), scalars: scalarsOf(n) };
    return {
      primitive: `secret sum of ${n}`,
      ours: () => engine.secretSums([input]),
      peers: { noble: () => nobleEngine.secretSums([input]) },
    };
  };
  // Forty points in turn: none comes often enough to be given a table.
  const many = Array.from({ length: 40 }, (_, i) => Point.BASE.multiply(BigInt(i + 2)).toBytes(true));
  let turn = 0;
  const fresh = () => many[turn++ % many.length]!;
  const two = list(2, 32, scalar);
  two.set(other, 32);
  const primitives: Primitive[] = [
    {
      primitive: 'k*G, secret',
      ours: () => engine.secretProducts([{ base: 'G', scalars: scalar }]),
      peers: {
        tiny: () => tiny.pointFromScalar(scalar, true),
        native: () => native.publicKeyCreate(scalar),
        noble: () => secp256k1.getPublicKey(scalar, true),
        'umbral-pre': () => preSecret.publicKey().free(),
      },
    },
    {
      primitive: 'k*P, secret, P seen before',
      ours: () => engine.secretProducts([{ base: engine.decompress(encoded).points, scalars: scalar }]),
      peers: {},
    },
    {
      primitive: 'k*P, secret, from 33 bytes',
      ours: () => engine.secretProducts([{ base: engine.decompress(fresh()).points, scalars: scalar }]),
      peers: {
        native: () => native.ecdh(encoded, scalar),
        noble: () => Point.fromBytes(encoded).multiply(k).toBytes(true),
      },
    },
    {
      primitive: 'k*P, public, from 33 bytes',
      ours: () => engine.publicSums([{ points: engine.decompress(encoded).points, scalars: scalar }]),
      peers: {
        tiny: () => tiny.pointMultiply(encoded, scalar, true),
        native: () => native.publicKeyTweakMul(encoded, scalar),
        noble: () => Point.fromBytes(encoded).multiplyUnsafe(k).toBytes(true),
      },
    },
    {
      primitive: 'two secret products of P',
      ours: () => engine.secretProducts([{ base: points, scalars: two }]),
      peers: { noble: () => nobleEngine.secretProducts([{ base: points, scalars: two }]) },
    },
    {
      primitive: 'decompress',
      ours: () => engine.decompress(encoded),
      peers: {
        tiny: () => tiny.pointCompress(encoded, false),
        native: () => native.publicKeyConvert(encoded, false),
        noble: () => Point.fromBytes(encoded),
        'umbral-pre': () => pre.PublicKey.fromCompressedBytes(encoded).free(),
      },
    },
    {
      primitive: 'ECDSA sign',
      ours: () => engine.ecdsa.sign(scalar, digest),
      peers: {
        tiny: () => tiny.sign(digest, scalar),
        native: () => native.ecdsaSign(digest, scalar),
        noble: () => secp256k1.sign(digest, scalar, { prehash: false }),
        'umbral-pre': () => new pre.Signer(preSecret).sign(digest).free(),
      },
    },
    {
      primitive: 'ECDSA verify, key seen before',
      ours: () => engine.ecdsa.verify(publicPoint, digest, signature),
      peers: {
        tiny: () => tiny.verify(digest, publicKey, signature),
        native: () => native.ecdsaVerify(signature, digest, publicKey),
        noble: () => secp256k1.verify(signature, digest, publicKey, { prehash: false }),
        'umbral-pre': () => preSignature.verify(preKey, digest),
      },
    },
    {
      primitive: 'ECDSA recover',
      ours: () => engine.ecdsa.recover(digest, signed),
      peers: { native: () => native.ecdsaRecover(signature, signed[64]!, digest) },
    },
    ...[2, 6, 20, 60].map(sum),
    ...[3, 10].map(secretSum),
    {
      primitive: '1/k mod n',
      ours: () => engine.scalars.invert(scalar),
      peers: { noble: () => nobleEngine.scalars.invert(scalar) },
    },
  ];
  const timed = primitives.map(({ primitive, ours, peers }) => {
    const all = [['ours', ours] as const, ...Object.entries(peers)];
    return {
      primitive,
      runs: all.map(([name, call]) => ({ name, call, calls: callsFor(call), times: [] as number[] })),
    };
  });
  for (let round = 0; round < rounds; round++)
    for (const { runs } of timed)
      for (const run of round % 2 ? runs.toReversed() : runs) run.times.push(time(run.call, run.calls));
  return {
    node: process.version,
    rounds,
    startMs,
    firstProductMs,
    rows: timed.map(({ primitive, runs }) => {
      const [ours, ...rest] = runs;
      return {
        primitive,
        oursUs: median(ours!.times),
        peersUs: Object.fromEntries(rest.map(({ name, times }) => [name, median(times)])),
      };
    }),
  };
}

/** The table that people read: microseconds, and how many times slower each peer is. */
export function kernelTable({ node, rounds, startMs, firstProductMs, rows }: KernelBench): string {
  const cell = (value: number | undefined, ours: number) =>
    (value === undefined ? '-' : `${value.toFixed(1)} (${(value / ours).toFixed(2)}x)`).padStart(18);
  return [
    `${'primitive (microseconds)'.padEnd(30)}${'dintel'.padStart(9)}${PEERS.map((peer) => peer.padStart(18)).join('')}`,
    ...rows.map(
      ({ primitive, oursUs, peersUs }) =>
        `${primitive.padEnd(30)}${oursUs.toFixed(1).padStart(9)}${PEERS.map((peer) => cell(peersUs[peer], oursUs)).join('')}`,
    ),
    '',
    `Node ${node}, medians of ${rounds} interleaved rounds; module started in ${startMs.toFixed(1)} ms, first k*G ${firstProductMs.toFixed(1)} ms.`,
    'tiny and native have no sums: n single products instead, whose calls also parse and encode.',
  ].join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '21' }, json: { type: 'boolean' } } });
  const result = await benchKernel(Number(values.rounds));
  console.log(values.json ? JSON.stringify(result, null, 2) : kernelTable(result));
}
