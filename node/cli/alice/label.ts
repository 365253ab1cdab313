/** `dintel alice label`, `rotate`: the public key of a label, and a new one. Owns: what is printed. Owns not: versions (lib `Labels`). */
import { Option } from 'commander';
import { Labels } from 'dintel';
import { toHex } from 'dintel/protocol';
import { parseCount } from '../../config/parse.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { interrupted } from '../interrupt.ts';
import { journalOf } from '../known.ts';
import { table } from '../output.ts';
import { openPerson } from '../person.ts';
import { openAlice } from './open.ts';

interface LabelOptions extends CommonOptions {
  readonly labelVersion?: number;
}

export function labelCommand() {
  return commandFor('alice', 'label', 'Print the public key that Enrico encrypts with for a label', ['password'])
    .argument('<label>', 'any text of 1 to 1024 bytes; whoever may read one file of it may be given all')
    .addOption(
      new Option('--label-version <n>', 'an older version of the label (default: the present one)').argParser((text) =>
        parseCount(text, 0, 2 ** 32 - 1),
      ),
    )
    .addHelpText(
      'after',
      examples('dintel alice label my/letters', 'dintel alice label my/letters --json | jq -r .delegatingKey'),
    )
    .action(action<LabelOptions>(label));
}

async function label({ options, out }: Context<LabelOptions>, name: string): Promise<void> {
  const person = await openPerson('alice', options);
  try {
    const labels = await Labels.open({ keyring: person.keyring, journal: journalOf(options.home) });
    const version = options.labelVersion ?? labels.version(name);
    const delegatingKey = toHex(labels.key(name, version).toBytes());
    out.result({ ok: true, label: name, version, delegatingKey }, [delegatingKey]);
  } finally {
    person.wipe();
  }
}

export function rotateCommand() {
  return commandFor('alice', 'rotate', 'Give a label a new key, for what is encrypted from now on', [
    'password',
    'chain',
  ])
    .argument('<label>', 'as grant was given it')
    .addHelpText(
      'after',
      `${examples('dintel alice rotate my/letters', 'dintel alice rotate my/letters --json | jq -r .receivers[].reader')}
It takes nothing back: who has a grant keeps what was encrypted before, until the grant ends or is revoked. Nobody can open what is
encrypted with the new key before it is granted: hand the key to Enrico, then dintel alice grant to those who go on.
`,
    )
    .action(action<CommonOptions>(rotate));
}

async function rotate({ options, out }: Context, name: string): Promise<void> {
  const opened = await openAlice(options);
  const progress = out.progress('reading the grants');
  try {
    const rotated = await opened.alice.rotateLabel({
      label: name,
      signal: interrupted(),
      onProgress: (event) => {
        if (event.type === 'grants.items') progress.update(event.done, event.total);
      },
    });
    progress.end();
    const { version, receivers, unread } = rotated;
    const delegatingKey = toHex(rotated.delegatingKey.toBytes());
    const facts = receivers.map(({ reader, receivingKey, grants }) => ({
      reader,
      receivingKey: toHex(receivingKey.toBytes()),
      grants,
    }));
    const rows = receivers.flatMap(({ reader, grants }) =>
      grants.map((one) => [
        `  ${reader}`,
        one.policyId,
        `version ${one.version ?? '?'}`,
        `until ${new Date(one.expiresAt * 1000).toISOString().slice(0, 16)}`,
      ]),
    );
    out.result({ ok: true, label: name, version, delegatingKey, receivers: facts, unread }, [
      `Version ${version}. Its key, for Enrico:`,
      '',
      delegatingKey,
      '',
      receivers.length === 0
        ? 'Nobody has a living grant of this label.'
        : 'Who has grants keeps what was encrypted before (dintel alice revoke ends one):',
      ...table(rows),
      ...unread.map(({ policyId, code }) => `  ${policyId} could not be read (${code}) and may be of this label too`),
    ]);
  } finally {
    progress.end();
    opened.wipe();
  }
}
