/**
 * The one table of routes: served by node, called by lib, described by openapi.ts. Owns: verbs, paths, bodies, answers, limits,
 * own errors. Owns not: sockets, handlers, fetch. Source: spec/protocol.md section 7.
 */
import * as bodies from './bodies.ts';
import type { WireCode } from './codes.ts';
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
  readonly summary: string;
  readonly body: Content;
  readonly answer: Content;
  /** Statuses of success. */
  readonly statuses: readonly number[];
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  /** What this route can refuse beside {@link commonErrors}. */
  readonly errors: readonly WireCode[];
}

/** What any route can refuse, by transport. */
export const commonErrors: readonly WireCode[] = [
  'E_URL',
  'E_ROUTE',
  'E_METHOD',
  'E_ACCEPT',
  'E_HEADERS',
  'E_TIMEOUT',
  'E_RATE',
  'E_BUSY',
  'E_STOPPING',
  'E_INTERNAL',
];

const jsonErrors = [
  'E_LENGTH',
  'E_TOO_LARGE',
  'E_MEDIA_TYPE',
  'E_ENCODING',
  'E_UTF8',
  'E_JSON',
  'E_JSON_DUPLICATE',
  'E_DEPTH',
  'E_NUMBER',
  'E_SCHEMA',
  'E_FIELD',
  'E_FIELD_UNKNOWN',
  'E_COUNT',
] as const satisfies readonly WireCode[];

const octetErrors = ['E_LENGTH', 'E_TOO_LARGE', 'E_MEDIA_TYPE', 'E_ENCODING'] as const satisfies readonly WireCode[];

const get = { method: 'GET', body: 'nothing', statuses: [200], maxBodyBytes: 0, bodyTimeoutMs: jsonTimeoutMs } as const;
const postJson = { method: 'POST', maxBodyBytes: maxJsonBytes, bodyTimeoutMs: jsonTimeoutMs } as const;

export const routes = {
  info: {
    ...get,
    path: '/v1/info',
    summary: 'Who this node is, what it takes, and what it sees of the chain.',
    answer: bodies.infoAnswer,
    errors: ['E_CHAIN_STALE'],
  },
  acks: {
    ...postJson,
    path: '/v1/acks',
    summary: 'Ask the node to acknowledge its share of a policy before the policy is paid.',
    body: bodies.ackBody,
    answer: bodies.ackAnswer,
    statuses: [200],
    errors: [
      ...jsonErrors,
      'E_DOMAIN',
      'E_AUDIENCE',
      'E_PAYMENT',
      'E_LEAF',
      'E_NOT_BONDED',
      'E_HORIZON',
      'E_KEY_NUMBER',
      'E_CONDITION',
      'E_KFRAG_PARSE',
      'E_KFRAG_SEAL',
      'E_KFRAG_COMMITMENT',
      'E_KFRAG_SIGNATURE',
      'E_KFRAG_RECEIVER',
      'E_KFRAG_FLAGS',
      'E_CHAIN_STALE',
    ],
  },
  reencrypt: {
    ...postJson,
    path: '/v1/reencrypt',
    summary: 'Re-encrypt capsules for the reader of a share; one signed receipt per capsule, all or nothing.',
    body: bodies.reencryptBody,
    answer: bodies.reencryptAnswer,
    statuses: [200],
    errors: [
      ...jsonErrors,
      'E_DOMAIN',
      'E_AUDIENCE',
      'E_RECIPIENT',
      'E_CHAIN_STALE',
      'E_POLICY',
      'E_REVOKED',
      'E_EXPIRED',
      'E_PENDING',
      'E_PAYMENT',
      'E_LEAF',
      'E_CONDITION',
      'E_CLOCK',
      'E_REPLAY',
      'E_SIGNATURE',
      'E_KEY_NUMBER',
      'E_KFRAG',
      'E_CAPSULE_INVALID',
      'E_NOT_BONDED',
    ],
  },
  revocations: {
    ...postJson,
    path: '/v1/revocations',
    summary: 'Tell the node of a signed revocation before it is mined.',
    body: bodies.revocationBody,
    answer: bodies.revocationAnswer,
    statuses: [202],
    errors: [...jsonErrors, 'E_DOMAIN', 'E_CLOCK', 'E_SIGNATURE', 'E_POLICY', 'E_CHAIN_STALE'],
  },
  policy: {
    ...get,
    path: '/v1/policies/{policyId}',
    summary: 'What the node sees of a policy.',
    answer: bodies.policyAnswer,
    errors: ['E_FIELD', 'E_POLICY', 'E_CHAIN_STALE'],
  },
  reservations: {
    ...postJson,
    path: '/v1/reservations',
    summary: 'Reserve room for named chunks of a policy.',
    body: bodies.reservationBody,
    answer: bodies.reservationAnswer,
    statuses: [201],
    errors: [
      ...jsonErrors,
      'E_DOMAIN',
      'E_AUDIENCE',
      'E_CHAIN_STALE',
      'E_POLICY',
      'E_REVOKED',
      'E_EXPIRED',
      'E_PENDING',
      'E_LEAF',
      'E_CLOCK',
      'E_SIGNATURE',
      'E_BUDGET',
      'E_STORAGE',
    ],
  },
  putChunk: {
    method: 'PUT',
    path: '/v1/chunks/{id}',
    summary: 'Store a reserved chunk; its bytes must hash to its id.',
    body: 'octets',
    answer: 'nothing',
    statuses: [200, 201],
    maxBodyBytes: maxChunkBytes,
    bodyTimeoutMs: chunkTimeoutMs,
    errors: [...octetErrors, 'E_FIELD', 'E_NOT_RESERVED', 'E_HASH', 'E_STORAGE'],
  },
  getChunk: {
    ...get,
    path: '/v1/chunks/{id}',
    summary: 'A chunk, or one range of it.',
    answer: 'octets',
    statuses: [200, 206],
    errors: ['E_FIELD', 'E_CHUNK', 'E_RANGE'],
  },
  headChunk: {
    ...get,
    method: 'HEAD',
    path: '/v1/chunks/{id}',
    summary: 'Whether a chunk is held, and its size.',
    answer: 'nothing',
    errors: ['E_FIELD', 'E_CHUNK'],
  },
  sealed: {
    method: 'POST',
    path: '/v1/sealed',
    summary: 'Any of the JSON requests, sealed to the encrypting key of the node, with a sealed answer.',
    body: 'octets',
    answer: 'octets',
    statuses: [200],
    maxBodyBytes: maxSealedBytes,
    bodyTimeoutMs: jsonTimeoutMs,
    errors: [...octetErrors, 'E_SEAL', 'E_KEY_NUMBER'],
  },
  openapi: { ...get, path: '/v1/openapi.json', summary: 'This description.', answer: 'text', errors: [] },
  health: { ...get, path: '/healthz', summary: 'Whether the process lives.', answer: bodies.healthAnswer, errors: [] },
  ready: {
    ...get,
    path: '/readyz',
    summary: 'Whether the node can judge requests now.',
    answer: bodies.readyAnswer,
    errors: ['E_CHAIN_STALE'],
  },
  root: { ...get, path: '/', summary: 'A page for people.', answer: 'text', errors: [] },
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
