/**
 * `dintel ursula init`: keys, configuration, and a look at the chain. Owns: the questions and the showing of the phrase, once.
 * Source: DESIGN section 8; research/app-sdk.md 1.3 ("Init wizard", "Mnemonic", "Key loss").
 */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { makePrivateFolder } from 'dintel/platform/node';
import { checksumAddress } from 'dintel/protocol';
import { type Config, writeConfig } from '../../config/configFile.ts';
import { OperatorError } from '../../config/operatorError.ts';
import {
  maskUrl,
  parseAccount,
  parseAddressRange,
  parseCount,
  parseHost,
  parsePort,
  parsePublicUrl,
  parseRpcUrl,
} from '../../config/parse.ts';
import { exists, writeSecretFile } from '../../config/secretFile.ts';
import { NodeKeystore } from '../../keystore/nodeKeystore.ts';
import { newPhrase, parsePhrase } from '../../keystore/phrase.ts';
import { setDatabaseAside } from '../../store/store.ts';
import { type Access, openReader } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, dataPath, examples, keystorePath } from '../common.ts';
import { readPassword } from '../password.ts';
import { ask, askHidden, isAtTerminal } from '../prompt.ts';
import { bondCodeLines, makeBondCode } from './bondCode.ts';

interface InitOptions extends CommonOptions {
  readonly port?: number;
  readonly host?: string;
  readonly url?: string;
  readonly node?: string;
  readonly metricsPort?: number;
  readonly trustedProxy?: readonly string[];
  readonly depth?: number;
  readonly phraseFile?: string;
  readonly recover?: boolean;
  readonly keyNumber?: number;
}

/** Chains that live on one machine and are thrown away; a phrase is worth nothing there. */
const localChainId = 31_337;
const defaultPort = 9_151;

export function initCommand() {
  return commandFor('ursula', 'init', 'Make the keys and the configuration of a node', ['password', 'chain', 'yes'])
    .addOption(new Option('--port <port>', 'where it listens').argParser(parsePort))
    .addOption(new Option('--host <host>', 'address it listens on (default 127.0.0.1)').argParser(parseHost))
    .addOption(new Option('--url <url>', 'how others reach it; goes on chain').argParser(parsePublicUrl))
    .addOption(
      new Option('--node <address>', 'stake wallet, if known already').argParser((text) =>
        parseAccount(text, '--node'),
      ),
    )
    .addOption(new Option('--metrics-port <port>', 'loopback port of /metrics').argParser(parsePort))
    .addOption(
      new Option(
        '--trusted-proxy <address>',
        'reverse proxy whose X-Forwarded-For is believed; address or range, may be given several times',
      ).argParser((text, before: readonly string[] | undefined) => [...(before ?? []), parseAddressRange(text)]),
    )
    .addOption(
      new Option('--depth <blocks>', 'blocks until a new policy counts').argParser((text) =>
        parseCount(text, 0, 1_000),
      ),
    )
    .addOption(new Option('--recover', 'rebuild a node from its 24 words'))
    .addOption(
      new Option('--key-number <n>', 'with --recover: key number on chain').argParser((text) =>
        parseCount(text, 0, 1_000_000),
      ),
    )
    .addOption(
      new Option('--phrase-file <file>', 'write the 24 words there (new file, 0600), or read them with --recover'),
    )
    .addHelpText(
      'after',
      examples(
        'dintel ursula init',
        'dintel ursula init --yes --rpc https://rpc.example --url https://ursula.example --port 9151 \\',
        '      --password-file /run/secrets/dintel --phrase-file /media/usb/phrase.txt',
        'dintel ursula init --recover --rpc https://rpc.example --url https://ursula.example',
      ),
    )
    .action(action<InitOptions>(init));
}

async function init({ options, out }: Context<InitOptions>): Promise<void> {
  const { home } = options;
  if (await exists(keystorePath(home))) {
    throw new OperatorError('E_EXISTS', `there is a node in ${home} already`, {
      exitCause: 'key',
      cure: 'use another --home; its keys may hold stake, so nothing was touched',
    });
  }
  const asked = await settings(options);
  const access = await openReader({ rpc: asked.rpc, deployment: options.deployment }, {});
  const config: Config = { ...asked, deployment: access.deployment, depth: options.depth ?? defaultDepth(access) };
  out.note(
    `chain ${access.chain.chainId} answers at ${asked.rpc.map(maskUrl).join(', ')}; epochs of ${access.epochLength} s`,
  );

  const isRecovery = options.recover === true;
  const phrase = isRecovery ? await typedPhrase(options) : newPhrase();
  if (!isRecovery) checkPhrasePlace(options, access);
  const password = await readPassword({ passwordFile: options.passwordFile, isNew: true });
  await makePrivateFolder(home);
  if (!isRecovery) await showPhrase(phrase, options, access);
  const keystore = await NodeKeystore.create(keystorePath(home), phrase, password, {
    keyNumber: isRecovery ? (options.keyNumber ?? 0) : 0,
  });
  await writeConfig(home, config);
  // A rebuilt node has made promises that this machine knows nothing of.
  if (isRecovery) await setDatabaseAside(dataPath(home));
  const operator = checksumAddress(keystore.operator);
  const { node, url } = asked;
  const bondCode = node === undefined ? undefined : await makeBondCode(keystore, access, { node, url });
  keystore.wipe();
  out.result({ ok: true, home, operator, node, port: config.port, url, chainId: access.chain.chainId, bondCode }, [
    `A node is ready in ${home}.`,
    `  operator   ${operator}`,
    `  url        ${config.url}`,
    'Next:',
    '  1. send it a little native currency for gas (heartbeats)',
    `  2. dintel ursula stake --home ${home} --stake-key-file FILE --amount 25000`,
    bondCode === undefined
      ? `     or, from a browser: dintel ursula bond-code --home ${home} --node WALLET`
      : '     or, from a browser, with the bond code below',
    `  3. dintel ursula run --home ${home}`,
    ...(bondCode === undefined || node === undefined ? [] : ['', ...bondCodeLines(bondCode, node)]),
  ]);
}

/** Options, or answers where a person is there to give them. */
async function settings(options: InitOptions): Promise<Config & { rpc: readonly string[]; url: string }> {
  const isAsking = options.yes !== true && isAtTerminal();
  const rpc =
    options.rpc?.map(parseRpcUrl) ?? (isAsking ? [parseRpcUrl(await ask('RPC of the chain (URL)', ''))] : undefined);
  if (rpc === undefined) throw missing('--rpc URL');
  const port =
    options.port ?? (isAsking ? parsePort(await ask('Port to listen on', '', String(defaultPort))) : defaultPort);
  const url = options.url ?? (isAsking ? parsePublicUrl(await ask('Public URL of this node', '')) : undefined);
  if (url === undefined) throw missing('--url URL');
  return {
    rpc,
    port,
    url,
    host: options.host ?? '127.0.0.1',
    ...(options.node === undefined ? {} : { node: parseAccount(options.node, '--node') }),
    ...(options.metricsPort === undefined ? {} : { metricsPort: options.metricsPort }),
    ...(options.trustedProxy === undefined ? {} : { trustedProxies: options.trustedProxy }),
  };
}

const missing = (what: string): OperatorError =>
  new OperatorError('E_USAGE', `${what} is needed`, { cure: 'see dintel ursula init --help' });

/** A local chain mines when asked; a layer 1 is given three blocks, anything else one. */
function defaultDepth({ chain }: Access): number {
  if (chain.chainId === localChainId) return 0;
  return chain.chainId === 1 ? 3 : 1;
}

async function typedPhrase({ phraseFile }: InitOptions): Promise<string> {
  if (phraseFile !== undefined) return parsePhrase(await readFile(phraseFile, 'utf8'));
  return parsePhrase(await askHidden('The 24 words', 'give --phrase-file FILE'));
}

/** Before any key exists: where will its only backup go? */
function checkPhrasePlace({ phraseFile }: InitOptions, { chain }: Access): void {
  if (phraseFile !== undefined || isAtTerminal() || chain.chainId === localChainId) return;
  throw new OperatorError(
    'E_USAGE',
    'there is no terminal to show the 24 words on, and without them the node cannot be rebuilt',
    {
      cure: 'give --phrase-file FILE on a medium that you then take away from this machine',
    },
  );
}

/** Once, and never kept here: whoever has these words has the stake's operator and every encrypting key, past and future. */
async function showPhrase(phrase: string, options: InitOptions, { chain }: Access): Promise<void> {
  if (options.phraseFile !== undefined) {
    await writeSecretFile(options.phraseFile, `${phrase}\n`, { exclusive: true });
    process.stderr.write(`The 24 words are in ${options.phraseFile}. Take them away from this machine.\n`);
    return;
  }
  if (!isAtTerminal()) {
    process.stderr.write(`Chain ${chain.chainId} is a local one: its 24 words are not kept.\n`);
    return;
  }
  const words = phrase.split(' ');
  const rows = Array.from({ length: 6 }, (_, row) =>
    [0, 6, 12, 18]
      .map((first) => `${String(first + row + 1).padStart(2)} ${(words[first + row] ?? '').padEnd(9)}`)
      .join(' '),
  );
  process.stderr.write(
    `\nWrite these 24 words on paper. They are shown once, and are the only way to rebuild this node:\nif the machine is lost without them, so is the node, and an absent node may lose part of its stake.\n\n${rows.join('\n')}\n\n`,
  );
  if (options.yes === true) return;
  for (const place of pickPlaces(words.length, 3)) {
    const answer = await askHidden(`Word ${place + 1}`, '');
    if (answer.trim().toLowerCase().slice(0, 4) !== (words[place] ?? '').slice(0, 4)) {
      throw new OperatorError('E_MNEMONIC', `word ${place + 1} is another; nothing was written, so start again`);
    }
  }
}

function pickPlaces(count: number, wanted: number): number[] {
  const places = new Set<number>();
  while (places.size < wanted) places.add(randomInt(count));
  return [...places].sort((a, b) => a - b);
}
