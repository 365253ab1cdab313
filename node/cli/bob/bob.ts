/** `dintel bob …`: hand out a card, open what was shared (no coins, no account), report who lied (gas). */
import { Command, Option } from 'commander';
import { type Author, Bob, type NodeOutcome, RetrievalError, type WrongAnswer } from 'dintel';
import { shownText, toHex } from 'dintel/protocol';
import { OperatorError } from '../../config/operatorError.ts';
import { parseCount } from '../../config/parse.ts';
import { openReader } from '../access.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { refuseExisting, writeOutput } from '../files.ts';
import { interrupted } from '../interrupt.ts';
import { journalOf } from '../known.ts';
import { table } from '../output.ts';
import { peopleCommand } from '../people.ts';
import { openPerson, personInitCommand } from '../person.ts';
import { phraseCommand } from '../personPhrase.ts';
import type { Progress } from '../progress.ts';
import { formatBytes } from '../progress.ts';
import { publishCommand } from '../publish.ts';
import { cardCommand } from './card.ts';
import { challengeCommand } from './challenge.ts';
import { keepEvidence } from './evidence.ts';
import { inboxCommand } from './inbox.ts';
import { reportCommand } from './report.ts';

export function bobCommand(): Command {
  const command = new Command('bob');
  const own = [personInitCommand('bob'), cardCommand(), retrieveCommand(), reportCommand(), challengeCommand()];
  const finding = [inboxCommand(), peopleCommand('bob'), publishCommand('bob'), phraseCommand('bob')];
  for (const child of [...own, ...finding]) command.addCommand(child);
  return command;
}

interface RetrieveOptions extends CommonOptions {
  readonly out: string;
  readonly file: number;
  readonly force?: boolean;
}

function retrieveCommand(): Command {
  return commandFor('bob', 'retrieve', 'Open what a link shares', ['password', 'chain'])
    .argument('<link>', 'the link that Alice sent')
    .addOption(new Option('--out <file>', 'where to; - is standard output').makeOptionMandatory())
    .addOption(
      new Option('--file <n>', 'which file of the grant, counted from 1')
        .default(1)
        .argParser((text) => parseCount(text, 1, 1_000)),
    )
    .addOption(new Option('--force', 'replace the output if it exists'))
    .addHelpText(
      'after',
      examples(
        "dintel bob retrieve 'https://…/open#d1.…' --out report.pdf",
        "dintel bob retrieve 'd1.…' --out - | tar x",
      ),
    )
    .action(action<RetrieveOptions>(retrieve));
}

async function retrieve({ options, out }: Context<RetrieveOptions>, link: string): Promise<void> {
  if (options.out === '-' && out.isJson) {
    throw new OperatorError('E_USAGE', '--json and --out - would both write to standard output', {
      cure: 'give --out a file',
    });
  }
  await refuseExisting(options.out, options.force);
  const person = await openPerson('bob', options);
  const signal = interrupted();
  const progress = out.progress('retrieving');
  try {
    const { chain, deployment } = await openReader(options, person.config);
    const journal = journalOf(options.home);
    const bob = await Bob.open({ keyring: person.keyring, chain, deployment, journal });
    const wanted = options.file - 1;
    const startedMs = performance.now();
    const got = await bob.retrieve({
      from: link,
      only: (_, index) => index === wanted,
      signal,
      onProgress: (event) => tellRetrieval(progress, event),
    });
    const file = got.files[0];
    if (file === undefined) {
      const count = got.manifest.manifest.files.length;
      throw new OperatorError(
        'E_USAGE',
        `the grant has ${count} file${count === 1 ? '' : 's'}, so there is no file ${options.file}`,
      );
    }
    const openedMs = Math.round(performance.now() - startedMs);
    const evidence = await keepEvidence(options.home, got.evidence.map(signedAnswer));
    const stream = file.stream({
      signal,
      onProgress: (event) => {
        if (event.type === 'decrypt.bytes') progress.update(event.done, event.total, formatBytes(event.done));
      },
    });
    const written = await writeOutput(options.out, stream, { force: options.force, mode: 0o600 });
    progress.end();
    for (const path of evidence) out.note(caughtLine(path));
    if (options.out === '-') return;
    const nodes = got.nodes.map(nodeFacts);
    const verified = nodes.filter(({ state }) => state === 'verified').length;
    out.result(
      {
        ok: true,
        out: written.path,
        bytes: written.bytes,
        sha256: written.sha256,
        name: file.name,
        mediaType: file.mediaType,
        author: file.author.key?.toBytes() ?? null,
        authorProven: file.author.proven,
        policyId: got.manifest.manifest.policyId,
        note: got.note ?? null,
        nodes,
        evidence,
        openedMs,
      },
      [
        `${options.out}: ${formatBytes(written.bytes)}${file.name === '' ? '' : ` (${shownText(file.name)})`}, opened with ${verified} nodes in ${(openedMs / 1000).toFixed(1)} s.`,
        ...authorWarning(file.author),
      ],
    );
  } catch (error) {
    progress.end();
    if (error instanceof RetrievalError) {
      for (const path of await keepEvidence(options.home, error.evidence.map(signedAnswer))) out.note(caughtLine(path));
    }
    if (error instanceof RetrievalError && !out.isJson) {
      for (const line of table(error.nodes.map((node) => ['  ', node.key, node.state, node.code ?? ''])))
        out.note(line);
    }
    throw error;
  } finally {
    person.wipe();
  }
}

const signedAnswer = (wrong: WrongAnswer) => ({ ...wrong, leaf: wrong.share.leaf });

const caughtLine = (path: string): string =>
  `A node signed a wrong answer; it was not used. Evidence: ${path} (dintel bob report files it).`;

/** A valid signature proves a key, and anybody has one: of keys Bob knows only the sender's, by the link. */
export function authorWarning({ proven, key }: Author): string[] {
  if (proven) return [];
  if (key === undefined) return ['Author not proven.'];
  return [`Author not proven: signed by ${toHex(key.toBytes())}, which is not the key of the sender.`];
}

export function nodeFacts({ key, state, code, attempts, ms }: NodeOutcome) {
  return {
    node: key,
    state,
    ...(code === undefined ? {} : { code }),
    attempts,
    ...(ms === undefined ? {} : { ms: Math.round(ms) }),
  };
}

function tellRetrieval(progress: Progress, event: { readonly type: string; readonly state?: string }): void {
  const words: Readonly<Record<string, string>> = {
    locating: 'looking for it',
    located: 'found',
    opened: 'manifest opened',
    checked: 'checked on chain',
    asking: 'asking the nodes',
    enough: 'enough answers',
    opening: 'opening',
  };
  if (event.type === 'retrieve.state') progress.step(words[event.state ?? ''] ?? '');
}
