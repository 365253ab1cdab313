/** What commands of people start from: keys of a home, unlocked, and what their init remembered. */

import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { Keyring } from 'dintel';
import type { Deployment } from 'dintel/chain';
import { rootOfPhrase } from 'dintel/keys';
import { makePrivateFolder } from 'dintel/platform/node';
import { checksumAddress } from 'dintel/protocol';
import { type Config, readConfigIfAny, writeConfig } from '../config/configFile.ts';
import { readDeployment } from '../config/deployment.ts';
import { OperatorError } from '../config/operatorError.ts';
import { parseRpcUrl } from '../config/parse.ts';
import { readAccountKeyFile } from '../keystore/account.ts';
import { PersonKeystore } from '../keystore/personKeystore.ts';
import { asOperatorError } from '../keystore/strongbox.ts';
import { action, type CommonOptions, type Context, commandFor, examples, keystorePath } from './common.ts';
import { readPassword } from './password.ts';
import { askHidden } from './prompt.ts';

type Person = 'alice' | 'bob';

interface InitOptions extends CommonOptions {
  readonly walletKeyFile?: string;
  readonly recover?: boolean;
  readonly phraseFile?: string;
}

/** `dintel alice init`, `dintel bob init`. */
export function personInitCommand(role: Person) {
  return commandFor(role, 'init', `Make the keys of ${role === 'alice' ? 'Alice' : 'Bob'}`, ['password', 'chain'])
    .addOption(
      new Option(
        '--wallet-key-file <file>',
        'bring an Ethereum key along: file of mode 0600, 64 hex digits (else a fresh one)',
      ),
    )
    .addOption(new Option('--recover', 'bring keys back by their 24 words'))
    .addOption(new Option('--phrase-file <file>', 'with --recover: where the words are (else asked)'))
    .addHelpText(
      'after',
      examples(
        `dintel ${role} init`,
        `dintel ${role} init --password-file pw --rpc https://rpc.example --deployment contracts.json   # both remembered`,
      ),
    )
    .action(action<InitOptions>((context) => init(role, context)));
}

async function init(role: Person, { options, out }: Context<InitOptions>): Promise<void> {
  const rpc = options.rpc?.map(parseRpcUrl);
  const deployment = options.deployment === undefined ? undefined : await readDeployment(options.deployment);
  const walletKey = options.walletKeyFile === undefined ? undefined : await readAccountKeyFile(options.walletKeyFile);
  const root = options.recover === true ? await typedRoot(options.phraseFile) : undefined;
  const password = await readPassword({ passwordFile: options.passwordFile, isNew: true });
  await makePrivateFolder(options.home);
  const keystore = await PersonKeystore.create(keystorePath(options.home), password, { root, walletKey });
  walletKey?.fill(0);
  root?.fill(0);
  await writeConfig(options.home, {
    ...(rpc === undefined ? {} : { rpc }),
    ...(deployment === undefined ? {} : { deployment }),
  });
  const wallet = checksumAddress(keystore.wallet);
  keystore.wipe();
  out.result({ ok: true, home: options.home, wallet }, [
    `Keys are ready in ${options.home}. Without them nothing that is shared can be opened: dintel ${role} phrase writes them down.`,
    ...(role === 'alice' ? [`  wallet   ${wallet}   pays for grants; send it what they cost`] : []),
    role === 'alice' ? 'Next: dintel alice label <label>' : 'Next: dintel bob card',
  ]);
}

/** A home with its keys open. `wipe` when done. */
export interface OpenedPerson {
  readonly config: Config;
  readonly keyring: Keyring;
  readonly keystore: PersonKeystore;
  wipe(): void;
}

/** Errors: those of config and keystore; what can be judged without a password is judged before it is asked for. */
export async function openPerson(role: Person, options: CommonOptions): Promise<OpenedPerson> {
  const config = await readConfigIfAny(options.home, role);
  await PersonKeystore.walletOf(keystorePath(options.home), role);
  const password = await readPassword({ passwordFile: options.passwordFile });
  const keystore = await PersonKeystore.open(keystorePath(options.home), password, role);
  const root = keystore.revealRoot();
  const keyring = Keyring.fromRoot(root);
  root.fill(0);
  return {
    config,
    keyring,
    keystore,
    wipe: () => {
      keyring.dispose();
      keystore.wipe();
    },
  };
}

/** Contracts without asking a chain: from the option or from what init remembered. Errors: E_CONFIG. */
export async function deploymentFor(options: CommonOptions, config: Config): Promise<Deployment> {
  const deployment = options.deployment === undefined ? config.deployment : await readDeployment(options.deployment);
  if (deployment === undefined) {
    throw new OperatorError('E_CONFIG', 'it is not known which contracts this is for', {
      cure: 'give --deployment FILE; init remembers it',
    });
  }
  return deployment;
}

/** The root that a person brings along: 32 bytes, wiped by the caller. Errors: E_MNEMONIC, E_INPUT, E_USAGE. */
async function typedRoot(phraseFile: string | undefined): Promise<Uint8Array> {
  const typed =
    phraseFile === undefined
      ? await askHidden('The 24 words', 'give --phrase-file FILE')
      : await readFile(phraseFile, 'utf8').catch((cause: unknown) => {
          throw new OperatorError('E_INPUT', `${phraseFile} cannot be read`, { cause });
        });
  try {
    return rootOfPhrase(typed);
  } catch (error) {
    throw asOperatorError(error);
  }
}
