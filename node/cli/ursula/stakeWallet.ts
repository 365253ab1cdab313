/**
 * What the commands of the stake wallet start from: its key, read for one command and kept nowhere, and the chain as that wallet.
 * Owns: that the key is that of this node's wallet. Owns not: what is done with it.
 */
import { type Chain, type Deployment, type MinedTransaction, Token } from 'dintel/chain';
import { type Address, checksumAddress, sameAddress } from 'dintel/protocol';
import { type Config, readConfig } from '../../config/configFile.ts';
import { OperatorError } from '../../config/operatorError.ts';
import { formatAmount } from '../../config/parse.ts';
import { accountOf, readAccountKeyFile, revealHex } from '../../keystore/account.ts';
import { type Access, openChain } from '../access.ts';
import type { CommonOptions } from '../common.ts';

export interface StakeWalletOptions extends CommonOptions {
  readonly stakeKeyFile: string;
}

export const stakeKeyOption = [
  '--stake-key-file <file>',
  'key of the stake wallet: file of mode 0600, 64 hex digits',
] as const;

/** Errors: E_CONFIG (another wallet's key), E_WALLET_KEY, E_PERMS, and those of {@link openChain}. */
export async function openStakeWallet(
  options: StakeWalletOptions,
): Promise<{ config: Config; node: Address; access: Access<Chain> }> {
  const config = await readConfig(options.home, 'ursula');
  const walletKey = await readAccountKeyFile(options.stakeKeyFile);
  try {
    const node = accountOf(walletKey);
    checkWallet(config, node);
    return { config, node, access: await openChain(options, config, revealHex(walletKey)) };
  } finally {
    walletKey.fill(0);
  }
}

/** Throws E_CONFIG if the node is configured for another wallet. */
export function checkWallet(config: Config, wallet: Address): void {
  if (config.node === undefined || sameAddress(config.node, wallet)) return;
  throw new OperatorError(
    'E_CONFIG',
    `this node is configured for stake wallet ${checksumAddress(config.node)}, the key is that of ${checksumAddress(wallet)}`,
    { cure: 'give the key of that wallet, or init another --home' },
  );
}

/** How amounts of the stake token are read and shown. */
export async function tokenUnits(
  chain: Chain,
  { token: address }: Deployment,
): Promise<{ readonly decimals: number; show(amount: bigint): string }> {
  const token = new Token(chain, address);
  const [decimals, symbol] = await Promise.all([token.decimals(), token.symbol()]);
  return { decimals, show: (amount) => `${formatAmount(amount, decimals)} ${symbol}` };
}

/** For the result of a command. */
export function sumOf(mined: readonly MinedTransaction[]): { transactions: readonly string[]; gas: bigint } {
  return { transactions: mined.map(({ hash }) => hash), gas: mined.reduce((sum, { gasUsed }) => sum + gasUsed, 0n) };
}
