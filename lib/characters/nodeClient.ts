/**
 * One node over HTTP, as the route table says. Owns: deadlines, limits on what is read, refusals as typed errors. Owns
 * not: what is asked (Alice, Bob), whether an answer is true (they verify it), retries and hedging (`bob/quorum.ts`).
 * Source: protocol.md section 7.
 */
import { ProtocolError } from '../protocol/errors.ts';
import { maxAnswerBytes, maxChunkBytes, maxProblemBytes } from '../protocol/limits.ts';
import { decodeProblem } from '../protocol/problem.ts';
import {
  decodeAnswer,
  encodeBody,
  pathOf,
  type RouteAnswer,
  type RouteBody,
  type RouteName,
  routes,
} from '../protocol/routes.ts';

/** How a node is reached, and how long it is waited for. */
export interface NodeClientOptions {
  /** Base URL of the node, as announced on chain; a path in it is kept. */
  readonly url: string;
  /** For one whole exchange. Default 10,000; chunks have 30,000. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

type JsonGet = 'info' | 'health' | 'ready';
type JsonPost = 'acks' | 'reencrypt' | 'revocations' | 'reservations';

/** What came back, with the node's clock (for E_CLOCK). Units: milliseconds since 1970. */
export interface Timed<T> {
  readonly answer: T;
  readonly nodeTimeMs: number | undefined;
}

/**
 * Errors of every method: NODE_UNREACHABLE (no connection), NODE_TIMEOUT, ABORTED (the caller's signal), NODE_REFUSED or the
 * node's own E_ code (its word, with `data.nodeTimeMs` for E_CLOCK), NODE_BAD_PROOF never (callers judge), E_FIELD and kin for
 * an answer that is not of the table's shape.
 */
export class NodeClient {
  readonly url: string;
  readonly #timeoutMs: number;
  readonly #fetch: typeof fetch;

  /** Throws E_URL for anything but an http or https URL without query, fragment and credentials. */
  constructor(options: NodeClientOptions) {
    this.url = checkNodeUrl(options.url);
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    // Bound late: pages and tests replace the global.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  async get<Name extends JsonGet>(name: Name, options: CallOptions = {}): Promise<RouteAnswer<Name>> {
    const { bytes } = await this.#exchange(name, pathOf(name), undefined, maxAnswerBytes, options);
    return decodeAnswer(name, bytes);
  }

  async policy(policyId: string, options: CallOptions = {}): Promise<RouteAnswer<'policy'>> {
    const { bytes } = await this.#exchange(
      'policy',
      pathOf('policy', { policyId }),
      undefined,
      maxAnswerBytes,
      options,
    );
    return decodeAnswer('policy', bytes);
  }

  async post<Name extends JsonPost>(
    name: Name,
    body: RouteBody<Name>,
    options: CallOptions = {},
  ): Promise<RouteAnswer<Name>> {
    return (await this.postTimed(name, body, options)).answer;
  }

  async postTimed<Name extends JsonPost>(
    name: Name,
    body: RouteBody<Name>,
    options: CallOptions = {},
  ): Promise<Timed<RouteAnswer<Name>>> {
    const { bytes, nodeTimeMs } = await this.#exchange(
      name,
      pathOf(name),
      encodeBody(name, body),
      maxAnswerBytes,
      options,
    );
    return { answer: decodeAnswer(name, bytes), nodeTimeMs };
  }

  /** Store a reserved blob. Returns whether the node held it already. */
  async putChunk(id: string, bytes: Uint8Array, options: CallOptions = {}): Promise<boolean> {
    const { status } = await this.#exchange('putChunk', pathOf('putChunk', { id }), bytes, 0, {
      timeoutMs: 30_000,
      ...options,
    });
    return status === 200;
  }

  /** The bytes of a blob or of one range of it; not yet compared with the id. Throws E_CHUNK if not held. */
  async getChunk(
    id: string,
    options: CallOptions & { readonly range?: { readonly offset: number; readonly length: number } | undefined } = {},
  ): Promise<Uint8Array> {
    const { range } = options;
    const headers = range ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : undefined;
    const most = range ? Math.min(range.length, maxChunkBytes) : maxChunkBytes;
    const all = { timeoutMs: 30_000, ...options };
    return (await this.#exchange('getChunk', pathOf('getChunk', { id }), undefined, most, all, headers)).bytes;
  }

  /** Whether a blob is held. */
  async hasChunk(id: string, options: CallOptions = {}): Promise<boolean> {
    try {
      await this.#exchange('headChunk', pathOf('headChunk', { id }), undefined, 0, options);
      return true;
    } catch (error) {
      // HEAD has no body, so a refusal has a status only.
      if (error instanceof ProtocolError && (error.code === 'E_CHUNK' || error.data?.status === 404)) return false;
      throw error;
    }
  }

  async #exchange(
    name: RouteName,
    path: string,
    body: Uint8Array | undefined,
    maxBytes: number,
    options: CallOptions,
    extra: Record<string, string> = {},
  ): Promise<{ bytes: Uint8Array; status: number; nodeTimeMs: number | undefined }> {
    const route = routes[name];
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), timeoutMs);
    // Told on as it was told: a reason of its own would be made for each node.
    const onAbort = () => timer.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (options.signal?.aborted) throw new ProtocolError('ABORTED');
      const octets = route.body === 'octets';
      const response = await this.#fetch(this.url + path, {
        method: route.method,
        headers: {
          accept:
            route.answer === 'octets'
              ? 'application/octet-stream, application/problem+json'
              : 'application/json, application/problem+json',
          ...(body && { 'content-type': octets ? 'application/octet-stream' : 'application/json' }),
          ...extra,
        },
        ...(body && { body: body as Uint8Array<ArrayBuffer> }),
        // A node that redirects could make us ask machines that only we can reach.
        redirect: 'error',
        credentials: 'omit',
        signal: timer.signal,
      });
      const nodeTimeMs = dateOf(response);
      const success = (route.statuses as readonly number[]).includes(response.status);
      const bytes = await readBounded(response, success ? maxBytes : maxProblemBytes);
      if (success) return { bytes, status: response.status, nodeTimeMs };
      const problem = decodeProblem(bytes, response.status);
      if (problem.code !== 'E_CLOCK' || nodeTimeMs === undefined) throw problem;
      const { details, field, retryAfter, requestId, data } = problem;
      throw new ProtocolError('E_CLOCK', { details, field, retryAfter, requestId, data: { ...data, nodeTimeMs } });
    } catch (cause) {
      if (cause instanceof ProtocolError) throw cause;
      if (options.signal?.aborted) throw new ProtocolError('ABORTED', { cause });
      if (timer.signal.aborted) {
        throw new ProtocolError('NODE_TIMEOUT', {
          details: `${this.url} gave no answer within ${timeoutMs} ms.`,
          cause,
        });
      }
      throw new ProtocolError('NODE_UNREACHABLE', { details: `${this.url} cannot be reached.`, cause });
    } finally {
      clearTimeout(timeout);
      options.signal?.removeEventListener('abort', onAbort);
    }
  }
}

/** The base URL of a node without a trailing slash. Throws E_URL. */
export function checkNodeUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ProtocolError('E_URL', {
      field: 'url',
      expected: 'an http or https URL',
      got: `${text.length} characters`,
    });
  }
  const plain = (url.protocol === 'http:' || url.protocol === 'https:') && url.search === '' && url.hash === '';
  if (!plain || url.username !== '' || url.password !== '') {
    throw new ProtocolError('E_URL', { field: 'url', expected: 'an http or https URL without query and credentials' });
  }
  return url.href.replace(/\/+$/, '');
}

function dateOf(response: Response): number | undefined {
  const time = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Read a body of at most `most` bytes; a longer one is cut off and refused, whatever its headers said. */
async function readBounded(response: Response, most: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel().catch(() => undefined);
      throw new ProtocolError('NODE_REFUSED', {
        details: `The answer has more than ${most} bytes.`,
        data: { status: response.status },
      });
    }
    parts.push(value);
  }
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
