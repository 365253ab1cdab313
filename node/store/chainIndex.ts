/**
 * The chain as this node knows it: blocks, cursor, and the fold of our contracts' events, with a way back.
 * Owns: one transaction per event of the watcher (rows and cursor together), undo rows, and the asymmetric finality of a
 * re-org. Owns not: what an event does to a row (fold), reading policies and nodes (policyIndex, nodeRegistry).
 * Source: protocol.md section 7 ("Finality"), section 9; research/reliability.md T-W01, T-W02, T-W05.
 *
 * Undo: while a block at the tip is folded, temporary triggers write, for each row that changes, the statement that puts the
 * old row back. A re-org runs those of the lost blocks from the newest to the oldest. So no fold can forget to be undoable.
 *
 * Asymmetry: a lost revocation stays in force until the chain has passed its height by c blocks without it; a lost creation
 * is remembered for a while as "pending", so that Bob hears E_PENDING and not E_POLICY.
 */
import type { Block } from 'dintel/chain';
import type { BlockEvent, BlockRef, ChainEvent, KnownChain, ReorgEvent } from '../watcher/chainEvent.ts';
import type { Database } from './database.ts';
import { Fold } from './fold.ts';
import { foldedTables } from './schema.ts';

export interface IndexRules {
  /** Seconds. */
  readonly epochLength: number;
  /** Creation depth c, in blocks. */
  readonly depth: number;
  /** Blocks that can be undone; the watcher's window. */
  readonly window: number;
}

/** How long, in blocks, a policy that a re-org took away is still answered with "pending". */
const rememberLost = 64;

export interface Cursor extends BlockRef {
  /** Seconds. */
  readonly timestamp: number;
}

interface BlockRow {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: number;
}

export class ChainIndex implements KnownChain {
  readonly rules: IndexRules;
  readonly #db: Database;
  readonly #fold: Fold;
  #cursor: Cursor | undefined;
  #finalized: bigint | undefined;

  constructor(db: Database, rules: IndexRules) {
    this.#db = db;
    this.rules = rules;
    this.#fold = new Fold(db);
    db.exec(undoTriggers(db));
    this.#reload();
  }

  cursor(): Cursor | undefined {
    return this.#cursor;
  }

  recentBlocks(): readonly BlockRef[] {
    const rows = this.#db
      .prepare('SELECT number, hash, timestamp FROM blocks ORDER BY number DESC')
      .all() as unknown as BlockRow[];
    return rows.map((row) => ({ number: BigInt(row.number), hash: row.hash as BlockRef['hash'] }));
  }

  finalized(): bigint | undefined {
    return this.#finalized;
  }

  /** Fold or unfold, in one transaction; durable when it returns. Throws on disk trouble, and then nothing has changed. */
  apply(event: ChainEvent): void {
    try {
      this.#db.transaction(() => {
        if (event.type === 'block') this.#foldBlock(event);
        else if (event.type === 'reorg') this.#unfold(event);
        else this.#db.setMeta('finalized', event.block.number.toString());
      });
    } finally {
      this.#reload(); // from the disk, so that memory cannot run ahead of a transaction that failed
    }
  }

  #foldBlock(event: BlockEvent): void {
    const db = this.#db;
    const number = Number(event.block.number);
    const undoable = event.from === event.block.number;
    if (undoable) db.prepare('INSERT INTO temp.folding (block) VALUES (?)').run(number);
    for (const log of event.logs) {
      const time = event.times.get(log.blockNumber);
      this.#fold.apply(log, {
        timestamp: time === undefined ? undefined : Number(time),
        epochLength: this.rules.epochLength,
      });
    }
    if (undoable) db.exec('DELETE FROM temp.folding');
    else db.exec('DELETE FROM blocks; DELETE FROM undo'); // there is no way back into a stretch of history
    this.#setCursor(event.block);
    const oldest = number - this.rules.window;
    db.prepare('DELETE FROM blocks WHERE number < ?').run(oldest);
    db.prepare('DELETE FROM undo WHERE block <= ?').run(oldest);
    db.prepare('DELETE FROM held_revocations WHERE until_block <= ?').run(number);
    db.prepare('DELETE FROM lost_policies WHERE until_block <= ?').run(number);
  }

  #unfold(event: ReorgEvent): void {
    const db = this.#db;
    const ancestor = event.ancestor === undefined ? -1 : Number(event.ancestor.number);
    db.prepare(
      `INSERT INTO held_revocations (policy, revoked_at, until_block)
       SELECT id, revoked_at, revoked_block + ? FROM policies WHERE revoked_block > ?
       ON CONFLICT DO UPDATE SET until_block = max(until_block, excluded.until_block)`,
    ).run(this.rules.depth, ancestor);
    db.prepare(
      `INSERT OR REPLACE INTO lost_policies (policy, view, until_block)
       SELECT id, json_object('owner', owner, 'sponsor', sponsor, 'root', root, 'shares', shares, 'rate', rate,
         'start', start, 'end', end, 'expires_at', expires_at), created_block + ?
       FROM policies WHERE created_block > ?`,
    ).run(rememberLost, ancestor);
    if (event.ancestor === undefined) {
      for (const table of Object.keys(foldedTables)) db.exec(`DELETE FROM ${table}`);
      db.exec("DELETE FROM blocks; DELETE FROM undo; DELETE FROM meta WHERE name = 'finalized'");
      return;
    }
    const steps = db.prepare('SELECT sql FROM undo WHERE block > ? ORDER BY seq DESC').all(ancestor) as {
      sql: string;
    }[];
    for (const { sql } of steps) db.exec(sql);
    db.prepare('DELETE FROM undo WHERE block > ?').run(ancestor);
    db.prepare('DELETE FROM blocks WHERE number > ?').run(ancestor);
    if (this.#finalized !== undefined && this.#finalized > event.ancestor.number) {
      db.setMeta('finalized', event.ancestor.number.toString()); // the chain broke its promise; count from here again
    }
  }

  #setCursor(block: Block): void {
    this.#db
      .prepare('INSERT INTO blocks (number, hash, parent, timestamp) VALUES (?, ?, ?, ?)')
      .run(Number(block.number), block.hash, block.parentHash, Number(block.timestamp));
  }

  #reload(): void {
    const row = this.#db.prepare('SELECT number, hash, timestamp FROM blocks ORDER BY number DESC LIMIT 1').get() as
      | BlockRow
      | undefined;
    this.#cursor =
      row === undefined
        ? undefined
        : { number: BigInt(row.number), hash: row.hash as BlockRef['hash'], timestamp: row.timestamp };
    const finalized = this.#db.meta('finalized');
    this.#finalized = finalized === undefined ? undefined : BigInt(finalized);
  }
}

/** `folding` holds the block being folded at the tip; without a row in it nothing is recorded. */
function undoTriggers(db: Database): string {
  const parts = ['CREATE TEMP TABLE IF NOT EXISTS folding (block INTEGER NOT NULL) STRICT'];
  for (const [table, keys] of Object.entries(foldedTables)) {
    const columns = (db.prepare(`PRAGMA table_info(${table})`).all() as unknown as { name: string }[]).map(
      ({ name }) => name,
    );
    const whereNew = quoted(keys, 'new', ' AND ');
    const setOld = quoted(columns, 'old', ', ');
    const oldValues = columns.map((column) => `quote(old.${column})`).join(" || ', ' || ");
    const undo: Record<string, string> = {
      INSERT: `'DELETE FROM ${table} WHERE ' || ${whereNew}`,
      UPDATE: `'UPDATE ${table} SET ' || ${setOld} || ' WHERE ' || ${whereNew}`,
      DELETE: `'INSERT INTO ${table} (${columns.join(', ')}) VALUES (' || ${oldValues} || ')'`,
    };
    for (const [verb, sql] of Object.entries(undo)) {
      parts.push(
        `CREATE TEMP TRIGGER IF NOT EXISTS undo_${table}_${verb.toLowerCase()} AFTER ${verb} ON main.${table}
         WHEN EXISTS (SELECT 1 FROM folding)
         BEGIN INSERT INTO undo (block, sql) SELECT block, ${sql} FROM folding; END`,
      );
    }
  }
  return parts.join(';\n');
}

/** SQL that builds `a = 'x' AND b = 2` out of a row; NULL is written with IS only where it can occur, which keys never do. */
function quoted(columns: readonly string[], row: 'old' | 'new', between: string): string {
  return columns.map((column) => `'${column} = ' || quote(${row}.${column})`).join(` || '${between}' || `);
}
