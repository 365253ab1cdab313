/**
 * HTTP as stores speak it: one request with a time limit, no redirect and no cookie; again with growing pauses when the fault
 * may pass; answers read up to a limit; every fault one of our errors, which names the host and never the query of an
 * address, where presigned ones carry their secret.
 *
 * Owns: that. Owns not: addresses and statuses of one kind of store (the files beside this one), which hosts may be asked at
 * all (`publicFetch` of the characters, given as `fetch`). Source: research/reliability.md T-R13; RFC 9110 section 10.2.3.
 */
import { DintelError, ProtocolError } from '../protocol/errors.ts';
import { maxChunkBytes } from '../protocol/limits.ts';
import { checkSignal } from '../protocol/streams.ts';
import { type RefusedWrite, refusedWrite } from './storage.ts';

/** How a store over HTTP is asked: by which `fetch`, how long, how often. */
export interface RequestOptions {
  readonly fetch?: typeof fetch;
  /** Milliseconds for one try. Default 30,000. */
  readonly timeoutMs?: number;
  /** Tries behind the first, after faults that may pass: no answer, 408, 425, 429, 5xx. Default 2. */
  readonly retries?: number;
  /** Milliseconds before the second try; twice as long before each one more, at most 10,000. Default 150. */
  readonly backoffMs?: number;
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | FormData;
}

const longestPauseMs = 10_000;
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export class Requests {
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;
  readonly #retries: number;
  readonly #backoffMs: number;

  constructor(options: RequestOptions = {}) {
    // The global is looked up at each call, so that a page may set it later.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#retries = options.retries ?? 2;
    this.#backoffMs = options.backoffMs ?? 150;
  }

  /**
   * One try. `use` must take or cancel the body. Throws NODE_UNREACHABLE, NODE_TIMEOUT, ABORTED, and what `use` throws of ours.
   */
  async once<T>(
    request: HttpRequest,
    use: (response: Response) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    checkSignal(signal);
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await this.#fetch(request.url, {
        method: request.method,
        headers: request.headers ?? {},
        redirect: 'error',
        credentials: 'omit',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        ...(request.body && { body: request.body as Uint8Array<ArrayBuffer> | FormData }),
      });
      return await use(response);
    } catch (error) {
      checkSignal(signal);
      if (error instanceof DintelError) throw error;
      const host = hostOf(request.url);
      if (timeout.aborted) {
        throw new ProtocolError('NODE_TIMEOUT', { details: `${host} took more than ${this.#timeoutMs} ms.` });
      }
      throw new ProtocolError('NODE_UNREACHABLE', { details: `${host} cannot be reached.`, cause: error });
    }
  }

  /** An act again while its faults may pass. Throws its last error, ABORTED. */
  async again<T>(act: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (tries >= this.#retries || !isPassing(error)) throw error;
        const pauseMs = Math.max(this.#backoffMs * 2 ** tries, (error.retryAfter ?? 0) * 1_000);
        // Some less for some, so that many who failed together do not come back together.
        await pause(Math.min(pauseMs, longestPauseMs) * (0.75 + Math.random() / 4), signal);
      }
    }
  }

  /** The body of a 200 or 206, or undefined if the place has not got it. Throws also NODE_REFUSED, STORAGE_CORRUPT (too long). */
  read(request: HttpRequest, signal: AbortSignal | undefined, most = maxChunkBytes): Promise<Uint8Array | undefined> {
    const wanted = request.headers?.range === undefined ? 200 : 206;
    const use = async (response: Response) => {
      if (response.status === wanted) return readAtMost(response, most, request.url);
      await response.body?.cancel();
      if (isMissing(response.status)) return undefined;
      throw refusal(request.url, response);
    };
    return this.again(() => this.once(request, use, signal), signal);
  }

  /** Whether the answer is good (2xx) or says that there is nothing. Throws also NODE_REFUSED. */
  has(request: HttpRequest, signal: AbortSignal | undefined): Promise<boolean> {
    const use = async (response: Response) => {
      await response.body?.cancel();
      if (response.ok) return true;
      if (isMissing(response.status)) return false;
      throw refusal(request.url, response);
    };
    return this.again(() => this.once(request, use, signal), signal);
  }

  /**
   * The text of the good answer to a blob that was brought, of at most 8 KiB. `judge` may know by the words of another answer why it is
   * refused. Throws also NODE_REFUSED, STORAGE_REFUSED.
   */
  send(
    request: HttpRequest,
    signal: AbortSignal | undefined,
    judge?: (words: string) => RefusedWrite | undefined,
  ): Promise<string> {
    const use = async (response: Response) => {
      const words = async () => new TextDecoder().decode(await readAtMost(response, 8_192, request.url));
      if (response.ok) return words();
      // What explains itself at length is not listened to.
      throw writeRefusal(request.url, response, judge?.(await words().catch(() => '')));
    };
    return this.again(() => this.once(request, use, signal), signal);
  }
}

/** 412: what a gateway answers that was asked for what it has at hand. */
const isMissing = (status: number): boolean => status === 404 || status === 410 || status === 412;

/** What a server that will not is reported as. */
export function refusal(url: string, response: Response): ProtocolError {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ProtocolError('NODE_REFUSED', {
    details: `${hostOf(url)} answered ${response.status}.`,
    retryable: passingStatuses.has(response.status),
    retryAfter: Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  });
}

/** By status. 402 and 507 are what stores say whose quota is used up. */
const writeStatuses: Readonly<Record<number, RefusedWrite>> = {
  401: 'forbidden',
  402: 'full',
  403: 'forbidden',
  404: 'readOnly',
  405: 'readOnly',
  407: 'forbidden',
  413: 'tooLarge',
  501: 'readOnly',
  507: 'full',
};

/** What a server that does not take a blob is reported as: NODE_REFUSED while that may pass, else STORAGE_REFUSED. */
export function writeRefusal(url: string, response: Response, reason?: RefusedWrite): ProtocolError {
  const { status } = response;
  if (reason === undefined && passingStatuses.has(status)) return refusal(url, response);
  return refusedWrite(`${hostOf(url)} answered ${status}`, reason ?? writeStatuses[status] ?? 'other', { status });
}

/** Whether the same request may succeed soon. What is missing or wrong stays so for now. */
function isPassing(error: unknown): error is ProtocolError {
  if (!(error instanceof ProtocolError)) return false;
  return error.code === 'NODE_REFUSED' ? error.retryable : /^NODE_(UNREACHABLE|TIMEOUT)$/.test(error.code);
}

/** Host and port of an address, for errors: paths and queries may be secrets. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address';
}

/** Throws ABORTED as soon as told. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(new ProtocolError('ABORTED', { cause: signal.reason }));
      else resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
  });
}

/** The body, of at most `most` bytes. Throws STORAGE_CORRUPT, and what the connection throws. */
export async function readAtMost(response: Response, most: number, url: string): Promise<Uint8Array> {
  const tooMuch = () =>
    new ProtocolError('STORAGE_CORRUPT', { details: `${hostOf(url)} gave more than ${most} bytes.` });
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > most) {
    await response.body?.cancel();
    throw tooMuch();
  }
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const buffer = new Uint8Array(declared > 0 ? declared : most);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (length + value.length > buffer.length) {
      await reader.cancel().catch(() => undefined);
      throw tooMuch();
    }
    buffer.set(value, length);
    length += value.length;
  }
  return length === buffer.length ? buffer : buffer.slice(0, length);
}
