/**
 * Bob gets to know Alice once; afterwards what she shares is in his inbox, without a link or a server. Whoever he does not know stays a
 * request. `npx node examples/introduction/inbox.ts`
 */
import { type Alice, type Bob, heldFile, Inbox, type InboxItem, Keyring, MemoryJournal, People } from 'dintel';
import { type Net, openNetwork } from '../network.ts';

/** Alice's part: no link is sent. That Bob can find the grant is what `announce: 'contact'` means, the default. */
export async function write(alice: Alice, to: string, text: string, until: number): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const file = await heldFile(alice.encrypt([bytes], { label: 'letters', name: 'letter.txt', size: bytes.length }));
  await alice.grant({ to, label: 'letters', files: [file], threshold: 2, shares: 3, until, note: 'a letter' });
}

/** Bob's part: whatever is new. A request is of somebody whom he does not know; `inbox.accept(item.policyId)` takes it. */
export async function read(bob: Bob, inbox: Inbox): Promise<string[]> {
  const texts: string[] = [];
  for await (const item of inbox.scan()) texts.push(await told(bob, item));
  return texts;
}

async function told(bob: Bob, item: InboxItem): Promise<string> {
  if (item.isRequest) return 'a request';
  const { files } = await bob.retrieve({ from: item.link });
  const [file] = files;
  return `${item.from?.name}: ${file && new TextDecoder().decode(await file.bytes())}`;
}

export async function main(net: Net): Promise<string[]> {
  const keyring = Keyring.random();
  const [alice, bob] = [await net.alice(), await net.bob('bob', { keyring })];
  // A page keeps these with `dintel/platform/browser`, a program with `dintel/platform/node`.
  const journal = new MemoryJournal();
  const people = new People({ network: bob.network, keyring, journal });
  const inbox = new Inbox({ network: bob.network, keyrings: [keyring], people, journal, fetch: net.fetch });

  // Cards go by mail, by QR code, or over a registry; six words read aloud make sure (`people.words`, `people.confirm`).
  await people.add(alice.card({ name: 'Alice' }));
  await write(alice, bob.card({ name: 'Bob' }), 'Come to dinner.', net.in(3_600));
  const told = await read(bob, inbox);
  console.log(told);
  return told;
}

if (import.meta.main) await main(await openNetwork());
