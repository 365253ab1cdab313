/**
 * A new device: grants and inbox from the chain and nothing but the root. Real contracts on a local chain, real cores of Ursula that
 * hold the manifests. Run: `npx node bench/inbox.ts [grants] [contacts] [--json]`; defaults 500 and 20. The limit is 10 s for each.
 *
 * The core time is that of everything: this process is chain, nodes and reader in one.
 * One person shares `grants` files with `contacts` people, and these share as many with him; then both lists are rebuilt.
 */
import { parseArgs } from 'node:util';
import { Alice, Bob, heldFile, Inbox, Keyring, MemoryJournal, Network, People, publishKeys } from 'dintel';
import type { Chain } from 'dintel/chain';
import { type LocalNetwork, startLocalNetwork } from '../test/characters/localNetwork.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [grants = 500, contacts = 20] = positionals.map(Number);

/** Epochs of the local chain are short: everybody is kept awake while the grants are made. */
const grantsBetweenHeartbeats = 40;

/** Somebody with keys in the registry. */
async function person(net: LocalNetwork, account: number) {
  const { deployment, fetch, clock } = net;
  const chain = await net.chainOf(account);
  await net.rpc('hardhat_setBalance', [chain.account, '0x56bc75e2d63100000']);
  const keyring = Keyring.random();
  const network = await Network.open<Chain>(chain, deployment);
  await (await publishKeys(network, { keyring }))?.wait();
  const open = () => Alice.open({ keyring, chain, deployment, journal: new MemoryJournal(), fetch, clock });
  const card = (await Bob.open({ keyring, chain, deployment, clock })).card();
  return { keyring, network, card, open, alice: await open() };
}

const net = await startLocalNetwork(3);
const started = performance.now();
const me = await person(net, 10);
const others = await Promise.all(Array.from({ length: contacts }, (_, i) => person(net, 11 + i)));
const share = async (from: Alice, to: string) =>
  from.grant({
    to,
    label: 'bench',
    files: [await heldFile(from.encrypt([new Uint8Array(1)], { label: 'bench' }))],
    threshold: 2,
    shares: 3,
    until: Math.floor(net.clock.now() / 1000) + 20_000,
  });
for (let made = 0; made < grants; made++) {
  if (made % grantsBetweenHeartbeats === 0) await net.heartbeats();
  const other = others[made % contacts] as (typeof others)[number];
  await Promise.all([share(me.alice, other.card), share(other.alice, me.card)]);
}
const madeMs = performance.now() - started;

async function timed(read: () => AsyncIterable<{ readonly missing: unknown }>) {
  const [before, cpu] = [performance.now(), process.cpuUsage()];
  let found = 0;
  for await (const { missing } of read()) {
    if (missing !== undefined) throw new Error(`something is missing: ${String(missing)}`);
    found++;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { found, ms: Math.round(performance.now() - before), cpuMs: Math.round((user + system) / 1_000) };
}

const device = await me.open();
const outgoing = await timed(() => device.grants());
const people = new People({ network: me.network, keyring: me.keyring, journal: new MemoryJournal(), clock: net.clock });
const { network, keyring } = me;
const inbox = new Inbox({ network, keyrings: [keyring], people, journal: new MemoryJournal(), fetch: net.fetch });
const incoming = await timed(() => inbox.rebuild());
const again = await timed(() => inbox.scan());
const known = (await people.list()).length;
await net.close();
if (outgoing.found !== grants || incoming.found !== grants || known !== contacts || again.found !== 0) {
  throw new Error(`rebuilt ${outgoing.found} and ${incoming.found} of ${grants}, ${known} of ${contacts} people`);
}
if (values.json) console.log(JSON.stringify({ grants, contacts, outgoing, incoming, again }));
else {
  console.log(`${grants} grants to and from ${contacts} people, made in ${(madeMs / 1000).toFixed(0)} s`);
  const told = ({ ms, cpuMs }: { ms: number; cpuMs: number }) =>
    `${(ms / 1000).toFixed(2)} s, ${(cpuMs / 1000).toFixed(2)} s of a core; limit 10 s`;
  console.log(`grants rebuilt   ${told(outgoing)}`);
  console.log(`inbox rebuilt    ${told(incoming)}`);
  console.log(`next scan        ${(again.ms / 1000).toFixed(2)} s`);
}
