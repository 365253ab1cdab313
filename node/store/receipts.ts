/**
 * What this node has signed for, as long as it can be held against it. It tells an operator who is accused whether the receipt
 * came from this machine (a fault) or from elsewhere (a stolen key). It decides nothing: the contract judges the bytes alone.
 * Owns: appending, finding, forgetting. Owns not: making receipts (the core). Source: DESIGN section 8; protocol.md section 4.
 */
import type { StatementSync } from 'node:sqlite';
import type { Hex } from 'dintel/chain';
import { fromHex, type Receipt, toHex } from 'dintel/protocol';
import type { ReceiptLog } from 'dintel/ursula';
import type { Database } from './database.ts';
import type { GroupCommit } from './groupCommit.ts';

/** Most receipts kept, about 200 bytes each: a busy node forgets the oldest before their time rather than fill its disk. */
const maxReceipts = 2_000_000;
/** Receipts forgotten in one transaction. */
const batch = 1_000;

interface Row {
  readonly epoch: number;
  readonly policy: Uint8Array;
  readonly leaf: Uint8Array;
  readonly request: Uint8Array;
  readonly capsule: Uint8Array;
  readonly cfrag: Uint8Array;
}

export class StoredReceipts implements ReceiptLog {
  readonly #group: GroupCommit;
  readonly #add: StatementSync;
  readonly #find: StatementSync;
  readonly #forget: StatementSync;

  constructor(db: Database, group: GroupCommit) {
    this.#group = group;
    this.#add = db.prepare(
      'INSERT INTO receipts (epoch, policy, leaf, request, capsule, cfrag) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#find = db.prepare('SELECT * FROM receipts WHERE cfrag = ? ORDER BY seq');
    // Only the oldest are looked at: the epochs of what is appended do not fall, but for a re-org's one.
    this.#forget = db.prepare(
      `DELETE FROM receipts WHERE seq IN (SELECT seq FROM receipts ORDER BY seq LIMIT ${batch})
       AND (epoch < ? OR seq <= (SELECT max(seq) FROM receipts) - ?)`,
    );
  }

  /** Shares its transaction with whatever else waits, as nonces of other requests. */
  async record(receipts: readonly Receipt[]): Promise<void> {
    await this.#group.submit(() => {
      for (const { epoch, policyId, leaf, request, capsule, cfrag } of receipts) {
        this.#add.run(epoch, fromHex(policyId), fromHex(leaf), fromHex(request), fromHex(capsule), fromHex(cfrag));
      }
    });
  }

  /** Receipts over the cfrag with this hash, oldest first. Reads the whole table. */
  find(cfrag: Hex): Receipt[] {
    return (this.#find.all(fromHex(cfrag)) as unknown as Row[]).map((row) => ({
      epoch: row.epoch,
      policyId: toHex(row.policy),
      leaf: toHex(row.leaf),
      request: toHex(row.request),
      capsule: toHex(row.capsule),
      cfrag: toHex(row.cfrag),
    }));
  }

  /** Forget those of epochs before `epoch`, and the oldest above `keep`; the number forgotten. */
  async sweep(epoch: number, keep = maxReceipts): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const changes = await this.#group.submit(() => Number(this.#forget.run(epoch, keep).changes));
      forgotten += changes;
      if (changes < batch) return forgotten;
    }
  }
}
