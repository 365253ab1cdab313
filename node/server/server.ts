/**
 * The public listener: fastify around the route table. Owns: the order of transport checks (step 1 of protocol.md section 7),
 * buckets per address and in total, CORS, request ids, what happens to sockets when something is wrong, graceful stop.
 * Owns not: what a request means (handlers.ts, dintel/ursula), metrics' own listener (metricsServer.ts).
 * Routing is lib/protocol's `matchRoute` and not fastify's: one table for node and clients, and one meaning of a path.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';
import {
  chunkTimeoutMs,
  headersTimeoutMs,
  matchRoute,
  ProtocolError,
  type RouteMatch,
  type WireCode,
} from 'dintel/protocol';
import { TokenBuckets } from 'dintel/ursula';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { type Answer, problemAnswer } from './answer.ts';
import { bodyPieces, readBody } from './body.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { type HandlerParts, Handlers, offersOf } from './handlers.ts';
import {
  defaultServerLimits,
  keepAliveMs,
  lingerBytes,
  lingerMs,
  maxParserBytes,
  maxRequestsPerSocket,
  type ServerLimits,
  stopTimeoutMs,
} from './limits.ts';
import { checkAccept, checkContentType, checkEncoding, checkHeaders, jsonType, octetsType } from './transport.ts';

/** What was answered, for metrics and logs. `route` is a name of the table or `none`. */
export interface Exchange {
  readonly route: string;
  readonly status: number;
  readonly code: WireCode | undefined;
  readonly seconds: number;
  readonly requestId: string;
}

export interface ServerOptions {
  readonly handlers: Omit<HandlerParts, 'trouble'> & { readonly trouble?: HandlerParts['trouble'] };
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Origins that browsers may ask from, or `*` for all. Credentials are never allowed. */
  readonly cors?: readonly string[];
  /** Addresses or CIDR ranges of reverse proxies whose X-Forwarded-For names the client; default none. */
  readonly trustedProxies?: readonly string[];
  readonly limits?: ServerLimits;
  readonly onExchange?: (exchange: Exchange) => void;
  /** Something of ours failed: what the client was not told. */
  readonly onInternal?: (error: unknown, requestId: string) => void;
}

/** A listening server. */
export interface RunningServer {
  readonly port: number;
  readonly url: string;
  /** Refuse new requests, finish those in flight, at most `stopTimeoutMs`, close. */
  stop(): Promise<void>;
}

/** Listen. Rejects with the system's error (EADDRINUSE, EACCES) if it cannot. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = new PublicServer(options);
  return server.listen();
}

class PublicServer {
  readonly #options: ServerOptions;
  readonly #app: FastifyInstance;
  readonly #handlers: Handlers;
  readonly #addresses: TokenBuckets;
  readonly #total: TokenBuckets;
  /** Requests being answered on each socket: a parse error behind one of them must not write into its answer. */
  readonly #busy = new WeakMap<Socket, number>();
  #stopping = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    const limits = options.limits ?? defaultServerLimits;
    this.#addresses = new TokenBuckets(limits.perAddress);
    this.#total = new TokenBuckets(limits.total, 1);
    this.#handlers = new Handlers({
      ...options.handlers,
      trouble: () => (this.#stopping ? stopping() : options.handlers.trouble?.()),
    });
    this.#app = fastify({
      logger: false,
      genReqId: () => randomBytes(12).toString('base64url'),
      requestIdHeader: false,
      trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
      return503OnClosing: false,
      keepAliveTimeout: keepAliveMs,
      // The whole of a request: headers and the slowest body. Bodies have their own, shorter clocks (body.ts).
      requestTimeout: headersTimeoutMs + chunkTimeoutMs,
      maxRequestsPerSocket,
      http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 1_000, maxHeaderSize: maxParserBytes },
      clientErrorHandler: (error, socket) => this.#onClientError(error, socket),
      frameworkErrors: (_error, request, reply) =>
        void this.#refuse(new ProtocolError('E_URL'), request as FastifyRequest, reply as FastifyReply),
    });
    // Bodies are read by us, as bytes, after the checks: fastify only hands over the stream.
    this.#app.removeAllContentTypeParsers();
    this.#app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    this.#app.server.maxHeadersCount = 0;
    this.#app.server.maxConnections = limits.connections;
    this.#app.addHook('onRequest', (request, _reply, done) => {
      this.#busy.set(request.raw.socket, (this.#busy.get(request.raw.socket) ?? 0) + 1);
      done();
    });
    this.#app.addHook('onResponse', (request, _reply, done) => {
      this.#busy.set(request.raw.socket, (this.#busy.get(request.raw.socket) ?? 1) - 1);
      done();
    });
    this.#app.setNotFoundHandler((request, reply) => this.#serve(request, reply));
    this.#app.setErrorHandler((error, request, reply) => this.#refuse(error, request, reply));
  }

  async listen(): Promise<RunningServer> {
    const { host, port } = this.#options;
    await this.#app.listen({ host, port });
    const address = this.#app.server.address();
    const actual = typeof address === 'object' && address !== null ? address.port : port;
    const name = isIPv6(host) ? `[${host}]` : host;
    return { port: actual, url: `http://${name}:${actual}`, stop: () => this.#stop() };
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    const closed = this.#app.close();
    const deadline = setTimeout(() => this.#app.server.closeAllConnections(), stopTimeoutMs);
    // Kept connections that finish a request after close() began are idle, but nobody would close them.
    const sweep = setInterval(() => this.#app.server.closeIdleConnections(), 50);
    try {
      await closed;
    } finally {
      clearTimeout(deadline);
      clearInterval(sweep);
    }
  }

  /** One request, whatever its method and path. */
  async #serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    let match: RouteMatch | undefined;
    try {
      const preflight = this.#admit(request);
      if (preflight !== undefined) return await this.#send(request, reply, preflight, 'preflight', undefined);
      match = matchRoute(request.method, request.url);
      const answer = await this.#answer(match, request);
      return await this.#send(request, reply, answer, match.name, undefined);
    } catch (error) {
      return this.#refuse(error, request, reply, match?.name);
    }
  }

  /** Step 1 up to routing. Returns the answer to a browser's preflight, which needs no more. */
  #admit(request: FastifyRequest): Answer | undefined {
    if (this.#stopping && request.url !== '/healthz' && request.url !== '/readyz') throw stopping();
    if (request.raw.httpVersionMajor !== 1) throw new ProtocolError('E_URL', { expected: 'HTTP/1.1' });
    checkHeaders(request.raw.rawHeaders);
    // Health checks are for whoever decides to restart the process: they must not be refused for someone else's flood.
    if (request.url !== '/healthz' && request.url !== '/readyz') this.#take(request.ip);
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      return { status: 204, headers: preflightHeaders, body: undefined };
    }
    return undefined;
  }

  #take(ip: string): void {
    const now = performance.now();
    const own = this.#addresses.take(addressKey(ip), now);
    if (own > 0) throw new ProtocolError('E_RATE', { details: 'This address asks too often.', retryAfter: own });
    const all = this.#total.take('', now);
    if (all > 0) throw new ProtocolError('E_RATE', { details: 'All together ask too often.', retryAfter: all });
  }

  #answer(match: RouteMatch, request: FastifyRequest): Promise<Answer> {
    const { route, name } = match;
    const { headers, raw } = request;
    checkAccept(headers, offersOf(name));
    const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
    if (route.body === 'nothing') {
      if (hasBody) throw new ProtocolError('E_TOO_LARGE', { field: 'body', expected: 'no body' });
    } else {
      checkContentType(headers, route.body === 'octets' ? octetsType : jsonType);
      checkEncoding(headers);
    }
    const bounds = { maxBytes: route.maxBodyBytes, timeoutMs: route.bodyTimeoutMs };
    return this.#handlers.answer({
      match,
      headers,
      requestId: request.id,
      readBody: () => readBody(raw, bounds),
      bodyPieces: () => bodyPieces(raw, bounds),
    });
  }

  async #send(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: Answer,
    route: string,
    code: WireCode | undefined,
  ): Promise<FastifyReply> {
    const { origin } = request.headers;
    const headers = {
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      ...corsHeaders(this.#options.cors ?? ['*'], origin),
      ...answer.headers,
      ...(this.#stopping ? { connection: 'close' } : {}),
    };
    const { requestId, seconds } = { requestId: request.id, seconds: reply.elapsedTime / 1000 };
    this.#options.onExchange?.({ route, status: answer.status, code, seconds, requestId });
    if (!request.raw.complete && (code === 'E_TIMEOUT' || !isSmallRest(request))) {
      return this.#sendAndClose(request, reply, answer, headers, code === 'E_TIMEOUT' ? 0 : lingerMs);
    }
    reply.code(answer.status).headers(headers);
    return reply.send(answer.body);
  }

  /**
   * Answer a request whose body is not read, and end the connection. Closing at once would reset it and the client might never
   * see the answer: the rest is thrown away for a moment first.
   */
  async #sendAndClose(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: Answer,
    headers: Readonly<Record<string, string>>,
    waitMs: number,
  ): Promise<FastifyReply> {
    const body = answer.body instanceof Uint8Array ? answer.body : new Uint8Array();
    const { raw } = request;
    reply.hijack();
    reply.raw.writeHead(answer.status, { ...headers, 'content-length': String(body.length), connection: 'close' });
    reply.raw.write(body);
    await new Promise<void>((resolve) => {
      let rest = lingerBytes;
      const timer = setTimeout(resolve, waitMs);
      raw.once('close', () => resolve());
      raw.once('end', () => resolve());
      raw.on('data', (piece: Uint8Array) => {
        rest -= piece.length;
        if (rest < 0) resolve();
      });
      raw.once('close', () => clearTimeout(timer));
      raw.resume();
    });
    reply.raw.end();
    return reply;
  }

  #refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, route = 'none'): Promise<FastifyReply> {
    const answer = problemAnswer(error, request.id);
    if (answer.code === 'E_INTERNAL') this.#options.onInternal?.(error, request.id);
    return this.#send(request, reply, answer, route, answer.code);
  }

  /** Bytes that are no request: answered in plain and closed, unless an answer is being written on that socket. */
  #onClientError(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    if ((this.#busy.get(socket) ?? 0) > 0) {
      socket.destroy(error);
      return;
    }
    const requestId = randomBytes(12).toString('base64url');
    const answer = problemAnswer(clientErrorOf(error), requestId);
    this.#options.onExchange?.({ route: 'none', status: answer.status, code: answer.code, seconds: 0, requestId });
    const body = answer.body as Uint8Array;
    const head = [
      `HTTP/1.1 ${answer.status} ${answer.code}`,
      ...Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${body.length}`,
      `x-request-id: ${requestId}`,
      'connection: close',
      '\r\n',
    ];
    socket.write(head.join('\r\n'));
    socket.end(body, () => socket.destroy());
  }
}

const stopping = (): ProtocolError => new ProtocolError('E_STOPPING', { retryAfter: 5 });

function clientErrorOf(error: NodeJS.ErrnoException): ProtocolError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ProtocolError('E_HEADERS', { expected: 'at most 8192 bytes of headers' });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProtocolError('E_TIMEOUT', { expected: `headers within ${headersTimeoutMs} ms` });
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
    case 'HPE_INVALID_TRANSFER_ENCODING':
    case 'HPE_INVALID_CHUNK_SIZE':
      return new ProtocolError('E_LENGTH', { details: 'Content-Length and Transfer-Encoding make no sense together.' });
    default:
      return new ProtocolError('E_URL', { details: 'The bytes are not a request of HTTP/1.1.' });
  }
}

/** Whether what is left of a body is small enough for Node to read and throw away on a kept connection. */
function isSmallRest(request: FastifyRequest): boolean {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  return request.headers['transfer-encoding'] === undefined && !(length > lingerBytes);
}

/** One bucket per IPv4 address, one per /64 of IPv6: a household has 2^64 addresses there. */
export function addressKey(ip: string): string {
  const mapped = /^::ffff:([0-9.]+)$/.exec(ip);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(ip)) return ip;
  const [head = '', tail = ''] = ip.replace(/%.*$/, '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = ip.includes('::') ? Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0') : [];
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
