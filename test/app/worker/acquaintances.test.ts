/** Whom a person of the app knows. */
import { Keyring, Network, publishKeys } from 'dintel';
import { createTestNetwork } from 'dintel/testing';
import { expect, it } from 'vitest';
import { acquaintances } from '../../../app/worker/acquaintances.ts';
import { refusal } from '../../keys/support.ts';
import { personOf } from './person.ts';

it('confirms the words that were on the screen, not those of keys that came between', async () => {
  const net = await createTestNetwork({ nodes: 1 });
  const bob = net.account('bob');
  const network = await Network.open(bob, net.deployment);
  const publish = async (keyring: Keyring) => (await publishKeys(network, { keyring }))?.wait();
  await publish(net.keyring('bob'));
  const known = acquaintances(await personOf(net, 'alice'));
  const met = await known.meet({ text: bob.account, name: 'Bob' });
  // While she reads the words to him, his account is taken over, and the page looks at the registry again.
  await publish(Keyring.random());
  await known.check({ id: met.id });
  expect(await refusal(() => known.confirm({ id: met.id, words: met.words }))).toBe('E_WORDS');
  const [now] = await known.people();
  expect(now).toMatchObject({ words: met.words, verifiedAt: undefined });
  expect(now?.claimed).not.toEqual(met.words);
  expect(await known.confirm({ id: met.id, words: now?.claimed ?? [] })).toMatchObject({ words: now?.claimed });
});
