/** `dintel bob report`: hand in evidence against nodes that lied. Owns: the question and what is said. */
import { Option } from 'commander';
import { Bob, type Reported } from 'dintel';
import { isRevert } from 'dintel/chain';
import type { SignedAnswer } from 'dintel/protocol';
import { formatAmount } from '../../config/parse.ts';
import { revealHex } from '../../keystore/account.ts';
import { openChain } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { interrupted } from '../interrupt.ts';
import { journalOf } from '../known.ts';
import { openPerson } from '../person.ts';
import { confirm } from '../prompt.ts';
import { readEvidence } from './evidence.ts';

interface ReportCommandOptions extends CommonOptions {
  readonly share: boolean;
}

export function reportCommand() {
  return commandFor('bob', 'report', 'Hand in evidence against nodes that lied', ['password', 'chain', 'yes'])
    .argument(
      '[file]',
      'evidence, as retrieve writes it to the folder evidence of the home (default: all that is kept)',
    )
    .addOption(new Option('--no-share', 'one transaction in place of two, and no reward'))
    .addHelpText(
      'after',
      `${examples('dintel bob report', 'dintel bob report ~/.dintel/bob/evidence/1f00…-9e63…-58812.json')}
The wallet of this home pays the gas. A fifth of the penalty becomes its credit in the escrow. A report that the contract
would refuse is refused before anything is sent.
`,
    )
    .action(action<ReportCommandOptions>(report));
}

async function report({ options, out }: Context<ReportCommandOptions>, file?: string): Promise<void> {
  const given = file === undefined ? undefined : await readEvidence(file);
  const person = await openPerson('bob', options);
  try {
    const walletKey = person.keystore.revealWalletKey();
    const { chain, deployment } = await openChain(options, person.config, revealHex(walletKey));
    walletKey.fill(0);
    const journal = journalOf(options.home);
    const bob = await Bob.open({ keyring: person.keyring, chain, deployment, journal });
    const answers = given === undefined ? await bob.evidence() : [given];
    if (options.yes !== true && answers.length > 0) {
      for (const { leaf, epoch } of answers) out.note(`Against node ${leaf.node}, for its answer of epoch ${epoch}.`);
      out.note(`Paid by ${chain.account}.`);
      await confirm(answers.length === 1 ? 'Report it?' : 'Report them?');
    }
    const handIn = (answer: SignedAnswer): Promise<Reported> =>
      bob.report(answer, { chain, share: options.share, signal: interrupted() });
    if (given !== undefined) {
      const reported = await handIn(given);
      out.result({ ok: true, ...reported }, linesOf(reported));
      return;
    }
    const reports: Reported[] = [];
    const late: SignedAnswer[] = [];
    for (const answer of answers) {
      try {
        reports.push(await handIn(answer));
      } catch (error) {
        if (!isRevert(error, 'AlreadyJudged') && !isRevert(error, 'EvidenceExpired')) throw error;
        late.push(answer);
      }
    }
    const tooLate = late.map(({ leaf, epoch }) => ({ node: leaf.node, epoch }));
    out.result({ ok: true, reports, tooLate }, [
      ...(answers.length === 0 ? ['No evidence is kept: no node has lied to you, or all were reported.'] : []),
      ...reports.flatMap(linesOf),
      ...tooLate.map(({ node, epoch }) => `Too late: ${node} was judged already, or epoch ${epoch} is too long ago.`),
    ]);
  } finally {
    person.wipe();
  }
}

const linesOf = ({ verdict, node, penalty, reward }: Reported): string[] => [
  `Convicted (${verdict}): ${node} lost ${formatAmount(penalty, 18, 4)} of its stake.`,
  reward === 0n
    ? 'No reward: the report was not announced first.'
    : `Your reward: ${formatAmount(reward, 18, 4)}, as a credit in the escrow.`,
];
