/** A person of the app on a network in memory: what a worker has, without the worker. Not a test by itself. */
import { Bob, Inbox, MemoryJournal, People } from 'dintel';
import type { Chain } from 'dintel/chain';
import type { TestNetwork } from 'dintel/testing';
import type { CallContext, Self } from '../../../app/worker/person.ts';
import { Records } from '../../../app/worker/records.ts';

/** What a call has that nobody stops or watches. */
export const context: CallContext = { signal: new AbortController().signal, onProgress: () => undefined };

/** Somebody with keys, an account and an empty browser. `chain`: by default his account's own. */
export async function personOf(net: TestNetwork, name: string, chain: Chain = net.account(name)): Promise<Self> {
  const keyring = net.keyring(name);
  const journal = new MemoryJournal();
  const blobs = new Map<string, Blob>();
  const { deployment } = net;
  const { account } = chain;
  const bob = await Bob.open({ ...net.options, keyring, chain, journal });
  const people = new People({ network: bob.network, keyring, journal });
  const inbox = new Inbox({
    network: bob.network,
    keyrings: [keyring],
    people,
    journal,
    hello: account,
    fetch: net.fetch,
  });
  const alice = net.alice(name, { journal, chain });
  return {
    begin: {
      site: { chainName: 'memory', rpcUrl: '', deployment },
      keys: { vault: 'default' },
      account,
      origin: 'https://app.test',
      name,
    },
    keyring,
    roots: 1,
    reader: chain,
    bob,
    people,
    inbox,
    records: new Records(journal, keyring),
    blobs: {
      get: async (id) => blobs.get(id),
      put: async (id, blob) => void blobs.set(id, blob),
      delete: async (id) => void blobs.delete(id),
    },
    kept: { retrieved: new Map(), evidence: [] },
    bobOf: async () => bob,
    alice: () => alice,
    chain: async () => chain,
  };
}
