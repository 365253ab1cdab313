/**
 * From a matched route and its body to an answer: parse, call one function, encode. Owns: which function serves which route,
 * sealed requests, chunks over HTTP. Owns not: sockets and transport checks (server.ts), decisions (dintel/ursula).
 * Source: protocol.md section 7.
 */
import type { IncomingHttpHeaders } from 'node:http';
import {
  matchRoute,
  openapiDocument,
  ProtocolError,
  type RouteMatch,
  type RouteName,
  routes,
  writeJson,
} from 'dintel/protocol';
import { answerJson, isJsonRoute, type JsonRoute, type Ursula } from 'dintel/ursula';
import { ChunkError, type ChunkFiles } from '../chunks/chunkFiles.ts';
import { type Answer, jsonAnswer, problemAnswer } from './answer.ts';
import { type Status, statusPage, statusPageHeaders } from './statusPage.ts';
import { contentLength, octetsType, parseRange } from './transport.ts';

/** One request as handlers see it. */
export interface Call {
  readonly match: RouteMatch;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  /** The whole body, bounded by the route. */
  readBody(): Promise<Uint8Array>;
  /** The same in pieces. */
  bodyPieces(): AsyncIterable<Uint8Array>;
}

/** What handlers stand on. */
export interface HandlerParts {
  readonly ursula: Ursula;
  readonly files: ChunkFiles;
  readonly status: () => Status;
  /** What keeps the node from serving beside its view of the chain (stopping, keys locked), or undefined. */
  readonly trouble: () => ProtocolError | undefined;
}

const nothing = new Uint8Array();

/** Answers calls. Throws ProtocolError for a refusal; whatever else it throws is E_INTERNAL. */
export class Handlers {
  readonly #parts: HandlerParts;
  readonly #openapi: Uint8Array;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#openapi = writeJson(openapiDocument());
  }

  async answer(call: Call): Promise<Answer> {
    const { name, params } = call.match;
    switch (name) {
      case 'root':
        return { status: 200, headers: statusPageHeaders, body: Buffer.from(statusPage(this.#parts.status())) };
      case 'openapi':
        return jsonAnswer(200, this.#openapi);
      case 'putChunk':
        return this.#putChunk(params.id ?? '', call);
      case 'getChunk':
      case 'headChunk':
        return this.#getChunk(params.id ?? '', call.headers, name === 'headChunk');
      case 'sealed':
        return this.#sealed(await call.readBody(), call.requestId);
      default: {
        const body = call.match.route.body === 'nothing' ? nothing : await call.readBody();
        return jsonAnswer(call.match.route.statuses[0] ?? 200, await this.#json(name, params, body));
      }
    }
  }

  /** The routes that speak JSON, plain or sealed. */
  #json(name: JsonRoute, params: RouteMatch['params'], body: Uint8Array): Promise<Uint8Array> {
    const { ursula, trouble } = this.#parts;
    return answerJson(ursula, name, params, body, () => {
      const error = trouble();
      if (error !== undefined) throw error;
    });
  }

  /** Only an error of the envelope itself is told in the open. */
  async #sealed(octets: Uint8Array, requestId: string): Promise<Answer> {
    const request = this.#parts.ursula.openSealed(octets);
    let status: number;
    let body: Uint8Array;
    try {
      const { name, params, route } = matchRoute(request.body.length === 0 ? 'GET' : 'POST', request.path);
      if (!isJsonRoute(name))
        throw new ProtocolError('E_ROUTE', { field: 'path', expected: 'a route that speaks JSON' });
      status = route.statuses[0] ?? 200;
      body = await this.#json(name, params, request.body);
    } catch (error) {
      const problem = problemAnswer(error, requestId);
      status = problem.status;
      body = problem.body as Uint8Array;
    }
    return {
      status: 200,
      headers: { 'content-type': octetsType, 'cache-control': 'no-store' },
      body: request.reply(status, body),
    };
  }

  async #putChunk(id: string, call: Call): Promise<Answer> {
    const { ursula, files } = this.#parts;
    const size = contentLength(call.headers);
    if (size === undefined) throw new ProtocolError('E_LENGTH', { field: 'content-length', expected: 'a length' });
    const done = (status: number): Answer => ({ status, headers: { 'content-length': '0' }, body: undefined });
    if (size > call.match.route.maxBodyBytes) {
      throw new ProtocolError('E_TOO_LARGE', {
        field: 'body',
        expected: `at most ${call.match.route.maxBodyBytes} bytes`,
      });
    }
    const { chunks } = ursula.ports;
    try {
      // What the index says is believed only with the file: a restored database can know of chunks that the disk has not.
      if (ursula.admitChunk(id, size) === 'held' && (await files.size(id)) === chunks.chunk(id)?.size) return done(200);
      // The file is durable; only then may the index say so, and only then the client hear it.
      await files.put(id, size, call.bodyPieces(), () => chunks.hold(id, size));
    } catch (error) {
      if (!(error instanceof ChunkError)) throw error;
      const code = ({ hash: 'E_HASH', size: 'E_LENGTH', storage: 'E_STORAGE' } as const)[error.code];
      throw new ProtocolError(code, { field: 'body', details: error.message, cause: error });
    }
    return done(201);
  }

  async #getChunk(id: string, headers: IncomingHttpHeaders, headOnly: boolean): Promise<Answer> {
    const { ursula, files } = this.#parts;
    const held = ursula.ports.chunks.chunk(id)?.held === true;
    const size = held ? await files.size(id) : undefined;
    if (size === undefined) throw new ProtocolError('E_CHUNK', { field: 'id' });
    const etag = `"${id}"`;
    const shared = {
      etag,
      'content-type': octetsType,
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000, immutable',
    };
    if (headers['if-none-match'] === etag) return { status: 304, headers: shared, body: undefined };
    const ifRange = headers['if-range'];
    const range = ifRange === undefined || ifRange === etag ? parseRange(headers.range, size) : undefined;
    const { first, last } = range ?? { first: 0, last: size - 1 };
    return {
      status: range === undefined ? 200 : 206,
      headers: {
        ...shared,
        'content-length': String(last - first + 1),
        ...(range === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${size}` }),
      },
      body: headOnly ? undefined : files.read(id, first, last),
    };
  }
}

/** Content types that a route can answer with, for the Accept header; errors are problem+json whatever was accepted. */
export function offersOf(name: RouteName): readonly string[] {
  const { answer } = routes[name];
  if (name === 'root') return ['text/html'];
  if (name === 'openapi') return ['application/json'];
  if (answer === 'octets') return [octetsType];
  // A route that answers nothing cannot displease: whatever the client would take, it gets none of it.
  if (answer === 'nothing') return [octetsType, 'application/json', 'application/problem+json'];
  return ['application/json', 'application/problem+json'];
}
