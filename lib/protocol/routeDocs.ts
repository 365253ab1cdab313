/**
 * What each route is for and what it can refuse: for the OpenAPI document and docs/ERRORS.md. Apart from the table (`routes.ts`), since
 * who calls a route needs none of it. Source: spec/protocol.md section 7.
 */
import type { WireCode } from './codes.ts';
import type { RouteName } from './routes.ts';

export interface RouteDoc {
  readonly summary: string;
  /** Beside {@link commonErrors}. */
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

export const routeDocs: Readonly<Record<RouteName, RouteDoc>> = {
  info: { summary: 'Who this node is, what it takes, and what it sees of the chain.', errors: ['E_CHAIN_STALE'] },
  acks: {
    summary: 'Ask the node to acknowledge its share of a policy before the policy is paid.',
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
    summary: 'Re-encrypt capsules for the reader of a share; one signed receipt per capsule, all or nothing.',
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
    summary: 'Tell the node of a signed revocation before it is mined.',
    errors: [...jsonErrors, 'E_DOMAIN', 'E_CLOCK', 'E_SIGNATURE', 'E_POLICY', 'E_CHAIN_STALE'],
  },
  policy: { summary: 'What the node sees of a policy.', errors: ['E_FIELD', 'E_POLICY', 'E_CHAIN_STALE'] },
  reservations: {
    summary: 'Reserve room for named chunks of a policy.',
    errors: [
      ...jsonErrors,
      'E_DOMAIN',
      'E_AUDIENCE',
      'E_CHAIN_STALE',
      'E_POLICY',
      'E_REVOKED',
      'E_EXPIRED',
      'E_PENDING',
      'E_PAYMENT',
      'E_LEAF',
      'E_CLOCK',
      'E_SIGNATURE',
      'E_BUDGET',
      'E_STORAGE',
    ],
  },
  putChunk: {
    summary: 'Store a reserved chunk; its bytes must hash to its id.',
    errors: [...octetErrors, 'E_FIELD', 'E_NOT_RESERVED', 'E_HASH', 'E_STORAGE'],
  },
  getChunk: { summary: 'A chunk, or one range of it.', errors: ['E_FIELD', 'E_CHUNK', 'E_RANGE'] },
  headChunk: { summary: 'Whether a chunk is held, and its size.', errors: ['E_FIELD', 'E_CHUNK'] },
  sealed: {
    summary: 'Any of the JSON requests, sealed to the encrypting key of the node, with a sealed answer.',
    errors: [...octetErrors, 'E_SEAL', 'E_KEY_NUMBER'],
  },
  openapi: { summary: 'This description.', errors: [] },
  health: { summary: 'Whether the process lives.', errors: [] },
  ready: { summary: 'Whether the node can judge requests now.', errors: ['E_CHAIN_STALE'] },
  root: { summary: 'A page for people.', errors: [] },
};
