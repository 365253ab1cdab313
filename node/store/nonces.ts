/**
 * Nonces of requests: what makes a replay impossible, also across a restart, a crash or a restored backup.
 * Owns: remembering and forgetting. Owns not: which requests are in time (the core). Source: protocol.md section 7, steps 8 and 10.
 */
import type { StatementSync } from 'node:sqlite';
import type { Address, Hex } from 'dintel/chain';
import type { NonceStore } from 'dintel/ursula';
import type { Database } from './database.ts';
import type { GroupCommit } from './groupCommit.ts';

/** A request that was taken by time t has `forgetAt` <= t + skew 30 + lifetime 120 + 30. */
export const longestMemory = 180;

export class StoredNonces implements NonceStore {
  readonly #group: GroupCommit;
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #forget: StatementSync;
  /** Whatever might have been taken before this floor is treated as taken: set when the newest writes may be missing. */
  readonly #floor: number;

  constructor(db: Database, group: GroupCommit) {
    this.#group = group;
    this.#find = db.prepare('SELECT 1 FROM nonces WHERE reader = ? AND nonce = ?');
    this.#add = db.prepare('INSERT INTO nonces (reader, nonce, forget_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#forget = db.prepare(
      'DELETE FROM nonces WHERE (reader, nonce) IN (SELECT reader, nonce FROM nonces WHERE forget_at < ? LIMIT 1000)',
    );
    this.#floor = Number(db.meta('nonceFloor') ?? 0);
  }

  seen(reader: Address, nonce: Hex): boolean {
    return this.#find.get(reader, nonce) !== undefined;
  }

  insert(reader: Address, nonce: Hex, forgetAt: number): Promise<boolean> {
    if (forgetAt <= this.#floor) return Promise.resolve(false);
    return this.#group.submit(() => this.#add.run(reader, nonce, forgetAt).changes === 1);
  }

  /** Forget what can no longer be valid at `now` (seconds, own clock), at most 1,000 a call; the number forgotten. */
  sweep(now: number): Promise<number> {
    return this.#group.submit(() => Number(this.#forget.run(now).changes));
  }
}
