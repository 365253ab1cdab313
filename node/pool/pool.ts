/**
 * A pool of worker threads behind a bounded queue: where secrets are used in the node.
 * Owns: places, order (first come, first served; Acks within their part), restarts of a worker that died. Owns not: what a job is (dintel/ursula) nor
 * keys (the key ring, asked at the moment a job leaves for a worker).
 * The queue is bounded by capsules, not by jobs: 50 capsules are 50 times the work of one. Source: DESIGN section 8, T-R05.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ProtocolError } from 'dintel/protocol';
import {
  type KeyRing,
  keyNumberOf,
  type Observer,
  type ReencryptJob,
  type Reencryptor,
  type WorkPlace,
} from 'dintel/ursula';
import { ready, type Task, type TaskResult } from './messages.ts';

/** Sizes of a pool. */
export interface PoolOptions {
  readonly keys: Pick<KeyRing, 'encryptingSecret'>;
  readonly observer?: Observer;
  /** Threads; default: one less than the machine runs at once, 1 to 4. */
  readonly workers?: number;
  /** Capsules waiting or in work at most; default 200 per worker, a few seconds of work. */
  readonly maxCapsules?: number;
}

interface Waiting {
  readonly job: ReencryptJob;
  readonly weight: number;
  resolve(cfrags: readonly Uint8Array[]): void;
  reject(error: unknown): void;
}

interface Slot {
  /** undefined between the death of a thread and the start of the next. */
  worker: Worker | undefined;
  current: (Waiting & { readonly id: number; readonly startedMs: number }) | undefined;
}

/** Acks are free and nobody signs for them, so they get this part of the places: the others stay for what was paid. */
const ackPart = 1 / 4;

/** Beside its capsules a job costs opening and checking the share, about as much as one capsule. */
const weightOf = (capsules: number): number => capsules + 1;

/** The node's Reencryptor. Close it when done: its threads keep the process alive only while they work. */
export class WorkerPool implements Reencryptor {
  readonly #options: PoolOptions;
  readonly #maxWeight: number;
  readonly #slots: Slot[];
  readonly #paid: Waiting[] = [];
  readonly #acks: Waiting[] = [];
  /** Jobs begun since the last Ack. */
  #sinceAck = 0;
  #taken = 0;
  /** Of it by jobs that only open a share: Acks. */
  #takenByAcks = 0;
  #nextId = 0;
  #closed = false;
  /** Seconds per unit of weight, smoothed; a first guess until something was measured. */
  #secondsPerWeight = 0.02;

  private constructor(options: PoolOptions) {
    this.#options = options;
    const workers = options.workers ?? Math.min(4, Math.max(1, availableParallelism() - 1));
    this.#maxWeight = options.maxCapsules ?? 200 * workers;
    this.#slots = Array.from({ length: workers }, () => ({ worker: undefined, current: undefined }));
  }

  /** Start the threads; resolves when each has loaded its code, rejects with the reason if one cannot. */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.#slots.map((slot) => pool.#open(slot)));
    } catch (error) {
      await pool.close(0);
      throw error;
    }
    return pool;
  }

  /** Threads. */
  get workers(): number {
    return this.#slots.length;
  }

  /** Weight of all places given and not yet free again: waiting and in work. */
  get load(): number {
    return this.#taken;
  }

  reserve(capsules: number): WorkPlace | undefined {
    const weight = weightOf(capsules);
    // A job that alone is heavier than the queue may still pass when nothing else is there.
    if (this.#closed || (this.#taken > 0 && this.#taken + weight > this.#maxWeight)) return undefined;
    const byAcks = capsules === 0 ? weight : 0;
    if (this.#takenByAcks + byAcks > Math.max(1, this.#maxWeight * ackPart)) return undefined;
    this.#taken += weight;
    this.#takenByAcks += byAcks;
    let free = false;
    const release = (): void => {
      if (free) return;
      free = true;
      this.#taken -= weight;
      this.#takenByAcks -= byAcks;
    };
    return {
      release,
      run: async (job) => {
        try {
          return await new Promise<readonly Uint8Array[]>((resolve, reject) => {
            (capsules === 0 ? this.#acks : this.#paid).push({ job, weight, resolve, reject });
            this.#next();
          });
        } finally {
          release();
        }
      },
    };
  }

  retryAfterS(): number {
    return Math.max(1, Math.ceil((this.#taken * this.#secondsPerWeight) / this.#slots.length));
  }

  /** Refuse new places, let what runs end within `graceMs`, stop the threads. */
  async close(graceMs = 2_000): Promise<void> {
    this.#closed = true;
    const until = Date.now() + graceMs;
    while (this.#taken > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const waiting of [...this.#paid.splice(0), ...this.#acks.splice(0)])
      waiting.reject(new ProtocolError('E_STOPPING'));
    await Promise.all(this.#slots.map(async (slot) => slot.worker?.terminate()));
  }

  /** First come, first served among equals; of four jobs begun one is an Ack if one waits, so that neither kind starves. */
  #shift(): Waiting | undefined {
    const isAcksTurn = this.#paid.length === 0 || this.#sinceAck >= 1 / ackPart - 1;
    const ack = isAcksTurn ? this.#acks.shift() : undefined;
    this.#sinceAck = ack === undefined ? this.#sinceAck + 1 : 0;
    return ack ?? this.#paid.shift();
  }

  #next(): void {
    for (const slot of this.#slots) {
      if (slot.worker === undefined || slot.current !== undefined) continue;
      const waiting = this.#shift();
      if (waiting === undefined) return;
      this.#start(slot, slot.worker, waiting);
    }
  }

  #start(slot: Slot, worker: Worker, waiting: Waiting): void {
    // The key is taken out as late as possible and its copy wiped as soon as it is in the message.
    const secret = this.#options.keys.encryptingSecret(keyNumberOf(waiting.job));
    if (secret === undefined) {
      waiting.reject(new ProtocolError('E_KEY_NUMBER', { field: 'sealedKfrag' }));
      this.#next();
      return;
    }
    const id = this.#nextId++;
    try {
      worker.postMessage({ id, job: waiting.job, secret } satisfies Task);
    } catch (error) {
      waiting.reject(error);
      this.#next();
      return;
    } finally {
      secret.fill(0);
    }
    slot.current = { ...waiting, id, startedMs: performance.now() };
    worker.ref();
  }

  /** Resolves when the thread has loaded its code. */
  #open(slot: Slot): Promise<void> {
    // From sources the worker is a .ts file, which Node 24 strips; compiled it lies beside this file as .js.
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    const worker = new Worker(new URL(file, import.meta.url));
    slot.worker = worker;
    worker.on('exit', () => this.#died(slot));
    return new Promise((resolve, reject) => {
      worker.on('message', (message: TaskResult | typeof ready) => {
        if (message !== ready) return this.#finish(slot, message);
        worker.unref();
        resolve();
      });
      worker.on('error', (error) => {
        this.#options.observer?.alarm?.('worker.error', { message: error.message });
        reject(error);
      });
    });
  }

  /** The job of a dead thread fails, the next thread comes after a second: a thread that cannot start must not spin. */
  #died(slot: Slot): void {
    slot.worker = undefined;
    slot.current?.reject(new ProtocolError('E_INTERNAL'));
    slot.current = undefined;
    if (this.#closed) return;
    setTimeout(() => {
      if (!this.#closed)
        this.#open(slot).then(
          () => this.#next(),
          () => undefined,
        );
    }, 1_000).unref();
  }

  #finish(slot: Slot, result: TaskResult): void {
    const { current } = slot;
    if (current === undefined || current.id !== result.id) return;
    slot.current = undefined;
    slot.worker?.unref();
    const seconds = (performance.now() - current.startedMs) / 1000;
    this.#secondsPerWeight = 0.9 * this.#secondsPerWeight + 0.1 * (seconds / current.weight);
    for (const use of ['seal', 'kfrag'] as const) {
      for (let i = 0; i < result.used[use]; i += 1) this.#options.observer?.secretUsed?.(use);
    }
    if (result.cfrags !== undefined) {
      current.resolve(result.cfrags);
    } else {
      const { code = 'E_INTERNAL', log, ...about } = result.failure ?? {};
      if (log !== undefined) this.#options.observer?.alarm?.('worker.failure', { log });
      current.reject(new ProtocolError(code, about));
    }
    this.#next();
  }
}
