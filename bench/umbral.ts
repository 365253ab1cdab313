/**
 * Every Umbral operation against @nucypher/umbral-pre (WebAssembly) in one process, side by side.
 *
 *   npx node bench/umbral.ts [--engine noble] [--rounds 15] [--json]
 *
 * Each round times both libraries in turn on the same inputs, so that a busy machine disturbs both alike; a row is the median
 * over rounds after both are warm, and ratio = umbral-pre's time / ours (above 1: we are faster). Only ratios of one run mean anything.
 * "operation" says what a caller does with bytes from outside: parse and check included where it says so.
 */
import { parseArgs } from 'node:util';

export interface Row {
  readonly operation: string;
  readonly oursUs: number;
  readonly peerUs: number;
  readonly ratio: number;
}

export interface UmbralBench {
  readonly engine: string;
  readonly node: string;
  readonly rounds: number;
  /** One constant-time multiplication of a variable point by noble, as a measure of this machine at this moment. */
  readonly nobleMultiplyUs: number;
  /** From nothing to a first result: importing the library, and the first encryption (tables and all). */
  readonly importMs: number;
  readonly firstEncryptMs: number;
  readonly rows: readonly Row[];
}

interface Pair {
  readonly operation: string;
  readonly ours: () => void;
  readonly peer: () => void;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Microseconds for one call, over enough calls to take about `budgetMs`. */
function time(call: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return ((performance.now() - start) * 1000) / calls;
}

function callsWithin(budgetMs: number, call: () => void): number {
  const once = Math.max(time(call, 1), 1);
  return Math.max(1, Math.min(1000, Math.round((budgetMs * 1000) / once)));
}

/** `noble` forces the reference engine; `wasm` insists on the fast one; without a name it is what the library picks. */
async function choose(name: string | undefined): Promise<void> {
  const { arithmetic, useEngine: pick } = await import('../lib/umbral/engine/current.ts');
  const { nobleEngine } = await import('../lib/umbral/engine/noble.ts');
  const first = arithmetic();
  if (name !== undefined && name !== 'noble' && name !== first.name) {
    throw new Error(`no engine ${name} here; the library picks ${first.name}`);
  }
  pick(name === 'noble' ? nobleEngine : first);
}

/** Runs the whole comparison on the engine of that name. */
export async function benchUmbral(
  options: { engine?: string | undefined; rounds?: number } = {},
): Promise<UmbralBench> {
  const start = performance.now();
  const umbral = await import('../lib/umbral/index.ts');
  await choose(options.engine);
  const importMs = performance.now() - start;
  const firstKey = umbral.SecretKey.random().publicKey;
  umbral.encrypt(firstKey, new Uint8Array(16));
  const firstEncryptMs = performance.now() - start - importMs;

  const pairs = await operations();
  const { secp256k1 } = await import('@noble/curves/secp256k1.js');
  const point = secp256k1.Point.BASE.multiply(12345n).add(secp256k1.Point.BASE);
  const scalar = secp256k1.Point.Fn.fromBytes(secp256k1.utils.randomSecretKey());
  const calibrate = () => void point.multiply(scalar);

  const timed = [{ operation: '', ours: calibrate, peer: () => {} }, ...pairs].map((pair) => {
    // Warm is what the table is about (the first call is printed apart): both sides run until their code is optimised.
    for (const call of [pair.ours, pair.peer]) time(call, callsWithin(150, call));
    const budgetMs = 10;
    const calls = { ours: callsWithin(budgetMs, pair.ours), peer: callsWithin(budgetMs, pair.peer) };
    return { ...pair, calls, oursUs: [] as number[], peerUs: [] as number[] };
  });
  const rounds = options.rounds ?? 15;
  for (let round = 0; round < rounds; round++) {
    for (const pair of timed) {
      // Who goes first changes from round to round.
      if (round % 2 === 0) pair.oursUs.push(time(pair.ours, pair.calls.ours));
      pair.peerUs.push(time(pair.peer, pair.calls.peer));
      if (round % 2 === 1) pair.oursUs.push(time(pair.ours, pair.calls.ours));
    }
  }
  const [calibration, ...measured] = timed;
  return {
    engine: umbral.engine(),
    node: process.version,
    rounds,
    nobleMultiplyUs: median(calibration!.oursUs),
    importMs,
    firstEncryptMs,
    rows: measured.map(({ operation, oursUs, peerUs }) => {
      const [ours, peer] = [median(oursUs), median(peerUs)];
      return { operation, oursUs: ours, peerUs: peer, ratio: peer / ours };
    }),
  };
}

/** The same work in both libraries, on inputs made once. The peer's objects live outside the collector and are freed. */
async function operations(): Promise<Pair[]> {
  const ours = await import('../lib/umbral/index.ts');
  const pre = await import('@nucypher/umbral-pre');
  const secrets = Array.from({ length: 3 }, () => ours.SecretKey.random());
  const [alice, bob, signing] = secrets as [(typeof secrets)[0], (typeof secrets)[0], (typeof secrets)[0]];
  const [preAlice, preBob, preSigning] = secrets.map((secret) => pre.SecretKey.fromBEBytes(secret.toSecretBytes())) as [
    InstanceType<typeof pre.SecretKey>,
    InstanceType<typeof pre.SecretKey>,
    InstanceType<typeof pre.SecretKey>,
  ];
  const keys = { verifyingKey: signing.publicKey, delegatingKey: alice.publicKey, receivingKey: bob.publicKey };
  const preKeys = [preSigning.publicKey(), preAlice.publicKey(), preBob.publicKey()] as const;
  const [, preDelegating, preReceiving] = preKeys;
  const signer = new ours.Signer(signing);
  const preSigner = new pre.Signer(preSigning);
  const plaintext = new Uint8Array(16).fill(7);

  const { capsule, ciphertext } = ours.encrypt(keys.delegatingKey, plaintext);
  const preCapsule = pre.Capsule.fromBytes(capsule.toBytes());
  const secretBytes = bob.toSecretBytes();
  const publicBytes = bob.publicKey.toBytes();
  const signature = signer.sign(plaintext);
  const preSignature = preSigner.sign(plaintext);

  /** Fragments of a threshold-of-threshold delegation, verified, in both libraries. */
  const fragments = (threshold: number) => {
    const kfrags = ours.generateKFrags({
      delegatingSecretKey: alice,
      receivingKey: keys.receivingKey,
      signer,
      threshold,
      shares: threshold,
    });
    const encoded = kfrags.map((kfrag) => ours.reencrypt(capsule, kfrag).toBytes());
    const cfrags = ours.verifyCapsuleFrags(
      capsule,
      encoded.map((each) => ours.CapsuleFrag.fromBytes(each)),
      keys,
    ).verified;
    const theirs = encoded.map((each) => pre.CapsuleFrag.fromBytes(each).verify(preCapsule, ...preKeys));
    return { kfrags, cfrags, encoded, theirs };
  };
  const [one, three, ten] = [fragments(1), fragments(3), fragments(10)];
  const kfrag = one.kfrags[0]!;
  const kfragBytes = kfrag.toBytes();
  const preKFrag = pre.KeyFrag.fromBytes(kfragBytes).skipVerification();
  const capsuleBytes = capsule.toBytes();

  const delegate = (threshold: number, shares: number): Pair => ({
    operation: `generateKFrags ${threshold} of ${shares}`,
    ours: () =>
      void ours.generateKFrags({
        delegatingSecretKey: alice,
        receivingKey: keys.receivingKey,
        signer,
        threshold,
        shares,
      }),
    peer: () => {
      for (const made of pre.generateKFrags(preAlice, preReceiving, preSigner, threshold, shares, true, true))
        made.free();
    },
  });
  const verify = ({ encoded }: ReturnType<typeof fragments>): Pair => ({
    operation: `cfrag parse + verify, ${encoded.length}${encoded.length > 1 ? ' merged' : ''}`,
    ours: () => {
      const parsed = encoded.map((each) => ours.CapsuleFrag.fromBytes(each));
      if (ours.verifyCapsuleFrags(capsule, parsed, keys).rejected.length > 0)
        throw new Error('a good cfrag was refused');
    },
    peer: () => {
      for (const each of encoded)
        pre.CapsuleFrag.fromBytes(each)
          .verify(preCapsule, ...preKeys)
          .free();
    },
  });
  const open = ({ cfrags, theirs }: ReturnType<typeof fragments>): Pair => ({
    operation: `decryptReencrypted, ${cfrags.length}`,
    ours: () =>
      void ours.decryptReencrypted({
        receivingSecretKey: bob,
        delegatingKey: keys.delegatingKey,
        capsule,
        cfrags,
        ciphertext,
      }),
    peer: () => void pre.decryptReencrypted(preBob, preDelegating, preCapsule, theirs, ciphertext),
  });

  return [
    {
      operation: 'secret key + public key',
      ours: () => void ours.SecretKey.fromBytes(secretBytes).publicKey,
      peer: () => {
        const secret = pre.SecretKey.fromBEBytes(secretBytes);
        secret.publicKey().free();
        secret.free();
      },
    },
    {
      operation: 'public key parse',
      ours: () => void ours.PublicKey.fromBytes(publicBytes),
      peer: () => pre.PublicKey.fromCompressedBytes(publicBytes).free(),
    },
    { operation: 'sign', ours: () => void signer.sign(plaintext), peer: () => preSigner.sign(plaintext).free() },
    {
      operation: 'signature verify',
      ours: () => void signature.verify(keys.verifyingKey, plaintext),
      peer: () => void preSignature.verify(preKeys[0], plaintext),
    },
    {
      operation: 'encrypt 16 B',
      ours: () => void ours.encrypt(keys.delegatingKey, plaintext),
      peer: () => pre.encrypt(preDelegating, plaintext)[0].free(),
    },
    {
      operation: 'capsule parse with its check',
      ours: () => void ours.Capsule.fromBytes(capsuleBytes),
      peer: () => pre.Capsule.fromBytes(capsuleBytes).free(),
    },
    {
      operation: 'decryptOriginal',
      ours: () => void ours.decryptOriginal(alice, capsule, ciphertext),
      peer: () => void pre.decryptOriginal(preAlice, preCapsule, ciphertext),
    },
    delegate(2, 3),
    delegate(10, 20),
    {
      operation: 'kfrag parse + verify',
      ours: () => void ours.KeyFrag.fromBytes(kfragBytes).verify(keys),
      peer: () =>
        pre.KeyFrag.fromBytes(kfragBytes)
          .verify(...preKeys)
          .free(),
    },
    {
      operation: 'reencrypt',
      ours: () => void ours.reencrypt(capsule, kfrag),
      peer: () => pre.reencrypt(preCapsule, preKFrag).free(),
    },
    verify(one),
    verify(three),
    verify(ten),
    open(three),
    open(ten),
    {
      operation: "Bob's whole run, 10 unverified",
      ours: () => {
        const parsed = ten.encoded.map((each) => ours.CapsuleFrag.fromBytes(each));
        const cfrags = ours.verifyCapsuleFrags(capsule, parsed, keys).verified;
        ours.decryptReencrypted({
          receivingSecretKey: bob,
          delegatingKey: keys.delegatingKey,
          capsule,
          cfrags,
          ciphertext,
        });
      },
      peer: () => {
        const verified = ten.encoded.map((each) => pre.CapsuleFrag.fromBytes(each).verify(preCapsule, ...preKeys));
        pre.decryptReencrypted(preBob, preDelegating, preCapsule, verified, ciphertext);
        for (const each of verified) each.free();
      },
    },
    {
      operation: 'evidence',
      ours: () => void ours.ReencryptionEvidence.from({ capsule, cfrag: one.cfrags[0]!, ...keys }),
      peer: () => new pre.ReencryptionEvidence(preCapsule, one.theirs[0]!, ...preKeys).free(),
    },
  ];
}

/** The table that people read. */
export function umbralTable({ engine, node, rounds, rows, ...more }: UmbralBench): string {
  const cells = rows.map(({ operation, oursUs, peerUs, ratio }) => [
    operation,
    oursUs.toFixed(0),
    peerUs.toFixed(0),
    `${ratio.toFixed(ratio < 0.1 ? 3 : 2)}x`,
  ]);
  const head = ['operation (microseconds)', `dintel (${engine})`, 'umbral-pre', 'ratio'];
  const widths = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [
    line(head),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...cells.map(line),
    '',
    `Node ${node}, medians of ${rounds} interleaved rounds; one noble multiplication ${more.nobleMultiplyUs.toFixed(0)} us;`,
    `import ${more.importMs.toFixed(1)} ms, first key and encryption ${more.firstEncryptMs.toFixed(1)} ms.`,
  ].join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { engine: { type: 'string' }, rounds: { type: 'string', default: '15' }, json: { type: 'boolean' } },
  });
  const result = await benchUmbral({ engine: values.engine, rounds: Number(values.rounds) });
  console.log(values.json ? JSON.stringify(result, null, 2) : umbralTable(result));
}
