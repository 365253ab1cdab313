/** `dintel alice …`: labels, prices, grants, rotation, revocations. Owns: the tree and the short commands. */
import { Command } from 'commander';
import { checksumAddress } from 'dintel/protocol';
import { PersonKeystore } from '../../keystore/personKeystore.ts';
import { action, type CommonOptions, type Context, commandFor, examples, keystorePath } from '../common.ts';
import { peopleCommand } from '../people.ts';
import { personInitCommand } from '../person.ts';
import { phraseCommand } from '../personPhrase.ts';
import { publishCommand } from '../publish.ts';
import { grantCommand, resumeCommand } from './grant.ts';
import { labelCommand, rotateCommand } from './label.ts';
import { extendCommand, grantsCommand, revokeCommand } from './manage.ts';
import { quoteCommand } from './quote.ts';

export function aliceCommand(): Command {
  const command = new Command('alice');
  const children = [
    personInitCommand('alice'),
    walletCommand(),
    labelCommand(),
    rotateCommand(),
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
