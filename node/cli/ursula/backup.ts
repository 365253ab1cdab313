/**
 * `dintel ursula backup`: configuration, keystore and database in a new folder, beside a running node.
 * Owns: what is in it. The keystore stays as it is: a box that its password opens. Chunks are not in it: the cohort has them.
 * Source: research/app-sdk.md 1.3 ("Backup"); protocol.md section 2 (what a copy of the keystore can still open).
 */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { makePrivateFolder } from 'dintel/platform/node';
import { readConfig } from '../../config/configFile.ts';
import { OperatorError } from '../../config/operatorError.ts';
import { exists, readSecretFile, writeSecretFile } from '../../config/secretFile.ts';
import { NodeKeystore } from '../../keystore/nodeKeystore.ts';
import { Database } from '../../store/database.ts';
import { databaseName } from '../../store/store.ts';
import { action, type CommonOptions, type Context, commandFor, dataPath, examples, keystorePath } from '../common.ts';

interface BackupOptions extends CommonOptions {
  readonly out: string;
}

export function backupCommand() {
  return commandFor('ursula', 'backup', 'Copy configuration, keystore and database into a new folder', [])
    .addOption(
      new Option('--out <dir>', 'folder that does not exist yet')
        .argParser((text) => resolve(text))
        .makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      `${examples('dintel ursula backup --out /mnt/backup/ursula-$(date +%F)')}
The node need not stop. To restore, make the folder the --home of a node, and let only that one run. Delete old copies: whoever has
one and the password can open what rotation has erased since.
`,
    )
    .action(action<BackupOptions>(backup));
}

async function backup({ options, out }: Context<BackupOptions>): Promise<void> {
  const { home } = options;
  await readConfig(home, 'ursula'); // one that could not be restored is no backup
  const operator = await NodeKeystore.operatorOf(keystorePath(home));
  if (await exists(options.out)) {
    throw new OperatorError('E_EXISTS', `${options.out} exists already`, { cure: 'name a folder that does not exist' });
  }
  // Under its name only when it is whole.
  const unfinished = `${options.out}.unfinished-${process.pid}`;
  await makePrivateFolder(join(unfinished, 'data'));
  try {
    for (const name of ['config.json', 'keystore.json']) {
      const kind = { what: name, code: 'E_KEYSTORE', exitCause: 'key', cure: 'check this --home' } as const;
      const bytes = await readSecretFile(join(home, name), kind);
      await writeSecretFile(join(unfinished, name), bytes);
      bytes.fill(0);
    }
    const hasData = copyDatabase(join(dataPath(home), databaseName), join(dataPath(unfinished), databaseName));
    await rename(unfinished, options.out);
    const files = ['config.json', 'keystore.json', ...(hasData ? [`data/${databaseName}`] : [])];
    out.result({ ok: true, out: options.out, operator, files }, [`${files.join(', ')} are in ${options.out}.`]);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** False: the node has not run yet. */
function copyDatabase(from: string, to: string): boolean {
  if (!existsSync(from)) return false;
  const db = Database.openReadOnly(from);
  try {
    db.backup(to);
    return true;
  } finally {
    db.closeReadOnly();
  }
}
