/**
 * Shares a file so that nothing is lost whenever the process dies: whoever runs it again goes on where it was cut short, with the same
 * grant, paid once. `npx node examples/crashSafe/share.ts FOLDER CARD FILE`
 *
 * Three things must lie on a disk: the keys (a vault), the journal, and the ciphertext until the nodes have it.
 */
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Alice } from 'dintel';
import { Vault } from 'dintel/keys';
import { FileVaultStore, FolderJournal, nativeStretch, savedFile, savedFileAt } from 'dintel/platform/node';
import { type Net, openNetwork } from '../network.ts';

const label = 'papers';
const ending = '.dintel';

/** Alice as she was when the process died: the same keys, and what she wrote down. */
async function openAlice(net: Net, folder: string, password: string): Promise<Alice> {
  const options = { store: new FileVaultStore(join(folder, 'vault')), stretch: nativeStretch };
  const key = { type: 'password', password } as const;
  const isNew = (await options.store.read()) === undefined;
  const vault = isNew ? await Vault.create({ ...options, slots: [key] }) : await Vault.open(options);
  if (vault.isLocked) await vault.unlock(key);
  return net.alice('alice', { keyring: vault.keyring(), journal: new FolderJournal(join(folder, 'journal')) });
}

/** What was begun and not finished, finished. Returns the links. */
async function finish(alice: Alice, folder: string): Promise<string[]> {
  const paths = (await readdir(folder)).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
  const files = await Promise.all(paths.map((path) => savedFileAt(path)));
  const links: string[] = [];
  for await (const grant of alice.resume({ files })) links.push(grant.link());
  // The nodes have them now, or no grant ever named them.
  await Promise.all(paths.map((path) => rm(path)));
  return links;
}

export async function main(net: Net, folder: string, to: string, path: string, password: string): Promise<string[]> {
  const alice = await openAlice(net, folder, password);
  const links = await finish(alice, folder);
  if (links.length > 0) return links;

  const { size } = await stat(path);
  const sealed = join(folder, `${basename(path)}${ending}`);
  const stream = alice.encrypt(createReadStream(path), { label, name: basename(path), size });
  const file = await savedFile(stream, sealed);
  const grant = await alice.grant({ to, label, files: [file], threshold: 2, shares: 3, until: net.in(86_400) });
  await rm(sealed);
  return [grant.link()];
}

if (import.meta.main) {
  const [folder = '.', card = '', path = ''] = process.argv.slice(2);
  console.log(await main(await openNetwork(), folder, card, path, process.env.DINTEL_PASSWORD ?? ''));
}
