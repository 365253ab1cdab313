/** Whom Alice knows: cards, the registry of the real contracts, pins, changed keys. */
import { Bob, Keyring, MemoryJournal, Network } from 'dintel';
import type { Chain } from 'dintel/chain';
import {
  cardRegistration,
  formatCardLink,
  formatCardQr,
  fromHex,
  makeCard,
  readCard,
  walletTypedData,
  zeroAddress,
} from 'dintel/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { People } from '../../lib/characters/people/people.ts';
import { decodePerson, encodePerson, wordsOf } from '../../lib/characters/people/person.ts';
import {
  keyHistory,
  lookupKeys,
  publishKeys,
  sendRegistration,
  signRegistration,
} from '../../lib/characters/people/registry.ts';
import { type LocalNetwork, startLocalNetwork } from './localNetwork.ts';

let net: LocalNetwork;
let account = 10;
beforeAll(async () => {
  net = await startLocalNetwork(0);
}, 120_000);
afterAll(() => net?.close());

/** Somebody with an account that nobody has used yet. */
async function somebody(keyring = Keyring.random()) {
  const chain = await net.chainOf(account++);
  await net.rpc('hardhat_setBalance', [chain.account, '0x56bc75e2d63100000']);
  const network = await Network.open<Chain>(chain, net.deployment);
  const publish = async (keys = keyring) => (await publishKeys(network, { keyring: keys }))?.wait();
  return { keyring, network, chain, address: chain.account, publish };
}

async function alicePeople(journal = new MemoryJournal(), keyring = Keyring.random()): Promise<People> {
  const network = await Network.open(await net.chainOf(1), net.deployment);
  return new People({ network, keyring, journal, clock: net.clock });
}

const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe('the registry', () => {
  it('is published to once, rotated, read back with its history', async () => {
    const bob = await somebody();
    expect(await lookupKeys(bob.network, bob.address)).toBeUndefined();
    expect(await keyHistory(bob.network, bob.address)).toEqual([]);
    await bob.publish();
    expect(await bob.publish()).toBeUndefined();
    const next = Keyring.random();
    await bob.publish(next);
    const found = await lookupKeys(bob.network, bob.address);
    expect(found).toMatchObject({ owner: bob.address, version: 2 });
    expect(found?.receivingKey.equals(next.receiving().publicKey)).toBe(true);
    const history = await keyHistory(bob.network, bob.address);
    expect(history.map(({ version }) => version)).toEqual([1, 2]);
    expect(history[0]?.verifyingKey.equals(bob.keyring.verifying().publicKey)).toBe(true);
  });

  it('takes a registration that its owner signed from anybody, once, and in time', async () => {
    const [bob, relay] = [await somebody(), await somebody()];
    const sign = (validForS?: number) =>
      signRegistration(bob.network, {
        keyring: bob.keyring,
        owner: bob.address,
        sign: (data) => bob.chain.signTypedData(data),
        validForS,
      });
    const signed = (await sign()) ?? expect.fail('nothing to sign');
    expect(await code(sendRegistration(relay.network, { ...signed, owner: relay.address }))).toBe('chain.reverted');
    await (await sendRegistration(relay.network, signed)).wait();
    expect((await lookupKeys(relay.network, bob.address))?.version).toBe(1);
    expect(await code(sendRegistration(relay.network, signed))).toBe('chain.reverted');
    expect(await sign()).toBeUndefined();
  });
});

describe('people', () => {
  it('are met by card in each of its forms, by address, and are one person each', async () => {
    const people = await alicePeople();
    const bob = await somebody();
    const opened = await Bob.open({
      keyring: bob.keyring,
      chain: bob.chain,
      deployment: net.deployment,
      clock: net.clock,
    });
    const text = opened.card({ name: 'Bob' });
    const card = readCard(text);
    const met = [text, formatCardLink('https://x.example', card), formatCardQr(card), card];
    for (const introduction of met) await people.add(introduction);
    const [only, ...others] = await people.list();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ name: 'Bob', address: undefined, claimed: undefined });
    expect(await code(people.add({ address: bob.address }))).toBe('KEY_NOT_REGISTERED');
    await bob.publish();
    // The same keys by another way are the same person, whose address is known now.
    await people.add({ address: bob.address });
    expect(await people.list()).toMatchObject([{ id: only?.id, name: 'Bob', address: bob.address }]);
    const carol = await somebody();
    await carol.publish();
    await people.add({ address: carol.address }, { name: 'Carol' });
    expect((await people.list()).map(({ name }) => name)).toEqual(['Bob', 'Carol']);
    await people.rename(only?.id as string, 'Robert');
    expect((await people.byVerifyingKey(bob.keyring.verifying().publicKey))?.name).toBe('Robert');
    await people.remove(only?.id as string);
    expect(await code(people.get(only?.id as string))).toBe('E_FIELD');
  });

  it('have an address only if their account says so', async () => {
    const people = await alicePeople();
    const [bob, mallory] = [await somebody(), await somebody()];
    const contents = (keyring: Keyring) => ({
      receivingSecretKey: keyring.receiving(),
      verifyingSecretKey: keyring.verifying(),
      issuedAt: Math.floor(net.clock.now() / 1000),
      owner: bob.address,
    });
    const { contracts } = bob.network;
    const claimed = makeCard(contracts, contents(mallory.keyring));
    expect((await people.add(claimed)).address).toBeUndefined();
    const plain = makeCard(contracts, contents(bob.keyring));
    const sign = async (by: Chain) =>
      fromHex(await by.signTypedData(walletTypedData('KeyRegistration', contracts, cardRegistration(plain))));
    const signed = makeCard(contracts, { ...contents(bob.keyring), ownerSignature: await sign(bob.chain) });
    expect((await people.add(signed)).address).toBe(bob.address);
    const forged = makeCard(contracts, { ...contents(bob.keyring), ownerSignature: await sign(mallory.chain) });
    expect(await code(people.add(forged))).toBe('E_SIGNATURE');
    expect(await code(people.add({ ...plain, owner: zeroAddress }))).not.toBe('accepted');
    expect(await code(people.add({ address: '0x12' }))).toBe('E_ADDRESS');
  });

  it('whose keys change are not shared with until the new words were compared; old keys stay for old grants', async () => {
    const people = await alicePeople();
    const bob = await somebody();
    await bob.publish();
    const { id, keys } = await people.add({ address: bob.address }, { name: 'Bob' });
    expect((await people.recipient(id)).receivingKey.equals(bob.keyring.receiving().publicKey)).toBe(true);
    expect((await people.confirm(id, wordsOf(keys).join('  ').toUpperCase())).keys.verifiedAt).toBeGreaterThan(0);

    const next = Keyring.random();
    await bob.publish(next);
    const warning = await people.recipient(id).catch((error: unknown) => error);
    const words = await people.words(id);
    expect(warning).toMatchObject({ code: 'KEY_CHANGED', data: { person: id, words } });
    expect((warning as Error).message).toContain(words.join(' '));
    expect(await code(people.confirm(id, wordsOf(keys)))).toBe('E_WORDS');
    expect(await code(people.recipient(id))).toBe('KEY_CHANGED');
    const changed = await people.confirm(id, words);
    expect(changed.claimed).toBeUndefined();
    expect((await people.recipient(id)).receivingKey.equals(next.receiving().publicKey)).toBe(true);
    expect((await people.byVerifyingKey(bob.keyring.verifying().publicKey))?.id).toBe(id);

    // Not his: what was pinned stays, until the registry changes again.
    await bob.publish(Keyring.random());
    expect(await code(people.recipient(id))).toBe('KEY_CHANGED');
    await people.dismiss(id);
    expect((await people.recipient(id)).receivingKey.equals(next.receiving().publicKey)).toBe(true);
    await bob.publish(Keyring.random());
    expect(await code(people.recipient(id))).toBe('KEY_CHANGED');
    await bob.publish(next);
    expect(await code(people.recipient(id))).toBe('accepted');
  });

  it('pinned by card outlast what the registry said before, and warn of what it says later', async () => {
    const people = await alicePeople();
    const bob = await somebody();
    await bob.publish(Keyring.random());
    const issuedAt = Math.floor(net.clock.now() / 1000);
    const { contracts } = bob.network;
    const bare = {
      receivingSecretKey: bob.keyring.receiving(),
      verifyingSecretKey: bob.keyring.verifying(),
      issuedAt,
      owner: bob.address,
    };
    const message = cardRegistration(makeCard(contracts, bare));
    const ownerSignature = fromHex(
      await bob.chain.signTypedData(walletTypedData('KeyRegistration', contracts, message)),
    );
    const { id } = await people.add(makeCard(contracts, { ...bare, ownerSignature }));
    expect(await code(people.recipient(id))).toBe('accepted');
    await bob.publish(Keyring.random());
    expect(await code(people.recipient(id))).toBe('KEY_CHANGED');
  });

  it('with two addresses are watched at the first, however often the second has registered', async () => {
    const people = await alicePeople();
    const keyring = Keyring.random();
    const [first, second] = [await somebody(keyring), await somebody(keyring)];
    await first.publish();
    for (const keys of [Keyring.random(), Keyring.random(), keyring]) await second.publish(keys);
    const { id } = await people.add({ address: first.address });
    expect(await people.add({ address: second.address })).toMatchObject({ id, address: first.address });
    await first.publish(Keyring.random());
    expect(await code(people.recipient(id))).toBe('KEY_CHANGED');
  });

  it('go to the next device sealed, and another person cannot read them', async () => {
    const keyring = Keyring.random();
    const people = await alicePeople(new MemoryJournal(), keyring);
    const bobs = [await somebody(), await somebody(), await somebody()];
    for (const [n, bob] of bobs.entries()) {
      await bob.publish();
      await people.add({ address: bob.address }, { name: `Bob ${n}` });
    }
    const bytes = await people.export();
    const fresh = await alicePeople(new MemoryJournal(), keyring);
    expect(await fresh.import(bytes)).toBe(3);
    const plain = (list: Awaited<ReturnType<People['list']>>) => list.map(encodePerson);
    expect(plain(await fresh.list())).toEqual(plain(await people.list()));
    expect(await fresh.import(bytes)).toBe(3);
    expect(await fresh.list()).toHaveLength(3);
    expect(await code((await alicePeople()).import(bytes))).toBe('E_DECRYPT');
    expect(await code(fresh.import(bytes.with(40, (bytes[40] as number) ^ 1)))).toBe('E_DECRYPT');
    expect(await code(fresh.import(new Uint8Array(3)))).toBe('E_DECRYPT');
  });

  it('are read back strictly', async () => {
    const people = await alicePeople();
    const bob = await somebody();
    await bob.publish();
    const bytes = encodePerson(await people.add({ address: bob.address }, { name: 'Bob' }));
    expect(encodePerson(decodePerson(bytes))).toEqual(bytes);
    for (let place = 0; place < bytes.length; place++) {
      for (const bit of [1, 0x80]) {
        const changed = bytes.with(place, (bytes[place] as number) ^ bit);
        try {
          expect(encodePerson(decodePerson(changed))).toEqual(changed);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(E_|VERSION_UNSUPPORTED)/);
        }
      }
    }
    expect(await code(people.add({ address: bob.address }, { name: 'x'.repeat(65) }))).toBe('E_LENGTH');
  });
});
