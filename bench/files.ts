/**
 * Files: encrypting and decrypting, with and without content ids, each against the same passes of raw WebCrypto over the same
 * bytes (one array again and again to encrypt, as many arrays as the file has chunks to decrypt), in one process, side by side. Raw
 * has as many chunks at once as ours, so it uses every core that ours does, and keeps and orders nothing.
 * Run: `npx node bench/files.ts [MiB] [--json]`. A ratio is ours / raw, so 1 would cost nothing: of speed by the clock, and of work by
 * the processor time of all threads, which other programs of a busy machine disturb less. Medians of the rounds' own ratios.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  decryptStream,
  encryptFile,
  encryptToStream,
  type OpenedFile,
  openFile,
  openFileKey,
  parseFileHeader,
  readFileHeader,
  SeekableFile,
} from 'dintel/protocol';
import { checkBlob } from 'dintel/storage/storage';
import { SecretKey } from 'dintel/umbral';

const MiB = 1 << 20;
const rounds = 5;
/** Chunks at once: as many as the library has at most. */
const width = 3;

/** One row: MiB a second by the clock and by a processor's time, and what parts of its raw peer these are. */
interface FileRow {
  readonly operation: string;
  readonly mibPerSecond: number;
  readonly mibPerCpuSecond: number;
  readonly ofRaw: number | undefined;
  readonly cpuOfRaw: number | undefined;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** `act` for each place, `width` of them at once. */
async function each(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** The passes, each with the name of the raw one that it is compared with. */
async function passesOver(
  mib: number,
): Promise<readonly (readonly [string, string | undefined, () => Promise<void>])[]> {
  const block = new Uint8Array(MiB);
  for (let at = 0; at < MiB; at += 65_536) crypto.getRandomValues(block.subarray(at, at + 65_536));
  const source = async function* () {
    for (let i = 0; i < mib; i++) yield block;
  };
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: new Uint8Array(32) };
  const seal = () => crypto.subtle.encrypt(algorithm, key, block);
  const hash = (bytes: ArrayBuffer) => crypto.subtle.digest('SHA-256', bytes);

  const secret = SecretKey.random();
  const options = { delegatingKey: secret.publicKey, name: 'bench', size: mib * MiB };
  const stored = new Map<string, Uint8Array>();
  const ids: string[] = [];
  let file: OpenedFile | undefined;
  for await (const { kind, id, bytes } of encryptFile(source(), options)) {
    if (kind === 'index') continue;
    stored.set(id, bytes);
    if (kind === 'chunk') ids.push(id);
    else file = await openFile(parseFileHeader(bytes), openFileKey(secret, parseFileHeader(bytes)));
  }
  // What ours decrypts lies in memory, not in a processor's cache; so does this.
  const rawSealed: ArrayBuffer[] = [];
  for (let i = 0; i < mib; i++) rawSealed.push(await seal());
  const sealedAt = (index: number) => rawSealed[index] as ArrayBuffer;
  const open = (index: number) => crypto.subtle.decrypt(algorithm, key, sealedAt(index));
  const fetched = (index: number) => {
    const id = ids[index] ?? '';
    return checkBlob(id.slice(2), stored.get(id) ?? new Uint8Array(0));
  };
  const decrypt = async () => {
    const { header, rest } = await readFileHeader(stored.values());
    await drain(decryptStream(await openFile(header, openFileKey(secret, header)), rest));
  };
  const retrieve = async () => drain((await SeekableFile.open(file as OpenedFile, ids.length, fetched)).slice());
  // Each beside its peer, so that what else the machine does meets both.
  return [
    ['raw AES-256-GCM', undefined, () => each(mib, seal)],
    ['encrypt to a stream', 'raw AES-256-GCM', () => drain(encryptToStream(source(), options))],
    ['raw AES-256-GCM, SHA-256', undefined, () => each(mib, async () => hash(await seal()))],
    ['encrypt with content ids', 'raw AES-256-GCM, SHA-256', () => drain(encryptFile(source(), options))],
    ['raw AES-256-GCM back', undefined, () => each(mib, open)],
    ['decrypt a stream', 'raw AES-256-GCM back', decrypt],
    [
      'raw SHA-256, AES-256-GCM back',
      undefined,
      () => each(mib, (index) => hash(sealedAt(index)).then(() => open(index))),
    ],
    ['check ids and decrypt', 'raw SHA-256, AES-256-GCM back', retrieve],
  ];
}

// So that no pass pays for what the one before it left lying.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Measures `mib` MiB per pass. */
async function benchFiles(mib: number): Promise<FileRow[]> {
  const passes = await passesOver(mib);
  const speeds = new Map(passes.map(([operation]) => [operation, { clock: [] as number[], cpu: [] as number[] }]));
  for (let round = 0; round <= rounds; round++) {
    for (const [operation, , pass] of passes) {
      collect();
      const started = performance.now();
      const before = process.cpuUsage();
      await pass();
      const { user, system } = process.cpuUsage(before);
      // The first round warms up.
      if (round === 0) continue;
      speeds.get(operation)?.clock.push((mib * 1_000) / (performance.now() - started));
      speeds.get(operation)?.cpu.push((mib * 1_000_000) / (user + system));
    }
  }
  const all = (operation: string, by: 'clock' | 'cpu') => speeds.get(operation)?.[by] ?? [];
  const speedOf = (operation: string, by: 'clock' | 'cpu') => median(all(operation, by));
  // A round against itself: load that comes and goes divides out.
  const ratioOf = (operation: string, peer: string | undefined, by: 'clock' | 'cpu') => {
    if (peer === undefined) return undefined;
    return median(all(operation, by).map((speed, round) => speed / (all(peer, by)[round] ?? Number.NaN)));
  };
  return passes.map(([operation, peer]) => ({
    operation,
    mibPerSecond: speedOf(operation, 'clock'),
    mibPerCpuSecond: speedOf(operation, 'cpu'),
    ofRaw: ratioOf(operation, peer, 'clock'),
    cpuOfRaw: ratioOf(operation, peer, 'cpu'),
  }));
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const mib = Number(positionals[0] ?? 256);
const rows = await benchFiles(mib);
if (values.json === true) console.log(JSON.stringify({ mib, rows }));
else {
  const line = (...cells: readonly string[]) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(32) : cell.padStart(13))).join(''));
  line('files, 1 MiB chunks', 'MiB/s', 'of raw', 'MiB/cpu s', 'of raw');
  for (const { operation, mibPerSecond, ofRaw, mibPerCpuSecond, cpuOfRaw } of rows) {
    const ratio = (value: number | undefined) => value?.toFixed(2) ?? '';
    line(operation, mibPerSecond.toFixed(0), ratio(ofRaw), mibPerCpuSecond.toFixed(0), ratio(cpuOfRaw));
  }
  console.log(`\n${mib} MiB a pass, medians of ${rounds} interleaved rounds, ${width} chunks at once.`);
}
