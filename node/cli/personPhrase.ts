/**
 * A person's root as 24 words, to write down. Owns: where they go to, never a log. Owns not: the words (`dintel/keys`), typing them
 * on the next device (`person.ts`). They do not hold the wallet: who pays brings its key along.
 */
import { Option } from 'commander';
import { phraseOfRoot } from 'dintel/keys';
import { OperatorError, systemCode } from '../config/operatorError.ts';
import { writeSecretFile } from '../config/secretFile.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from './common.ts';
import { openPerson } from './person.ts';
import { isAtTerminal } from './prompt.ts';

interface PhraseOptions extends CommonOptions {
  readonly phraseFile?: string;
}

/** `dintel alice phrase`, `dintel bob phrase`. */
export function phraseCommand(role: 'alice' | 'bob') {
  return commandFor(role, 'phrase', 'Write down the 24 words that bring your keys back', ['password'])
    .addOption(new Option('--phrase-file <file>', 'a new file of mode 0600 (else shown on the terminal)'))
    .addHelpText(
      'after',
      examples(
        `dintel ${role} phrase --phrase-file /media/usb/phrase.txt`,
        `dintel ${role} init --recover --phrase-file /media/usb/phrase.txt   # on the next device`,
      ),
    )
    .action(action<PhraseOptions>((context) => phrase(role, context)));
}

async function phrase(role: 'alice' | 'bob', { options, out }: Context<PhraseOptions>): Promise<void> {
  const { phraseFile } = options;
  if (phraseFile === undefined && !isAtTerminal()) {
    throw new OperatorError('E_USAGE', 'there is no terminal to show the 24 words on', {
      cure: 'give --phrase-file FILE',
    });
  }
  const person = await openPerson(role, options);
  const root = person.keystore.revealRoot();
  const words = phraseOfRoot(root);
  root.fill(0);
  person.wipe();
  if (phraseFile === undefined) {
    process.stderr.write(`\n${words}\n\n`);
  } else {
    await writeSecretFile(phraseFile, `${words}\n`, { exclusive: true }).catch((cause: unknown) => {
      if (systemCode(cause) !== 'EEXIST') throw cause;
      throw new OperatorError('E_EXISTS', `${phraseFile} exists already; nothing was written`);
    });
  }
  out.result({ ok: true, phraseFile }, [
    'Whoever has these words opens everything that was shared with you. Keep them away from this machine.',
  ]);
}
