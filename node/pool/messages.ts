/**
 * What the main thread and a worker say to each other; plain data, so that it crosses by structured clone.
 * Owns: the shapes. The secret in a task is a copy that both sides wipe.
 */
import type { WireCode } from 'dintel/protocol';
import type { ReencryptJob, SecretUse } from 'dintel/ursula';

/** A worker's first word: its code is loaded. */
export const ready = 'ready';

/** One job for one worker. `secret`: 32 bytes of the encrypting key that opens the share. */
export interface Task {
  readonly id: number;
  readonly job: ReencryptJob;
  readonly secret: Uint8Array;
}

/** An error on its way back: what ProtocolError is made of, and for E_INTERNAL what the log (never the client) needs. */
export interface TaskFailure {
  readonly code: WireCode;
  readonly details?: string;
  readonly field?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly log?: string;
}

/** The answer to a task; `used` counts uses of secrets on the way, also on the way to a failure. */
export interface TaskResult {
  readonly id: number;
  readonly used: Readonly<Record<SecretUse, number>>;
  readonly cfrags?: readonly Uint8Array[];
  readonly failure?: TaskFailure;
}
