/**
 * Keeps an index in step with the chain: polls, emits `block`, `finalize`, `reorg`, and survives whatever its RPCs do.
 * Owns: the loop, deadlines, backoff with jitter, fall-over between RPCs, when the view may be trusted.
 * Owns not: what an event means (`apply`), how a pass works (advance). Source: DESIGN section 8; reliability.md T-W01 to T-W04.
 */
import { ChainError } from 'dintel/chain';
import { type AdvanceOptions, advance, InconsistentChain, type RangeSize } from './advance.ts';
import type { BlockReader, ChainEvent, KnownChain, Watched } from './chainEvent.ts';

/** A way to the chain. `connect` checks the chain id; it is called again after each failure. */
export interface Endpoint {
  /** For logs and status; no credentials in it. */
  readonly name: string;
  connect(): Promise<BlockReader>;
}

export interface WatcherOptions {
  readonly endpoints: readonly Endpoint[];
  readonly watched: Watched;
  readonly known: KnownChain;
  /** Folds one event, durably, before it returns; the next event comes after. */
  readonly apply: (event: ChainEvent) => void;
  /** Default 1,000. */
  readonly pollMs?: number;
  /** Blocks at the tip that can be undone; default 128. */
  readonly window?: number;
  /** Largest range asked for on history; default 5,000. */
  readonly maxRange?: number;
  readonly assumedFinality?: number;
  /** Deadline of each request; default 10,000. */
  readonly timeoutMs?: number;
  /** Longest pause after failures; default 30,000. */
  readonly maxBackoffMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly onFailure?: (failure: {
    readonly endpoint: string;
    readonly error: unknown;
    readonly retryMs: number;
  }) => void;
}

export interface WatcherState {
  /** The index has been level with the chain in this run, and no deep re-org has shaken it since. */
  readonly trusted: boolean;
  /** Own clock, ms, when an RPC last named the head that the index stands at; 0 = never. */
  readonly heardAtMs: number;
  readonly endpoint: string;
  readonly failuresInARow: number;
  readonly lastError: string | undefined;
  readonly reorgs: number;
  readonly deepReorgs: number;
}

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #pollMs: number;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #advanceOptions: AdvanceOptions;
  #place = 0;
  #reader: BlockReader | undefined;
  #trusted = false;
  #heardAtMs = 0;
  #failures = 0;
  #lastError: string | undefined;
  #reorgs = 0;
  #deepReorgs = 0;
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #pass: Promise<void> | undefined;
  #nextPass: Promise<void> | undefined;

  constructor(options: WatcherOptions) {
    if (options.endpoints.length === 0) throw new RangeError('a watcher needs at least one endpoint');
    this.#options = options;
    this.#pollMs = options.pollMs ?? 1_000;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    const max = options.maxRange ?? 5_000;
    const range: RangeSize = { current: Math.min(1_000, max), max };
    this.#advanceOptions = { window: options.window ?? 128, range, assumedFinality: options.assumedFinality ?? 64 };
  }

  get state(): WatcherState {
    return {
      trusted: this.#trusted,
      heardAtMs: this.#heardAtMs,
      endpoint: this.#endpoint.name,
      failuresInARow: this.#failures,
      lastError: this.#lastError,
      reorgs: this.#reorgs,
      deepReorgs: this.#deepReorgs,
    };
  }

  /** Start polling; idempotent. */
  start(): void {
    this.#running ??= this.#loop();
  }

  /** Ends after the event being folded; resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
    await this.#pass?.catch(() => undefined);
  }

  /**
   * One pass that begins after this call; concurrent callers share it. Rejects with what went wrong: `ChainError`,
   * `InconsistentChain`, or what `apply` threw.
   */
  refresh(): Promise<void> {
    if (this.#pass === undefined) return this.#begin();
    this.#nextPass ??= this.#pass
      .catch(() => undefined)
      .then(() => {
        this.#nextPass = undefined;
        return this.#begin();
      });
    return this.#nextPass;
  }

  get #endpoint(): Endpoint {
    return this.#options.endpoints[this.#place % this.#options.endpoints.length] as Endpoint;
  }

  #begin(): Promise<void> {
    if (this.#pass !== undefined) return this.#pass;
    const pass = this.#once().finally(() => {
      this.#pass = undefined;
    });
    this.#pass = pass;
    return pass;
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let pauseMs = this.#pollMs;
      const endpoint = this.#endpoint.name;
      try {
        await this.refresh();
      } catch (error) {
        pauseMs = this.#backoffMs();
        this.#options.onFailure?.({ endpoint, error, retryMs: pauseMs });
      }
      await this.#pause(pauseMs);
    }
  }

  /** Full jitter above a half: 5 nodes that lost the same RPC do not come back as one. */
  #backoffMs(): number {
    const longest = this.#options.maxBackoffMs ?? 30_000;
    const ceiling = Math.min(longest, this.#pollMs * 2 ** Math.min(this.#failures - 1, 10));
    return Math.ceil(ceiling * (0.5 + this.#random() / 2));
  }

  #pause(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #once(): Promise<void> {
    try {
      this.#reader ??= this.#bounded(await this.#withDeadline(this.#endpoint.connect()));
      if (this.#reader.chainId !== this.#options.watched.chainId) {
        const { chainId } = this.#reader;
        throw new ChainError('chain.wrong_chain', `expected chain ${this.#options.watched.chainId}, got ${chainId}`);
      }
      const askedAtMs = this.#now();
      const events = advance(this.#reader, this.#options.watched, this.#options.known, this.#advanceOptions);
      for (;;) {
        const step = await events.next();
        if (step.done === true) {
          this.#level(step.value.hash, askedAtMs);
          break;
        }
        this.#note(step.value);
        this.#options.apply(step.value);
        if (this.#stop.signal.aborted) return;
      }
      this.#failures = 0;
      this.#lastError = undefined;
    } catch (error) {
      this.#failures += 1;
      this.#lastError = error instanceof Error ? error.message : 'unknown';
      // A re-org under our hands is the chain's doing, not the RPC's, unless it goes on.
      if (!(error instanceof InconsistentChain) || this.#failures > 2) {
        this.#reader = undefined;
        this.#place += 1;
      }
      throw error;
    }
  }

  /** The RPC's head is the block that the index stands at: the view is level, as of when we began to ask. */
  #level(headHash: string, atMs: number): void {
    if (this.#options.known.cursor()?.hash !== headHash) return;
    this.#heardAtMs = atMs;
    this.#trusted = true;
  }

  #note(event: ChainEvent): void {
    if (event.type !== 'reorg') return;
    this.#reorgs += 1;
    if (event.ancestor !== undefined) return;
    this.#deepReorgs += 1;
    this.#trusted = false;
  }

  /** Every read has a deadline, whatever the adapter does. */
  #bounded(reader: BlockReader): BlockReader {
    return {
      chainId: reader.chainId,
      block: (at) => this.#withDeadline(reader.block(at)),
      logs: (query) => this.#withDeadline(reader.logs(query)),
    };
  }

  #withDeadline<T>(work: Promise<T>): Promise<T> {
    const timeoutMs = this.#options.timeoutMs ?? 10_000;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new ChainError('chain.timeout', `no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
