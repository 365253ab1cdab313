/**
 * Which chunks are promised to which leaf, and which are on disk. Owns: the rows. Owns not: the bytes (node/chunks), budgets
 * and signatures (the core). Source: ports.ts `ChunkIndex`; DESIGN section 8 (file first, then the row, then the answer).
 */
import type { StatementSync } from 'node:sqlite';
import type { Hex } from 'dintel/chain';
import type { ChunkIndex, ChunkRef } from 'dintel/ursula';
import type { Database } from './database.ts';
import type { GroupCommit } from './groupCommit.ts';

export class StoredChunks implements ChunkIndex {
  readonly #group: GroupCommit;
  readonly #used: StatementSync;
  readonly #usedByPolicy: StatementSync;
  readonly #reservedOne: StatementSync;
  readonly #addChunk: StatementSync;
  readonly #addReservation: StatementSync;
  readonly #renew: StatementSync;
  readonly #arrived: StatementSync;
  readonly #lapsed: StatementSync;
  readonly #lapse: StatementSync;
  readonly #claimed: StatementSync;
  readonly #chunk: StatementSync;
  readonly #hold: StatementSync;
  readonly #sum: StatementSync;
  readonly #dropPolicy: StatementSync;
  readonly #orphans: StatementSync;
  readonly #dropChunk: StatementSync;
  readonly #dropClaim: StatementSync;
  readonly #unhold: StatementSync;
  readonly #policies: StatementSync;
  #total: number;

  constructor(db: Database, group: GroupCommit) {
    this.#group = group;
    this.#used = db.prepare('SELECT coalesce(sum(size), 0) AS bytes FROM reservations WHERE leaf = ?');
    this.#usedByPolicy = db.prepare('SELECT coalesce(sum(size), 0) AS bytes FROM reservations WHERE policy = ?');
    this.#reservedOne = db.prepare('SELECT 1 FROM reservations WHERE leaf = ? AND chunk = ?');
    // Of sizes that are only claimed the largest counts, so that nobody's false claim keeps the true bytes out; that of bytes
    // we hold is a fact.
    this.#addChunk = db.prepare(
      `INSERT INTO chunks (id, size, held) VALUES (?, ?, 0)
       ON CONFLICT DO UPDATE SET size = max(size, excluded.size) WHERE held = 0`,
    );
    this.#addReservation = db.prepare(
      `INSERT INTO reservations (leaf, chunk, policy, size, lapses_at)
       VALUES (?1, ?2, ?3, ?4, CASE WHEN (SELECT held FROM chunks WHERE id = ?2) = 1 THEN NULL ELSE ?5 END)`,
    );
    // A claim that is repeated waits longer; for bytes that are here nothing waits (max with NULL is NULL).
    this.#renew = db.prepare('UPDATE reservations SET lapses_at = max(lapses_at, ?) WHERE leaf = ? AND chunk = ?');
    this.#arrived = db.prepare('UPDATE reservations SET lapses_at = NULL WHERE chunk = ?');
    this.#lapsed = db.prepare('SELECT 1 FROM reservations WHERE lapses_at <= ? LIMIT 1');
    this.#lapse = db.prepare('DELETE FROM reservations WHERE lapses_at <= ? RETURNING chunk');
    // What the others still claim of it.
    this.#claimed = db.prepare(
      'UPDATE chunks SET size = (SELECT coalesce(max(size), 0) FROM reservations WHERE chunk = ?1) WHERE id = ?1 AND held = 0',
    );
    this.#chunk = db.prepare('SELECT size, held FROM chunks WHERE id = ?');
    this.#hold = db.prepare(
      'INSERT INTO chunks (id, size, held) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET size = excluded.size, held = 1',
    );
    this.#sum = db.prepare('SELECT coalesce(sum(size), 0) AS bytes FROM chunks');
    this.#dropPolicy = db.prepare('DELETE FROM reservations WHERE policy = ?');
    this.#orphans = db.prepare(
      'SELECT id FROM chunks WHERE NOT EXISTS (SELECT 1 FROM reservations WHERE chunk = chunks.id) LIMIT ?',
    );
    // Reserved again since it was listed: it stays, as not held.
    this.#dropChunk = db.prepare(
      'DELETE FROM chunks WHERE id = ? AND NOT EXISTS (SELECT 1 FROM reservations WHERE chunk = chunks.id)',
    );
    this.#dropClaim = db.prepare(
      'DELETE FROM chunks WHERE id = ? AND held = 0 AND NOT EXISTS (SELECT 1 FROM reservations WHERE chunk = chunks.id)',
    );
    this.#unhold = db.prepare(
      'UPDATE chunks SET held = 0 WHERE id = ? AND NOT EXISTS (SELECT 1 FROM reservations WHERE chunk = chunks.id)',
    );
    this.#policies = db.prepare('SELECT DISTINCT policy FROM reservations');
    this.#total = this.#readTotal();
  }

  used(leaf: Hex): number {
    return (this.#used.get(leaf) as { bytes: number }).bytes;
  }

  usedByPolicy(policyId: Hex): number {
    return (this.#usedByPolicy.get(policyId) as { bytes: number }).bytes;
  }

  reservedBy(leaf: Hex, ids: readonly string[]): ReadonlySet<string> {
    return new Set(ids.filter((id) => this.#reservedOne.get(leaf, id) !== undefined));
  }

  total(): number {
    return this.#total;
  }

  async reserve(policyId: Hex, leaf: Hex, chunks: readonly ChunkRef[], lapsesAt: number): Promise<void> {
    await this.#group.submit(() => {
      for (const { id, size } of chunks) {
        if (this.#renew.run(lapsesAt, leaf, id).changes > 0) continue;
        this.#addChunk.run(id, size);
        this.#addReservation.run(leaf, id, policyId, size, lapsesAt);
      }
    });
    this.#total = this.#readTotal();
  }

  async lapse(now: number): Promise<void> {
    if (this.#lapsed.get(now) === undefined) return;
    await this.#group.submit(() => {
      for (const { chunk } of this.#lapse.all(now) as unknown as { chunk: string }[]) {
        this.#claimed.run(chunk);
        this.#dropClaim.run(chunk);
      }
    });
    this.#total = this.#readTotal();
  }

  chunk(id: string): { readonly size: number; readonly held: boolean } | undefined {
    const row = this.#chunk.get(id) as { size: number; held: number } | undefined;
    return row === undefined ? undefined : { size: row.size, held: row.held === 1 };
  }

  async hold(id: string, size: number): Promise<void> {
    await this.#group.submit(() => {
      this.#hold.run(id, size);
      this.#arrived.run(id);
    });
    this.#total = this.#readTotal();
  }

  /** A policy is over: its reservations go. The chunks that nobody names any more are given by `orphans`. */
  async releasePolicy(policyId: Hex): Promise<void> {
    await this.#group.submit(() => this.#dropPolicy.run(policyId));
  }

  /** Policies that have reservations here. */
  policies(): Hex[] {
    return (this.#policies.all() as unknown as { policy: Hex }[]).map(({ policy }) => policy);
  }

  /** Up to `limit` chunks that no reservation names. Call `unhold`, delete the file, call `forget`, in this order. */
  orphans(limit: number): string[] {
    return (this.#orphans.all(limit) as unknown as { id: string }[]).map(({ id }) => id);
  }

  /**
   * Its file is about to go: from now on it is not served, and an upload of it is taken again. False = it was reserved since it
   * was listed, so it stays as it is.
   */
  unhold(id: string): Promise<boolean> {
    return this.#group.submit(() => this.#unhold.run(id).changes === 1);
  }

  async forget(id: string): Promise<void> {
    await this.#group.submit(() => this.#dropChunk.run(id));
    this.#total = this.#readTotal();
  }

  #readTotal(): number {
    return (this.#sum.get() as { bytes: number }).bytes;
  }
}
