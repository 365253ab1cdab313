/** `dintel bob report`: hand in evidence against a node that lied. Owns: the question and what is said. */
import { Option } from 'commander';
import { reportAnswer } from 'dintel';
import { formatAmount } from '../../config/parse.ts';
import { revealHex } from '../../keystore/account.ts';
import { openChain } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { interrupted } from '../interrupt.ts';
import { openPerson } from '../person.ts';
import { confirm } from '../prompt.ts';
import { readEvidence } from './evidence.ts';

interface ReportCommandOptions extends CommonOptions {
  readonly share: boolean;
}

export function reportCommand() {
  return commandFor('bob', 'report', 'Hand in evidence against a node that lied', ['password', 'chain', 'yes'])
    .argument('<file>', 'evidence, as retrieve keeps it in the folder evidence of the home')
    .addOption(new Option('--no-share', 'one transaction in place of two, and no reward'))
    .addHelpText(
      'after',
      `${examples('dintel bob report ~/.dintel/bob/evidence/1f00…-9e63…-58812.json')}
The wallet of this home pays the gas. A fifth of the penalty becomes its credit in the escrow. A report that the contract
would refuse is refused before anything is sent.
`,
    )
    .action(action<ReportCommandOptions>(report));
}

async function report({ options, out }: Context<ReportCommandOptions>, file: string): Promise<void> {
  const answer = await readEvidence(file);
  const person = await openPerson('bob', options);
  try {
    const walletKey = person.keystore.revealWalletKey();
    const { chain, deployment } = await openChain(options, person.config, revealHex(walletKey));
    walletKey.fill(0);
    if (options.yes !== true) {
      out.note(`Against node ${answer.leaf.node}, for its answer of epoch ${answer.epoch}; paid by ${chain.account}.`);
      await confirm('Report it?');
    }
    const reported = await reportAnswer(deployment, answer, { chain, share: options.share, signal: interrupted() });
    out.result({ ok: true, ...reported }, [
      `Convicted (${reported.verdict}): ${reported.node} lost ${formatAmount(reported.penalty, 18, 4)} of its stake.`,
      reported.reward === 0n
        ? 'No reward: the report was not announced first.'
        : `Your reward: ${formatAmount(reported.reward, 18, 4)}, as a credit in the escrow.`,
    ]);
  } finally {
    person.wipe();
  }
}
