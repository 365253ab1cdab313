/** What strangers can do to Bob's inbox for a wei each: be shown, once, and nothing else. */
import { Bob, heldFile, Inbox, MemoryJournal, Network, People } from 'dintel';
import { type Chain, PolicyManager } from 'dintel/chain';
import { helloTag, policyIdOf, sealNotice, toHex } from 'dintel/protocol';
import { createTestNetwork } from 'dintel/testing';
import { describe, expect, it } from 'vitest';

const hex = () => toHex(crypto.getRandomValues(new Uint8Array(32)));

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Bob with an inbox whose questions are counted, Alice whom he knows by a plain card, and Mallory who writes to him. */
async function setup() {
  const net = await createTestNetwork({ nodes: 3 });
  const [bob, alice] = [net.keyring('bob'), net.keyring('alice')];
  const account = net.account('bob');
  const asked = { calls: 0, fetches: 0 };
  const call: Chain['call'] = (...of) => {
    asked.calls++;
    return account.call(...of);
  };
  const network = await Network.open({ ...account, call }, net.deployment);
  const people = new People({ network, keyring: bob, journal: new MemoryJournal() });
  const reader = await Bob.open({ ...net.options, keyring: alice, chain: net.account('alice') });
  const card = reader.card({ name: 'Alice' });
  const counted: typeof fetch = (input, init) => {
    if (!String(input).startsWith('https://tracker.example/')) return net.fetch(input, init);
    asked.fetches++;
    return Promise.reject(new TypeError('no'));
  };
  const open = () =>
    new Inbox({
      ...{ network, keyrings: [bob], people, journal: new MemoryJournal(), depth: 0 },
      ...{ fetch: counted, hello: account.account },
    });
  const inbox = open();
  await all(inbox.scan());
  const mallory = net.account('mallory');
  net.chain.fund(mallory.account, { wei: 10n ** 18n });
  const manager = new PolicyManager(mallory, net.deployment.policyManager);
  const tag = helloTag({ ...network.contracts, bob: account.account });
  /** One notice each, under a policy of one wei, that names this key. */
  const write = async (count: number, verifyingKey = net.keyring('mallory').verifying().publicKey) => {
    const expiresAt = net.in(900);
    const { deposit } = await manager.quote(1n, 1, expiresAt);
    for (let left = count; left > 0; left -= 32) {
      const terms = Array.from({ length: Math.min(32, left) }, () => ({
        salt: hex(),
        root: hex(),
        shares: 1,
        rate: 1n,
        expiresAt,
      }));
      const notes = terms.map(({ salt }) => {
        const policyId = policyIdOf({ ...network.contracts, owner: mallory.account, salt });
        const notice = { manifestId: hex(), verifyingKey, uris: ['https://tracker.example/'], name: 'Alice' };
        return { tag, envelope: sealNotice(bob.receiving().publicKey, { policyId, tag }, notice) };
      });
      await (await manager.createPolicies({ terms, notes, valueWei: deposit * BigInt(terms.length) })).wait();
    }
  };
  const cost = async (what: 'scan' | 'items') => {
    Object.assign(asked, { calls: 0, fetches: 0 });
    const { length } = await all(inbox[what]());
    return { ...asked, length };
  };
  return { net, open, inbox, people, card, write, cost, alice };
}

describe('requests', () => {
  it('are not from a friend whose key they name, and do not have Bob ask where their sender says', async () => {
    const { net, inbox, people, card, write, cost, alice } = await setup();
    await people.add(card);
    await write(2, alice.verifying().publicKey);
    expect(await cost('scan')).toMatchObject({ fetches: 0, length: 2 });
    for (const item of await all(inbox.items())) {
      expect(item).toMatchObject({ from: undefined, isRequest: true, manifest: undefined, claimedName: 'Alice' });
    }
    const costs = [];
    for (let i = 0; i < 20; i++) costs.push(await cost('scan'));
    expect(costs.map(({ fetches }) => fetches)).toEqual(Array.from(costs, () => 0));
    // Tried again, but rarer and rarer.
    expect(costs[0]?.calls).toBeGreaterThan(0);
    expect(costs.filter(({ calls }) => calls > 0).length).toBeLessThan(8);
    await net.advance(1_000);
    for (let i = 0; i < 20; i++) await cost('scan');
    expect(await cost('scan')).toMatchObject({ calls: 0, fetches: 0 });
  });

  it('cost nothing once they were seen, and the newest 200 are kept', async () => {
    const { inbox, people, card, write, cost } = await setup();
    await write(40);
    expect(await all(inbox.scan())).toHaveLength(40);
    expect(await cost('scan')).toEqual({ calls: 0, fetches: 0, length: 0 });
    await write(192);
    expect(await cost('scan')).toMatchObject({ fetches: 0, length: 192 });
    expect(await cost('items')).toMatchObject({ fetches: 0, length: 200 });
    await people.add(card);
    expect(await cost('scan')).toEqual({ calls: 0, fetches: 0, length: 0 });
  });

  it('are looked at again when Bob has come to know their sender', async () => {
    const { net, open, people } = await setup();
    const carol = await net.alice('carol');
    const files = [await heldFile(carol.encrypt([new Uint8Array(3)], { label: 'notes' }))];
    const to = (await net.bob('bob')).card();
    await carol.grant({ to, label: 'notes', files, threshold: 1, shares: 2, until: net.in(900) });
    // A device that has read nothing yet tries every notice.
    const inbox = open();
    expect(await all(inbox.scan())).toMatchObject([{ isRequest: true, missing: 'REQUEST', from: undefined }]);
    expect(await all(inbox.scan())).toEqual([]);
    const person = await people.add((await net.bob('carol')).card({ name: 'Carol' }));
    const [item] = await all(inbox.scan());
    expect(item).toMatchObject({ isRequest: false, from: { id: person.id } });
    expect(item?.manifest).toBeDefined();
  });
});
