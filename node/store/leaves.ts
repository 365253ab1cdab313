/**
 * Leaves of this node, from those who showed them: Alice when she asked for an Ack, Bob when he asked for an answer.
 * Owns: remembering each once, what is due of them by the index, forgetting. Owns not: judging them (the core), when to settle
 * (tasks/fees). Source: ports.ts `LeafBook`; protocol.md sections 5.2 (settle, close) and 5.3 (challenges).
 */
import type { StatementSync } from 'node:sqlite';
import type { Hex } from 'dintel/chain';
import { ackStartEpochs, concatBytes, fromHex, type Leaf, toHex } from 'dintel/protocol';
import type { KnownLeaf, LeafBook } from 'dintel/ursula';
import type { Database } from './database.ts';
import type { GroupCommit } from './groupCommit.ts';

/** Epochs after finality in which PolicyManager lets leaves be settled before the rest may go back (`CLAIM_WINDOW`). */
const claimEpochs = 90;
/** Most leaves kept without a proof, about 600 bytes each: an Ack is free, and whoever asks for many to fill the disk fills this. */
const maxUnproven = 100_000;

interface LeafRow {
  readonly policy: Hex;
  readonly hash: Hex;
  readonly place: number;
  readonly node: Hex;
  readonly fragment: Hex;
  readonly terms: Hex;
  readonly sealed_kfrag_hash: Hex;
  readonly keys: Uint8Array;
  readonly proof: Uint8Array | null;
  readonly seen_epoch: number;
}

/** Final epochs of a leaf that nobody is known to have settled. Epochs inclusive; rate in wei per epoch. */
export interface DueLeaf {
  readonly policyId: Hex;
  readonly hash: Hex;
  readonly leaf: Leaf;
  readonly proof: readonly Hex[];
  readonly rate: bigint;
  readonly first: number;
  readonly last: number;
  /** Last billed epoch of the policy, as the index knows it. */
  readonly end: number;
}

export class StoredLeaves implements LeafBook {
  readonly #group: GroupCommit;
  readonly #find: StatementSync;
  readonly #put: StatementSync;
  readonly #settle: StatementSync;
  readonly #due: StatementSync;
  readonly #forget: StatementSync;
  readonly #forgetUnpaid: StatementSync;
  readonly #countUnproven: StatementSync;
  readonly #trim: StatementSync;
  #sweptEpoch = -1;

  constructor(db: Database, group: GroupCommit) {
    this.#group = group;
    this.#find = db.prepare('SELECT * FROM leaves WHERE policy = ? AND hash = ?');
    this.#put = db.prepare(
      `INSERT INTO leaves (policy, hash, place, node, fragment, terms, sealed_kfrag_hash, keys, proof, seen_epoch)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET proof = coalesce(excluded.proof, proof), seen_epoch = max(seen_epoch, excluded.seen_epoch)`,
    );
    this.#settle = db.prepare('UPDATE leaves SET settled = max(settled, ?) WHERE policy = ? AND hash = ?');
    this.#due = db.prepare(dueSql);
    this.#forget = db.prepare(
      `DELETE FROM leaves WHERE policy IN (
         SELECT p.id FROM policies p JOIN leaves l ON l.policy = p.id WHERE p.closed = 1 OR
         max(p.end, coalesce((SELECT max(e.end) FROM extensions e WHERE e.policy = p.id), 0)) < ?)`,
    );
    this.#forgetUnpaid = db.prepare(
      'DELETE FROM leaves WHERE seen_epoch < ? AND NOT EXISTS (SELECT 1 FROM policies p WHERE p.id = leaves.policy)',
    );
    this.#countUnproven = db.prepare('SELECT count(*) AS n FROM leaves WHERE proof IS NULL');
    // Those whose policy exists go last, and of them the newest first: Alice's Ack comes before her policy, a stranger who asks
    // for Acks of a policy that he found on the chain comes after.
    this.#trim = db.prepare(
      `DELETE FROM leaves WHERE seq IN (
         SELECT seq FROM (
           SELECT seq, EXISTS (SELECT 1 FROM policies p WHERE p.id = leaves.policy) AS paid FROM leaves WHERE proof IS NULL
         ) ORDER BY paid DESC, CASE paid WHEN 1 THEN seq ELSE -seq END LIMIT -1 OFFSET ?)`,
    );
  }

  async remember({ policyId, hash, leaf, sealedKfragHash, keys, proof }: KnownLeaf, epoch: number): Promise<void> {
    const known = this.#find.get(policyId, hash) as LeafRow | undefined;
    const isComplete =
      known !== undefined && (known.proof !== null || (proof === undefined && known.seen_epoch >= epoch));
    if (isComplete) return;
    const siblings = proof === undefined ? null : concatBytes(...proof.map((hex) => fromHex(hex, 32)));
    const { index, node, fragment, terms } = leaf;
    await this.#group.submit(() =>
      this.#put.run(
        ...[policyId, hash, index, node, fragment, terms, sealedKfragHash],
        concatBytes(...keys),
        siblings,
        epoch,
      ),
    );
  }

  find(policyId: Hex, hash: Hex): KnownLeaf | undefined {
    const row = this.#find.get(policyId, hash) as LeafRow | undefined;
    if (row === undefined) return undefined;
    const key = (place: number): Uint8Array => row.keys.slice(33 * place, 33 * place + 33);
    return {
      policyId,
      hash,
      leaf: leafOfRow(row),
      sealedKfragHash: row.sealed_kfrag_hash,
      keys: [key(0), key(1), key(2)],
      proof: row.proof === null ? undefined : siblingsOf(row.proof),
    };
  }

  /** What is final in `epoch` and not known to be settled; those whose policy ends first, first. */
  due(epoch: number, disputeEpochs: number): DueLeaf[] {
    return readDue(this.#due, epoch, disputeEpochs);
  }

  /** The chain says that this leaf is settled through this epoch. */
  async settled(policyId: Hex, hash: Hex, through: number): Promise<void> {
    await this.#group.submit(() => this.#settle.run(through, policyId, hash));
  }

  /**
   * Forget leaves of policies that are closed or past their claim window, those of policies that never came to be (an Ack is
   * good for a few epochs), and of those that nobody has proven what exceeds `keep`.
   */
  async sweep(epoch: number, disputeEpochs: number, keep = maxUnproven): Promise<void> {
    if (epoch !== this.#sweptEpoch) {
      await this.#group.submit(() => {
        this.#forget.run(epoch - disputeEpochs - claimEpochs);
        this.#forgetUnpaid.run(epoch - ackStartEpochs - 1);
      });
      this.#sweptEpoch = epoch;
    }
    const { n } = this.#countUnproven.get() as { n: number };
    if (n > keep) await this.#group.submit(() => this.#trim.run(keep));
  }
}

/** Due leaves in a database that is only read (`ursula status`). */
export function dueLeaves(db: Database, epoch: number, disputeEpochs: number): DueLeaf[] {
  return readDue(db.prepare(dueSql), epoch, disputeEpochs);
}

/** A revocation has set `end` anew; before one, the newest extension decides. What is final is deeper than any depth rule. */
const dueSql = `
  SELECT * FROM (
    SELECT l.*, p.rate, max(p.start, l.settled + 1) AS first, CASE WHEN p.revoked_at IS NULL THEN coalesce(
      (SELECT e.end FROM extensions e WHERE e.policy = p.id ORDER BY e.block DESC, e.log_index DESC LIMIT 1), p.end)
      ELSE p.end END AS last
    FROM leaves l JOIN policies p ON p.id = l.policy WHERE l.proof IS NOT NULL AND p.closed = 0
  ) WHERE first <= last AND first <= ? ORDER BY last, seq`;

function readDue(statement: StatementSync, epoch: number, disputeEpochs: number): DueLeaf[] {
  const finalEpoch = epoch - disputeEpochs - 1;
  const rows = statement.all(finalEpoch) as unknown as (LeafRow & { rate: string; first: number; last: number })[];
  return rows.map((row) => ({
    policyId: row.policy,
    hash: row.hash,
    leaf: leafOfRow(row),
    proof: siblingsOf(row.proof ?? new Uint8Array()),
    rate: BigInt(row.rate),
    first: row.first,
    last: Math.min(row.last, finalEpoch),
    end: row.last,
  }));
}

const leafOfRow = ({ place, node, fragment, terms }: LeafRow): Leaf => ({ index: place, node, fragment, terms });

const siblingsOf = (proof: Uint8Array): Hex[] =>
  Array.from({ length: proof.length / 32 }, (_, row) => toHex(proof.subarray(32 * row, 32 * row + 32)));
