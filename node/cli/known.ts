/** A person at the command line with a chain to read and the people whom he knows. */
import { join } from 'node:path';
import { type Journal, Network, People } from 'dintel';
import type { Chain, ChainReader } from 'dintel/chain';
import { FolderJournal } from 'dintel/platform/node';
import { revealHex } from '../keystore/account.ts';
import { openChain, openReader } from './access.ts';
import type { CommonOptions } from './common.ts';
import { type OpenedPerson, openPerson } from './person.ts';

export interface OpenedPeople {
  readonly person: OpenedPerson;
  readonly network: Network<ChainReader>;
  readonly people: People;
  readonly journal: Journal;
}

/** `wipe` the person when done. Errors: those of config, keystore and chain. */
export async function openPeople(role: 'alice' | 'bob', options: CommonOptions): Promise<OpenedPeople> {
  const person = await openPerson(role, options);
  const { chain, deployment } = await openReader(options, person.config);
  const network = await Network.open(chain, deployment);
  const journal = journalOf(options.home);
  return { person, network, journal, people: new People({ network, keyring: person.keyring, journal }) };
}

/** The same contracts through the person's own wallet. */
export async function openWallet(options: CommonOptions, person: OpenedPerson): Promise<Network<Chain>> {
  const walletKey = person.keystore.revealWalletKey();
  const { chain, deployment } = await openChain(options, person.config, revealHex(walletKey));
  walletKey.fill(0);
  return Network.open(chain, deployment);
}

/** What a person's commands write down for one another; the seal is the library's. */
export const journalOf = (home: string): Journal => new FolderJournal(join(home, 'journal'));
