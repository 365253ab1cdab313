/**
 * Request: Bob's signed question to one node. Owns: how it is made from capsules, its time window, its verification. Owns not:
 * nonces seen (node's store), the order of refusals (lib/characters/ursula). Source: spec/protocol.md sections 4 and 7.
 */
import { checkBytes } from './bytes.ts';
import { requestLifetimeSeconds, skewSeconds } from './constants.ts';
import { ProtocolError, refuse } from './errors.ts';
import { keccak } from './hash.ts';
import type { Address, Hex } from './hex.ts';
import { capsuleBytes } from './leaf.ts';
import { maxCapsules } from './limits.ts';
import type { Contracts, Request } from './messages.ts';
import { typedDigest, type VerifiedMessage, verifyTyped } from './typed.ts';

export type VerifiedRequest = VerifiedMessage<'Request'>;

/** K of capsule_simple. Shape: 98 bytes. Throws E_LENGTH. */
export function capsuleHash(capsule: Uint8Array, field = 'capsule'): Hex {
  return keccak(checkBytes(capsule, capsuleBytes, field));
}

/** The message for these capsules, in this order. Throws E_COUNT, E_LENGTH. Units: seconds. */
export function requestOf(of: {
  policyId: Hex;
  leaf: Hex;
  node: Address;
  reader: Address;
  capsules: readonly Uint8Array[];
  nonce: Hex;
  issuedAt: number;
  expiresAt: number;
}): Request {
  const { capsules } = of;
  if (capsules.length < 1 || capsules.length > maxCapsules) {
    refuse('E_COUNT', 'capsules', `1 to ${maxCapsules}`, String(capsules.length));
  }
  return {
    policyId: of.policyId,
    leaf: of.leaf,
    node: of.node,
    reader: of.reader,
    capsules: capsules.map((capsule, i) => capsuleHash(capsule, `capsules[${i}]`)),
    nonce: of.nonce,
    issuedAt: of.issuedAt,
    expiresAt: of.expiresAt,
  };
}

/** What receipts name as `request`. */
export function requestDigest(contracts: Contracts, request: Request): Hex {
  return typedDigest('Request', contracts, request);
}

/**
 * issuedAt <= now + 30, now < expiresAt, expiresAt - issuedAt <= 120. Units: seconds of the node's own clock.
 * Throws E_CLOCK.
 */
export function checkRequestTimes(request: { issuedAt: number; expiresAt: number }, now: number): void {
  const fail = (field: string, expected: string, got: number): ProtocolError =>
    new ProtocolError('E_CLOCK', { field: `request.${field}`, expected, got: String(got), data: { now } });
  if (request.issuedAt > now + skewSeconds) throw fail('issuedAt', `at most ${now + skewSeconds}`, request.issuedAt);
  if (now >= request.expiresAt) throw fail('expiresAt', `later than ${now}`, request.expiresAt);
  if (request.expiresAt - request.issuedAt > requestLifetimeSeconds) {
    throw fail('expiresAt', `at most ${requestLifetimeSeconds} s after issuedAt`, request.expiresAt - request.issuedAt);
  }
}

/** Throws E_SIGNATURE unless the reader that the request names signed it. */
export function verifyRequest(of: { contracts: Contracts; request: Request; signature: Uint8Array }): VerifiedRequest {
  return verifyTyped('Request', of.contracts, of.request, of.signature, of.request.reader);
}
