/**
 * `dintel`: one command line for Ursula, Alice, Bob and Enrico. Owns: the tree of commands, exit codes.
 * Conventions: results on standard output, everything else on standard error; --json gives one object; exit codes by cause:
 * 0 done, 1 refused, 2 usage, 3 configuration, 4 keys, 5 chain, 6 storage, 7 network or threshold.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { OperatorError } from '../config/operatorError.ts';
import { aliceCommand } from './alice/alice.ts';
import { bobCommand } from './bob/bob.ts';
import { enricoCommand } from './enrico/enrico.ts';
import { failureOf } from './failure.ts';
import { Output } from './output.ts';
import { ursulaCommand } from './ursula/ursula.ts';

const help = `
Who are you?
  alice    shares: labels, quotes, grants, revocations
  bob      opens what was shared with him
  enrico   encrypts files for a label, with its public key alone
  ursula   runs a node: stakes, re-encrypts, earns

Exit codes: 0 done, 1 refused, 2 usage, 3 configuration, 4 keys, 5 chain, 6 storage, 7 network or threshold.
Every command has --help with examples, and --json for scripts.
`;

/** Runs one command line (without node and script). Returns the exit code; never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help and version
    const failure = failureOf(error);
    // Help on a bare `dintel` has been printed already; saying that it is an error would add nothing.
    if (!(error instanceof CommanderError && error.code === 'commander.help')) {
      new Output({ json: argv.includes('--json') }).failure(failure);
    }
    if (process.env.DINTEL_DEBUG === '1' && !(error instanceof OperatorError)) console.error(error);
    return failure.exitCode;
  }
}

function program(): Command {
  const root = new Command('dintel')
    .description('Share encrypted data through a network of nodes, of which a threshold must agree.')
    .version(version(), '--version')
    .addHelpText('after', help);
  for (const command of [aliceCommand(), bobCommand(), enricoCommand(), ursulaCommand()]) root.addCommand(command);
  settle(root);
  return root;
}

/** Errors come to us, here and in every command below; and the nearest match is named. */
function settle(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(true)
    .helpCommand(false);
  for (const child of command.commands) settle(child);
}

export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
