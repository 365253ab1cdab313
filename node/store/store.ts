/**
 * A node's memory: one locked folder, one database, and the tables behind the ports of Ursula's core.
 * Owns: opening and closing in the right order, and that a folder serves one network only. Source: DESIGN section 8.
 */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Network } from 'dintel/ursula';
import { OperatorError } from '../config/operatorError.ts';
import { ChainIndex } from './chainIndex.ts';
import { StoredChallenges } from './challenges.ts';
import { StoredChunks } from './chunkIndex.ts';
import { Database } from './database.ts';
import { type FolderLock, lockDataFolder, openDataFolder } from './dataFolder.ts';
import { GroupCommit } from './groupCommit.ts';
import { StoredLeaves } from './leaves.ts';
import { StoredNodes } from './nodeRegistry.ts';
import { longestMemory, StoredNonces } from './nonces.ts';
import { StoredPolicies } from './policyIndex.ts';
import { StoredAcks, StoredTombstones } from './promises.ts';
import { StoredReceipts } from './receipts.ts';

export const databaseName = 'node.db';

export interface StoreOptions {
  readonly folder: string;
  readonly network: Network;
  /** Token units, as read from the escrow. */
  readonly minStake: bigint;
  /** The node's keys have been at work before: a database that begins empty has then forgotten what they promised. */
  readonly hasServed?: boolean;
  /** Blocks that can be undone; the watcher's window. Default 128. */
  readonly window?: number;
  readonly nowMs?: () => number;
}

export class Store {
  readonly database: Database;
  readonly group: GroupCommit;
  readonly index: ChainIndex;
  readonly policies: StoredPolicies;
  readonly nodes: StoredNodes;
  readonly nonces: StoredNonces;
  readonly receipts: StoredReceipts;
  readonly leaves: StoredLeaves;
  readonly challenges: StoredChallenges;
  readonly tombstones: StoredTombstones;
  readonly acks: StoredAcks;
  readonly chunks: StoredChunks;
  readonly #lock: FolderLock | undefined;

  private constructor(database: Database, options: StoreOptions, lock: FolderLock | undefined) {
    const { network, minStake } = options;
    this.#lock = lock;
    this.database = database;
    this.group = new GroupCommit(database);
    this.index = new ChainIndex(database, {
      epochLength: network.epochLength,
      depth: network.depth,
      window: options.window ?? 128,
    });
    this.policies = new StoredPolicies(database, this.index);
    this.nodes = new StoredNodes(database, minStake);
    this.nonces = new StoredNonces(database, this.group);
    this.receipts = new StoredReceipts(database, this.group);
    this.leaves = new StoredLeaves(database, this.group);
    this.challenges = new StoredChallenges(database);
    this.tombstones = new StoredTombstones(database, this.group);
    this.acks = new StoredAcks(database, this.group);
    this.chunks = new StoredChunks(database, this.group);
  }

  /** Errors: E_DATA_DIR, E_LOCKED, E_DB_CORRUPT, E_DB_FOREIGN, E_SCHEMA_NEWER, E_STORAGE, E_DATA_DIR for another network. */
  static async open(options: StoreOptions): Promise<Store> {
    await openDataFolder(options.folder);
    const lock = lockDataFolder(options.folder);
    let database: Database | undefined;
    try {
      database = Database.open(join(options.folder, databaseName));
      bindNetwork(database, options);
      const { foundAs } = database;
      if (foundAs === 'restored' || (foundAs === 'new' && options.hasServed === true))
        noteLoss(database, (options.nowMs ?? Date.now)());
      return new Store(database, options, lock);
    } catch (error) {
      database?.close();
      lock.release();
      throw error;
    }
  }

  /** Commits what waits, then closes. Idempotent. */
  close(): void {
    this.group.flush();
    this.database.close();
    this.#lock?.release();
  }
}

/**
 * Move a damaged database aside; the next start makes a new one and reads the chain again. What only the old one knew is then
 * missing: nonces (a floor in time takes their place, since the new file counts as restored) and reservations of chunks.
 * Also for a node whose database is gone, and for one that is rebuilt on another machine: without this a fresh file would be
 * taken for that of a node that never promised anything. Returns the path it was moved to, undefined if there was none.
 */
export async function setDatabaseAside(folder: string): Promise<string | undefined> {
  await openDataFolder(folder);
  const lock = lockDataFolder(folder);
  try {
    const path = join(folder, databaseName);
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
    const isThere = existsSync(path);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    const fresh = Database.open(path);
    noteLoss(fresh, Date.now());
    fresh.close();
    return isThere ? aside : undefined;
  } finally {
    lock.release();
  }
}

/** The newest writes may be missing: whatever they may have said is taken to have been said. */
function noteLoss(database: Database, nowMs: number): void {
  const now = Math.floor(nowMs / 1000);
  database.setMeta('nonceFloor', String(now + longestMemory));
  database.setMeta('promisesLostAt', String(now));
}

/** A folder holds the index of one deployment; with another one its rows would lie. */
function bindNetwork(database: Database, { network, folder }: StoreOptions): void {
  const wanted = [network.chainId, network.escrow, network.policyManager, network.adjudicator].join(' ').toLowerCase();
  const bound = database.meta('network');
  if (bound === undefined) database.setMeta('network', wanted);
  else if (bound !== wanted) {
    throw new OperatorError(
      'E_DATA_DIR',
      `data folder ${folder} belongs to another network: ${bound}; this is ${wanted}`,
      {
        cure: 'use one --home for each network',
      },
    );
  }
}
