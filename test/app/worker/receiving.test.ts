/** From whom something comes, as the inbox says it. */
import { Bob, heldFile, publishKeys } from 'dintel';
import { PolicyManager } from 'dintel/chain';
import { fingerprintWords, formatLink, helloTag, policyIdOf, sealNotice, toHex, utf8 } from 'dintel/protocol';
import { createTestNetwork, type TestNetwork } from 'dintel/testing';
import { beforeAll, expect, it } from 'vitest';
import type { Self } from '../../../app/worker/person.ts';
import { receiving } from '../../../app/worker/receiving.ts';
import { context, personOf } from './person.ts';

let net: TestNetwork;
let bob: Self;

beforeAll(async () => {
  net = await createTestNetwork({ nodes: 3 });
  bob = await personOf(net, 'bob');
  const alice = await Bob.open({ ...net.options, keyring: net.keyring('alice'), chain: net.account('alice') });
  await bob.people.add(alice.card({ name: 'Alice' }), { name: 'My Alice' });
});

it('gives nobody the name of somebody whose key he only names', async () => {
  const mallory = net.account('mallory');
  const manager = new PolicyManager(mallory, net.deployment.policyManager);
  const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
  const { contracts } = bob.bob.network;
  const policyId = policyIdOf({ ...contracts, owner: mallory.account, salt });
  const tag = helloTag({ ...contracts, bob: net.account('bob').account });
  const verifyingKey = net.keyring('alice').verifying().publicKey;
  const notice = { manifestId: salt, verifyingKey, uris: [], name: 'Alice' };
  const envelope = sealNotice(bob.keyring.receiving().publicKey, { policyId, tag }, notice);
  const expiresAt = net.in(900);
  const { deposit: valueWei } = await manager.quote(1n, 1, expiresAt);
  const terms = [{ salt, root: salt, shares: 1, rate: 1n, expiresAt }];
  await (await manager.createPolicies({ terms, notes: [{ tag, envelope }], valueWei })).wait();
  const asks = receiving(bob);
  const [item] = await asks.inbox(undefined, context);
  expect(item).toMatchObject({ policyId, from: undefined, fromKey: undefined, claimedName: 'Alice' });
  expect(await asks.look({ link: item?.link ?? '' }, context)).toMatchObject({ from: undefined, fromKey: undefined });
});

it('says nothing of who made a link that nobody has paid', async () => {
  const salt = toHex(crypto.getRandomValues(new Uint8Array(32)));
  const verifyingKey = net.keyring('alice').verifying().publicKey;
  const { chainId, policyManager } = bob.bob.network.contracts;
  const said = { chainId, policyManager, policyId: salt, manifestId: salt, verifyingKey, uris: [], bob: undefined };
  const item = await receiving(bob).look({ link: formatLink('https://app.test', said) }, context);
  expect(item).toMatchObject({ state: 'unpaid', from: undefined, fromKey: undefined });
});

it('calls the sender as the reader does once his key has signed the manifest', async () => {
  const alice = await net.alice('alice');
  const file = await heldFile(alice.encrypt([utf8('words')], { label: 'notes', name: 'a.txt' }));
  const terms = { label: 'notes', files: [file], threshold: 2, shares: 3, until: net.in(7_200) };
  const grant = await alice.grant({ ...terms, to: bob.bob.card(), vouch: true });
  const item = (await receiving(bob).inbox(undefined, context)).find(({ policyId }) => policyId === grant.policyId);
  const key = toHex(net.keyring('alice').verifying().publicKey.toBytes());
  expect(item).toMatchObject({ state: 'live', from: 'My Alice', fromKey: key, claimedName: undefined });

  const words = fingerprintWords(
    net.keyring('alice').receiving().publicKey,
    net.keyring('alice').verifying().publicKey,
  );
  const asks = receiving(bob);
  const { policyId } = grant;
  expect(await asks.sender({ policyId })).toEqual({ words, isKnown: true, comparedAt: undefined });
  const [known] = await bob.people.list();
  await bob.people.confirm(known?.id ?? '', words);
  expect(await asks.sender({ policyId })).toMatchObject({ isKnown: true, comparedAt: expect.any(Number) });
  // To whom she is a stranger she has words once her account has published them, and none before.
  await bob.people.remove(known?.id ?? '');
  await bob.inbox.accept(policyId);
  expect(await asks.sender({ policyId })).toEqual({ words: undefined, isKnown: false, comparedAt: undefined });
  await (await publishKeys(alice.network, { keyring: net.keyring('alice') }))?.wait();
  expect(await asks.sender({ policyId })).toMatchObject({ words });
});
