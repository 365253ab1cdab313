/**
 * What this node has given or taken as a word: early notices of revocation, and how long it promised to hold each key.
 * Source: ports.ts `TombstoneStore`, `AckLedger`; protocol.md sections 2 and 9.
 */
import type { StatementSync } from 'node:sqlite';
import type { Hex } from 'dintel/chain';
import type { AckLedger, TombstoneStore } from 'dintel/ursula';
import type { Database } from './database.ts';
import type { GroupCommit } from './groupCommit.ts';

export interface Tombstone {
  readonly policyId: Hex;
  readonly deadline: number;
  readonly signature: Uint8Array;
}

export class StoredTombstones implements TombstoneStore {
  readonly #group: GroupCommit;
  readonly #latest: StatementSync;
  readonly #all: StatementSync;
  readonly #add: StatementSync;
  readonly #forget: StatementSync;

  constructor(db: Database, group: GroupCommit) {
    this.#group = group;
    this.#latest = db.prepare('SELECT max(deadline) AS deadline FROM tombstones WHERE policy = ?');
    this.#all = db.prepare('SELECT policy, deadline, signature FROM tombstones WHERE deadline >= ?');
    this.#add = db.prepare(
      'INSERT INTO tombstones (policy, deadline, signature) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#forget = db.prepare('DELETE FROM tombstones WHERE deadline < ?');
  }

  deadline(policyId: Hex): number | undefined {
    return (this.#latest.get(policyId) as { deadline: number | null }).deadline ?? undefined;
  }

  async put(policyId: Hex, deadline: number, signature: Uint8Array): Promise<void> {
    await this.#group.submit(() => this.#add.run(policyId, deadline, signature));
  }

  /** Those in force at chain time `now`, so that they can be relayed. */
  inForce(now: number): Tombstone[] {
    const rows = this.#all.all(now) as unknown as { policy: Hex; deadline: number; signature: Uint8Array }[];
    return rows.map(({ policy, deadline, signature }) => ({ policyId: policy, deadline, signature }));
  }

  /** Forget those whose deadline lies before `before` (seconds, chain time). */
  async sweep(before: number): Promise<void> {
    await this.#group.submit(() => this.#forget.run(before));
  }
}

export class StoredAcks implements AckLedger {
  readonly #db: Database;
  readonly #group: GroupCommit;
  readonly #raise: StatementSync;
  readonly #read: StatementSync;

  constructor(db: Database, group: GroupCommit) {
    this.#db = db;
    this.#group = group;
    this.#raise = db.prepare(
      `INSERT INTO acked_keys (key_number, until) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET until = max(until, excluded.until)`,
    );
    this.#read = db.prepare('SELECT until FROM acked_keys WHERE key_number = ?');
  }

  async record(keyNumber: number, until: number): Promise<void> {
    if (until <= (this.until(keyNumber) ?? -1)) return; // promised already, and durable
    await this.#group.submit(() => this.#raise.run(keyNumber, until));
  }

  /** Seconds, own clock, when promises may have been lost (a restored or rebuilt database); undefined: never. */
  lostAt(): number | undefined {
    const lost = this.#db.meta('promisesLostAt');
    return lost === undefined ? undefined : Number(lost);
  }

  /** The latest second for which a share sealed to this key was acknowledged; undefined: never. */
  until(keyNumber: number): number | undefined {
    return (this.#read.get(keyNumber) as { until: number } | undefined)?.until;
  }
}
