/**
 * A grant, step by step: draft -> acked -> sealed -> sent -> mined -> active -> published. Each step is one arrow; the
 * driver writes the record down before the next one begins, so that a crash anywhere is resumed, kfrags are made once, a
 * policy is paid once, and what Bob gets is the same whoever finished it.
 *
 * Owns: the arrows and what leads back. Owns not: how an act is done (`grantActs.ts`), so that this file can be tried with
 * every crash and every refusal. Source: protocol.md section 9 (Grant).
 */
import { ChainError, isRevert } from '../../chain/errors.ts';
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { checkSignal } from '../../protocol/streams.ts';
import {
  type AckRecord,
  failedRecord,
  type GrantRecord,
  type Member,
  type Reserve,
  withoutShares,
} from './grantRecord.ts';
import { hasRoom } from './sampler.ts';

/** The acts of a grant. Each may be done twice: nodes and chain give the same answer to the same question. */
export interface GrantActs {
  /** Asks one node for its Ack and verifies it. Throws its refusal. */
  requestAck(record: GrantRecord, index: number): Promise<AckRecord>;
  /** Seals a kfrag to a node at a place. */
  seal(record: GrantRecord, index: number, kfrag: Uint8Array, node: Reserve): Promise<Member>;
  /** The node's newest encrypting key, when it says that the one used is gone. */
  refresh(node: Reserve): Promise<Reserve>;
  currentEpoch(): Promise<number>;
  buildManifest(record: GrantRecord): Promise<{ bytes: Uint8Array; id: Hex }>;
  /** The root of the policy on chain, if there is one. */
  rootOnChain(policyId: Hex): Promise<Hex | undefined>;
  rootOf(record: GrantRecord): Hex;
  /** Pays the policy, perhaps together with others of its batch. Throws `ChainError`, {@link StalePromises}. */
  send(record: GrantRecord): Promise<Hex>;
  /** Waits for the transaction. Throws `ChainError`. */
  waitMined(hash: Hex): Promise<bigint>;
  /** The block of the policy's creation by its event. */
  createdBlock(policyId: Hex): Promise<bigint | undefined>;
  /** Waits until the creation counts. False if a re-org took it away. */
  waitDepth(record: GrantRecord): Promise<boolean>;
  /** Manifest and chunks to the cohort. Resolves with the nodes that could not be shown their leaf. */
  publish(record: GrantRecord): Promise<readonly Address[]>;
}

/** Acks renewed or transactions sent anew, at most so often. */
const maxAttempts = 10;

/** Is there anything left to do? */
export function isFinal(record: GrantRecord): boolean {
  return record.state === 'published' || record.state === 'failed' || record.state === 'abandoned';
}

/** Was money moved, or can it still be? Only before may a grant be abandoned. */
export function isCommitted(record: GrantRecord): boolean {
  return (
    record.state === 'sent' || record.state === 'mined' || record.state === 'active' || record.state === 'published'
  );
}

export interface DriveOptions {
  readonly acts: GrantActs;
  /** Durable before it resolves. */
  readonly save: (record: GrantRecord) => Promise<void>;
  readonly onState?: (record: GrantRecord) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Go on until the grant is published or has failed. What may pass (no network, a busy node, a refused signature) is
 * thrown and leaves the record where it was, to be resumed; what cannot be mended ends it as `failed`.
 */
export async function driveGrant(start: GrantRecord, options: DriveOptions): Promise<GrantRecord> {
  let record = start;
  while (!isFinal(record)) {
    checkSignal(options.signal);
    let next: GrantRecord;
    try {
      next = await step(record, options.acts);
    } catch (error) {
      if (!endsGrant(error)) throw error;
      // In `sent` the error is about that very transaction, which is mined; else what was sent earlier may still wait somewhere.
      const waits = record.state !== 'sent' && mayBeMined(record, await options.acts.currentEpoch());
      if (waits && !(error instanceof ForeignPolicy)) throw stillOut(record, error);
      next = failedRecord(record, error);
    }
    await options.save(next);
    const changed = next.state !== record.state;
    record = next;
    if (changed) options.onState?.(record);
  }
  return record;
}

/** Errors after which doing the same again cannot help. */
function endsGrant(error: unknown): boolean {
  if (error instanceof GrantEnded) return true;
  // A contract that refuses the creation will refuse it again; funds, wallets and networks may change.
  return error instanceof ChainError && error.code === 'chain.reverted';
}

/** It took so long until the payment could be sent that a promise no longer covers it: ask the nodes again. */
export class StalePromises extends DintelError {
  override readonly name = 'StalePromises';
  constructor() {
    super('E_TIMEOUT', { retryable: true });
  }
}

/** Billing starts in the next epoch, or in the one after if the transaction slips over a boundary; a promise must cover both. */
export function hasStalePromise(record: GrantRecord, epoch: number): boolean {
  return record.cohort.some((member) => (member.ack as AckRecord).lastStart < epoch + 2);
}

/** Of a payment by these promises: it may slip over one boundary, then the deposit is wrong for good. */
function lastPayableEpoch(record: GrantRecord): number {
  return Math.min(...record.cohort.map((member) => (member.ack as AckRecord).lastStart)) - 1;
}

/** Whether something was sent that the contract still takes, wherever it waits. */
export function mayBeMined({ sentUntil }: GrantRecord, epoch: number): boolean {
  return sentUntil !== undefined && epoch <= sentUntil;
}

/** It would have ended, but an earlier transaction may yet create the policy: as long as that can be, the record says so. */
function stillOut({ sentUntil }: GrantRecord, cause: unknown): DintelError {
  const why = cause instanceof DintelError ? (cause.details ?? cause.shortMessage) : '';
  const details = `What was sent may still be mined until epoch ${sentUntil} is over; go on with the grant until then. ${why}`;
  return new DintelError('E_TIMEOUT', { details, retryable: true, cause });
}

/** A grant that cannot be finished. */
class GrantEnded extends DintelError {
  override readonly name: string = 'GrantEnded';
}

/** The chain has decided: its policy is not what this record says. */
class ForeignPolicy extends GrantEnded {
  override readonly name = 'ForeignPolicy';
}

/** One arrow. Never changes the record that it is given. */
async function step(record: GrantRecord, acts: GrantActs): Promise<GrantRecord> {
  switch (record.state) {
    case 'draft':
      return askAcks(record, acts);
    case 'acked':
      return { ...record, state: 'sealed', manifest: await acts.buildManifest(record) };
    case 'sealed':
      return pay(record, acts);
    case 'sent':
      return awaitMined(record, acts);
    case 'mined':
      return (await acts.waitDepth(record))
        ? { ...record, state: 'active' }
        : again(record, 'the creation was re-orged away');
    case 'active':
      return { ...record, unshown: await acts.publish(record), state: 'published' };
    default:
      return record;
  }
}

/**
 * Ask every node that has not promised yet, all at once. Who refuses is replaced by the next of the draw with a fresh kfrag
 * of the same call, and the new cohort is written down before that node is asked: a share is never at two nodes.
 */
async function askAcks(record: GrantRecord, acts: GrantActs): Promise<GrantRecord> {
  const answers = await Promise.allSettled(
    record.cohort.map(async (member, index) => member.ack ?? acts.requestAck(record, index)),
  );
  const cohort: Member[] = [...record.cohort];
  const spares = [...record.spares];
  const reserves = [...record.reserves];
  const refused = [...record.refused];
  for (const [index, answer] of answers.entries()) {
    const member = cohort[index] as Member;
    if (answer.status === 'fulfilled') {
      cohort[index] = { ...member, ack: answer.value };
      continue;
    }
    const error: unknown = answer.reason;
    if (error instanceof DintelError && error.code === 'ABORTED') throw error;
    const renewed = isKeyGone(error) ? await reseal(record, acts, index, member) : undefined;
    if (renewed) {
      cohort[index] = renewed;
      continue;
    }
    const others = cohort.filter((_, place) => place !== index);
    const place = reserves.findIndex((reserve) => hasRoom(others, reserve.url));
    const reserve = place < 0 ? undefined : reserves[place];
    const [spare] = spares;
    if (!reserve || !spare) {
      // Nobody can take its place, but this node may yet come round: what passes does not end the grant.
      if (error instanceof DintelError && error.retryable) throw error;
      const codes = [...refused.map((one) => one.code), codeOf(error)].join(', ');
      throw new GrantEnded('NOT_ENOUGH_NODES', {
        details: `Nodes refused (${codes}) and none is left to take their place.`,
        cause: error,
      });
    }
    refused.push({ node: member.node, code: codeOf(error), message: error instanceof Error ? error.message : '' });
    reserves.splice(place, 1);
    spares.shift();
    cohort[index] = await acts.seal(record, index, spare, reserve);
  }
  const next = { ...record, cohort, spares, reserves, refused };
  if (cohort.some((member) => member.ack === undefined)) return next;
  return { ...withoutShares(next), state: 'acked' };
}

/** The same share, sealed to the key that the node has now; only as long as the share is still here, and once. */
async function reseal(
  record: GrantRecord,
  acts: GrantActs,
  index: number,
  member: Member,
): Promise<Member | undefined> {
  if (!member.kfrag) return undefined;
  const fresh = await acts.refresh(member);
  return fresh.keyNumber === member.keyNumber ? undefined : acts.seal(record, index, member.kfrag, fresh);
}

async function pay(record: GrantRecord, acts: GrantActs): Promise<GrantRecord> {
  // First look: an earlier process may have paid and died before it could write that down.
  const paid = await adopt(record, acts);
  if (paid) return paid;
  if (hasStalePromise(record, await acts.currentEpoch())) return renew(record);
  try {
    return { ...record, state: 'sent', transactionHash: await acts.send(record), sentUntil: lastPayableEpoch(record) };
  } catch (error) {
    if (error instanceof StalePromises) return renew(record);
    // An epoch has turned between the quote and the trial run.
    if (isRevert(error, 'WrongPayment')) return again(record, 'WrongPayment');
    if (isRevert(error, 'PolicyExists'))
      return (await adopt(record, acts)) ?? again(record, 'the policy appeared and vanished');
    throw error;
  }
}

/** Back to asking for promises; the manifest is kept, since a transaction that names it may yet be mined. */
function renew(record: GrantRecord): GrantRecord {
  const cohort = record.cohort.map((member) => ({ ...member, ack: undefined }));
  const earlierManifests = [...(record.earlierManifests ?? []), ...(record.manifest ? [record.manifest] : [])];
  return { ...counted(record), state: 'draft', cohort, manifest: undefined, earlierManifests };
}

async function awaitMined(record: GrantRecord, acts: GrantActs): Promise<GrantRecord> {
  const hash = record.transactionHash;
  if (hash === undefined) return again(record, 'the transaction is not known');
  try {
    return { ...record, state: 'mined', createdBlock: await acts.waitMined(hash) };
  } catch (error) {
    if (!(error instanceof ChainError) || (error.code !== 'chain.dropped' && error.code !== 'chain.reverted'))
      throw error;
    const paid = await adopt(record, acts);
    if (paid) return paid;
    // WrongPayment: it slipped over more than one boundary. Dropped: nobody was paid. Both can be sent anew.
    // A batch stands or falls as one, perhaps for the sake of another's policy: sent again, each is told its own reason.
    if (error.code === 'chain.dropped' || isRevert(error, 'WrongPayment') || record.batch !== undefined) {
      // What was mined and refused is over; what was dropped may come back.
      return again(error.code === 'chain.dropped' ? record : { ...record, sentUntil: undefined }, error.code);
    }
    throw error;
  }
}

/** If the policy is on chain, whoever's transaction it was, the grant goes on from there. */
async function adopt(record: GrantRecord, acts: GrantActs): Promise<GrantRecord | undefined> {
  const root = await acts.rootOnChain(record.policyId);
  if (root === undefined) return undefined;
  if (root !== acts.rootOf(record)) {
    throw new ForeignPolicy('E_MANIFEST', { details: 'The policy on chain has another root than this record.' });
  }
  const createdBlock = await acts.createdBlock(record.policyId);
  return createdBlock === undefined ? undefined : { ...record, state: 'mined', createdBlock };
}

/** Back to where the policy is not paid. */
function again(record: GrantRecord, why: string): GrantRecord {
  return { ...counted(record, why), state: 'sealed', transactionHash: undefined, createdBlock: undefined };
}

function counted(record: GrantRecord, why = 'acknowledgements ran out before the payment'): GrantRecord {
  if (record.attempts >= maxAttempts) {
    throw new GrantEnded('E_TIMEOUT', { details: `Given up after ${maxAttempts} attempts: ${why}.`, retryable: false });
  }
  return { ...record, attempts: record.attempts + 1 };
}

function isKeyGone(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === 'E_KEY_NUMBER';
}

function codeOf(error: unknown): string {
  return error instanceof DintelError ? error.code : 'E_INTERNAL';
}
