/**
 * Challenges that are open as of the cursor. Owns: reading. Owns not: folding (fold.ts), answering (tasks/challenges).
 * Source: protocol.md section 5.3.
 */
import type { StatementSync } from 'node:sqlite';
import { type Address, fromHex, type Hex } from 'dintel/protocol';
import type { OpenChallenge } from 'dintel/ursula';
import type { Database } from './database.ts';

interface ChallengeRow {
  readonly id: Hex;
  readonly node: Address;
  readonly policy: Hex;
  readonly place: number;
  readonly fragment: Hex;
  readonly terms: Hex;
  readonly deadline: number;
  readonly capsule: Hex;
  readonly sealed_kfrag: Hex;
}

export class StoredChallenges {
  readonly #open: StatementSync;

  constructor(db: Database) {
    this.#open = db.prepare('SELECT * FROM challenges WHERE node = ? ORDER BY deadline, id');
  }

  /** Those of a node, the most urgent first; also those past their deadline until somebody ends them. */
  open(node: Address): OpenChallenge[] {
    return (this.#open.all(node) as unknown as ChallengeRow[]).map((row) => ({
      id: row.id,
      policyId: row.policy,
      leaf: { index: row.place, node: row.node, fragment: row.fragment, terms: row.terms },
      deadline: row.deadline,
      capsule: fromHex(row.capsule),
      sealedKfrag: fromHex(row.sealed_kfrag),
    }));
  }
}
