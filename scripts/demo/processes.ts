/**
 * Child processes of the demo: started with their output in files, measured, and stopped together whatever happens.
 * Owns no story; knows nothing of Dintel but where its command line lies.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** The command line of node/, run with the Node that runs this file: the one pinned in package.json. */
const dintel = [process.execPath, join(root, 'node/bin/dintel.js')] as const;

/**
 * What Node compiles once, it need not again: a command of ours starts in half the time. In the repository's own folder, since who can
 * write to such a cache decides what runs.
 */
const compiled = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node') };

/** A command that ended: its exit code, what it printed, and its largest resident set in bytes. */
export interface Finished {
  readonly pid: number;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly peakRssBytes: number;
}

/** A process that stays: a node, the chain. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Largest resident set so far, in bytes; 0 where the platform does not tell. */
  peakRssBytes(): number;
  /** Asks to stop, then insists after five seconds. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** Gone at once, wherever it was: SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Holds it still (SIGSTOP), or lets it go on (SIGCONT). */
  hold(): void;
  release(): void;
}

const living = new Map<number, { child: ChildProcess; running: Running }>();
const peaks = new Map<number, number>();

/** VmHWM of a living process; remembered, because the figure is gone with the process. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
    if (peak > 0) peaks.set(pid, peak);
  } catch {
    // Not Linux, or the process has just ended: the last figure seen stands.
  }
  return peaks.get(pid) ?? 0;
}

/** Starts a long-lived process whose output goes to a file; a pipe would kill it (EPIPE) if this process were to die. */
export function start(
  name: string,
  command: readonly string[],
  logFile: string,
  env: Record<string, string> = {},
): Running {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: root,
    // The channel says nothing; when this process is gone, however it went, they see it close and stop.
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...compiled, ...process.env, ...env },
    // Its own group: Ctrl-C reaches the demo alone, which then stops the others in order.
    detached: true,
  });
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${name} did not start; see ${logFile}`);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const running: Running = {
    name,
    pid,
    peakRssBytes: () => peakOf(pid),
    stop: async () => {
      peakOf(pid);
      if (child.exitCode !== null || child.signalCode !== null) return;
      // One that is held hears SIGTERM only when it goes on.
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      const insist = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(insist);
    },
    kill: async () => {
      peakOf(pid);
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await gone;
    },
    hold: () => void child.kill('SIGSTOP'),
    release: () => void child.kill('SIGCONT'),
  };
  living.set(pid, { child, running });
  child.once('exit', () => living.delete(pid));
  return running;
}

/** Starts a `dintel` command that stays. */
export const startDintel = (name: string, args: readonly string[], logFile: string): Running =>
  start(name, [...dintel, ...args], logFile);

/** Runs a command to its end. */
export function run(
  command: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; onStderr?: (line: string) => void } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0] as string, command.slice(1), {
      cwd: options.cwd ?? root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...compiled, ...process.env, ...options.env },
    });
    let stdout = '';
    let stderr = '';
    const pid = child.pid ?? 0;
    const sampler = setInterval(() => peakOf(pid), 100);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onStderr?.(text);
    });
    child.once('error', reject);
    child.once('close', (status) => {
      clearInterval(sampler);
      resolve({ pid, status: status ?? 1, stdout, stderr, peakRssBytes: peaks.get(pid) ?? 0 });
    });
  });
}

/** Runs a `dintel` command to its end. */
export const runDintel = (args: readonly string[], options: { cwd?: string } = {}): Promise<Finished> =>
  run([...dintel, ...args], options);

/** Stops everything that still lives, newest first, so that nodes say good-bye before their chain is gone. */
export async function stopAll(): Promise<void> {
  for (const { running } of [...living.values()].reverse()) await running.stop();
}

/** Last resort when this process is going down without time to wait. */
process.once('exit', () => {
  for (const { child } of living.values()) child.kill('SIGKILL');
});

/** A port that was free a moment ago, on loopback. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
