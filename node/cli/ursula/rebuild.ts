/**
 * `dintel ursula rebuild`: a database that cannot be trusted is set aside; the next run reads the chain again.
 * Source: research/reliability.md T-W07, C29.
 */
import { readConfig } from '../../config/configFile.ts';
import { setDatabaseAside } from '../../store/store.ts';
import { action, type CommonOptions, type Context, commandFor, dataPath, examples } from '../common.ts';
import { confirm } from '../prompt.ts';

export function rebuildCommand() {
  return commandFor('ursula', 'rebuild', 'Set a damaged database aside and read the chain again', ['yes'])
    .addHelpText('after', examples('dintel ursula rebuild', 'dintel ursula rebuild --yes --home /var/lib/dintel'))
    .action(action<CommonOptions>(rebuild));
}

async function rebuild({ options, out }: Context): Promise<void> {
  await readConfig(options.home, 'ursula');
  if (options.yes !== true) {
    out.note(
      'The index is rebuilt from the chain. Reservations of chunks are forgotten, and for three minutes requests may be',
    );
    out.note('refused as replays, because nobody can tell any more which were served. Keys are not touched.');
    await confirm('Go on?');
  }
  const aside = await setDatabaseAside(dataPath(options.home));
  out.result({ ok: true, setAside: aside ?? null }, [
    aside === undefined ? 'There was no database.' : `Set aside as ${aside}.`,
  ]);
}
