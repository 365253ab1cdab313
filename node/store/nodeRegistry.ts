/**
 * Nodes and their operators as of the cursor. Owns: reading. Owns not: folding (chainIndex).
 * Source: ports.ts `NodeRegistry`; protocol.md section 5.1.
 */
import type { StatementSync } from 'node:sqlite';
import { type Address, fromHex, fromUtf8 } from 'dintel/protocol';
import type { MinerView, NodeRegistry } from 'dintel/ursula';
import type { Database } from './database.ts';

interface MinerRow {
  readonly node: string;
  readonly operator: string;
  readonly stake: string;
  readonly available_until: number;
  readonly exit_epoch: number | null;
  readonly min_rate: string;
  readonly url: string;
  readonly encrypting_key: string;
  readonly key_number: number;
  readonly key_since: number;
  readonly peer_id: string;
}

export class StoredNodes implements NodeRegistry {
  readonly #minStake: bigint;
  readonly #miner: StatementSync;
  readonly #all: StatementSync;
  readonly #span: StatementSync;

  /** `minStake` in token units, as read from the escrow. */
  constructor(db: Database, minStake: bigint) {
    this.#minStake = minStake;
    this.#miner = db.prepare('SELECT * FROM miners WHERE node = ?');
    this.#all = db.prepare('SELECT * FROM miners ORDER BY node');
    this.#span = db.prepare(
      'SELECT 1 FROM spans WHERE node = ? AND operator = ? AND from_epoch <= ? AND (to_epoch IS NULL OR to_epoch >= ?)',
    );
  }

  miner(node: Address): MinerView | undefined {
    const row = this.#miner.get(node.toLowerCase()) as MinerRow | undefined;
    return row === undefined ? undefined : this.#view(row);
  }

  /** Every node that ever bonded, by address. */
  miners(): MinerView[] {
    return (this.#all.all() as unknown as MinerRow[]).map((row) => this.#view(row));
  }

  /** Seconds: when the encrypting key that the node announces now was announced; undefined for an unknown node. */
  keySince(node: Address): number | undefined {
    return (this.#miner.get(node.toLowerCase()) as MinerRow | undefined)?.key_since;
  }

  operatorValid(node: Address, operator: Address, epoch: number): boolean {
    return this.#span.get(node.toLowerCase(), operator.toLowerCase(), epoch, epoch) !== undefined;
  }

  #view(row: MinerRow): MinerView {
    const stake = BigInt(row.stake);
    return {
      node: row.node as Address,
      operator: row.operator as Address,
      stake,
      // Below the minimum is what "jailed" means: a slash leads there and only a top-up leads out.
      bonded: stake >= this.#minStake && row.exit_epoch === null,
      availableUntil: row.available_until,
      ...(row.exit_epoch === null ? {} : { exitEpoch: row.exit_epoch }),
      minRate: BigInt(row.min_rate),
      url: row.url,
      encryptingKey: fromHex(row.encrypting_key),
      keyNumber: row.key_number,
      peerId: asText(row.peer_id),
    };
  }
}

/** The announced bytes as text: UTF-8 if they are, else their hex. */
function asText(hex: string): string {
  try {
    return fromUtf8(fromHex(hex));
  } catch {
    return hex;
  }
}
