/**
 * Bodies and answers of every route as shapes; their TypeScript types follow. Owns: the members of section 7's table. Owns not:
 * verbs and paths (routes.ts), what a node does with a body (lib/characters/ursula).
 * Conventions as everywhere in lib: names of 32 bytes and addresses are Hex, longer byte strings Uint8Array, wei bigint, times
 * whole seconds. Source: spec/protocol.md section 7.
 */
import { maxShares } from './constants.ts';
import { capsuleBytes, cfragBytes, publicKeyBytes, sealedKfragBytes } from './leaf.ts';
import {
  maxCapsules,
  maxChunkBytes,
  maxConditionBytes,
  maxPeerIdBytes,
  maxProofWords,
  maxReservedChunks,
  maxUrlBytes,
} from './limits.ts';
import {
  address,
  amount,
  bytes,
  chunkId,
  epoch,
  hash,
  list,
  nullable,
  object,
  oneOf,
  optional,
  seconds,
  text,
  triple,
  uint,
  type Value,
} from './schema.ts';
import { signatureBytes } from './signature.ts';

const signature = bytes(signatureBytes);
/** uint96, as rates are on chain. */
const rate = amount(96);

const domainShape = object({
  chainId: uint({ min: 1 }),
  adjudicator: address,
  policyManager: address,
  escrow: address,
});

const headShape = object({ number: uint(), hash, timestamp: seconds });

const leafShape = object({
  index: uint({ max: maxShares - 1 }),
  node: address,
  fragment: hash,
  sealedKfragHash: hash,
  keys: triple(bytes(publicKeyBytes)),
  reader: address,
  byteBudget: uint(),
  conditions: nullable(bytes({ min: 1, max: maxConditionBytes })),
});

const proof = list(hash, { min: 0, max: maxProofWords });

const limitsShape = object({
  bodyBytes: uint(),
  chunkBytes: uint(),
  capsules: uint(),
  proofWords: uint(),
  conditionBytes: uint(),
  reservedChunks: uint(),
});

export const infoAnswer = object({
  node: address,
  operator: address,
  url: text({ maxBytes: maxUrlBytes }),
  encryptingKey: bytes(publicKeyBytes),
  keyNumber: epoch,
  peerId: text({ maxBytes: 2 * maxPeerIdBytes }),
  protocol: list(uint({ min: 1 }), { min: 1, max: 16 }),
  domain: domainShape,
  head: headShape,
  epoch,
  minRate: rate,
  availableUntil: epoch,
  limits: limitsShape,
  issuedAt: seconds,
  signature,
});

const ackTerms = { rate, until: seconds, lastStart: epoch, epoch };

export const ackBody = object({
  domain: domainShape,
  policyId: hash,
  leaf: leafShape,
  sealedKfrag: bytes(sealedKfragBytes),
  rate,
  until: seconds,
});

/** A promise that is shown again: its terms and the operator's signature over them. */
const shownAck = object({ ...ackTerms, signature });

export const ackAnswer = object({ ack: object(ackTerms), signature });

export const reencryptBody = object({
  domain: domainShape,
  policyId: hash,
  leaf: leafShape,
  proof,
  sealedKfrag: bytes(sealedKfragBytes),
  ack: optional(shownAck),
  capsules: list(bytes(capsuleBytes), { min: 1, max: maxCapsules }),
  request: object({ node: address, reader: address, nonce: hash, issuedAt: seconds, expiresAt: seconds, signature }),
});

export const reencryptAnswer = object({
  epoch,
  head: headShape,
  results: list(object({ cfrag: bytes(cfragBytes), signature }), { min: 1, max: maxCapsules }),
});

export const revocationBody = object({
  domain: domainShape,
  policyId: hash,
  deadline: seconds,
  // An owner may be a contract, whose signatures have any length; 4 KiB hold those in use.
  signature: bytes({ min: 1, max: 4096 }),
});

export const revocationAnswer = object({ state: oneOf('tombstoned') });

export const policyAnswer = object({
  state: oneOf('pending', 'servable', 'expired', 'revoked', 'tombstoned'),
  confirmations: uint(),
  start: epoch,
  end: epoch,
  expiresAt: seconds,
  revokedAt: optional(seconds),
  head: headShape,
});

export const reservationBody = object({
  domain: domainShape,
  policyId: hash,
  leaf: leafShape,
  proof,
  ack: optional(shownAck),
  chunks: list(object({ id: chunkId, size: uint({ min: 1, max: maxChunkBytes }) }), { min: 1, max: maxReservedChunks }),
  reservation: object({ expiresAt: seconds, signature }),
});

export const reservationAnswer = object({ reserved: uint(), used: uint(), budget: uint() });

export const healthAnswer = object({ status: oneOf('ok') });
export const readyAnswer = object({ status: oneOf('ready') });

export type LeafBody = Value<typeof leafShape>;
export type HeadBody = Value<typeof headShape>;
export type InfoAnswer = Value<typeof infoAnswer>;
export type AckBody = Value<typeof ackBody>;
export type AckAnswer = Value<typeof ackAnswer>;
export type ReencryptBody = Value<typeof reencryptBody>;
export type ReencryptAnswer = Value<typeof reencryptAnswer>;
export type RevocationBody = Value<typeof revocationBody>;
export type RevocationAnswer = Value<typeof revocationAnswer>;
export type PolicyAnswer = Value<typeof policyAnswer>;
export type ReservationBody = Value<typeof reservationBody>;
export type ReservationAnswer = Value<typeof reservationAnswer>;
