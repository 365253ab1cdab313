/** `dintel alice grants`, `extend`, `revoke`: what was shared, making it longer, ending it. */
import { Option } from 'commander';
import type { GrantSummary } from 'dintel';
import { OperatorError } from '../../config/operatorError.ts';
import { formatAmount, parseDuration } from '../../config/parse.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { interrupted } from '../interrupt.ts';
import { table } from '../output.ts';
import { confirm } from '../prompt.ts';
import { openAlice } from './open.ts';
import { parseMoment, untilOf } from './quote.ts';

export function grantsCommand() {
  return commandFor('alice', 'grants', 'What was shared, from the chain and the notes to oneself', [
    'password',
    'chain',
  ])
    .addHelpText('after', examples('dintel alice grants', 'dintel alice grants --json | jq -r .grants[].policyId'))
    .action(action<CommonOptions>(grants));
}

async function grants({ options, out }: Context): Promise<void> {
  const opened = await openAlice(options);
  try {
    const found: GrantSummary[] = [];
    for await (const summary of opened.alice.grants({ signal: interrupted() })) found.push(summary);
    const facts = found.map(({ manifest, ...summary }) => ({
      ...summary,
      threshold: manifest?.manifest.threshold,
      files: manifest?.manifest.files.length,
      reader: manifest?.manifest.reader,
    }));
    const rows = found.map((one) => [
      one.policyId,
      one.state,
      one.label ?? `(${one.missing ?? 'no label'})`,
      `${one.manifest?.manifest.threshold ?? '?'} of ${one.shares}`,
      new Date(one.expiresAt * 1000).toISOString().slice(0, 16),
      `${formatAmount(one.leftWei, 18, 9)} not settled`,
    ]);
    out.result({ ok: true, grants: facts }, rows.length === 0 ? ['Nothing was shared yet.'] : table(rows));
  } finally {
    opened.wipe();
  }
}

interface RevokeOptions extends CommonOptions {
  readonly early?: boolean;
}

export function revokeCommand() {
  return commandFor('alice', 'revoke', 'End a grant now, for good', ['password', 'chain', 'yes'])
    .argument('<policyId>', 'as grant and grants print it')
    .addOption(new Option('--early', 'also tell the nodes at once, before the transaction is mined'))
    .addHelpText('after', examples('dintel alice revoke 0x…', 'dintel alice revoke 0x… --early --yes'))
    .action(action<RevokeOptions>(revoke));
}

async function revoke({ options, out }: Context<RevokeOptions>, policyId: string): Promise<void> {
  const id = policyIdIn(policyId);
  const opened = await openAlice(options);
  try {
    if (options.yes !== true) {
      out.note('New openings stop within a block. What Bob has opened before cannot be called back.');
      await confirm('Revoke?');
    }
    const revoked = await opened.alice.revoke({
      policyId: id,
      earlyNotice: options.early === true,
      signal: interrupted(),
    });
    out.result({ ok: true, ...revoked, gas: Number(revoked.gasUsed) }, [
      `Revoked. ${formatAmount(revoked.refundWei, 18, 9)} comes back to who paid, as a credit to withdraw.`,
    ]);
  } finally {
    opened.wipe();
  }
}

interface ExtendOptions extends CommonOptions {
  readonly for?: number;
  readonly until?: Date;
}

export function extendCommand() {
  return commandFor('alice', 'extend', 'Make a grant longer: same nodes, same link', ['password', 'chain'])
    .argument('<policyId>', 'as grant and grants print it')
    .addOption(
      new Option('--for <time>', 'how long from now: 30m, 1h, 7d, 2w').argParser(parseDuration).conflicts('until'),
    )
    .addOption(new Option('--until <moment>', 'until when, in place of --for').argParser(parseMoment))
    .addHelpText('after', examples('dintel alice extend 0x… --for 30d', 'dintel alice extend 0x… --until 2027-12-31'))
    .action(action<ExtendOptions>(extend));
}

async function extend({ options, out }: Context<ExtendOptions>, policyId: string): Promise<void> {
  const id = policyIdIn(policyId);
  const opened = await openAlice(options);
  try {
    const until = await untilOf(options, opened);
    const { grant, paidWei, transactionHash, nodes } = await opened.alice.extend({
      policyId: id,
      until,
      signal: interrupted(),
    });
    const { expiresAt } = grant;
    out.result({ ok: true, policyId: id, expiresAt, paidWei, transactionHash, nodes, link: grant.link() }, [
      `Lasts until ${new Date(expiresAt * 1000).toISOString()}, for ${formatAmount(paidWei, 18, 9)} more. The link stays good.`,
    ]);
  } finally {
    opened.wipe();
  }
}

/** Errors: E_USAGE. */
function policyIdIn(text: string): `0x${string}` {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as `0x${string}`;
  throw new OperatorError('E_USAGE', 'expected a policy id: 0x and 64 hex digits', {
    cure: 'dintel alice grants lists them',
  });
}
