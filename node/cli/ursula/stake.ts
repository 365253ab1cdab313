/**
 * `dintel ursula stake`: bond tokens of a stake wallet for this node, or add to its bond.
 * Owns: the order approve, bond; what is said before anything is signed. The wallet key is read for this one command and kept
 * nowhere. Source: protocol.md section 5.1; DESIGN section 4 (operator apart from stake wallet).
 */
import { Option } from 'commander';
import { type Chain, type MinedTransaction, type MinerEscrow, Token } from 'dintel/chain';
import { checksumAddress, fromHex, typedDigest } from 'dintel/protocol';
import { requireField, writeConfig } from '../../config/configFile.ts';
import { OperatorError } from '../../config/operatorError.ts';
import { formatAmount, parseAmount, parseDuration } from '../../config/parse.ts';
import { accountOf, readAccountKeyFile, revealHex } from '../../keystore/account.ts';
import type { NodeKeystore } from '../../keystore/nodeKeystore.ts';
import { type Access, openChain } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { confirm } from '../prompt.ts';
import { openNode } from './open.ts';
import { checkWallet, stakeKeyOption } from './stakeWallet.ts';

interface StakeOptions extends CommonOptions {
  readonly amount: string;
  readonly stakeKeyFile: string;
  readonly availableFor?: number;
  readonly minRate?: bigint;
}

/** What the contract allows a node to promise, in epochs. */
const maxAvailability = 4_096;
const consentSeconds = 3_600;

export function stakeCommand() {
  return commandFor('ursula', 'stake', 'Bond tokens for this node, or add to its bond', ['password', 'chain', 'yes'])
    .addOption(new Option('--amount <tokens>', 'whole tokens or a decimal').makeOptionMandatory())
    .addOption(new Option(...stakeKeyOption).makeOptionMandatory())
    .addOption(
      new Option(
        '--available-for <time>',
        'how long the node promises to serve (default 90d, at most 4096 epochs)',
      ).argParser(parseDuration),
    )
    .addOption(
      new Option('--min-rate <wei>', 'least fee per share and epoch, in wei').argParser((text) => parseAmount(text, 0)),
    )
    .addHelpText(
      'after',
      examples(
        'dintel ursula stake --amount 25000 --stake-key-file stake.key',
        'dintel ursula stake --amount 25000 --stake-key-file stake.key --available-for 365d --min-rate 1000000000 --yes',
      ),
    )
    .action(action<StakeOptions>(stake));
}

async function stake({ options, out }: Context<StakeOptions>): Promise<void> {
  const { config, keystore } = await openNode(options);
  const walletKey = await readAccountKeyFile(options.stakeKeyFile);
  const node = accountOf(walletKey);
  checkWallet(config, node);
  const access = await openChain(options, config, revealHex(walletKey));
  walletKey.fill(0);
  const { chain, escrow, deployment } = access;
  const token = new Token(chain, deployment.token);
  const [decimals, symbol, held, minStake, miner] = await Promise.all([
    token.decimals(),
    token.symbol(),
    token.balanceOf(node),
    escrow.minStake(),
    escrow.miner(node),
  ]);
  const amount = parseAmount(options.amount, decimals);
  const tokens = (value: bigint): string => `${formatAmount(value, decimals)} ${symbol}`;
  if (amount > held) {
    throw new OperatorError(
      'E_FUNDS',
      `the wallet ${checksumAddress(node)} holds ${tokens(held)}, the stake is ${tokens(amount)}`,
    );
  }
  if (miner.stake + amount < minStake) {
    throw new OperatorError(
      'E_AMOUNT',
      `a stake is at least ${tokens(minStake)}; this would make ${tokens(miner.stake + amount)}`,
    );
  }
  const isNew = miner.stake === 0n;
  const term = await termOf(options, access);
  if (options.yes !== true) {
    out.note(
      `${isNew ? 'Bonds' : 'Adds'} ${tokens(amount)} of ${checksumAddress(node)} for operator ${checksumAddress(keystore.operator)}.`,
    );
    if (isNew) {
      out.note(
        `Promises service until ${term.until.toISOString()}; withdrawal is possible from about ${term.unlock.toISOString()}.`,
      );
      out.note('If the node proves dishonest, part of it is taken.');
    }
    await confirm('Go on?');
  }
  const mined: MinedTransaction[] = [];
  if ((await token.allowance(node, escrow.address)) < amount) {
    mined.push(await (await token.approve(escrow.address, amount)).wait());
  }
  if (isNew) {
    const info = { url: requireField(config, 'url', 'init the node again'), ...keyInfo(keystore) };
    mined.push(await bond(escrow, { node, amount, keystore, access, availableUntil: term.epoch, info }));
  } else {
    mined.push(await (await escrow.topUp(node, amount)).wait());
  }
  if (options.minRate !== undefined) mined.push(await (await escrow.setMinRate(options.minRate)).wait());
  keystore.wipe();
  await writeConfig(options.home, { ...config, node, deployment: deployment });
  const after = await escrow.miner(node);
  out.result(
    {
      ok: true,
      node: checksumAddress(node),
      operator: checksumAddress(after.operator),
      stake: after.stake,
      availableUntil: after.availableUntil,
      transactions: mined.map(({ hash }) => hash),
      gas: mined.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
    },
    [`${checksumAddress(node)} has ${tokens(after.stake)} at stake.`, `Next: dintel ursula run --home ${options.home}`],
  );
}

/** The epoch until which service is promised, and what that means on a calendar. */
async function termOf(options: StakeOptions, { escrow, epochLength, chain }: Access<Chain>) {
  const [now, unbonding] = await Promise.all([chain.block('latest'), escrow.unbondingEpochs()]);
  const timestamp = Number(now?.timestamp ?? 0n);
  const current = Math.floor(timestamp / epochLength);
  const wanted = Math.ceil((options.availableFor ?? 90 * 86_400) / epochLength);
  if (options.availableFor !== undefined && wanted > maxAvailability) {
    throw new OperatorError('E_DURATION', `a node can promise at most ${maxAvailability} epochs of ${epochLength} s`);
  }
  // Some epochs less than the most: another one may begin before the transaction is mined.
  const epoch = current + Math.min(wanted, maxAvailability - 2);
  return {
    epoch,
    until: new Date((epoch + 1) * epochLength * 1000),
    unlock: new Date((epoch + 1 + unbonding) * epochLength * 1000),
  };
}

function keyInfo(keystore: NodeKeystore) {
  const { keyNumber, publicKey } = keystore.encryptingKey();
  return { encryptingKey: publicKey, keyNumber, peerId: new Uint8Array(0), protocol: 1 };
}

/** The operator consents by signature, so that nobody can borrow another's key. */
async function bond(
  escrow: MinerEscrow<Chain>,
  of: {
    node: Access['deployment']['token'];
    amount: bigint;
    keystore: NodeKeystore;
    access: Access<Chain>;
    availableUntil: number;
    info: ReturnType<typeof keyInfo> & { url: string };
  },
): Promise<MinedTransaction> {
  const { node, amount, keystore, access, availableUntil, info } = of;
  const now = Number((await access.chain.block('latest'))?.timestamp ?? 0n);
  const consentDeadline = now + consentSeconds;
  const { chainId, adjudicator, policyManager, keyRegistry } = access.deployment;
  const contracts = { chainId, adjudicator, policyManager, escrow: access.deployment.escrow, keyRegistry };
  const digest = typedDigest('OperatorConsent', contracts, { node, deadline: consentDeadline });
  const consent = keystore.signDigest(fromHex(digest));
  return (
    await escrow.bond({ amount, operator: keystore.operator, consentDeadline, consent, availableUntil, info })
  ).wait();
}
