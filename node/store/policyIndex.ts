/**
 * Policies as of the cursor, with the depth rules applied. Owns: reading. Owns not: folding (chainIndex), asking the chain
 * (watcher/chainView). Source: ports.ts `PolicyView`; protocol.md section 7, "Finality".
 */
import type { StatementSync } from 'node:sqlite';
import type { PolicyView } from 'dintel/ursula';
import type { ChainIndex } from './chainIndex.ts';
import type { Database } from './database.ts';

interface PolicyRow {
  readonly owner: string;
  readonly sponsor: string;
  readonly root: string;
  readonly shares: number;
  readonly rate: string;
  readonly start: number;
  readonly end: number;
  readonly expires_at: number;
}

interface LiveRow extends PolicyRow {
  readonly created_block: number;
  readonly revoked_at: number | null;
}

export class StoredPolicies {
  readonly #index: ChainIndex;
  readonly #live: StatementSync;
  readonly #extension: StatementSync;
  readonly #held: StatementSync;
  readonly #lost: StatementSync;
  readonly #count: StatementSync;

  constructor(db: Database, index: ChainIndex) {
    this.#index = index;
    this.#live = db.prepare('SELECT * FROM policies WHERE id = ?');
    this.#extension = db.prepare(
      'SELECT end, expires_at FROM extensions WHERE policy = ? AND block <= ? ORDER BY block DESC, log_index DESC LIMIT 1',
    );
    this.#held = db.prepare('SELECT revoked_at FROM held_revocations WHERE policy = ? AND until_block > ?');
    this.#lost = db.prepare('SELECT view FROM lost_policies WHERE policy = ? AND until_block > ?');
    this.#count = db.prepare('SELECT count(*) AS n FROM policies WHERE revoked_at IS NULL AND expires_at > ?');
  }

  policy(policyId: PolicyView['policyId']): PolicyView | undefined {
    const head = this.#index.cursor();
    if (head === undefined) return undefined;
    const number = Number(head.number);
    const row = this.#live.get(policyId) as LiveRow | undefined;
    const heldAt = (this.#held.get(policyId, number) as { revoked_at: number } | undefined)?.revoked_at;
    if (row === undefined) {
      const lost = this.#lost.get(policyId, number) as { view: string } | undefined;
      if (lost === undefined) return undefined;
      return view(policyId, JSON.parse(lost.view) as PolicyRow, -1, heldAt);
    }
    const revokedAt = row.revoked_at ?? heldAt;
    // A revocation has set `end` anew; before one, the newest extension that is deep enough decides.
    const extension =
      row.revoked_at === null
        ? (this.#extension.get(policyId, number - this.#index.rules.depth) as
            | Pick<PolicyRow, 'end' | 'expires_at'>
            | undefined)
        : undefined;
    return view(policyId, { ...row, ...extension }, number - row.created_block, revokedAt);
  }

  /** Policies that are neither revoked nor past `timestamp` (seconds), extensions aside. */
  countLive(timestamp: number): number {
    return (this.#count.get(timestamp) as { n: number }).n;
  }
}

function view(
  policyId: PolicyView['policyId'],
  row: PolicyRow,
  confirmations: number,
  revokedAt: number | undefined,
): PolicyView {
  return {
    policyId,
    owner: row.owner as PolicyView['owner'],
    sponsor: row.sponsor as PolicyView['sponsor'],
    root: row.root as PolicyView['root'],
    shares: row.shares,
    rate: BigInt(row.rate),
    start: row.start,
    end: row.end,
    expiresAt: row.expires_at,
    confirmations,
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}
