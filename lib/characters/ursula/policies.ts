/**
 * Judging a policy as of the head: may it be served now? Step 3 and 4 of `/v1/reencrypt`, and again step 15.
 * Owns: the order of refusals and what each says. Owns not: folding events or depths (the ports), leaf and proof (leafs are
 * hashed by lib/protocol), payment (payment.ts). Source: protocol.md sections 1 (clocks, boundaries), 7 and 9.
 */
import { epochAt, type HeadBody, type Hex, type PolicyAnswer, ProtocolError } from '../../protocol/index.ts';
import type { Head, PolicyView, UrsulaPorts } from './ports.ts';

/** Seconds: a head older than this, by the machine's clock, judges nothing. */
export const headAgeLimitS = 60;

/** Seconds between blocks that a client is told to wait per missing confirmation, at least. */
const blockWaitS = 2;

/** A policy with its state at one head. */
export interface JudgedPolicy {
  readonly view: PolicyView;
  readonly state: PolicyAnswer['state'];
}

/** The head, if it may be trusted and is fresh. Throws E_CHAIN_STALE: everything fails closed. */
export function freshHead(ports: Pick<UrsulaPorts, 'chain' | 'clock'>): Head {
  const head = ports.chain.head();
  if (head === undefined) {
    throw new ProtocolError('E_CHAIN_STALE', { details: 'The node has no view of the chain yet.', retryAfter: 5 });
  }
  const ageS = headAgeS(head, ports.clock.nowMs());
  if (ageS > headAgeLimitS) {
    throw new ProtocolError('E_CHAIN_STALE', {
      details: `The newest block is ${ageS} s old; the limit is ${headAgeLimitS} s.`,
      retryAfter: 10,
      data: { ageS, limitS: headAgeLimitS },
    });
  }
  return head;
}

/**
 * Age in whole seconds: the greater of what the block says and of the time since the RPC last confirmed it. The second
 * alone would trust an RPC that repeats an old block for ever; the first alone a process that slept on a chain whose
 * clock runs ahead.
 */
export function headAgeS(head: Head, nowMs: number): number {
  return Math.max(0, Math.floor(nowMs / 1000) - head.timestamp, Math.floor((nowMs - head.seenAtMs) / 1000));
}

/** The head as answers name it. */
export function headAnswer(head: Head): HeadBody {
  return { number: Number(head.number), hash: head.hash, timestamp: head.timestamp };
}

/** The epoch of a moment. Units: seconds in, epoch number out. */
export function epochOf(ports: Pick<UrsulaPorts, 'network'>, timestamp: number): number {
  return epochAt(timestamp, ports.network.epochLength);
}

/** State of a policy in the index, or undefined if the index does not know it. */
export function judgePolicy(
  ports: Pick<UrsulaPorts, 'policies' | 'tombstones' | 'network'>,
  policyId: Hex,
  head: Head,
): JudgedPolicy | undefined {
  const view = ports.policies.policy(policyId);
  return view === undefined ? undefined : { view, state: stateOf(ports, view, head) };
}

function stateOf(
  ports: Pick<UrsulaPorts, 'tombstones' | 'network'>,
  view: PolicyView,
  head: Head,
): PolicyAnswer['state'] {
  // Denials count at depth 0 and come first; what allows counts at depth c and comes last.
  if (view.revokedAt !== undefined) return 'revoked';
  const deadline = ports.tombstones.deadline(view.policyId);
  if (deadline !== undefined && head.timestamp <= deadline) return 'tombstoned';
  if (head.timestamp >= view.expiresAt) return 'expired';
  return view.confirmations < ports.network.depth ? 'pending' : 'servable';
}

/** The view of a policy that may be served at this head. Throws E_REVOKED, E_EXPIRED or E_PENDING. */
export function requireServable(ports: Pick<UrsulaPorts, 'network'>, judged: JudgedPolicy): PolicyView {
  const { view, state } = judged;
  switch (state) {
    case 'servable':
      return view;
    case 'revoked':
      throw new ProtocolError('E_REVOKED', {
        details: `Revoked at ${view.revokedAt}.`,
        data: { revokedAt: view.revokedAt },
      });
    case 'tombstoned':
      throw new ProtocolError('E_REVOKED', { details: 'The owner has signed a revocation that is not mined yet.' });
    case 'expired':
      throw new ProtocolError('E_EXPIRED', {
        details: `Expired at ${view.expiresAt}.`,
        data: { expiresAt: view.expiresAt },
      });
    case 'pending': {
      const blocksLeft = ports.network.depth - view.confirmations;
      throw new ProtocolError('E_PENDING', {
        details: `The creation needs ${blocksLeft} more block${blocksLeft === 1 ? '' : 's'}.`,
        retryAfter: blocksLeft * blockWaitS,
        data: { blocksLeft },
      });
    }
  }
}

/**
 * A servable policy, asking the RPC once when the index does not know the id. Throws E_POLICY, E_REVOKED, E_EXPIRED,
 * E_PENDING; E_CHAIN_STALE if the head was lost while asking.
 */
export async function servablePolicy(ports: UrsulaPorts, policyId: Hex, head: Head): Promise<PolicyView> {
  return requireServable(ports, await knownPolicy(ports, policyId, head));
}

/** The same for a policy in any state. Throws E_POLICY. */
export async function knownPolicy(ports: UrsulaPorts, policyId: Hex, head: Head): Promise<JudgedPolicy> {
  const indexed = judgePolicy(ports, policyId, head);
  if (indexed !== undefined) return indexed;
  const read = await ports.policies.readThrough(policyId);
  if (read === undefined) throw new ProtocolError('E_POLICY', { field: 'policyId' });
  // The watcher may have moved meanwhile: what the index says now is newer than what was read beside it.
  const now = freshHead(ports);
  return judgePolicy(ports, policyId, now) ?? { view: read, state: stateOf(ports, read, now) };
}

/** `/v1/policies/{policyId}`. Throws E_CHAIN_STALE, E_POLICY. */
export async function policyAnswer(ports: UrsulaPorts, policyId: Hex): Promise<PolicyAnswer> {
  const { view, state } = await knownPolicy(ports, policyId, freshHead(ports));
  const { confirmations, start, end, expiresAt, revokedAt } = view;
  return {
    state,
    confirmations: Math.max(0, confirmations),
    start,
    end,
    expiresAt,
    revokedAt,
    head: headAnswer(freshHead(ports)),
  };
}
