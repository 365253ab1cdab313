/**
 * Does this policy pay what the node takes? Before work is done for it, room is given to it or its leaf is remembered.
 * Owns: that check. Owns not: what an Ack says (lib/protocol), the terms of a new one (`ack.ts`).
 * Source: protocol.md section 7, step 8 of `/v1/reencrypt`.
 */
import { ackCovers, leafOf, ProtocolError, type ReencryptBody, recoverTyped } from '../../protocol/index.ts';
import type { Head, PolicyView, UrsulaPorts } from './ports.ts';

/** A body that names a leaf and may bring the node's own promise for it. */
type Promised = Pick<ReencryptBody, 'policyId' | 'leaf' | 'ack'>;

/**
 * E_PAYMENT if the policy pays less than the node takes now, unless the node has promised by an Ack, which Alice has from asking,
 * Bob from the manifest, and the node need not remember.
 */
export function checkPayment(ports: UrsulaPorts, body: Promised, policy: PolicyView, head: Head): void {
  const minRate = ports.registry.miner(ports.node)?.minRate ?? 0n;
  if (policy.rate >= minRate || isPromised(ports, body, policy, head)) return;
  throw new ProtocolError('E_PAYMENT', {
    details: `The policy pays ${policy.rate} wei per epoch; this node takes ${minRate}.`,
    data: { rate: String(policy.rate), minRate: String(minRate) },
  });
}

function isPromised(ports: UrsulaPorts, { policyId, leaf, ack }: Promised, policy: PolicyView, head: Head): boolean {
  if (ack === undefined) return false;
  const { hash } = leafOf(leaf);
  const { signature, ...terms } = ack;
  const message = { ...terms, policyId, leaf: hash };
  if (!ackCovers(message, policy, hash, head.timestamp)) return false;
  try {
    const operator = recoverTyped('Ack', ports.network, message, signature);
    return ports.registry.operatorValid(ports.node, operator, ack.epoch);
  } catch {
    return false;
  }
}
