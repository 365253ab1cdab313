/**
 * Is this message for me, and is this leaf under that policy? Steps 2, 5 and 6 of `/v1/reencrypt`, shared by acks and
 * reservations. Owns: these checks. Owns not: hashing (lib/protocol), the policy's state (policies.ts).
 * Source: protocol.md sections 3, 7 and 8.6.
 */

import {
  checkInTree,
  type Domain,
  type Hex,
  judgeConditions,
  type Leaf,
  type LeafParts,
  leafOf,
  ProtocolError,
  type Terms,
} from '../../protocol/index.ts';
import type { Head, KnownLeaf, PolicyView, UrsulaPorts } from './ports.ts';

/** Throws E_DOMAIN unless the message is for this node's chain and contracts. */
export function checkDomain(ports: Pick<UrsulaPorts, 'network'>, domain: Domain): void {
  for (const field of ['chainId', 'adjudicator', 'policyManager', 'escrow'] as const) {
    if (domain[field] !== ports.network[field]) {
      throw new ProtocolError('E_DOMAIN', {
        field: `domain.${field}`,
        expected: String(ports.network[field]),
        got: String(domain[field]),
      });
    }
  }
}

/** Throws E_AUDIENCE unless the leaf, and the request if there is one, name this node. */
export function checkAudience(ports: Pick<UrsulaPorts, 'node'>, leaf: LeafParts, requestNode?: string): void {
  if (requestNode !== undefined && requestNode !== ports.node) {
    throw new ProtocolError('E_AUDIENCE', { field: 'request.node', expected: ports.node });
  }
  if (leaf.node !== ports.node) throw new ProtocolError('E_AUDIENCE', { field: 'leaf.node', expected: ports.node });
}

/** Leaf, its terms and hash; it stands under the policy's root. Throws E_LEAF. */
export function checkLeaf(
  parts: LeafParts,
  proof: readonly Hex[],
  policy: PolicyView,
): { leaf: Leaf; terms: Terms; hash: Hex } {
  const whole = leafOf(parts);
  checkInTree({ root: policy.root, leaf: whole.hash, index: parts.index, shares: policy.shares, proof });
  return whole;
}

/** What is to be remembered of a leaf, with what `leafOf` made of it, that has passed the checks; `proof` undefined before there is a root. */
export function knownLeaf(
  policyId: Hex,
  parts: LeafParts,
  { leaf, hash }: { readonly leaf: Leaf; readonly hash: Hex },
  proof: readonly Hex[] | undefined,
): KnownLeaf {
  return { policyId, leaf, hash, sealedKfragHash: parts.sealedKfragHash, keys: parts.keys, proof };
}

/** Conditions known and true at the head's time; none is true. Throws E_CONDITION, E_PENDING or E_EXPIRED. */
export function checkConditions(leaf: LeafParts, head: Head): void {
  if (leaf.conditions === null) return;
  const verdict = judgeConditions(leaf.conditions, head.timestamp);
  if (verdict.allowed) return;
  if (verdict.code === 'E_PENDING') {
    throw new ProtocolError('E_PENDING', {
      field: 'leaf.conditions',
      details: `Access begins at ${verdict.from}.`,
      retryAfter: Math.min(86_400, Math.max(1, verdict.from - head.timestamp)),
      data: { notBefore: verdict.from },
    });
  }
  throw new ProtocolError('E_EXPIRED', {
    field: 'leaf.conditions',
    details: `Access ended at ${verdict.since}.`,
    data: { notAfter: verdict.since },
  });
}
