/**
 * `/v1/acks`: does this node take the share? Alice asks before she pays; the answer binds the node on chain.
 * Owns: what is checked and in which order: cheap and public first, the sealed share last. The receiver's signature is
 * checked too (in ShareWorker), so that a share that Bob would find false is refused here and cannot frame the node.
 * Owns not: when encrypting keys are erased (the ledger's keeper). Source: protocol.md sections 3, 4 and 7.
 */

import {
  type AckAnswer,
  type AckBody,
  ackOf,
  type Hex,
  leafOf,
  maxShares,
  ProtocolError,
  parseConditions,
  sealedKfragKeyNumber,
} from '../../protocol/index.ts';
import { checkAudience, checkDomain, knownLeaf } from './leaves.ts';
import { epochOf, freshHead, judgePolicy } from './policies.ts';
import type { Head, UrsulaPorts } from './ports.ts';
import { signWithOperator } from './sign.ts';

/**
 * The signed Ack; the same body gives the same terms within an epoch. Throws ProtocolError with the first of: E_DOMAIN,
 * E_AUDIENCE, E_CHAIN_STALE, E_NOT_BONDED, E_PAYMENT, E_HORIZON, E_CONDITION, E_LEAF (place or sealed bytes), E_KEY_NUMBER,
 * E_BUSY, E_KFRAG_SEAL, E_KFRAG_PARSE, E_KFRAG_FLAGS, E_KFRAG_COMMITMENT, E_KFRAG_SIGNATURE, E_KFRAG_RECEIVER, E_LEAF
 * (fragment), E_FIELD (a key that is no point).
 */
export async function ackFor(ports: UrsulaPorts, body: AckBody): Promise<AckAnswer> {
  const { policyId, leaf, sealedKfrag, rate, until } = body;
  checkDomain(ports, body.domain);
  checkAudience(ports, leaf);
  const head = freshHead(ports);
  const epoch = epochOf(ports, head.timestamp);
  checkCapacity(ports, rate, until, head.timestamp, epoch);
  if (leaf.conditions !== null) parseConditions(leaf.conditions);
  if (leaf.index >= maxShares) {
    throw new ProtocolError('E_LEAF', { field: 'leaf.index', expected: `below ${maxShares}`, got: String(leaf.index) });
  }
  const whole = leafOf(leaf);
  const { hash } = whole;
  checkKeyNumber(ports, body, hash, head);
  const place = ports.work.reserve(0);
  if (place === undefined) throw new ProtocolError('E_BUSY', { retryAfter: ports.work.retryAfterS() });
  try {
    await place.run({ ...leafPlace(leaf), policyId, node: ports.node, sealedKfrag, capsules: [] });
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'E_KFRAG') {
      throw new ProtocolError('E_LEAF', { field: 'leaf.sealedKfragHash', expected: 'the hash of sealedKfrag' });
    }
    throw error;
  }
  // Durable before the promise leaves: the key it was sealed to must outlive it, and a challenge must find the node ready.
  await Promise.all([
    ports.acks.record(sealedKfragKeyNumber(sealedKfrag), until),
    ports.leaves?.remember(knownLeaf(policyId, leaf, whole, undefined), epoch),
  ]);
  const ack = ackOf({ policyId, leaf: hash, rate, until, epoch });
  const { lastStart } = ack;
  return { ack: { rate, until, lastStart, epoch }, signature: signWithOperator(ports, 'Ack', ack) };
}

const leafPlace = ({ index, fragment, sealedKfragHash, keys }: AckBody['leaf']) => ({
  index,
  fragment,
  sealedKfragHash,
  keys,
});

/**
 * Acks are free, and each keeps the key that its share is sealed to from being erased until the promise is over. To the newest
 * two keys anybody may seal, so these stay in any case; an older one is promised for longer only to a policy that lives on the
 * chain and whose leaf has been shown with its proof: an extension. Throws E_KEY_NUMBER, which makes Alice seal anew.
 */
function checkKeyNumber(ports: UrsulaPorts, { policyId, sealedKfrag }: AckBody, leaf: Hex, head: Head): void {
  const keyNumber = sealedKfragKeyNumber(sealedKfrag);
  const { keyNumber: announced } = ports.keys.encryptingKey();
  if (keyNumber >= announced - 1) return;
  const isProven = ports.leaves?.find(policyId, leaf)?.proof !== undefined;
  if (isProven && judgePolicy(ports, policyId, head)?.state === 'servable') return;
  throw new ProtocolError('E_KEY_NUMBER', {
    field: 'sealedKfrag',
    expected: `${announced} or ${announced - 1}`,
    got: String(keyNumber),
  });
}

/** Bonded, paid enough, available that long, and operated by this key. */
function checkCapacity(ports: UrsulaPorts, rate: bigint, until: number, now: number, epoch: number): void {
  const miner = ports.registry.miner(ports.node);
  if (miner === undefined || !miner.bonded) throw new ProtocolError('E_NOT_BONDED');
  if (!ports.registry.operatorValid(ports.node, ports.keys.operator, epoch)) {
    throw new ProtocolError('E_NOT_BONDED', {
      details: 'The key of this machine is not the operator of the node now.',
    });
  }
  if (rate < miner.minRate) {
    throw new ProtocolError('E_PAYMENT', {
      field: 'rate',
      details: `This node takes at least ${miner.minRate} wei per epoch.`,
      data: { rate: String(rate), minRate: String(miner.minRate) },
    });
  }
  // availableUntil is the last epoch it takes work for, so it is available until that epoch's end.
  const limit = (miner.availableUntil + 1) * ports.network.epochLength;
  if (until <= now || until > limit) {
    throw new ProtocolError('E_HORIZON', {
      field: 'until',
      expected: `later than ${now}, at most ${limit}`,
      got: String(until),
      data: { now, limit },
    });
  }
}
