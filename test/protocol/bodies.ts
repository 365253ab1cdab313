/** Well-formed bodies and answers for the tests of routes: the right shapes, no truth in them. */
import type { Address, Hex } from '../../lib/protocol/hex.ts';
import type { RouteAnswer, RouteBody } from '../../lib/protocol/routes.ts';

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const fill = (length: number, n: number): Uint8Array => new Uint8Array(length).fill(n);

const domain = { chainId: 31337, adjudicator: address(1), policyManager: address(2), escrow: address(3) };
const leaf = {
  index: 4,
  node: address(4),
  fragment: hash(5),
  sealedKfragHash: hash(6),
  keys: [fill(33, 2), fill(33, 3), fill(33, 4)],
  reader: address(7),
  byteBudget: 2 ** 40,
  conditions: fill(9, 1),
} as const;
const head = { number: 100, hash: hash(8), timestamp: 1_800_000_000 };
const signature = fill(65, 27);

export const bodies = {
  acks: {
    domain,
    policyId: hash(9),
    leaf: { ...leaf, conditions: null },
    sealedKfrag: fill(363, 5),
    rate: 10n ** 18n,
    until: 2_000_000_000,
  },
  reencrypt: {
    domain,
    policyId: hash(9),
    leaf,
    proof: [hash(10), hash(11), hash(12)],
    sealedKfrag: fill(363, 5),
    ack: { rate: 12n, until: 2_000_000_000, lastStart: 30, epoch: 28, signature },
    capsules: [fill(98, 6), fill(98, 7)],
    request: {
      node: address(4),
      reader: address(7),
      nonce: hash(13),
      issuedAt: 1_800_000_000,
      expiresAt: 1_800_000_060,
      signature,
    },
  },
  revocations: { domain, policyId: hash(9), deadline: Number.MAX_SAFE_INTEGER, signature: fill(70, 1) },
  reservations: {
    domain,
    policyId: hash(9),
    leaf,
    proof: [],
    chunks: [{ id: 'ab'.repeat(32), size: 1_048_592 }],
    reservation: { expiresAt: 1_800_000_060, signature },
  },
} satisfies { [Name in 'acks' | 'reencrypt' | 'revocations' | 'reservations']: RouteBody<Name> };

export const answers = {
  info: {
    node: address(4),
    operator: address(5),
    url: 'http://127.0.0.1:9000',
    encryptingKey: fill(33, 2),
    keyNumber: 0,
    peerId: '12D3KooW',
    protocol: [1],
    domain,
    head,
    epoch: 20_000,
    minRate: 10n ** 15n,
    availableUntil: 20_100,
    limits: {
      bodyBytes: 65_536,
      chunkBytes: 1_048_592,
      capsules: 50,
      proofWords: 6,
      conditionBytes: 1024,
      reservedChunks: 600,
    },
    issuedAt: 1_800_000_000,
    signature,
  },
  acks: { ack: { rate: 10n ** 18n, until: 2_000_000_000, lastStart: 30, epoch: 28 }, signature },
  reencrypt: { epoch: 28, head, results: [{ cfrag: fill(359, 1), signature }] },
  revocations: { state: 'tombstoned' },
  policy: { state: 'revoked', confirmations: 5, start: 1, end: 4, expiresAt: 9, revokedAt: 8, head },
  reservations: { reserved: 1, used: 2, budget: 3 },
  health: { status: 'ok' },
  ready: { status: 'ready' },
} satisfies {
  [Name in
    | 'info'
    | 'acks'
    | 'reencrypt'
    | 'revocations'
    | 'policy'
    | 'reservations'
    | 'health'
    | 'ready']: RouteAnswer<Name>;
};
