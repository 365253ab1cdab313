/** `dintel bob card`: the receive card, in every form in which it is handed over. Owns: what is printed. Owns not: the forms (lib). */
import { Option } from 'commander';
import { contractsOf } from 'dintel';
import { fingerprintWords, formatCard, formatCardLink, formatCardQr, makeCard } from 'dintel/protocol';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { deploymentFor, openPerson } from '../person.ts';
import { qrLines } from '../qr.ts';

interface CardOptions extends CommonOptions {
  readonly name?: string;
  readonly origin?: string;
  readonly qr?: boolean;
}

export function cardCommand() {
  return commandFor('bob', 'card', 'Print the receive card to hand to Alice', ['password', 'chain'])
    .addOption(new Option('--name <name>', 'put a name on it (only your word)'))
    .addOption(new Option('--origin <url>', 'web page whose link to print too'))
    .addOption(new Option('--qr', 'a QR code to scan (default: on a terminal)'))
    .addOption(new Option('--no-qr', 'none'))
    .addHelpText(
      'after',
      examples(
        'dintel bob card',
        'dintel bob card --name "Bob at work" --json | jq -r .card',
        'dintel bob card --origin https://app.example',
      ),
    )
    .action(action<CardOptions>(card));
}

async function card({ options, out }: Context<CardOptions>): Promise<void> {
  const person = await openPerson('bob', options);
  try {
    const deployment = await deploymentFor(options, person.config);
    const made = makeCard(contractsOf(deployment), {
      receivingSecretKey: person.keyring.receiving(),
      verifyingSecretKey: person.keyring.verifying(),
      issuedAt: Math.floor(Date.now() / 1000),
      name: options.name,
    });
    const text = formatCard(made);
    const { origin } = options;
    const link = origin === undefined ? undefined : formatCardLink(origin.replace(/\/+$/, ''), made);
    const qr = formatCardQr(made);
    const fingerprint = fingerprintWords(made.receivingKey, made.verifyingKey).join(' ');
    const isDrawn = options.qr ?? process.stdout.isTTY === true;
    out.result({ ok: true, card: text, link, qr, fingerprint, receivingKey: made.receivingKey.toBytes() }, [
      text,
      ...(link === undefined ? [] : ['', link]),
      ...(isDrawn ? ['', ...qrLines(qr)] : []),
      '',
      `Fingerprint, to compare by voice: ${fingerprint}`,
    ]);
  } finally {
    person.wipe();
  }
}
