/** `dintel alice grants`, `revoke`: what was shared, and ending it. */
import { Option } from 'commander';
import type { GrantSummary } from 'dintel';
import { OperatorError } from '../../config/operatorError.ts';
import { formatAmount } from '../../config/parse.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { interrupted } from '../interrupt.ts';
import { table } from '../output.ts';
import { confirm } from '../prompt.ts';
import { openAlice } from './open.ts';

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
  if (!/^0x[0-9a-fA-F]{64}$/.test(policyId)) {
    throw new OperatorError('E_USAGE', 'expected a policy id: 0x and 64 hex digits', {
      cure: 'dintel alice grants lists them',
    });
  }
  const opened = await openAlice(options);
  try {
    if (options.yes !== true) {
      out.note('New openings stop within a block. What Bob has opened before cannot be called back.');
      await confirm('Revoke?');
    }
    const id = policyId.toLowerCase() as `0x${string}`;
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
