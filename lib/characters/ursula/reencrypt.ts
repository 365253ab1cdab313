/**
 * `/v1/reencrypt`: judge a request, re-encrypt, sign. The steps stand in the order of protocol.md section 7 and carry its
 * numbers: cheap before dear, public before secret, denial before work, so that a request with two faults gets the earlier
 * refusal and nothing secret is used before step 12.
 * Owns: the order. Owns not: step 1 (transport and schema, the server's), the parts (leaves, policies, share).
 */
import {
  checkRequestTimes,
  sealedKfragHash as hashOfSealed,
  ProtocolError,
  type Receipt,
  type ReencryptAnswer,
  type ReencryptBody,
  receiptOf,
  requestOf,
  skewSeconds,
  verifyRequest,
} from '../../protocol/index.ts';
import type { TokenBuckets } from './bucket.ts';
import { checkAudience, checkConditions, checkDomain, checkLeaf, knownLeaf } from './leaves.ts';
import { checkPayment } from './payment.ts';
import { epochOf, freshHead, headAnswer, judgePolicy, requireServable, servablePolicy } from './policies.ts';
import type { Head, UrsulaPorts, WorkPlace } from './ports.ts';
import { signWithOperator } from './sign.ts';

/**
 * One receipt per capsule, in order, all or nothing. Throws ProtocolError with the first of: E_DOMAIN, E_AUDIENCE,
 * E_RECIPIENT, E_CHAIN_STALE, E_POLICY, E_REVOKED, E_EXPIRED, E_PENDING, E_PAYMENT, E_LEAF, E_CONDITION, E_CLOCK, E_REPLAY,
 * E_SIGNATURE, E_RATE, E_REPLAY (a race), E_BUSY, E_KEY_NUMBER, E_KFRAG, E_CAPSULE_INVALID, E_INTERNAL.
 */
export async function reencryptFor(
  ports: UrsulaPorts,
  readers: TokenBuckets,
  body: ReencryptBody,
): Promise<ReencryptAnswer> {
  const { policyId, leaf, request, capsules } = body;
  // 2. For us, and by the one the leaf names.
  checkDomain(ports, body.domain);
  checkAudience(ports, leaf, request.node);
  if (request.reader !== leaf.reader) {
    throw new ProtocolError('E_RECIPIENT', { field: 'request.reader', expected: leaf.reader });
  }
  // 3. and 4. A fresh head, and a policy that may be served as of it.
  const head = freshHead(ports);
  const policy = await servablePolicy(ports, policyId, head);
  checkPayment(ports, body, policy, head);
  // 5. and 6.
  const whole = checkLeaf(leaf, body.proof, policy);
  const { hash } = whole;
  checkConditions(leaf, head);
  // 7. The only use of the machine's clock for a decision.
  const nowMs = ports.clock.nowMs();
  checkRequestTimes(request, Math.floor(nowMs / 1000));
  // 8.
  if (ports.nonces.seen(request.reader, request.nonce)) throw replay();
  // 9.
  const message = requestOf({ ...request, policyId, leaf: hash, capsules });
  const { digest } = verifyRequest({ contracts: ports.network, request: message, signature: request.signature });
  const waitS = readers.take(request.reader, nowMs, capsules.length);
  if (waitS > 0) throw new ProtocolError('E_RATE', { field: 'request.reader', retryAfter: waitS });
  // 10. The nonce is spent from here on, whatever follows: a request is judged once.
  const [isFirst] = await Promise.all([
    ports.nonces.insert(request.reader, request.nonce, request.expiresAt + skewSeconds),
    ports.leaves?.remember(knownLeaf(policyId, leaf, whole, body.proof), epochOf(ports, head.timestamp)),
  ]);
  if (!isFirst) throw replay();
  // 11.
  const place = ports.work.reserve(capsules.length);
  if (place === undefined) throw new ProtocolError('E_BUSY', { retryAfter: ports.work.retryAfterS() });
  // 12. to 14. No secret has been used before this line.
  const cfrags = await reencryptAt(place, ports, body);
  // 15. A revocation may have come while queueing.
  const last = judgeAgain(ports, body);
  const epoch = epochOf(ports, last.timestamp);
  const receipts = cfrags.map((cfrag, i) =>
    receiptOf({ policyId, leaf: hash, epoch, request: digest, capsule: capsules[i] as Uint8Array, cfrag }),
  );
  // Before they are signed: a receipt that is not in the log was not signed by this node.
  await ports.receipts?.record(receipts);
  // And one may have come while that was written: between this line and the signature nothing is awaited.
  judgeAgain(ports, body);
  const results = cfrags.map((cfrag, i) => ({
    cfrag,
    signature: signWithOperator(ports, 'Receipt', receipts[i] as Receipt),
  }));
  ports.observer?.served?.(results.length);
  return { epoch, head: headAnswer(last), results };
}

/** Step 15: is the policy still servable, as of the head now, which is returned, and is this machine still the operator? */
function judgeAgain(ports: UrsulaPorts, { policyId, leaf }: ReencryptBody): Head {
  const head = freshHead(ports);
  const judged = judgePolicy(ports, policyId, head);
  if (judged === undefined) throw new ProtocolError('E_PENDING', { retryAfter: 2 });
  requireServable(ports, judged);
  checkConditions(leaf, head);
  const epoch = epochOf(ports, head.timestamp);
  if (!ports.registry.operatorValid(ports.node, ports.keys.operator, epoch)) {
    ports.observer?.alarm?.('operator.invalid', { epoch });
    throw new ProtocolError('E_NOT_BONDED', {
      details: 'The key of this machine is not the operator of the node now.',
    });
  }
  return head;
}

/** Steps 12 to 14 at the place taken. However the share fails, for a reader it is one answer: E_KFRAG. */
async function reencryptAt(place: WorkPlace, ports: UrsulaPorts, body: ReencryptBody): Promise<readonly Uint8Array[]> {
  const { policyId, leaf, sealedKfrag, capsules } = body;
  const { index, fragment, sealedKfragHash, keys } = leaf;
  // Before a key is asked for: bytes that are not the leaf's are E_KFRAG also when they name an erased key.
  if (hashOfSealed(sealedKfrag) !== sealedKfragHash) {
    place.release();
    throw new ProtocolError('E_KFRAG', { field: 'sealedKfrag', expected: 'the bytes whose hash the leaf names' });
  }
  try {
    return await place.run({
      policyId,
      index,
      node: ports.node,
      fragment,
      sealedKfragHash,
      sealedKfrag,
      keys,
      capsules,
    });
  } catch (error) {
    if (error instanceof ProtocolError) {
      if (error.code.startsWith('E_KFRAG') || error.code === 'E_LEAF' || error.code === 'E_FIELD') {
        throw new ProtocolError('E_KFRAG', { field: 'sealedKfrag', details: error.shortMessage, cause: error });
      }
      if (error.code !== 'E_INTERNAL') throw error;
    }
    ports.observer?.alarm?.('reencrypt.internal', { capsules: capsules.length });
    throw new ProtocolError('E_INTERNAL', { cause: error });
  }
}

const replay = (): ProtocolError => new ProtocolError('E_REPLAY', { field: 'request.nonce' });
