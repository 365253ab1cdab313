import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { OperatorError } from '../../../node/config/operatorError.ts';
import { databaseName, Store, setDatabaseAside } from '../../../node/store/store.ts';
import { scratchFolder } from '../support/scratch.ts';
import { account, created, madeBlock, madeLog, network, word } from './network.ts';

const open = (folder: string): Promise<Store> => Store.open({ folder, network, minStake: 1n });

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof OperatorError) return `${error.exitCode} ${error.code}`;
    throw error;
  }
  return 'accepted';
}

async function used(): Promise<string> {
  const folder = scratchFolder();
  const store = await open(folder);
  for (let number = 1; number <= 40; number++) {
    const block = madeBlock(number, 0);
    const logs = [madeLog(block, 0, 'PolicyCreated', created(number))];
    store.index.apply({ type: 'block', from: block.number, block, logs, times: new Map() });
  }
  store.close();
  return folder;
}

test('C28 a database of a newer schema is refused and left as it is', async () => {
  const folder = await used();
  const db = new DatabaseSync(join(folder, databaseName));
  db.exec('PRAGMA user_version = 99');
  db.close();
  expect(await codeOf(() => open(folder))).toBe('6 E_SCHEMA_NEWER');
});

test('C29 what is no database, empty, cut or damaged is refused; rebuild moves it aside', async () => {
  const spoil: Record<string, (path: string) => void> = {
    text: (path) => writeFileSync(path, 'this is not a database, it only has the name of one'.repeat(9)),
    empty: (path) => truncateSync(path, 0),
    cut: (path) => truncateSync(path, 8_192 + 100),
    // A leaf deep in a table: nothing but the check at the start meets it before it is needed.
    'one page': (path) => {
      const bytes = readFileSync(path);
      bytes.fill(0xff, bytes.length - 4_096 * 2 + 8, bytes.length - 4_096);
      writeFileSync(path, bytes);
    },
    zeroed: (path) => {
      const bytes = readFileSync(path);
      bytes.fill(0, 4_096, 4_096 * 6);
      writeFileSync(path, bytes);
    },
  };
  for (const [name, damage] of Object.entries(spoil)) {
    const folder = await used();
    damage(join(folder, databaseName));
    expect(await codeOf(() => open(folder)), name).toBe('6 E_DB_CORRUPT');
    const aside = await setDatabaseAside(folder);
    expect(aside === undefined ? false : existsSync(aside), name).toBe(true);
    const store = await open(folder);
    expect(store.index.cursor(), name).toBeUndefined();
    // Nobody knows any more which nonces were taken: until every such request has lapsed, none of that age is taken again.
    expect(await store.nonces.insert(account(1), word(1), Math.floor(Date.now() / 1000) + 150)).toBe(false);
    store.close();
  }
});

test('the database of another program, or of another network, is not touched', async () => {
  const folder = scratchFolder();
  const db = new DatabaseSync(join(folder, databaseName));
  db.exec('CREATE TABLE theirs (x)');
  db.close();
  expect(await codeOf(() => open(folder))).toBe('6 E_DB_FOREIGN');
  const other = await used();
  const elsewhere = { ...network, escrow: account(0x777) };
  expect(await codeOf(() => Store.open({ folder: other, network: elsewhere, minStake: 1n }))).toBe('6 E_DATA_DIR');
});

test('C18 a data folder that is a file or read-only', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(await codeOf(() => open(join(folder, 'file')))).toBe('6 E_DATA_DIR');
  if (process.getuid?.() === 0) return; // root may write anywhere
  mkdirSync(join(folder, 'sealed'));
  chmodSync(join(folder, 'sealed'), 0o500);
  expect(await codeOf(() => open(join(folder, 'sealed')))).toBe('6 E_DATA_DIR');
});

test('C19 a second store on the same folder is refused with the pid; the lock ends with the first', async () => {
  const folder = scratchFolder();
  const first = await open(folder);
  const refusal = await open(folder).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'E_LOCKED', exitCode: 6 });
  expect((refusal as Error).message).toContain(String(process.pid));
  first.close();
  (await open(folder)).close();
});

test('files are for the owner only', async () => {
  const folder = await used();
  const store = await open(folder);
  for (const name of [databaseName, `${databaseName}-wal`]) {
    expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
  }
  store.close();
});

test('a copy whose newest writes were taken away counts as restored, and its unknown nonces as used', async () => {
  const folder = scratchFolder();
  const store = await open(folder);
  const later = Math.floor(Date.now() / 1000) + 150;
  expect(await store.nonces.insert(account(1), word(1), later)).toBe(true);
  const copy = scratchFolder();
  writeFileSync(join(copy, databaseName), readFileSync(join(folder, databaseName))); // without the WAL
  store.close();

  // A copy from before the first run closed nothing: make it one that was in use.
  const db = new DatabaseSync(join(copy, databaseName));
  db.exec("INSERT OR REPLACE INTO meta VALUES ('closed', 'no')");
  db.exec('PRAGMA journal_mode = DELETE');
  db.close();
  const restored = await open(copy);
  expect(restored.database.foundAs).toBe('restored');
  expect(await restored.nonces.insert(account(1), word(1), later)).toBe(false);
  expect(await restored.nonces.insert(account(1), word(2), later + 60)).toBe(true);
  restored.close();
});

test('a full disk is said, nothing of the group happened, and memory does not run ahead', async () => {
  const folder = scratchFolder();
  const store = await open(folder);
  const pages = (store.database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
  store.database.exec(`PRAGMA max_page_count = ${pages + 1}`);
  const block = madeBlock(1, 0);
  const logs = Array.from({ length: 400 }, (_, place) => madeLog(block, place, 'PolicyCreated', created(place)));
  expect(await codeOf(() => store.index.apply({ type: 'block', from: 1n, block, logs, times: new Map() }))).toBe(
    '6 E_STORAGE',
  );
  expect(store.index.cursor()).toBeUndefined();
  expect(store.policies.policy(word(0))).toBeUndefined();
  const writes = Array.from({ length: 900 }, (_, place) => store.nonces.insert(account(place), word(place), 4e9));
  const answers = await Promise.allSettled(writes);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['rejected']));
  store.database.exec('PRAGMA max_page_count = 100000');
  store.index.apply({ type: 'block', from: 1n, block, logs, times: new Map() });
  expect(store.policies.policy(word(0))).toBeDefined();
  expect(await store.nonces.insert(account(3), word(3), 4e9)).toBe(true);
  store.close();
});
