/**
 * `dintel alice grant`, `resume`: sharing, and finishing what a crash cut short.
 * Owns: what is said before anything is signed. Owns not: the steps (lib `Alice`).
 */
import { Option } from 'commander';
import { type DintelError, type Grant, openSealedFile, type ProgressEvent, type SealedFile } from 'dintel';
import { parseAccount, parseCount } from '../../config/parse.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { type OpenedRange, openRange } from '../files.ts';
import { interrupted } from '../interrupt.ts';
import { formatBytes, type Progress } from '../progress.ts';
import { confirm } from '../prompt.ts';
import { type OpenedAlice, openAlice } from './open.ts';
import { parseMoment, quoteLines, type TermOptions, untilOf, withTerms } from './quote.ts';

interface GrantOptions extends TermOptions {
  readonly file: readonly string[];
  readonly label: string;
  readonly labelVersion?: number;
  readonly sign?: boolean;
  readonly to: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
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
      new Option('--label-version <n>', 'version of the label (default: the one that opens the files)').argParser(
        (text) => parseCount(text, 0, 2 ** 32 - 1),
      ),
    )
    .addOption(new Option('--sign', 'vouch for the files, so that Bob reads them as yours'))
    .addOption(
      new Option(
        '--to <card>',
        "Bob's receive card, or his address if he registered keys; several share one transaction",
      )
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--not-before <moment>', 'nodes answer from then on').argParser(parseMoment))
    .addOption(
      new Option('--not-after <moment>', 'nodes answer until then, if that is before the end').argParser(parseMoment),
    )
    .addOption(new Option('--note <text>', 'a note that only Bob reads'))
    .addOption(new Option('--origin <url>', 'web page that the link opens'))
    .addHelpText(
      'after',
      examples(
        "dintel alice grant --file report.pdf.dintel --label my/reports --to 'dintel:card:1.…' --for 7d",
        'dintel alice grant --file a.dintel --file b.dintel --label my/reports --to 0x… --threshold 5 --shares 8 --until 2027-01-31 --yes',
        "dintel alice grant --file team.dintel --label team --to 'dintel:card:1.…' --to 'dintel:card:1.…' --for 30d",
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
  const to = options.to.map((text) =>
    /^0x[0-9a-fA-F]{40}$/.test(text) ? { address: parseAccount(text, '--to') } : text,
  );
  const ranges = await openRanges(options.file);
  const signal = interrupted();
  const opened = await openAlice(options).catch(async (error: unknown) => {
    await closeAll(ranges);
    throw error;
  });
  const progress = out.progress('sharing');
  try {
    const terms = { threshold, shares, until: await untilOf(options, opened), rateWei: rate };
    if (options.yes !== true) {
      for (const line of quoteLines(await opened.alice.quote({ ...terms, recipients: to.length, signal })))
        out.note(line);
      await confirm('Share?');
    }
    const onProgress = (event: ProgressEvent): void => tell(progress, event);
    const files = await sealedFiles(ranges, progress, signal);
    const about = {
      ...terms,
      label,
      labelVersion,
      files,
      note,
      vouch: options.sign,
      conditions: windowOf(options),
      signal,
      onProgress,
    };
    const [only] = to;
    if (only !== undefined && to.length === 1) {
      const done = await opened.alice.grant({ ...about, to: only });
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
      return;
    }
    const outcomes = await opened.alice.grant({ ...about, to });
    progress.end();
    const facts = await Promise.all(
      outcomes.map(async ({ grant, error }) =>
        error ? failureFacts(grant, error) : grantFacts(grant, opened, options.origin),
      ),
    );
    const failed = outcomes.flatMap(({ error }) => error ?? []);
    out.result({ ok: failed.length === 0, grants: facts }, [
      `Shared with ${outcomes.length - failed.length} of ${outcomes.length}: ${threshold} of ${shares} nodes must agree.`,
      ...outcomes.flatMap(({ grant, error }, index) => [
        '',
        `${index + 1}. policy  ${grant.policyId}`,
        error ? `   ${error.code}: ${error.shortMessage}` : linkOf(grant, options.origin),
      ]),
    ]);
    const [first] = failed;
    if (first) throw first;
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
  { alice }: OpenedAlice,
  origin: string | undefined,
): Promise<Record<string, unknown>> {
  // It stands, and only its facts may be missing: a script that is told of a failure would pay again.
  const [policy, receipt] = await Promise.all([
    alice.policy(done.policyId).catch(() => undefined),
    done.receipt().catch(() => undefined),
  ]);
  return {
    ok: true,
    policyId: done.policyId,
    link: linkOf(done, origin),
    threshold: done.threshold,
    shares: done.shares,
    expiresAt: done.expiresAt,
    nodes: done.nodes.map(({ node, url }) => ({ node, url })),
    transactionHash: receipt?.transactionHash,
    gas: receipt === undefined ? undefined : Number(receipt.gasUsed),
    rateWei: policy?.rate,
  };
}

/** Of one among several that did not come off; `resume` goes on with it if it can. */
function failureFacts({ policyId, status }: Grant, { code, message, retryable }: DintelError): Record<string, unknown> {
  return { ok: false, policyId, state: status, code, message, retryable };
}

/** The window in seconds, if one was asked for. */
function windowOf({ notBefore, notAfter }: GrantOptions): { notBefore?: number; notAfter?: number } | undefined {
  if (notBefore === undefined && notAfter === undefined) return undefined;
  const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000);
  return {
    ...(notBefore && { notBefore: seconds(notBefore) }),
    ...(notAfter && { notAfter: seconds(notAfter) }),
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
