/**
 * The bounds of the public listener that are the operator's or the machine's affair. Those of the protocol (bytes, counts,
 * seconds for each part of a request) are in lib/protocol/limits.ts. Sources: protocol.md section 7; reliability.md T-R06 to T-R08.
 */
import type { BucketLimits } from 'dintel/ursula';

/** Bounds an operator may change. */
export interface ServerLimits {
  /** Requests of one remote address. A file of 300 MB is 300 chunk requests. */
  readonly perAddress: BucketLimits;
  /** Requests of all addresses together. */
  readonly total: BucketLimits;
  /** Sockets open at once; above it new ones are closed at once. */
  readonly connections: number;
}

/** Sized for one machine of two cores (about 50 re-encryptions a second in JavaScript) and a demo whose clients share one address. */
export const defaultServerLimits: ServerLimits = {
  perAddress: { burst: 2_000, perSecond: 200 },
  total: { burst: 20_000, perSecond: 2_000 },
  connections: 12_000,
};

/** What the parser itself takes, so that a long URL and long headers can be told apart before it gives up. */
export const maxParserBytes = 16_384;
/** Idle time of a kept connection, and how many requests it may carry. */
export const keepAliveMs = 10_000;
export const maxRequestsPerSocket = 500;
/** Time for requests in flight when the server stops. */
export const stopTimeoutMs = 2_500;
/** What is still read of a body that nobody wants, so that its sender sees the answer before the connection ends. */
export const lingerBytes = 2 * 1_048_576;
export const lingerMs = 1_000;
