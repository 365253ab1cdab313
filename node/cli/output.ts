/**
 * What a command says: its result on standard output (one JSON object with --json, else a few lines), everything else on
 * standard error. Owns: forms. Owns not: contents.
 */
import { toHex } from 'dintel/protocol';
import type { Failure } from './failure.ts';
import { Progress } from './progress.ts';

export class Output {
  readonly isJson: boolean;

  constructor(options: { json?: boolean | undefined }) {
    this.isJson = options.json === true;
  }

  /** The result: `facts` for scripts, `lines` for people. Once, at the end. */
  result(facts: Readonly<Record<string, unknown>>, lines: readonly string[]): void {
    if (this.isJson) process.stdout.write(`${json({ ...facts, ...processFacts() })}\n`);
    else process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Something on the way. */
  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  /** A bar on a terminal, silence elsewhere. */
  progress(title: string): Progress {
    return new Progress(title, process.stderr);
  }

  /** Why it did not work. */
  failure(failure: Failure): void {
    const { code, message, cure, data } = failure;
    process.stderr.write(`dintel: ${message}\n${cure === undefined ? '' : `        ${cure}\n`}        (${code})\n`);
    if (this.isJson)
      process.stdout.write(`${json({ ok: false, error: { code, message, cure, ...data }, ...processFacts() })}\n`);
  }
}

/** Peak memory of this process in bytes, and which process it was. */
export function processFacts(): { pid: number; peakRssBytes: number } {
  return { pid: process.pid, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

/** Integers beyond 2^53 and wei as decimal text, bytes as hex. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'bigint') return member.toString();
    return member instanceof Uint8Array ? toHex(member) : member;
  });
}

/** Columns for people; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, place) => Math.max(all[place] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row.map((cell, place) => (place === row.length - 1 ? cell : cell.padEnd((widths[place] ?? 0) + 2))).join(''),
  );
}
