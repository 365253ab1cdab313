/**
 * One's own receive card: keys with the proof that one has them. Owns: that it is made of a keyring. Owns not: its bytes
 * (`protocol/card.ts`).
 */
import { formatCard, makeCard } from '../protocol/card.ts';
import type { Address } from '../protocol/hex.ts';
import type { Keyring } from '../protocol/keys.ts';
import type { Clock } from './clock.ts';
import type { Network } from './network.ts';

/** What stands on a receive card beside the keys. */
export interface CardOptions {
  /** The account that this card speaks for; only one's own word unless `ownerSignature` proves it or the registry says the same. */
  readonly owner?: Address | undefined;
  /** What one wants to be called. */
  readonly name?: string | undefined;
  /** Which receiving and verifying keys of the root. Default 0. */
  readonly version?: number | undefined;
  /** What the account's wallet signs over `cardRegistration`. */
  readonly ownerSignature?: Uint8Array | undefined;
}

/** The card as text. Throws E_CARD, E_FIELD, KEY_LOCKED. */
export function cardOf(of: { network: Network; keyring: Keyring; clock: Clock }, options: CardOptions): string {
  const { network, keyring, clock } = of;
  const { version = 0 } = options;
  const card = makeCard(network.contracts, {
    ...options,
    receivingSecretKey: keyring.receiving(version),
    verifyingSecretKey: keyring.verifying(version),
    issuedAt: Math.floor(clock.now() / 1000),
  });
  return formatCard(card);
}
