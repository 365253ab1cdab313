/**
 * `dintel ursula withdraw`: what the node has earned leaves the contracts: settled fees, rewards (claimed first), bonds of challenges
 * that it answered. Owns: which credits are taken, and to whom. Owns not: settling (tasks/fees), the stake itself (`withdraw-stake`).
 * Source: protocol.md sections 5.1 to 5.3: all payouts are credits that their owner pulls.
 */
import { Option } from 'commander';
import { Adjudicator, type Chain, type MinedTransaction, type MinerEscrow, PolicyManager } from 'dintel/chain';
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
  const mined: MinedTransaction[] = [];
  const [fees, credit, bonds, claimable] = await Promise.all([
    policies.credit(node),
    escrow.credit(node),
    adjudicator.credit(node),
    previewReward(escrow, node),
  ]);
  const rewards = credit + claimable;
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
  // A claim reaches 64 epochs far; what the next one would bring shows only then.
  for (let next = claimable; next > 0n; next = await previewReward(escrow, node)) {
    mined.push(await (await escrow.claimRewards(node, everyEpoch)).wait());
  }
  const taken = await escrow.credit(node);
  if (fees > 0n) mined.push(await (await policies.withdraw(to)).wait());
  if (bonds > 0n) mined.push(await (await adjudicator.withdraw(to)).wait());
  if (taken > 0n) mined.push(await (await escrow.withdrawCredit(to)).wait());
  const facts = { ok: true, node: checksumAddress(node), to: checksumAddress(to) };
  out.result(
    { ...facts, feesWei: fees, bondsWei: bonds, rewards: taken, ...sumOf(mined) },
    isAny
      ? [...rows.slice(0, 2), `rewards  ${show(taken)}`, `Sent to ${checksumAddress(to)}.`]
      : ['There is nothing to withdraw now.'],
  );
}

/** Up to the last final one. */
const everyEpoch = 2 ** 32 - 1;

/** Tokens that one claim would bring: at most 64 epochs, those before having been claimed. */
async function previewReward(escrow: MinerEscrow<Chain>, node: Address): Promise<bigint> {
  const [amount] = (await escrow.chain.call(escrow.request('previewReward', [node, everyEpoch]))) as readonly [bigint];
  return amount;
}
