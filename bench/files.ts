/**
 * Files: encrypting and decrypting as streams against raw WebCrypto AES-256-GCM over the same chunks, in one process, side by side.
 * Run: `npx node bench/files.ts [MiB] [--json]`. A ratio is ours / raw, so 1 would cost nothing; medians of interleaved rounds.
 */
import { parseArgs } from 'node:util';
import { decryptStream, encryptFile, encryptToStream, openFile, openFileKey, readFileHeader } from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';

const MiB = 1 << 20;
const rounds = 5;

/** One row: MiB a second, and what part of raw AES-GCM that is. */
export interface FileRow {
  readonly operation: string;
  readonly mibPerSecond: number;
  readonly ofRaw: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** Measures `mib` MiB per pass. */
export async function benchFiles(mib: number): Promise<{ rows: FileRow[]; peakRssMiB: number }> {
  const block = new Uint8Array(MiB);
  for (let at = 0; at < MiB; at += 65_536) crypto.getRandomValues(block.subarray(at, at + 65_536));
  const source = async function* () {
    for (let i = 0; i < mib; i++) yield block;
  };
  const secret = SecretKey.random();
  const options = { delegatingKey: secret.publicKey, name: 'bench', size: mib * MiB };
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt']);
  const iv = new Uint8Array(12);
  const raw = async (hash: boolean) => {
    for (let i = 0; i < mib; i++) {
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: iv }, key, block);
      if (hash) await crypto.subtle.digest('SHA-256', sealed);
    }
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of encryptToStream(source(), options)) pieces.push(piece);
  const decrypt = async () => {
    const { header, rest } = await readFileHeader(pieces);
    await drain(decryptStream(await openFile(header, openFileKey(secret, header)), rest));
  };
  const passes: readonly (readonly [string, () => Promise<void>])[] = [
    ['raw WebCrypto AES-256-GCM', () => raw(false)],
    ['raw AES-256-GCM, then SHA-256', () => raw(true)],
    ['encrypt to a stream', () => drain(encryptToStream(source(), options))],
    ['encrypt with content ids', () => drain(encryptFile(source(), options))],
    ['decrypt a stream', decrypt],
  ];
  const speeds = passes.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [, pass]] of passes.entries()) {
      const started = performance.now();
      await pass();
      // The first round warms up.
      if (round > 0) speeds[index]?.push((mib * 1000) / (performance.now() - started));
    }
  }
  const rawSpeed = median(speeds[0] ?? []);
  const rows = passes.map(([operation], index) => {
    const mibPerSecond = median(speeds[index] ?? []);
    return { operation, mibPerSecond, ofRaw: mibPerSecond / rawSpeed };
  });
  return { rows, peakRssMiB: process.resourceUsage().maxRSS / 1024 };
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  const mib = Number(positionals[0] ?? 64);
  const { rows, peakRssMiB } = await benchFiles(mib);
  if (values.json === true) console.log(JSON.stringify({ mib, rows, peakRssMiB }));
  else {
    console.log(`${'files, 1 MiB chunks'.padEnd(32)}${'MiB/s'.padStart(8)}${'of raw'.padStart(9)}`);
    for (const row of rows) {
      console.log(
        `${row.operation.padEnd(32)}${row.mibPerSecond.toFixed(0).padStart(8)}${row.ofRaw.toFixed(2).padStart(9)}`,
      );
    }
    console.log(
      `\n${mib} MiB a pass, medians of ${rounds} interleaved rounds; peak resident set ${peakRssMiB.toFixed(0)} MiB.`,
    );
  }
}
