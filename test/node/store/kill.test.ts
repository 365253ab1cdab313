import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { databaseName, Store } from '../../../node/store/store.ts';
import { scratchFolder } from '../support/scratch.ts';
import { account, network, word } from './network.ts';

/** More by DINTEL_KILLS=1000; the seed is printed by the assertion that fails. */
const kills = Number(process.env.DINTEL_KILLS ?? 6);

/** Run the writer on `folder` and kill -9 it at a random moment after it has begun. What it claimed to be durable. */
function runAndKill(folder: string, seed: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./killWriter.ts', import.meta.url)), folder, String(seed)],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (out === '') setTimeout(() => child.kill('SIGKILL'), 20 + Math.random() * 250);
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(out.slice(0, out.lastIndexOf('\n') + 1).split('\n'));
      else reject(new Error(`the writer ended by itself with ${code}: ${errors}`));
    });
  });
}

test(`kill -9 under writes loses nothing that was said to be durable (${kills} kills)`, async () => {
  const folder = scratchFolder();
  let claims = 0;
  for (let seed = 1; seed <= kills; seed++) {
    const lines = await runAndKill(folder, seed);
    const raw = new DatabaseSync(join(folder, databaseName), { readOnly: true });
    expect(raw.prepare('PRAGMA integrity_check').get(), `seed ${seed}`).toEqual({ integrity_check: 'ok' });
    raw.close();
    const store = await Store.open({ folder, network, minStake: 1n, window: 32 });
    expect(store.database.foundAs).toBe('crashed');
    let last: string | undefined;
    for (const line of lines) {
      const [kind, value, hash] = line.split(' ');
      if (kind === 'nonce') {
        expect(store.nonces.seen(account(1), word(Number(value))), `seed ${seed}: nonce ${value}`).toBe(true);
        claims += 1;
      }
      if (kind === 'block') last = `${value} ${hash}`;
    }
    // The cursor is the last block claimed, or one step later; and it never stands apart from its rows.
    const cursor = store.index.cursor();
    const known = store.index.recentBlocks().map(({ number, hash }) => `${number} ${hash}`);
    expect(cursor, `seed ${seed}`).toBeDefined();
    if (last !== undefined && Number(last.split(' ')[0]) <= Number(cursor?.number)) expect(known).toContain(last);
    for (const { number } of store.index.recentBlocks()) {
      expect(store.policies.policy(word(number)), `seed ${seed}: policy of block ${number}`).toBeDefined();
      const revoked = number < (cursor?.number ?? 0n);
      const view = store.database.prepare('SELECT revoked_at FROM policies WHERE id = ?').get(word(number));
      expect((view as { revoked_at: number | null }).revoked_at !== null, `seed ${seed}: block ${number}`).toBe(
        revoked,
      );
    }
    store.close();
    // Closed cleanly, so the next writer starts from a clean file; its crash must be seen as a crash again.
  }
  expect(claims).toBeGreaterThan(kills * 10);
});
