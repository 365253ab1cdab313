/** `dintel bob challenge`: demand a silent node's answer on chain. Owns: the question, waiting, what is said. Owns not: the acts (lib). */
import { Option } from 'commander';
import { Bob } from 'dintel';
import { formatAmount, parseAccount, parseAmount, parseCount } from '../../config/parse.ts';
import { revealHex } from '../../keystore/account.ts';
import { openChain } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { refuseExisting, writeOutput } from '../files.ts';
import { interrupted } from '../interrupt.ts';
import { journalOf } from '../known.ts';
import { openPerson } from '../person.ts';
import { formatBytes } from '../progress.ts';
import { confirm } from '../prompt.ts';
import { keepEvidence } from './evidence.ts';

interface ChallengeCommandOptions extends CommonOptions {
  readonly node: string;
  readonly file: number;
  readonly bond?: bigint;
  readonly out?: string;
  readonly wait: boolean;
}

export function challengeCommand() {
  return commandFor('bob', 'challenge', 'Demand the answer of a silent node on chain: it answers there, or pays', [
    'password',
    'chain',
    'yes',
  ])
    .argument('<link>', 'the link that Alice sent')
    .addOption(
      new Option('--node <address>', 'the silent one, as retrieve names it')
        .argParser((text) => parseAccount(text, '--node'))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--file <n>', 'which file of the grant, counted from 1')
        .default(1)
        .argParser((text) => parseCount(text, 1, 1_000)),
    )
    .addOption(
      new Option('--bond <amount>', 'what to put down, in coins (default: the least that counts)').argParser((text) =>
        parseAmount(text, 18),
      ),
    )
    .addOption(new Option('--out <file>', 'when it answers, open the file to here'))
    .addOption(new Option('--no-wait', 'open the challenge and leave'))
    .addHelpText(
      'after',
      `${examples("dintel bob challenge 'https://…/open#d1.…' --node 0x9e63… --out report.pdf")}
The wallet of this home pays the bond, which comes back less what an answer costs the node. A challenge that the contract would
refuse is refused before anything is sent. Grants with conditions cannot be challenged.
`,
    )
    .action(action<ChallengeCommandOptions>(challenge));
}

async function challenge({ options, out }: Context<ChallengeCommandOptions>, link: string): Promise<void> {
  if (options.out !== undefined) await refuseExisting(options.out, false);
  const person = await openPerson('bob', options);
  const signal = interrupted();
  const progress = out.progress('challenging');
  try {
    const walletKey = person.keystore.revealWalletKey();
    const { chain, deployment } = await openChain(options, person.config, revealHex(walletKey));
    walletKey.fill(0);
    if (options.yes !== true) {
      out.note(`Against node ${options.node}; the bond is paid by ${chain.account}.`);
      await confirm('Challenge it?');
    }
    const journal = journalOf(options.home);
    const bob = await Bob.open({ keyring: person.keyring, chain, deployment, journal });
    const place = options.file - 1;
    const node = parseAccount(options.node, '--node');
    const open = await bob.challenge({ from: link, node, file: place, chain, bondWei: options.bond, signal });
    const about = { ok: true, id: open.id, node: open.node, deadline: open.deadline };
    if (!options.wait) {
      out.result({ ...about, state: 'open' }, [
        `Open until ${new Date(open.deadline * 1000).toISOString()}.`,
        'If it does not answer, anybody may ask for the penalty afterwards.',
      ]);
      return;
    }
    progress.step(`waiting until ${new Date(open.deadline * 1000).toISOString()}`);
    const end = await open.wait();
    progress.end();
    if (end.state === 'timedOut') {
      const penalty = formatAmount(end.penalty, 18, 4);
      out.result({ ...about, state: end.state, penalty: end.penalty }, [
        `Silent: ${open.node} lost ${penalty} of its stake. The bond is your credit.`,
      ]);
    } else if (end.state === 'wrong') {
      const [path] = await keepEvidence(options.home, [{ ...end.answer, fault: 'challenge' }]);
      out.result({ ...about, state: end.state, evidence: path }, [
        `It answered wrongly. Evidence: ${path} (dintel bob report files it).`,
      ]);
    } else if (end.state === 'excused') {
      out.result({ ...about, state: end.state }, ['Excused: the policy was revoked in time.']);
    } else if (options.out === undefined) {
      out.result({ ...about, state: end.state }, ['Answered on chain. With --out the file would have been opened.']);
    } else {
      // The answer is remembered by this Bob, so that only the others are asked.
      const { files } = await bob.retrieve({ from: link, only: (_, index) => index === place, signal });
      const [file] = files;
      const written = file && (await writeOutput(options.out, file.stream({ signal }), { mode: 0o600 }));
      out.result({ ...about, state: end.state, out: written?.path, bytes: written?.bytes, sha256: written?.sha256 }, [
        `Answered on chain. ${options.out}: ${formatBytes(written?.bytes ?? 0)}.`,
      ]);
    }
  } finally {
    progress.end();
    person.wipe();
  }
}
