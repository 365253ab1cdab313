/**
 * `dintel alice quote`: what a grant would cost, before anything is signed. Owns: the terms that quote and grant share, and
 * how a price is told. Owns not: the price (lib `Alice`).
 */
import { Option } from 'commander';
import type { GrantQuote } from 'dintel';
import { OperatorError } from '../../config/operatorError.ts';
import { formatAmount, parseAmount, parseCount, parseDuration } from '../../config/parse.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { interrupted } from '../interrupt.ts';
import { table } from '../output.ts';
import { type OpenedAlice, openAlice } from './open.ts';

export interface TermOptions extends CommonOptions {
  readonly threshold: number;
  readonly shares: number;
  readonly for?: number;
  readonly until?: Date;
  readonly rate?: bigint;
}

const count = (most: number) => (text: string) => parseCount(text, 1, most);

/** A moment as people write it. Errors: E_DURATION. */
export function parseMoment(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    throw new OperatorError(
      'E_DURATION',
      `expected a moment such as 2027-01-31 or 2027-01-31T12:00Z, got ${JSON.stringify(text)}`,
    );
  }
  return date;
}

/** How many, how long, at which rate. */
export function withTerms(command: ReturnType<typeof commandFor>) {
  return command
    .addOption(new Option('--threshold <m>', 'nodes that must agree').default(3).argParser(count(64)))
    .addOption(new Option('--shares <n>', 'nodes that hold a share').default(5).argParser(count(64)))
    .addOption(new Option('--for <time>', 'how long: 30m, 1h, 7d, 2w').argParser(parseDuration).conflicts('until'))
    .addOption(new Option('--until <moment>', 'until when, in place of --for').argParser(parseMoment))
    .addOption(
      new Option('--rate <wei>', 'fee per share and epoch, in wei (default: what enough nodes accept)').argParser(
        (text) => parseAmount(text, 0),
      ),
    );
}

export function quoteCommand() {
  return withTerms(
    commandFor('alice', 'quote', 'What a grant would cost; signs and sends nothing', ['password', 'chain']),
  )
    .addHelpText('after', examples('dintel alice quote --threshold 3 --shares 5 --for 30d'))
    .action(action<TermOptions>(quote));
}

/** Seconds since 1970, by the chain's clock, which is the one that ends it. */
export async function untilOf(
  { for: seconds, until }: Pick<TermOptions, 'for' | 'until'>,
  { alice }: OpenedAlice,
): Promise<number> {
  if (until !== undefined) return Math.floor(until.getTime() / 1000);
  if (seconds === undefined)
    throw new OperatorError('E_USAGE', '--for or --until is needed', { cure: 'for example --for 7d' });
  return (await alice.network.now()).timestamp + seconds;
}

export function quoteLines(quote: GrantQuote): string[] {
  const wei = (value: bigint): string => formatAmount(value, 18, 9);
  return table([
    [
      'deposit',
      `${wei(quote.depositWei)}  (${quote.rateWei} wei for each of ${quote.epochs} epochs and share; what is not earned comes back)`,
    ],
    ['gas', `${wei(quote.gas * quote.gasPriceWei)}  (${quote.gas} at most ${quote.gasPriceWei} wei)`],
    [
      'together',
      `${wei(quote.totalWei)}  of ${wei(quote.balanceWei)} in the wallet${quote.affordable ? '' : ': NOT ENOUGH'}`,
    ],
    ['ends', new Date(quote.expiresAt * 1000).toISOString()],
    ['nodes', `${quote.candidates} would take it`],
  ]);
}

async function quote({ options, out }: Context<TermOptions>): Promise<void> {
  const opened = await openAlice(options);
  try {
    const { threshold, shares, rate } = options;
    const quoted = await opened.alice.quote({
      threshold,
      shares,
      until: await untilOf(options, opened),
      rateWei: rate,
      signal: interrupted(),
    });
    out.result({ ok: true, threshold, shares, ...quoted }, quoteLines(quoted));
  } finally {
    opened.wipe();
  }
}
