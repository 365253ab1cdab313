/**
 * Every bound of the public listener, in this one place. Sources: protocol.md section 7; reliability.md T-R06 to T-R08.
 */
import type { BucketLimits } from 'dintel/ursula';

/** Bounds an operator may change; everything else below is part of the protocol. */
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

/** Bytes of a JSON or sealed body. */
export const maxJsonBytes = 65_536;
/** Bytes of a chunk: 1 MiB of plaintext and its tag. */
export const maxChunkBytes = 1_048_592;
/** Bytes and number of headers, names and values counted with `: ` and CRLF. */
export const maxHeaderBytes = 8_192;
export const maxHeaders = 100;
/** What the parser itself takes, so that a long URL and long headers can be told apart before it gives up. */
export const maxParserBytes = 16_384;
/** Characters of a path; the longest of the API is `/v1/chunks/` and 64. */
export const maxUrlLength = 2_048;

/** Milliseconds for headers, for a JSON body after them, for a chunk after them. */
export const headersTimeoutMs = 4_000;
export const jsonTimeoutMs = 5_000;
export const chunkTimeoutMs = 30_000;
/** Idle time of a kept connection, and how many requests it may carry. */
export const keepAliveMs = 10_000;
export const maxRequestsPerSocket = 500;
/** Time for requests in flight when the server stops. */
export const stopTimeoutMs = 4_000;
