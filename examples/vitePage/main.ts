/** A page that shares a file and opens it again, with a network in memory in its own tab: `npx vite examples/vitePage` */
import { heldFile } from 'dintel';
import { createTestNetwork } from 'dintel/testing';

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const say = (text: string): void => {
  element('said').textContent = text;
};

const net = await createTestNetwork();
const alice = await net.alice();
const bob = await net.bob();

async function share(given: File): Promise<void> {
  say(`Encrypting ${given.name} …`);
  const stream = alice.encrypt(given.stream(), { label: 'page', name: given.name, size: given.size });
  const grant = await alice.grant({
    to: bob.card(),
    label: 'page',
    files: [await heldFile(stream)],
    threshold: 3,
    shares: 5,
    until: net.in(3_600),
    onProgress: (event) => event.type === 'grant.state' && say(`Sharing: ${event.state}`),
  });
  // One of the five is dead and one lies; three are enough.
  net.nodes[0]?.down();
  net.nodes[1]?.lies('proof');
  const { files, evidence } = await bob.retrieve({ from: grant.link() });
  const [file] = files;
  if (file === undefined) return;
  const saved = element<HTMLAnchorElement>('saved');
  saved.href = URL.createObjectURL(new Blob([(await file.bytes()).slice()]));
  saved.download = file.name;
  saved.hidden = false;
  const lies = evidence.length === 0 ? '' : ` ${evidence.length} node lied and is named.`;
  say(`Bob opened ${file.name}, ${file.size} bytes.${lies}`);
}

element<HTMLInputElement>('file').addEventListener('change', (event) => {
  const [file] = (event.target as HTMLInputElement).files ?? [];
  if (file !== undefined) share(file).catch((error: unknown) => say(String(error)));
});
