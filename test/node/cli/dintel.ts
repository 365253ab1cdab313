/** The command line as a person has it: a process of its own. Not a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { main } from '../../../node/cli/main.ts';

const bin = join(import.meta.dirname, '../../../node/bin/dintel.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON object on standard output, if it is one. */
  readonly json: Record<string, never> & { readonly error?: { readonly code: string; readonly message: string } };
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  /** File descriptor 3 of the process. */
  readonly fd3?: string;
}

/** Not every command is asked for JSON. */
function parsed(stdout: string): Ended['json'] {
  try {
    return JSON.parse(stdout);
  } catch {
    return {};
  }
}

/** Run to its end. */
export function dintel(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', options.fd3 === undefined ? 'ignore' : 'pipe'],
      env: { ...process.env, HOME: '/nonexistent', ...options.env },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin ?? '');
    const fd3 = child.stdio[3];
    if (fd3 && 'end' in fd3) fd3.end(options.fd3 ?? '');
    child.on('close', (status) => {
      resolve({ status, stdout, stderr, json: parsed(stdout) });
    });
  });
}

/** Commands of this process find nodes by names that only it knows; the chain is where it is. Undone by `vi.unstubAllGlobals`. */
export function reachNodes(net: { readonly fetch: typeof fetch }): void {
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (input: string | URL | Request, init?: RequestInit) =>
    (String(input instanceof Request ? input.url : input).includes('.test') ? net.fetch : real)(input, init),
  );
}

/** The same inside this process, for commands that end soon: a tenth of the time. */
export async function dintelHere(args: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const capture = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    });
  const captures = [capture('stdout'), capture('stderr')];
  try {
    const status = await main(args);
    return { status, ...said, json: parsed(said.stdout) };
  } finally {
    for (const one of captures) one.mockRestore();
  }
}

/** Run to its end and give its object; rejects with what it said when it fails. */
export async function dintelJson<T>(args: readonly string[]): Promise<T> {
  const ended = await dintel([...args, '--json']);
  if (ended.status !== 0) throw new Error(`dintel ${args.join(' ')} ended with ${ended.status}:\n${ended.stderr}`);
  return ended.json as T;
}

export interface Started {
  readonly child: ChildProcess;
  /** All it has said so far, both ways. */
  said(): string;
  ended: Promise<number | null>;
}

/** Start one that stays. */
export function startDintel(args: readonly string[]): Started {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', (status) => resolve(status)));
  return { child, said: () => text, ended };
}

/** A file that only we can read. */
export function secretFile(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}
