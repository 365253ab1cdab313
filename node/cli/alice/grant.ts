/**
 * `dintel alice grant`, `resume`: sharing, and finishing what a crash cut short.
 * Owns: what is said before anything is signed. Owns not: the steps (lib `Alice`).
 */
import { Option } from 'commander';
import { type Grant, openSealedFile, type ProgressEvent, type SealedFile } from 'dintel';
import { policyManagerAbi } from 'dintel/chain';
import { parseAccount, parseCount } from '../../config/parse.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { type OpenedRange, openRange } from '../files.ts';
import { interrupted } from '../interrupt.ts';
import { formatBytes, type Progress } from '../progress.ts';
import { confirm } from '../prompt.ts';
import { type OpenedAlice, openAlice } from './open.ts';
import { quoteLines, type TermOptions, untilOf, withTerms } from './quote.ts';

interface GrantOptions extends TermOptions {
  readonly file: readonly string[];
  readonly label: string;
  readonly labelVersion: number;
  readonly to: string;
  readonly note?: string;
  readonly origin?: string;
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export function grantCommand() {
  return withTerms(
    commandFor('alice', 'grant', 'Let Bob open files that were encrypted for a label', ['password', 'chain', 'yes']),
  )
    .addOption(
      new Option('--file <file>', 'an encrypted .dintel file; may be given several times')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--label <label>', 'the label that it was encrypted for').makeOptionMandatory())
    .addOption(
      new Option('--label-version <n>', 'version of the label')
        .default(0)
        .argParser((text) => parseCount(text, 0, 2 ** 32 - 1)),
    )
    .addOption(
      new Option('--to <card>', "Bob's receive card, or his address if he registered keys").makeOptionMandatory(),
    )
    .addOption(new Option('--note <text>', 'a note that only Bob reads'))
    .addOption(new Option('--origin <url>', 'web page that the link opens'))
    .addHelpText(
      'after',
      examples(
        "dintel alice grant --file report.pdf.dintel --label my/reports --to 'dintel:card:1.…' --for 7d",
        'dintel alice grant --file a.dintel --file b.dintel --label my/reports --to 0x… --threshold 5 --shares 8 --until 2027-01-31 --yes',
      ),
    )
    .action(action<GrantOptions>(grant));
}

export function resumeCommand() {
  return commandFor('alice', 'resume', 'Finish grants that were cut short', ['password', 'chain'])
    .addOption(
      new Option('--file <file>', 'the encrypted file of the grant; may be given several times').argParser(collect),
    )
    .addHelpText('after', examples('dintel alice resume --file report.pdf.dintel'))
    .action(action<CommonOptions & { readonly file?: readonly string[] }>(resume));
}

async function grant({ options, out }: Context<GrantOptions>): Promise<void> {
  const { threshold, shares, rate, label, labelVersion, note } = options;
  const to = /^0x[0-9a-fA-F]{40}$/.test(options.to) ? { address: parseAccount(options.to, '--to') } : options.to;
  const ranges = await openRanges(options.file);
  const signal = interrupted();
  const opened = await openAlice(options).catch(async (error: unknown) => {
    await closeAll(ranges);
    throw error;
  });
  const progress = out.progress('sharing');
  try {
    const until = await untilOf(options, opened);
    if (options.yes !== true) {
      for (const line of quoteLines(await opened.alice.quote({ threshold, shares, until, rateWei: rate, signal })))
        out.note(line);
      await confirm('Share?');
    }
    const onProgress = (event: ProgressEvent): void => tell(progress, event);
    const files = await sealedFiles(ranges, progress, signal);
    const done = await opened.alice.grant({
      to,
      label,
      labelVersion,
      files,
      threshold,
      shares,
      until,
      rateWei: rate,
      note,
      signal,
      onProgress,
    });
    progress.end();
    out.result(await grantFacts(done, opened, options.origin), [
      `Shared: ${threshold} of ${shares} nodes must agree, until ${new Date(done.expiresAt * 1000).toISOString()}.`,
      `  policy  ${done.policyId}`,
      '  link, for Bob:',
      '',
      linkOf(done, options.origin),
      '',
      `You may go offline. To end it: dintel alice revoke ${done.policyId}`,
    ]);
  } finally {
    progress.end();
    await closeAll(ranges);
    opened.wipe();
  }
}

async function resume({ options, out }: Context<CommonOptions & { readonly file?: readonly string[] }>): Promise<void> {
  const ranges = await openRanges(options.file ?? []);
  const opened = await openAlice(options).catch(async (error: unknown) => {
    await closeAll(ranges);
    throw error;
  });
  const signal = interrupted();
  const progress = out.progress('resuming');
  try {
    const files = await sealedFiles(ranges, progress, signal);
    const finished: Record<string, unknown>[] = [];
    const onProgress = (event: ProgressEvent): void => tell(progress, event);
    for await (const done of opened.alice.resume({ files, signal, onProgress }))
      finished.push(await grantFacts(done, opened, undefined));
    progress.end();
    out.result({ ok: true, finished }, [
      finished.length === 0 ? 'Nothing was unfinished.' : `Finished ${finished.length}.`,
      ...finished.map(({ policyId, link }) => `  ${String(policyId)}\n  ${String(link)}`),
    ]);
  } finally {
    progress.end();
    await closeAll(ranges);
    opened.wipe();
  }
}

/** What scripts want of a grant; the gas of its creation is read from the chain. */
async function grantFacts(
  done: Grant,
  { access, alice }: OpenedAlice,
  origin: string | undefined,
): Promise<Record<string, unknown>> {
  const policy = await alice.policy(done.policyId);
  const mined =
    done.transactionHash === undefined
      ? undefined
      : await access.chain.transaction(done.transactionHash, policyManagerAbi).wait();
  return {
    ok: true,
    policyId: done.policyId,
    link: linkOf(done, origin),
    threshold: done.threshold,
    shares: done.shares,
    expiresAt: done.expiresAt,
    nodes: done.nodes.map(({ node, url }) => ({ node, url })),
    transactionHash: done.transactionHash,
    gas: mined === undefined ? undefined : Number(mined.gasUsed),
    rateWei: policy?.rate,
  };
}

function linkOf(done: Grant, origin: string | undefined): string {
  return done.link(origin === undefined ? {} : { origin });
}

async function openRanges(paths: readonly string[]): Promise<OpenedRange[]> {
  const opened: OpenedRange[] = [];
  try {
    for (const path of paths) opened.push(await openRange(path));
    return opened;
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

async function closeAll(ranges: readonly OpenedRange[]): Promise<void> {
  await Promise.allSettled(ranges.map((range) => range.close()));
}

async function sealedFiles(
  ranges: readonly OpenedRange[],
  progress: Progress,
  signal: AbortSignal,
): Promise<SealedFile[]> {
  const files: SealedFile[] = [];
  for (const range of ranges)
    files.push(await openSealedFile(range, { signal, onProgress: (event) => tell(progress, event) }));
  return files;
}

const stateWords: Readonly<Record<string, string>> = {
  draft: 'asking nodes for their promise',
  acked: 'all nodes have promised',
  sealed: 'sending the transaction',
  sent: 'waiting for the transaction',
  mined: 'mined',
  active: 'handing the file to the nodes',
  published: 'done',
};

function tell(progress: Progress, event: ProgressEvent): void {
  if (event.type === 'file.hashed') progress.update(event.done, event.total, 'naming the chunks');
  else if (event.type === 'upload.bytes')
    progress.update(event.done, event.total, `uploading, ${formatBytes(event.done)}`);
  else if (event.type === 'grant.state') progress.step(stateWords[event.state] ?? event.state);
}
