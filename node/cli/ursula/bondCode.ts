/**
 * `dintel ursula bond-code`: what the stake wallet needs to bond this node from a browser, as one line to paste. `init` prints it too
 * when it knows the wallet. Owns: the operator's consent and its time. Owns not: the bond itself, which the wallet makes.
 * Source: lib/protocol/bondCode.ts; research/app-sdk.md 1.3 ("Bonding/stake": the stake key never touches the server).
 */
import { Option } from 'commander';
import { type Address, checksumAddress, formatBondCode, fromHex, typedDigest } from 'dintel/protocol';
import { type Config, requireField, writeConfig } from '../../config/configFile.ts';
import { OperatorError } from '../../config/operatorError.ts';
import { parseAccount } from '../../config/parse.ts';
import type { NodeKeystore } from '../../keystore/nodeKeystore.ts';
import { type Access, openReader } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { openNode } from './open.ts';

/** How long a code is good for: time to walk to another machine, not to be found in an old terminal. */
const codeSeconds = 7 * 86_400;

interface BondCodeOptions extends CommonOptions {
  readonly node?: string;
}

export function bondCodeCommand() {
  return commandFor('ursula', 'bond-code', 'Print what a stake wallet needs to bond this node', ['password', 'chain'])
    .addOption(
      new Option('--node <address>', 'stake wallet that will bond it, if init did not name it').argParser((text) =>
        parseAccount(text, '--node'),
      ),
    )
    .addHelpText('after', examples('dintel ursula bond-code --node 0x…', 'dintel ursula bond-code --json'))
    .action(action<BondCodeOptions>(bondCode));
}

async function bondCode({ options, out }: Context<BondCodeOptions>): Promise<void> {
  const { config, keystore } = await openNode(options);
  const node = options.node === undefined ? config.node : parseAccount(options.node, '--node');
  if (node === undefined) {
    throw new OperatorError('E_USAGE', 'a bond code is for one stake wallet, and none is named yet', {
      cure: 'give --node ADDRESS',
    });
  }
  const access = await openReader(options, config);
  const code = await makeBondCode(keystore, access, { url: requireField(config, 'url', 'init the node again'), node });
  keystore.wipe();
  await writeConfig(options.home, { ...config, node, deployment: access.deployment } satisfies Config);
  out.result({ ok: true, node: checksumAddress(node), bondCode: code }, bondCodeLines(code, node));
}

/** The code, its consent signed by the operator's key for this wallet alone. */
export async function makeBondCode(
  keystore: NodeKeystore,
  access: Access,
  of: { readonly url: string; readonly node: Address },
): Promise<string> {
  const { deployment, chain } = access;
  const now = Number((await chain.block('latest'))?.timestamp ?? 0n);
  const consent = { node: of.node, deadline: now + codeSeconds };
  const { keyNumber, publicKey } = keystore.encryptingKey();
  return formatBondCode({
    chainId: deployment.chainId,
    escrow: deployment.escrow,
    operator: keystore.operator,
    ...consent,
    consent: keystore.signDigest(fromHex(typedDigest('OperatorConsent', deployment, consent))),
    info: { url: of.url, encryptingKey: publicKey, keyNumber, peerId: new Uint8Array(0), protocol: 1 },
  });
}

/** What is said around it. */
export const bondCodeLines = (code: string, node: Address): string[] => [
  `Bond code, for the wallet ${checksumAddress(node)} alone, good for a week:`,
  '',
  code,
  '',
  'Paste it in the app under Operate, Stake. It holds no secret.',
];
