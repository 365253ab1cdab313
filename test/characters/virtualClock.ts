/** Time that passes only when everybody waits: hours in no time, and the same run every time. */
import type { Clock } from '../../lib/characters/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), order: this.#order++, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener(
        'abort',
        () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          resolve();
        },
        { once: true },
      );
    });
  }

  /** Run until `work` settles, moving time to the next sleeper whenever nothing else happens. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    for (let idle = 0; !settled; ) {
      // A real turn of the loop lets every pending promise and finished I/O run first.
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) break;
      const [first] = this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order);
      if (!first) {
        if (++idle > 500) throw new Error('nobody sleeps and nothing happens');
        continue;
      }
      idle = 0;
      this.#sleepers = this.#sleepers.filter((other) => other !== first);
      this.#now = first.at;
      first.wake();
    }
    return done;
  }
}
