/**
 * The one table of routes: served by node, called by lib, described by openapi.ts. Owns: verbs, paths, bodies, answers, limits.
 * Owns not: what a route is for and what it refuses (routeDocs.ts), sockets, handlers, fetch. Source: spec/protocol.md section 7.
 */
import * as bodies from './bodies.ts';
import { ProtocolError, refuse } from './errors.ts';
import { parseJson, writeJson } from './json.ts';
import { chunkTimeoutMs, jsonTimeoutMs, maxChunkBytes, maxJsonBytes, maxPathBytes, maxSealedBytes } from './limits.ts';
import { type Codec, chunkId, decodeWith, hash, type Value } from './schema.ts';

/** What a body or answer is: a JSON shape, plain octets, any text for people, or nothing. */
export type Content = Codec<unknown> | 'octets' | 'text' | 'nothing';

/** One row of the table. Units: bytes, milliseconds. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Parameters in braces. */
  readonly path: string;
  readonly body: Content;
  readonly answer: Content;
  /** Statuses of success. */
  readonly statuses: readonly number[];
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

const get = { method: 'GET', body: 'nothing', statuses: [200], maxBodyBytes: 0, bodyTimeoutMs: jsonTimeoutMs } as const;
const postJson = { method: 'POST', maxBodyBytes: maxJsonBytes, bodyTimeoutMs: jsonTimeoutMs } as const;

export const routes = {
  info: {
    ...get,
    path: '/v1/info',
    answer: bodies.infoAnswer,
  },
  acks: {
    ...postJson,
    path: '/v1/acks',
    body: bodies.ackBody,
    answer: bodies.ackAnswer,
    statuses: [200],
  },
  reencrypt: {
    ...postJson,
    path: '/v1/reencrypt',
    body: bodies.reencryptBody,
    answer: bodies.reencryptAnswer,
    statuses: [200],
  },
  revocations: {
    ...postJson,
    path: '/v1/revocations',
    body: bodies.revocationBody,
    answer: bodies.revocationAnswer,
    statuses: [202],
  },
  policy: {
    ...get,
    path: '/v1/policies/{policyId}',
    answer: bodies.policyAnswer,
  },
  reservations: {
    ...postJson,
    path: '/v1/reservations',
    body: bodies.reservationBody,
    answer: bodies.reservationAnswer,
    statuses: [201],
  },
  putChunk: {
    method: 'PUT',
    path: '/v1/chunks/{id}',
    body: 'octets',
    answer: 'nothing',
    statuses: [200, 201],
    maxBodyBytes: maxChunkBytes,
    bodyTimeoutMs: chunkTimeoutMs,
  },
  getChunk: {
    ...get,
    path: '/v1/chunks/{id}',
    answer: 'octets',
    statuses: [200, 206],
  },
  headChunk: {
    ...get,
    method: 'HEAD',
    path: '/v1/chunks/{id}',
    answer: 'nothing',
  },
  sealed: {
    method: 'POST',
    path: '/v1/sealed',
    body: 'octets',
    answer: 'octets',
    statuses: [200],
    maxBodyBytes: maxSealedBytes,
    bodyTimeoutMs: jsonTimeoutMs,
  },
  openapi: { ...get, path: '/v1/openapi.json', answer: 'text' },
  health: { ...get, path: '/healthz', answer: bodies.healthAnswer },
  ready: {
    ...get,
    path: '/readyz',
    answer: bodies.readyAnswer,
  },
  root: { ...get, path: '/', answer: 'text' },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof routes;
type ValueOf<C> = C extends Codec<unknown> ? Value<C> : never;
/** The typed body of a JSON route; never for the others. */
export type RouteBody<Name extends RouteName> = ValueOf<(typeof routes)[Name]['body']>;
/** The typed answer of a JSON route; never for the others. */
export type RouteAnswer<Name extends RouteName> = ValueOf<(typeof routes)[Name]['answer']>;

/** Parameters of paths and their shapes. */
const parameters: Readonly<Record<string, Codec<string>>> = { policyId: hash as Codec<string>, id: chunkId };

export interface RouteMatch {
  readonly name: RouteName;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const names = Object.keys(routes) as readonly RouteName[];

/** The parameter's name if a segment of a pattern is one. */
const parameterOf = (segment: string): string | undefined => /^\{(\w+)\}$/.exec(segment)?.[1];

/**
 * Which row a request is for. `path` as on the request line. Nothing of ours needs an escape or a query, so both are refused
 * before anything is compared. Throws E_URL, E_ROUTE, E_METHOD (data.allow), E_FIELD for a malformed parameter.
 */
export function matchRoute(method: string, path: string): RouteMatch {
  if (path.length > maxPathBytes || !/^\/[A-Za-z0-9._/-]*$/.test(path)) {
    refuse('E_URL', 'path', `at most ${maxPathBytes} letters, digits and . _ - /`, `${path.length} characters`);
  }
  const segments = path.split('/');
  const fitting = names.filter((name) => {
    const pattern = routes[name].path.split('/');
    return (
      pattern.length === segments.length &&
      pattern.every((part, i) => (parameterOf(part) === undefined ? part === segments[i] : segments[i] !== ''))
    );
  });
  if (fitting.length === 0) throw new ProtocolError('E_ROUTE');
  const name = fitting.find((one) => routes[one].method === method);
  if (name === undefined) {
    const allow = fitting.map((one) => routes[one].method);
    throw new ProtocolError('E_METHOD', { expected: allow.join(', '), data: { allow } });
  }
  const params: Record<string, string> = {};
  routes[name].path.split('/').forEach((part, i) => {
    const parameter = parameterOf(part);
    if (parameter !== undefined) params[parameter] = parameters[parameter]!.decode(segments[i]!, parameter);
  });
  return { name, route: routes[name], params };
}

/** The path of a call. Throws E_FIELD for a missing or malformed parameter. */
export function pathOf(name: RouteName, params: Readonly<Record<string, string>> = {}): string {
  return routes[name].path
    .split('/')
    .map((part) => {
      const parameter = parameterOf(part);
      return parameter === undefined ? part : parameters[parameter]!.decode(params[parameter] ?? null, parameter);
    })
    .join('/');
}

function codecOf(content: Content, what: string): Codec<unknown> {
  return typeof content === 'string' ? refuse('E_TYPE', what, 'a route with JSON there', content) : content;
}

/** Bytes from the network to a typed body; the caller has bounded them. Throws the codes of a JSON body, by field. */
export function decodeBody<Name extends RouteName>(name: Name, bytes: Uint8Array): RouteBody<Name> {
  return decodeWith(codecOf(routes[name].body, 'body'), parseJson(bytes)) as RouteBody<Name>;
}

/** What the client sends. Throws E_FIELD, E_NUMBER, E_COUNT for values that no node would take. */
export function encodeBody<Name extends RouteName>(name: Name, body: RouteBody<Name>): Uint8Array {
  return writeJson(codecOf(routes[name].body, 'body').encode(body, ''));
}

/** An answer from a node, as strictly as a body. */
export function decodeAnswer<Name extends RouteName>(name: Name, bytes: Uint8Array): RouteAnswer<Name> {
  return decodeWith(codecOf(routes[name].answer, 'answer'), parseJson(bytes)) as RouteAnswer<Name>;
}

export function encodeAnswer<Name extends RouteName>(name: Name, answer: RouteAnswer<Name>): Uint8Array {
  return writeJson(codecOf(routes[name].answer, 'answer').encode(answer, ''));
}
