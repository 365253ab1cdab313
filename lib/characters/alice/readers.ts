/**
 * What a recipient has ever been called in requests, for who takes access away. Owns: that list. Owns not: whom a grant is for
 * (`recipient.ts`). Source: protocol.md 8.4.
 */
import type { ChainReader } from '../../chain/chain.ts';
import type { Address } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signature.ts';
import type { Network } from '../network.ts';
import { allRegisteredKeys } from '../people/allRegisteredKeys.ts';
import { isPinnedRecipient } from '../people/pinned.ts';
import { isAccount, keysOf, notRegistered, Receiver, type Recipient } from './recipient.ts';

/** Everything that a recipient was or is called in requests: who leaves must not stay by an older key. Throws as {@link keysOf}. */
export async function readersOf(network: Network<ChainReader>, to: Recipient): Promise<readonly Address[]> {
  if (isPinnedRecipient(to)) {
    const { keys, earlier, claimed } = to.person;
    return [keys, ...earlier, ...(claimed ? [claimed] : [])].map(({ verifyingKey }) => addressOf(verifyingKey));
  }
  if (!Receiver.is(to) && isAccount(to)) {
    const history = await allRegisteredKeys(network, to.address);
    if (history.length === 0) throw notRegistered(to.address);
    return history.map(({ verifyingKey }) => addressOf(verifyingKey));
  }
  return [(await keysOf(network, to)).reader];
}
