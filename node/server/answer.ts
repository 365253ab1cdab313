/**
 * What handlers return and how errors look on the wire. Owns: answers as values, problem+json with its headers.
 * Owns not: sockets (server.ts), the words of errors (lib/protocol/codes.ts). Source: protocol.md section 7, "Errors".
 */
import type { Readable } from 'node:stream';
import { encodeProblem, problemMediaType, problemOf, type WireCode, wireCodes } from 'dintel/protocol';

/** An answer before it meets a socket. A stream has its length in the headers. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable | undefined;
}

/** JSON bytes as an answer; nothing of it may be cached, since all of it is as of a head. */
export function jsonAnswer(status: number, body: Uint8Array): Answer {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body };
}

/** Codes that always carry Retry-After: statuses 425, 429 and 503. */
const waitable: ReadonlySet<number> = new Set([425, 429, 503]);

/** What is answered for anything thrown, with its code for the log. Nothing of an unknown error is said. */
export function problemAnswer(error: unknown, requestId: string): Answer & { readonly code: WireCode } {
  const problem = problemOf(error, requestId);
  const { code } = problem;
  const { status } = wireCodes[code];
  const headers: Record<string, string> = { 'content-type': problemMediaType, 'cache-control': 'no-store' };
  if (waitable.has(status)) headers['retry-after'] = String(Math.max(1, problem.retryAfter ?? 2));
  const allow = problem.data?.allow;
  if (status === 405 && Array.isArray(allow)) headers.allow = allow.join(', ');
  return { status, headers, body: encodeProblem(problem), code };
}
