/**
 * `dintel enrico encrypt`: a file for a label, with its public key alone: no keys of one's own, no network, no policy.
 */
import { Command, Option } from 'commander';
import { Enrico } from 'dintel';
import { OperatorError } from '../../config/operatorError.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { openInput, refuseExisting, writeOutput } from '../files.ts';
import { interrupted } from '../interrupt.ts';
import { formatBytes } from '../progress.ts';

interface EncryptOptions extends CommonOptions {
  readonly toLabelKey: string;
  readonly in: string;
  readonly out: string;
  readonly type?: string;
  readonly name?: string;
  readonly force?: boolean;
}

export function enricoCommand(): Command {
  return new Command('enrico').addCommand(encryptCommand());
}

function encryptCommand(): Command {
  return commandFor('enrico', 'encrypt', 'Encrypt a file for a label, with its public key alone', [])
    .addOption(
      new Option('--to-label-key <hex>', "the label's delegating key: 0x and 66 hex digits").makeOptionMandatory(),
    )
    .addOption(new Option('--in <file>', 'what to encrypt; - is standard input').makeOptionMandatory())
    .addOption(new Option('--out <file>', 'where to; - is standard output').makeOptionMandatory())
    .addOption(new Option('--name <name>', 'name that the reader will see (default: that of the file)'))
    .addOption(new Option('--type <type>', 'media type that the reader will see'))
    .addOption(new Option('--force', 'replace the output if it exists'))
    .addHelpText(
      'after',
      examples(
        'dintel enrico encrypt --to-label-key 0x02… --in report.pdf --out report.pdf.dintel',
        'tar c folder | dintel enrico encrypt --to-label-key 0x02… --in - --out folder.tar.dintel --name folder.tar',
      ),
    )
    .action(action<EncryptOptions>(encrypt));
}

async function encrypt({ options, out }: Context<EncryptOptions>): Promise<void> {
  if (options.out === '-' && out.isJson) {
    throw new OperatorError('E_USAGE', '--json and --out - would both write to standard output', {
      cure: 'give --out a file',
    });
  }
  const enrico = new Enrico(withPrefix(options.toLabelKey));
  await refuseExisting(options.out, options.force);
  const input = await openInput(options.in);
  const progress = out.progress('encrypting');
  const stream = enrico.encrypt(input.source, {
    name: options.name ?? input.name,
    ...(options.type === undefined ? {} : { mediaType: options.type }),
    ...(input.size === undefined ? {} : { size: input.size }),
    signal: interrupted(),
    onProgress: (event) => {
      if (event.type === 'encrypt.bytes') progress.update(event.done, event.total, formatBytes(event.done));
    },
  });
  const written = await writeOutput(options.out, stream, { force: options.force, mode: 0o644 }).finally(() =>
    progress.end(),
  );
  const facts = {
    ok: true,
    in: options.in,
    inBytes: input.size ?? null,
    out: written.path,
    bytes: written.bytes,
    sha256: written.sha256,
  };
  if (options.out === '-') return;
  out.result(facts, [
    `${options.out}: ${formatBytes(written.bytes)} in ${progress.seconds.toFixed(1)} s, for whoever Alice lets read it.`,
  ]);
}

/** People copy keys with and without 0x. */
const withPrefix = (hex: string): string =>
  /^0x/i.test(hex) ? `0x${hex.slice(2).toLowerCase()}` : `0x${hex.toLowerCase()}`;
