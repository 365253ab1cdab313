/** `dintel bob inbox`: what was shared, found on the chain. Owns: what is printed. Owns not: the search (lib `Inbox`). */
import { Option } from 'commander';
import { Inbox, type InboxItem } from 'dintel';
import { formatLink, type Hex, shownText } from 'dintel/protocol';
import { OperatorError } from '../../config/operatorError.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from '../common.ts';
import { interrupted } from '../interrupt.ts';
import { openPeople } from '../known.ts';
import { table } from '../output.ts';

interface InboxOptions extends CommonOptions {
  readonly rebuild?: boolean;
  readonly hello?: boolean;
  readonly accept?: string;
}

export function inboxCommand() {
  return commandFor('bob', 'inbox', 'What was shared with you, from the chain', ['password', 'chain'])
    .addOption(new Option('--hello', 'also look for strangers who wrote to the address of your wallet'))
    .addOption(new Option('--accept <policyId>', 'take a request: fetch what it names'))
    .addOption(new Option('--rebuild', 'a new device: read the whole chain, and know again who has registered keys'))
    .addHelpText('after', examples('dintel bob inbox', 'dintel bob inbox --rebuild --json | jq -r .items[].link'))
    .action(action<InboxOptions>(inbox));
}

async function inbox({ options, out }: Context<InboxOptions>): Promise<void> {
  const { accept } = options;
  if (accept !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(accept)) {
    throw new OperatorError('E_USAGE', 'expected a policy id: 0x and 64 hex digits');
  }
  const { person, network, journal, people } = await openPeople('bob', options);
  const signal = interrupted();
  const progress = out.progress('reading the chain');
  try {
    const hello = options.hello === true ? { hello: person.keystore.wallet } : {};
    const box = new Inbox({ network, keyrings: [person.keyring], people, journal, ...hello });
    const reading = { signal, onProgress: tell(progress) };
    const found = new Set<Hex>();
    const news = options.rebuild === true ? box.rebuild(reading) : box.scan(reading);
    for await (const { policyId } of news) found.add(policyId);
    if (accept !== undefined) await box.accept(accept.toLowerCase() as Hex, reading);
    const items: InboxItem[] = [];
    for await (const item of box.items({ signal })) items.push(item);
    progress.end();
    const facts = items.map((item) => factsOf(item, found.has(item.policyId)));
    const rows = items.map((item) => [found.has(item.policyId) ? 'new' : '', item.state, fromOf(item), item.policyId]);
    const lines =
      items.length === 0 ? ['Nothing was found. Do you know the sender? dintel bob people add'] : table(rows);
    out.result({ ok: true, items: facts }, lines);
  } finally {
    progress.end();
    person.wipe();
  }
}

function factsOf({ policyId, state, isRequest, from, link, expiresAt, manifest, missing }: InboxItem, isNew: boolean) {
  return {
    ...{ policyId, state, isRequest, isNew, missing, expiresAt },
    from: from?.name ?? from?.address ?? null,
    link: formatLink('', link),
    files: manifest?.manifest.files.length,
    threshold: manifest?.manifest.threshold,
    note: manifest?.manifest.note,
  };
}

function fromOf({ from, isRequest, missing }: InboxItem): string {
  if (isRequest) return 'a stranger (--accept takes it)';
  const name = shownText(from?.name ?? from?.address ?? (missing === undefined ? 'a link' : 'not proven yet'));
  return missing === undefined ? name : `${name} (${missing})`;
}

function tell(progress: { step(text: string): void; update(done: number, total: number, text: string): void }) {
  return (event: { readonly type: string; readonly done?: unknown; readonly total?: unknown }): void => {
    if (event.type === 'inbox.items') progress.update(Number(event.done), Number(event.total), 'looking at each');
  };
}
