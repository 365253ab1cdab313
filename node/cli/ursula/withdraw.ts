/**
 * `dintel ursula withdraw`: what the node has earned leaves the contracts: settled fees, rewards, bonds of challenges that it
 * answered. Owns: which credits are taken, and to whom. Owns not: settling (tasks/fees), the stake itself (`withdraw-stake`).
 * Source: protocol.md sections 5.1 to 5.3: all payouts are credits that their owner pulls.
 */
import { Option } from 'commander';
import { Adjudicator, type MinedTransaction, PolicyManager } from 'dintel/chain';
import { type Address, checksumAddress } from 'dintel/protocol';
import { formatAmount, parseAccount } from '../../config/parse.ts';
import { action, type Context, commandFor, examples } from '../common.ts';
import { confirm } from '../prompt.ts';
import { openStakeWallet, type StakeWalletOptions, stakeKeyOption, sumOf, tokenUnits } from './stakeWallet.ts';

interface WithdrawOptions extends StakeWalletOptions {
  readonly to?: Address;
}

export function withdrawCommand() {
  return commandFor('ursula', 'withdraw', 'Take what the node has earned', ['chain', 'yes'])
    .addOption(new Option(...stakeKeyOption).makeOptionMandatory())
    .addOption(
      new Option('--to <address>', 'who gets it (default: the stake wallet)').argParser((text) =>
        parseAccount(text, '--to'),
      ),
    )
    .addHelpText(
      'after',
      examples(
        'dintel ursula withdraw --stake-key-file stake.key',
        'dintel ursula withdraw --stake-key-file stake.key --to 0x… --yes --json',
      ),
    )
    .action(action<WithdrawOptions>(withdraw));
}

async function withdraw({ options, out }: Context<WithdrawOptions>): Promise<void> {
  const { node, access } = await openStakeWallet(options);
  const { chain, escrow, deployment } = access;
  const to = options.to ?? node;
  const policies = new PolicyManager(chain, deployment.policyManager);
  const adjudicator = new Adjudicator(chain, deployment.adjudicator);
  const { show } = await tokenUnits(chain, deployment);
  const [fees, rewards, bonds] = await Promise.all([
    policies.credit(node),
    escrow.credit(node),
    adjudicator.credit(node),
  ]);
  const rows = [
    `fees     ${formatAmount(fees, 18)}`,
    `bonds    ${formatAmount(bonds, 18)}`,
    `rewards  ${show(rewards)}`,
  ];
  const isAny = fees + rewards + bonds > 0n;
  if (isAny && options.yes !== true) {
    for (const row of rows) out.note(row);
    await confirm(`Send it to ${checksumAddress(to)}?`);
  }
  const mined: MinedTransaction[] = [];
  if (fees > 0n) mined.push(await (await policies.withdraw(to)).wait());
  if (bonds > 0n) mined.push(await (await adjudicator.withdraw(to)).wait());
  if (rewards > 0n) mined.push(await (await escrow.withdrawCredit(to)).wait());
  const facts = { ok: true, node: checksumAddress(node), to: checksumAddress(to) };
  out.result(
    { ...facts, feesWei: fees, bondsWei: bonds, rewards, ...sumOf(mined) },
    isAny ? [...rows, `Sent to ${checksumAddress(to)}.`] : ['There is nothing to withdraw now.'],
  );
}
