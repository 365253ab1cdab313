/** `dintel alice …`: labels, prices, grants, revocations. Owns: the tree and the short commands. */
import { Command, Option } from 'commander';
import { checksumAddress, toHex } from 'dintel/protocol';
import { parseCount } from '../../config/parse.ts';
import { PersonKeystore } from '../../keystore/personKeystore.ts';
import { action, type CommonOptions, type Context, commandFor, examples, keystorePath } from '../common.ts';
import { peopleCommand } from '../people.ts';
import { openPerson, personInitCommand } from '../person.ts';
import { phraseCommand } from '../personPhrase.ts';
import { publishCommand } from '../publish.ts';
import { grantCommand, resumeCommand } from './grant.ts';
import { extendCommand, grantsCommand, revokeCommand } from './manage.ts';
import { quoteCommand } from './quote.ts';

export function aliceCommand(): Command {
  const command = new Command('alice');
  const children = [
    personInitCommand('alice'),
    walletCommand(),
    labelCommand(),
    quoteCommand(),
    grantCommand(),
    resumeCommand(),
    grantsCommand(),
    extendCommand(),
    revokeCommand(),
    peopleCommand('alice'),
    publishCommand('alice'),
    phraseCommand('alice'),
  ];
  for (const child of children) command.addCommand(child);
  return command;
}

function walletCommand(): Command {
  return commandFor('alice', 'wallet', 'Print the address that pays', [])
    .addHelpText('after', examples('dintel alice wallet'))
    .action(action<CommonOptions>(wallet));
}

async function wallet({ options, out }: Context): Promise<void> {
  const address = checksumAddress(await PersonKeystore.walletOf(keystorePath(options.home), 'alice'));
  out.result({ ok: true, wallet: address }, [address]);
}

interface LabelOptions extends CommonOptions {
  readonly version: number;
}

function labelCommand(): Command {
  return commandFor('alice', 'label', 'Print the public key that Enrico encrypts with for a label', ['password'])
    .argument('<label>', 'any text of 1 to 1024 bytes; whoever may read one file of it may be given all')
    .addOption(
      new Option('--version <n>', 'version of the label, rising on rotation')
        .default(0)
        .argParser((text) => parseCount(text, 0, 2 ** 32 - 1)),
    )
    .addHelpText(
      'after',
      examples('dintel alice label my/letters', 'dintel alice label my/letters --json | jq -r .delegatingKey'),
    )
    .action(action<LabelOptions>(label));
}

async function label({ options, out }: Context<LabelOptions>, name: string): Promise<void> {
  const person = await openPerson('alice', options);
  const delegatingKey = toHex(person.keyring.delegating(name, options.version).publicKey.toBytes());
  person.wipe();
  out.result({ ok: true, label: name, version: options.version, delegatingKey }, [delegatingKey]);
}
