/**
 * The demo as a person starts it, for browser tests: `npm run demo` in a process of its own, its URL read from its screen, stopped
 * with the signal that Ctrl-C sends. Not a test by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A demo that runs. */
export interface Demo {
  /** Where the app is served. */
  readonly site: string;
  /** All that it has printed so far. */
  screen(): string;
  /** Interrupts it and resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the demo and resolves when the story is told and the app is served. Rejects with its screen if it ends before. */
export function startDemo(timeoutMs: number): Promise<Demo> {
  const child: ChildProcess = spawn(process.execPath, [join(root, 'scripts/demo/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = (): Promise<number | null> => {
    child.kill('SIGINT');
    return ended;
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      void stop();
      reject(new Error(`the demo was not ready after ${timeoutMs / 1000} s:\n${printed}`));
    }, timeoutMs);
    const read = (text: string) => {
      printed += text;
      const site = /The app\s+(http:\/\/\S+)\s*\n/.exec(printed)?.[1];
      if (site === undefined || !printed.includes('Try next')) return;
      clearTimeout(timer);
      resolve({ site, screen: () => printed, stop });
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    void ended.then((status) => {
      clearTimeout(timer);
      reject(new Error(`the demo ended with ${status}:\n${printed}`));
    });
  });
}
