/**
 * Tables of a node, by version. Owns: DDL and migrations. Owns not: who reads or writes them.
 * Source: DESIGN section 8; protocol.md sections 5, 7 and 9.
 *
 * Ids, addresses and hashes are lower-case 0x text, amounts above 2^53 are decimal text, times are seconds.
 * The tables of `foldedTables` are a fold over events: they change only inside the fold of a block, each change leaves an
 * undo row, and they can be rebuilt from the chain at any time. All others are our own word and cannot.
 */

/** "DnTl": marks the file as ours, so that another program's database is not taken for a damaged one. */
export const applicationId = 0x446e_546c;

/** One entry per version, applied in order, each in one transaction. Never edit an entry that has been released. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- The chain as far as we have folded it. The last row is the cursor; older ones are how a re-org finds its ancestor.
  CREATE TABLE blocks (
    number INTEGER PRIMARY KEY, hash TEXT NOT NULL, parent TEXT NOT NULL, timestamp INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE undo (seq INTEGER PRIMARY KEY, block INTEGER NOT NULL, sql TEXT NOT NULL) STRICT;
  CREATE INDEX undo_block ON undo (block);

  CREATE TABLE policies (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, sponsor TEXT NOT NULL, root TEXT NOT NULL, shares INTEGER NOT NULL,
    rate TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    created_block INTEGER NOT NULL, revoked_at INTEGER, revoked_block INTEGER, closed INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX policies_created ON policies (created_block);
  CREATE INDEX policies_revoked ON policies (revoked_block) WHERE revoked_block IS NOT NULL;

  -- Extensions apart from the policy, because each counts only at its own depth.
  CREATE TABLE extensions (
    policy TEXT NOT NULL, block INTEGER NOT NULL, log_index INTEGER NOT NULL, end INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, PRIMARY KEY (policy, block, log_index)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE miners (
    node TEXT PRIMARY KEY, operator TEXT NOT NULL, stake TEXT NOT NULL, unbonding TEXT NOT NULL,
    available_until INTEGER NOT NULL, exit_epoch INTEGER, min_rate TEXT NOT NULL, url TEXT NOT NULL,
    encrypting_key TEXT NOT NULL, key_number INTEGER NOT NULL, peer_id TEXT NOT NULL, protocol INTEGER NOT NULL,
    key_since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE spans (
    node TEXT NOT NULL, operator TEXT NOT NULL, from_epoch INTEGER NOT NULL, to_epoch INTEGER,
    PRIMARY KEY (node, operator)
  ) STRICT, WITHOUT ROWID;

  -- What a re-org took away and we are not ready to forget: see chainIndex.
  CREATE TABLE held_revocations (
    policy TEXT PRIMARY KEY, revoked_at INTEGER NOT NULL, until_block INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lost_policies (
    policy TEXT PRIMARY KEY, view TEXT NOT NULL, until_block INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE nonces (
    reader TEXT NOT NULL, nonce TEXT NOT NULL, forget_at INTEGER NOT NULL, PRIMARY KEY (reader, nonce)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX nonces_forget ON nonces (forget_at);
  CREATE TABLE tombstones (
    policy TEXT NOT NULL, deadline INTEGER NOT NULL, signature BLOB NOT NULL, PRIMARY KEY (policy, deadline)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE acked_keys (key_number INTEGER PRIMARY KEY, until INTEGER NOT NULL) STRICT;

  CREATE TABLE chunks (id TEXT PRIMARY KEY, size INTEGER NOT NULL, held INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE reservations (
    leaf TEXT NOT NULL, chunk TEXT NOT NULL, policy TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (leaf, chunk)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reservations_chunk ON reservations (chunk);
  CREATE INDEX reservations_policy ON reservations (policy);
  `,
  `
  -- What we have signed for. Appended only, oldest first out; hashes as bytes, since there are many. No index: it is read by
  -- a person, seldom, and an index on hashes would cost every answer a write to a random page.
  CREATE TABLE receipts (
    seq INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, policy BLOB NOT NULL, leaf BLOB NOT NULL, request BLOB NOT NULL,
    capsule BLOB NOT NULL, cfrag BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- Leaves of ours that somebody has shown us: nothing else says what we may settle, and with which keys a challenge is answered.
  -- keys: 3 of 33 bytes. proof: siblings of 32 bytes, NULL while only acknowledged. settled: last epoch settled, as far as we know.
  CREATE TABLE leaves (
    seq INTEGER PRIMARY KEY, policy TEXT NOT NULL, hash TEXT NOT NULL, place INTEGER NOT NULL, node TEXT NOT NULL,
    fragment TEXT NOT NULL, terms TEXT NOT NULL, sealed_kfrag_hash TEXT NOT NULL, keys BLOB NOT NULL, proof BLOB,
    seen_epoch INTEGER NOT NULL, settled INTEGER NOT NULL DEFAULT 0, UNIQUE (policy, hash)
  ) STRICT;
  CREATE INDEX leaves_unproven ON leaves (seen_epoch, seq) WHERE proof IS NULL;
  `,
  `
  -- Challenges that are open, of every node: an answer, excuse or timeout takes its row away. Bytes as 0x text, as undo needs no less.
  CREATE TABLE challenges (
    id TEXT PRIMARY KEY, node TEXT NOT NULL, policy TEXT NOT NULL, place INTEGER NOT NULL, fragment TEXT NOT NULL,
    terms TEXT NOT NULL, deadline INTEGER NOT NULL, capsule TEXT NOT NULL, sealed_kfrag TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX challenges_node ON challenges (node, deadline);
  `,
  `
  -- Until when a claim waits for its bytes (own clock); NULL: they are here. Claims from before this column have waited enough.
  ALTER TABLE reservations ADD COLUMN lapses_at INTEGER;
  UPDATE reservations SET lapses_at = 0 WHERE chunk IN (SELECT id FROM chunks WHERE held = 0);
  CREATE INDEX reservations_lapse ON reservations (lapses_at) WHERE lapses_at IS NOT NULL;
  `,
];

/** The tables that a fold writes and an unfold restores, with their primary keys. */
export const foldedTables: Readonly<Record<string, readonly string[]>> = {
  policies: ['id'],
  extensions: ['policy', 'block', 'log_index'],
  miners: ['node'],
  spans: ['node', 'operator'],
  challenges: ['id'],
};
