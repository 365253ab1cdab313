/** Alice at the command line: her keys, her wallet on a chain, her journal. */
import { Alice } from 'dintel';
import type { Chain } from 'dintel/chain';
import { revealHex } from '../../keystore/account.ts';
import { type Access, openChain } from '../access.ts';
import type { CommonOptions } from '../common.ts';
import { journalOf } from '../known.ts';
import { openPerson } from '../person.ts';

export interface OpenedAlice {
  readonly alice: Alice;
  readonly access: Access<Chain>;
  wipe(): void;
}

export async function openAlice(options: CommonOptions): Promise<OpenedAlice> {
  const person = await openPerson('alice', options);
  const walletKey = person.keystore.revealWalletKey();
  const access = await openChain(options, person.config, revealHex(walletKey));
  walletKey.fill(0);
  const alice = await Alice.open({
    keyring: person.keyring,
    chain: access.chain,
    deployment: access.deployment,
    journal: journalOf(options.home),
    ...(person.config.depth === undefined ? {} : { depth: person.config.depth }),
  });
  return { alice, access, wipe: () => person.wipe() };
}
