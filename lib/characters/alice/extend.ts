/**
 * A grant made longer: every node promises anew, for a promise keeps the key that its share is sealed to; then the owner pays the
 * further epochs, and a new revision of the manifest carries the new promises. Links that Bob has stay good.
 *
 * Owns: that order. Owns not: the acts (`grantActs.ts`), prices (the contract). Source: protocol.md sections 1 (billing), 2 (the
 * ratchet), 5.2 (extendPolicy) and 8.3 (revisions). To repeat it after a crash is safe: promises are free, and what the chain has
 * already is not paid again.
 */
import type { Chain } from '../../chain/chain.ts';
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { epochAt, secondsOf } from '../../protocol/policy.ts';
import { checkSignal } from '../../protocol/streams.ts';
import type { Network } from '../network.ts';
import type { OnProgress } from '../progress.ts';
import type { Grant } from './grant.ts';
import type { GrantActs } from './grantMachine.ts';
import type { GrantRecord, Member } from './grantRecord.ts';

/** Which grant is made longer, and until when. */
export interface ExtendOptions {
  readonly policyId: Hex;
  /** The new end: a date, or seconds since 1970; later than the present one. */
  readonly until: Date | number;
  /** Nodes that must promise to go on. Default: all, since all are paid. */
  readonly atLeast?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A longer grant. Units: wei. */
export interface Extended {
  /** The same policy; its link names the new revision. */
  readonly grant: Grant;
  readonly paidWei: bigint;
  /** Undefined if the chain had it already. */
  readonly transactionHash: Hex | undefined;
  /** What each node said. */
  readonly nodes: readonly { readonly node: Address; readonly code: string | undefined }[];
}

/**
 * The record as it is to be published. Throws STORAGE_NOT_FOUND (there is none), E_REPLAY (unfinished), POLICY_REVOKED, POLICY_EXPIRED,
 * E_DURATION (not later), NOT_ENOUGH_NODES with every reason, `ChainError`, ABORTED.
 */
export async function extendRecord(
  record: GrantRecord | undefined,
  options: ExtendOptions & { readonly network: Network<Chain>; readonly acts: GrantActs },
): Promise<Omit<Extended, 'grant'> & { readonly record: GrantRecord }> {
  if (!record) {
    const details = 'This device has no record of the grant: extend it where it was made.';
    throw new ProtocolError('STORAGE_NOT_FOUND', { field: 'policyId', got: options.policyId, details });
  }
  if (record.state !== 'published') {
    const details = `The grant is ${record.state}: finish it before it is extended.`;
    throw new ProtocolError('E_REPLAY', { details });
  }
  const { network, acts, signal, onProgress, atLeast = record.shares } = options;
  const { policyId, cohort } = record;
  const expiresAt = secondsOf(options.until, 'until');
  const [policy, { timestamp }] = await Promise.all([network.policyManager.policy(policyId), network.now()]);
  if (policy === undefined) throw new ProtocolError('POLICY_UNPAID', { field: 'policyId', got: policyId });
  if (policy.revoked) throw new ProtocolError('POLICY_REVOKED', { field: 'policyId' });
  if (timestamp >= policy.expiresAt) throw new ProtocolError('POLICY_EXPIRED', { field: 'policyId' });
  if (expiresAt < policy.expiresAt || expiresAt <= record.expiresAt) {
    const expected = `later than ${Math.max(policy.expiresAt, record.expiresAt)}`;
    throw new ProtocolError('E_DURATION', { field: 'until', expected, got: String(expiresAt) });
  }
  const longer = { ...record, expiresAt };
  const answers = await Promise.allSettled(cohort.map((_, index) => acts.requestAck(longer, index)));
  checkSignal(signal);
  const nodes = cohort.map(({ node }, index) => {
    const answer = answers[index] as (typeof answers)[number];
    return { node, code: answer.status === 'fulfilled' ? undefined : codeOf(answer.reason) };
  });
  const refused = nodes.filter(({ code }) => code !== undefined);
  if (nodes.length - refused.length < atLeast) {
    throw new ProtocolError('NOT_ENOUGH_NODES', {
      expected: `${atLeast} nodes that go on`,
      got: `${nodes.length - refused.length}`,
      details: refused.map(({ node, code }) => `${node.slice(0, 8)} ${code}`).join(', '),
      data: { nodes: refused },
    });
  }
  const promised = {
    ...longer,
    revision: (record.revision ?? 0) + 1,
    cohort: cohort.map((member, index): Member => {
      const answer = answers[index] as (typeof answers)[number];
      return answer.status === 'fulfilled' ? { ...member, ack: answer.value } : member;
    }),
  };
  const manifest = await acts.buildManifest(promised);
  checkSignal(signal);
  const paid = { paidWei: 0n, transactionHash: undefined as Hex | undefined };
  if (expiresAt > policy.expiresAt) {
    const end = Math.max(policy.end, epochAt(expiresAt - 1, network.epochLength));
    paid.paidWei = policy.rate * BigInt(policy.shares) * BigInt(end - policy.end);
    const sent = await network.policyManager.extendPolicy({ id: policyId, expiresAt, valueWei: paid.paidWei });
    onProgress?.({ type: 'tx.sent', hash: sent.hash });
    await sent.wait(signal && { signal });
    onProgress?.({ type: 'tx.mined', hash: sent.hash });
    paid.transactionHash = sent.hash;
  }
  const earlierManifests = [...(record.earlierManifests ?? []), ...(record.manifest ? [record.manifest] : [])];
  return { ...paid, nodes, record: { ...promised, manifest, earlierManifests, state: 'active' } };
}

const codeOf = (error: unknown): string => (error instanceof DintelError ? error.code : 'E_INTERNAL');
