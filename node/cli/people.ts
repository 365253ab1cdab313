/** `dintel alice people …`, `dintel bob people …`: whom one knows, and whose keys have changed. Owns: the tree, what is printed. */
import { Command, Option } from 'commander';
import { type Introduction, type Person, wordsOf } from 'dintel';
import { checksumAddress, shownText } from 'dintel/protocol';
import { parseAccount } from '../config/parse.ts';
import { action, type CommonOptions, type Context, commandFor, examples } from './common.ts';
import { type OpenedPeople, openPeople } from './known.ts';
import { table } from './output.ts';

type Role = 'alice' | 'bob';
const wanted = ['password', 'chain'] as const;

export function peopleCommand(role: Role): Command {
  const command = new Command('people').description('Whom you know: keys are pinned, and a change is never silent.');
  const children = [listCommand(role), addCommand(role), confirmCommand(role), removeCommand(role)];
  for (const child of children) command.addCommand(child);
  return command;
}

function listCommand(role: Role) {
  return commandFor(role, 'list', 'Show everybody, after a look at the registry', wanted)
    .addHelpText('after', examples(`dintel ${role} people list`))
    .action(
      action<CommonOptions>((context) =>
        withPeople(role, context, async ({ people }) => {
          const known = await people.list();
          const checked = await Promise.all(known.map(({ id }) => people.check(id)));
          const rows = checked.map((one) => [one.id.slice(0, 8), nameOf(one), addressOf(one), stateOf(one)]);
          const lines = rows.length === 0 ? ['You know nobody yet.'] : table(rows);
          context.out.result({ ok: true, people: checked.map(factsOf) }, lines);
        }),
      ),
    );
}

function addCommand(role: Role) {
  return commandFor(role, 'add', 'Pin the keys of somebody', wanted)
    .argument('<card>', 'a receive card (text, link or scanned code), or an address with registered keys')
    .addOption(new Option('--name <name>', 'your name for this person'))
    .addHelpText('after', examples(`dintel ${role} people add 'dintel:card:1.…' --name Carol`))
    .action(
      action<CommonOptions & { readonly name?: string }>((context, said = '') =>
        withPeople(role, context, async ({ people }) => {
          const { name } = context.options;
          const met: Introduction = /^0x[0-9a-fA-F]{40}$/.test(said) ? { address: parseAccount(said) } : said;
          tell(context, await people.add(met, name === undefined ? {} : { name }));
        }),
      ),
    );
}

function confirmCommand(role: Role) {
  return commandFor(role, 'confirm', 'Say that the six words are those that the person reads out', wanted)
    .argument('<id>', 'as list prints it')
    .argument('<words>', 'six words, in quotes')
    .addHelpText('after', examples(`dintel ${role} people confirm 1f2e3d4c 'one two three four five six'`))
    .action(
      action<CommonOptions>((context, id = '', words = '') =>
        withPeople(role, context, async ({ people }) => {
          tell(context, await people.confirm(await idOf(people, id), words));
        }),
      ),
    );
}

function removeCommand(role: Role) {
  return commandFor(role, 'remove', 'Forget somebody; what was shared stays shared', wanted)
    .argument('<id>', 'as list prints it')
    .addHelpText('after', examples(`dintel ${role} people remove 1f2e3d4c`))
    .action(
      action<CommonOptions>((context, id = '') =>
        withPeople(role, context, async ({ people }) => {
          await people.remove(await idOf(people, id));
          context.out.result({ ok: true }, ['Forgotten.']);
        }),
      ),
    );
}

async function withPeople(
  role: Role,
  { options }: Context,
  work: (opened: OpenedPeople) => Promise<void>,
): Promise<void> {
  const opened = await openPeople(role, options);
  try {
    await work(opened);
  } finally {
    opened.person.wipe();
  }
}

/** The whole id of one that was written short; what nobody has goes on as it is, and is refused there. */
async function idOf(people: OpenedPeople['people'], short: string): Promise<string> {
  const found = (await people.list()).filter(({ id }) => short.length >= 4 && id.startsWith(short));
  return found.length === 1 ? (found[0] as Person).id : short;
}

function tell({ out }: Context, person: Person): void {
  out.result({ ok: true, ...factsOf(person) }, [
    `${nameOf(person)}  ${addressOf(person)}  ${stateOf(person)}`,
    `  id      ${person.id}`,
    `  words   ${wordsOf(person.claimed ?? person.keys).join(' ')}`,
  ]);
}

function factsOf({ id, name, address, keys, claimed }: Person) {
  const words = wordsOf(claimed ?? keys).join(' ');
  return { id, name, address, words, isChanged: claimed !== undefined, verifiedAt: keys.verifiedAt };
}

const nameOf = ({ name }: Person): string => shownText(name ?? '(no name)');
const addressOf = ({ address }: Person): string => (address === undefined ? '-' : checksumAddress(address));

function stateOf({ claimed, keys }: Person): string {
  if (claimed !== undefined) return 'KEYS CHANGED: compare the words before you share';
  return keys.verifiedAt === undefined ? 'trusted on first use' : 'words compared';
}
