/**
 * Answering a challenge on chain: the same judgement, re-encryption and receipt as for Bob's request, for the one capsule that the
 * challenge names. Owns: the order of checks. Owns not: when to answer, transactions, excuses (node/tasks/challenges).
 * Source: protocol.md sections 5.3 and 7 (steps 11 to 15); that the reader asked and the policy was in force the contract has checked.
 */
import type { ChallengeAnswer } from '../../chain/adjudicator.ts';
import { compactSignature, type Hex, type Leaf, leafHash, ProtocolError, receiptOf } from '../../protocol/index.ts';
import { epochOf, freshHead, judgePolicy, requireServable } from './policies.ts';
import type { UrsulaPorts } from './ports.ts';
import { signWithOperator } from './sign.ts';

/** As the event `ChallengeOpened` tells it. Shape: capsule 98 bytes; deadline in seconds of the chain, the last that counts. */
export interface OpenChallenge {
  readonly id: Hex;
  readonly policyId: Hex;
  readonly leaf: Leaf;
  readonly deadline: number;
  readonly capsule: Uint8Array;
  readonly sealedKfrag: Uint8Array;
}

/**
 * The arguments of `Adjudicator.answer`. The node has verified the proof as Bob would and written the receipt down before it signed.
 * Throws ProtocolError: E_AUDIENCE, E_CHAIN_STALE, E_POLICY, E_REVOKED (also by an early notice), E_EXPIRED, E_PENDING,
 * E_LEAF (never shown to this node, so its keys are not known), E_BUSY, E_KEY_NUMBER, E_KFRAG…, E_CAPSULE_INVALID, E_NOT_BONDED,
 * E_INTERNAL.
 */
export async function answerChallenge(ports: UrsulaPorts, challenge: OpenChallenge): Promise<ChallengeAnswer> {
  const { policyId, leaf, capsule, sealedKfrag } = challenge;
  if (leaf.node !== ports.node) throw new ProtocolError('E_AUDIENCE', { field: 'leaf.node', expected: ports.node });
  requireInForce(ports, policyId);
  const hash = leafHash(leaf);
  const known = ports.leaves?.find(policyId, hash);
  if (known === undefined) {
    throw new ProtocolError('E_LEAF', { field: 'leaf', details: 'This node was never shown the leaf.' });
  }
  const place = ports.work.reserve(1);
  if (place === undefined) throw new ProtocolError('E_BUSY', { retryAfter: ports.work.retryAfterS() });
  const { sealedKfragHash, keys } = known;
  const { index, node, fragment } = leaf;
  const [cfrag] = await place.run({
    ...{ policyId, index, node, fragment, sealedKfragHash, sealedKfrag, keys },
    capsules: [capsule],
  });
  if (cfrag === undefined) throw new ProtocolError('E_INTERNAL');
  // A revocation may have come meanwhile, and the epoch may have changed.
  const epoch = epochOf(ports, requireInForce(ports, policyId));
  const receipt = receiptOf({ policyId, leaf: hash, epoch, request: challenge.id, capsule, cfrag });
  await ports.receipts?.record([receipt]);
  requireInForce(ports, policyId); // and while that was written; from here to the signature nothing is awaited
  if (!ports.registry.operatorValid(ports.node, ports.keys.operator, epoch)) {
    ports.observer?.alarm?.('operator.invalid', { epoch });
    throw new ProtocolError('E_NOT_BONDED', {
      details: 'The key of this machine is not the operator of the node now.',
    });
  }
  const { r, vs } = compactSignature(signWithOperator(ports, 'Receipt', receipt));
  ports.observer?.served?.(1);
  return { cfrag, epoch, request: challenge.id, r, vs };
}

/** The time of the head at which the policy is in force. */
function requireInForce(ports: UrsulaPorts, policyId: Hex): number {
  const head = freshHead(ports);
  const judged = judgePolicy(ports, policyId, head);
  if (judged === undefined) throw new ProtocolError('E_POLICY', { field: 'policyId' });
  requireServable(ports, judged);
  return head.timestamp;
}
