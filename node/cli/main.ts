/**
 * `dintel`: one command line for Ursula, Alice, Bob and Enrico. Owns: the tree of commands, exit codes.
 * Conventions: results on standard output, everything else on standard error; --json gives one object; exit codes by cause:
 * 0 done, 1 refused, 2 usage, 3 configuration, 4 keys, 5 chain, 6 storage, 7 network or threshold.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { AlreadyTold, OperatorError } from '../config/operatorError.ts';

const help = `
Exit codes: 0 done, 1 refused, 2 usage, 3 configuration, 4 keys, 5 chain, 6 storage, 7 network or threshold.
Every command has --help with examples, and --json for scripts.
`;

/** Runs one command line (without node and script). Returns the exit code; never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await (await program(argv[0])).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help and version
    if (error instanceof AlreadyTold) return error.exitCode;
    const [{ failureOf }, { Output }] = await Promise.all([import('./failure.ts'), import('./output.ts')]);
    const failure = failureOf(error);
    // Help on a bare `dintel` has been printed already; saying that it is an error would add nothing.
    if (!(error instanceof CommanderError && error.code === 'commander.help')) {
      new Output({ json: argv.includes('--json') }).failure(failure);
    }
    if (process.env.DINTEL_DEBUG === '1' && !(error instanceof OperatorError)) console.error(error);
    return failure.exitCode;
  }
}

/** Each role is loaded only when it is meant: Enrico does not wait for a chain library, nor help for anything. */
const roles: Readonly<Record<string, { readonly description: string; readonly load: () => Promise<Command> }>> = {
  alice: {
    description: 'Share: init, label, quote, grant, grants, revoke, people, publish, phrase.',
    load: async () => (await import('./alice/alice.ts')).aliceCommand(),
  },
  bob: {
    description: 'Open what was shared: init, card, inbox, retrieve, report, people, publish, phrase.',
    load: async () => (await import('./bob/bob.ts')).bobCommand(),
  },
  enrico: {
    description: 'Encrypt for a label: encrypt.',
    load: async () => (await import('./enrico/enrico.ts')).enricoCommand(),
  },
  ursula: {
    description: 'Run a node: init, stake, run, status, doctor, withdraw, backup, and more.',
    load: async () => (await import('./ursula/ursula.ts')).ursulaCommand(),
  },
};

async function program(wanted: string | undefined): Promise<Command> {
  const root = new Command('dintel')
    .description('Share encrypted data through a network of nodes, of which a threshold must agree.')
    .version(version(), '--version')
    .addHelpText('after', help);
  for (const [name, { description, load }] of Object.entries(roles)) {
    const command = name === wanted ? await load() : new Command(name);
    if (name === wanted) await (await import('dintel/umbral')).ready();
    root.addCommand(command.description(description));
  }
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
