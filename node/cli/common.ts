/**
 * What all commands share: their options, homes, and how an action runs. Owns: conventions. Owns not: any command.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { OperatorError } from '../config/operatorError.ts';
import { Output } from './output.ts';

export type Role = 'ursula' | 'alice' | 'bob' | 'enrico';

/** As commander gives them. */
export interface CommonOptions {
  readonly home: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly rpc?: readonly string[];
  readonly deployment?: string;
}

const defaultHome = (role: Role): string => join(homedir(), '.dintel', role);
export const keystorePath = (home: string): string => join(home, 'keystore.json');
export const dataPath = (home: string): string => join(home, 'data');

type Wanted = 'password' | 'yes' | 'chain';

/** A command with the options that it wants, in one order and wording everywhere. */
export function commandFor(role: Role, name: string, summary: string, wanted: readonly Wanted[]): Command {
  const command = new Command(name).summary(summary).description(`${summary}.`);
  if (role !== 'enrico')
    command.addOption(
      new Option('--home <dir>', 'folder of this role').default(defaultHome(role)).argParser((text) => resolve(text)),
    );
  if (wanted.includes('password')) {
    command.addOption(
      new Option('--password-file <file>', 'file of mode 0600 with the password (else DINTEL_PASSWORD_FD, else asked)'),
    );
    command.addOption(new Option('--password [x]').hideHelp().argParser(refusePassword));
  }
  if (wanted.includes('chain')) {
    command.addOption(
      new Option('--rpc <url>', 'JSON-RPC of the chain; may be given several times').argParser(collect),
    );
    command.addOption(new Option('--deployment <file>', 'JSON file with the addresses of the contracts'));
  }
  if (wanted.includes('yes')) command.addOption(new Option('--yes', 'agree beforehand; ask nothing'));
  command.addOption(new Option('--json', 'one JSON object on standard output'));
  return command;
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

function refusePassword(): never {
  throw new OperatorError(
    'E_PASSWORD_ARGV',
    'a password is never taken from an argument: every process of this machine can read it',
    {
      cure: 'give --password-file FILE, or type it when asked',
    },
  );
}

/** What an action gets beside its arguments. */
export interface Context<Options extends CommonOptions = CommonOptions> {
  readonly options: Options;
  readonly out: Output;
}

/** Turns an action of ours into one of commander's: arguments in order, then options. Errors pass to main. */
export function action<Options extends CommonOptions>(
  work: (context: Context<Options>, ...names: string[]) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const options = command.opts<Options>();
    // Arguments that may be left out are undefined, and come last.
    const names = given.slice(0, -2).flatMap((one) => (one === undefined ? [] : [String(one)]));
    await work({ options, out: new Output({ json: options.json }) }, ...names);
  };
}

/** Examples at the end of --help: what to type, and what for. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}
