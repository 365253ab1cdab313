/**
 * Memory of files: how far the resident set of a process rises above idle while it encrypts or decrypts a large file. The file
 * is generated and passed from process to process; nobody holds it. Run: `npx node bench/filesMemory.ts [GiB] [--json]`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { decryptStream, encryptFile, encryptToStream, openFile, openFileKey, readFileHeader } from 'dintel/protocol';
import { SecretKey } from 'dintel/umbral';

const MiB = 1 << 20;
/** What the processes have in common. */
const secret = SecretKey.fromBytes(new Uint8Array(32).fill(7));

interface MemoryRow {
  readonly name: string;
  readonly idleMiB: number;
  readonly aboveMiB: number;
  readonly mibPerSecond: number;
}

/** Pieces as one reads a file: always into the same array, so that the figures are the library's and not the generator's. */
async function* generated(mib: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(MiB / 16);
  for (let i = 0; i < mib * 16; i++) yield piece.fill(i);
}

const options = (mib: number) => ({ delegatingKey: secret.publicKey, size: mib * MiB });

async function opened(source: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { header, rest } = await readFileHeader(source);
  return decryptStream(await openFile(header, openFileKey(secret, header)), rest);
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function print(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of stream) if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

/** The same work by WebCrypto alone, two chunks at once, nothing kept: what the collector of arrays leaves lying in any case. */
async function raw(mib: number): Promise<void> {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt']);
  const chunk = new Uint8Array(MiB);
  const half = async () => {
    for (let i = 0; i < mib / 2; i++) {
      await crypto.subtle.digest(
        'SHA-256',
        await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, chunk),
      );
    }
  };
  await Promise.all([half(), half()]);
}

/** Each runs in a process of its own; what `print` writes is the next one's input. */
const roles: Readonly<Record<string, (mib: number) => Promise<void>>> = {
  'raw AES-256-GCM, SHA-256': raw,
  'encrypt with content ids': (mib) => drain(encryptFile(generated(mib), options(mib))),
  'encrypt to a stream': (mib) => print(encryptToStream(generated(mib), options(mib))),
  'decrypt a stream': async () => drain(await opened(process.stdin)),
};

/** Idle is after imports and an empty file through the same code. */
async function play(name: string, mib: number): Promise<void> {
  await drain(await opened(encryptToStream(generated(0), options(0))));
  const idle = process.memoryUsage.rss();
  const started = performance.now();
  await roles[name]?.(mib);
  const mibPerSecond = (mib * 1000) / (performance.now() - started);
  const aboveMiB = (process.resourceUsage().maxRSS * 1024 - idle) / MiB;
  process.send?.({ name, idleMiB: idle / MiB, aboveMiB, mibPerSecond } satisfies MemoryRow);
}

/** Roles in a row, each reading what the one before it prints. */
async function chain(names: readonly string[], mib: number): Promise<MemoryRow[]> {
  const rows: Promise<MemoryRow>[] = [];
  let before: ChildProcess | undefined;
  for (const name of names) {
    const child = spawn(process.execPath, [import.meta.filename, '--role', name, String(mib)], {
      stdio: [before?.stdout ?? 'ignore', name === names.at(-1) ? 'ignore' : 'pipe', 'inherit', 'ipc'],
    });
    rows.push(once(child, 'message').then(([row]) => row as MemoryRow));
    // The pipe belongs to the two children now.
    before?.stdout?.destroy();
    before = child;
  }
  return Promise.all(rows);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, role: { type: 'string' } },
});
if (values.role !== undefined) {
  await play(values.role, Number(positionals[0]));
  process.disconnect();
} else {
  const mib = Number(positionals[0] ?? 4) * 1024;
  const rows = [
    ...(await chain(['raw AES-256-GCM, SHA-256'], mib)),
    ...(await chain(['encrypt with content ids'], mib)),
    ...(await chain(['encrypt to a stream', 'decrypt a stream'], mib)),
  ];
  if (values.json === true) console.log(JSON.stringify({ mib, rows }));
  else {
    const title = `a file of ${mib / 1024} GiB`;
    console.log(`${title.padEnd(28)}${'idle MiB'.padStart(10)}${'above it'.padStart(10)}${'MiB/s'.padStart(8)}`);
    for (const { name, idleMiB, aboveMiB, mibPerSecond } of rows) {
      const [idle, above, speed] = [idleMiB, aboveMiB, mibPerSecond].map((figure) => figure.toFixed(0));
      console.log(`${name.padEnd(28)}${idle?.padStart(10)}${above?.padStart(10)}${speed?.padStart(8)}`);
    }
  }
}
