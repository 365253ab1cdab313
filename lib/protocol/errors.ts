/**
 * The base class of every error above the mathematics. Owns: the shape of an error. Owns not: the words (codes.ts) and how an
 * error travels over HTTP (problem.ts). The shape follows viem's BaseError: a sentence for people, a code for programs, the
 * cause kept, `walk` to search it. Source: research/app-sdk.md sections 1.1 and 2, STYLE "Errors".
 */
import { EngineNotReady } from '../umbral/errors.ts';
import { type Code, type CodeEntry, type CommonCode, commonEntry, type WireCode, wireCodes } from './codes.ts';

/** What may be said about one failure beside its code. Nothing here may hold a secret; `got` is cut to 64 characters. */
export interface ErrorDetails {
  /** What happened in this case, in one sentence: limit and cure. Cut to 200 characters. */
  readonly details?: string | undefined;
  /** Path of the offending input, as `request.capsules[3]`. */
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  /** Overrides what codes.ts says of the code. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** For a code of one room only, which brings its entry along. */
interface WithEntry {
  readonly entry: CodeEntry;
}

/** Where each code has its paragraph, relative to the repository. */
const docsBase = 'docs/ERRORS.md';

const cut = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`);

/**
 * Base of the errors of protocol, chain and characters. `code` is for programs and comes from codes.ts; `shortMessage` is its
 * sentence; `message` has the particulars too. Retryable says whether the same act can succeed later.
 */
export class DintelError extends Error {
  override readonly name: string = 'DintelError';
  readonly code: Code;
  readonly shortMessage: string;
  readonly details: string | undefined;
  readonly field: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly retryable: boolean;
  readonly docsUrl: string;

  /** Throws {@link EngineNotReady} itself if that is the cause: it is no fault of any input, so nothing may say so. */
  constructor(code: Code, about: ErrorDetails & WithEntry);
  constructor(code: CommonCode, about?: ErrorDetails);
  constructor(code: Code, about: ErrorDetails & Partial<WithEntry> = {}) {
    if (about.cause instanceof EngineNotReady) throw about.cause;
    const entry = about.entry ?? commonEntry(code);
    const shortMessage = entry?.sentence ?? code;
    const details = about.details === undefined ? undefined : cut(about.details, 200);
    const got = about.got === undefined ? undefined : cut(about.got, 64);
    const docsUrl = `${docsBase}#${code.toLowerCase().replaceAll('.', '')}`;
    const lines = [
      shortMessage,
      about.field === undefined ? '' : `Field: ${about.field}`,
      about.expected === undefined ? '' : `Expected: ${about.expected}`,
      got === undefined ? '' : `Got: ${got}`,
      details === undefined ? '' : `Details: ${details}`,
      `Code: ${code}`,
    ];
    super(
      lines.filter((line) => line !== '').join('\n'),
      about.cause === undefined ? undefined : { cause: about.cause },
    );
    this.code = code;
    this.shortMessage = shortMessage;
    this.details = details;
    this.field = about.field;
    this.expected = about.expected;
    this.got = got;
    this.retryable = about.retryable ?? entry?.retryable ?? false;
    this.docsUrl = docsUrl;
  }

  /** The innermost cause, or the first error of the chain of causes (this one included) that `match` accepts, else undefined. */
  walk(): unknown;
  walk(match: (error: unknown) => boolean): unknown;
  walk(match?: (error: unknown) => boolean): unknown {
    const causes = causesOf(this);
    return match === undefined ? causes.at(-1) : causes.find((error) => match(error));
  }
}

/** An error and its causes, outermost first. A chain of causes may be a ring; sixteen links are more than any honest one has. */
function causesOf(error: unknown): readonly unknown[] {
  const causes = [error];
  while (causes.length < 16) {
    const last = causes.at(-1);
    if (!(last instanceof Error) || last.cause === undefined) break;
    causes.push(last.cause);
  }
  return causes;
}

/** What a node added to its refusal; all of it is its word only. */
export interface ProblemDetails extends ErrorDetails {
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  readonly requestId?: string | undefined;
  /** Small public facts for programs, as the index of a bad capsule. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** A message, object or request that is not what the protocol asks for. Source: spec/protocol.md sections 7 and 8. */
export class ProtocolError extends DintelError {
  override readonly name: string = 'ProtocolError';
  /** HTTP status of a wire code, undefined for codes that never cross the wire. */
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: Code, about: ProblemDetails & WithEntry);
  constructor(code: CommonCode, about?: ProblemDetails);
  constructor(code: Code, about: ProblemDetails & Partial<WithEntry> = {}) {
    super(code, about as ProblemDetails & WithEntry);
    this.status = Object.hasOwn(wireCodes, code) ? wireCodes[code as WireCode].status : undefined;
    this.retryAfter = about.retryAfter;
    this.requestId = about.requestId;
    this.data = about.data;
  }
}

/** Throws a {@link ProtocolError}; one line where a check fails. */
export function refuse(code: CommonCode, field: string, expected: string, got?: string): never {
  throw new ProtocolError(code, { field, expected, got });
}
