/**
 * `/v1/revocations`: the owner's signed word that a policy ends, before it is mined. The node stops serving at once and keeps
 * the signature, which it may have to relay. Owns: these checks. Source: protocol.md sections 4, 7 and 9 (Tombstoned).
 */
import { type RevocationAnswer, type RevocationBody, verifyRevocation } from '../../protocol/index.ts';
import { checkDomain } from './leaves.ts';
import { freshHead, knownPolicy } from './policies.ts';
import type { UrsulaPorts } from './ports.ts';

/** Durable when it resolves. Throws E_DOMAIN, E_CHAIN_STALE, E_POLICY, E_CLOCK (deadline passed), E_SIGNATURE. */
export async function noticeRevocation(ports: UrsulaPorts, body: RevocationBody): Promise<RevocationAnswer> {
  const { policyId, deadline, signature } = body;
  checkDomain(ports, body.domain);
  const head = freshHead(ports);
  const { view } = await knownPolicy(ports, policyId, head);
  await verifyRevocation({
    contracts: ports.network,
    revocation: { policyId, deadline },
    signature,
    owner: view.owner,
    now: head.timestamp,
    judge: (owner, digest, bytes) => ports.chain.isContractSignature(owner, digest, bytes),
  });
  await ports.tombstones.put(policyId, deadline, signature);
  return { state: 'tombstoned' };
}
