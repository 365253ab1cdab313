/**
 * What handlers return and how errors look on the wire. Owns: answers as values, problem+json, headers that every answer has.
 * Owns not: sockets (server.ts), the words of errors (lib/protocol/codes.ts). Source: protocol.md section 7, "Errors".
 */
import type { Readable } from 'node:stream';

/** An answer before it meets a socket. A stream body has its length in the headers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | Readable;
}
