/**
 * Whom a grant is for: every form in which a person can be named, and the keys behind it.
 *
 * Owns: those forms, from each to keys. Owns not: whom to believe (`people/people.ts`, `protocol/card.ts`). Source: protocol.md 8.4.
 */
import type { ChainReader } from '../../chain/chain.ts';
import { type Card, isVerifiedCard, type VerifiedCard, verifyCard } from '../../protocol/card.ts';
import { readCard } from '../../protocol/cardForms.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { addressOf } from '../../protocol/signature.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import type { Network } from '../network.ts';
import { isPinnedRecipient, type PinnedRecipient } from '../people/pinned.ts';
import { newestKeys } from '../people/registryKeys.ts';

/**
 * Whom a grant is for: a receive card (in any form, parsed or verified), somebody of `People`, an address with registered keys, or who
 * receives already (`Alice.receivers`), by the keys that he receives with.
 */
export type Recipient = string | Card | VerifiedCard | PinnedRecipient | Receiver | { readonly address: Address };

/** A living grant of a label. Units: `expiresAt` seconds. `version`: of the label; undefined if it is far ahead of what is known here, or of a former root. */
export interface ReceivedGrant {
  readonly policyId: Hex;
  readonly version: number | undefined;
  readonly expiresAt: number;
}

/** Somebody with living grants, by the keys that these name, which Alice has signed. Made by `Alice.receivers` only. */
export class Receiver {
  readonly #received = true;
  readonly receivingKey: PublicKey;
  /** As requests name him. */
  readonly reader: Address;
  /** Newest first; to take back what he was given, revoke each. */
  readonly grants: readonly ReceivedGrant[];

  constructor(about: Pick<Receiver, 'receivingKey' | 'reader' | 'grants'>) {
    this.receivingKey = about.receivingKey;
    this.reader = about.reader;
    this.grants = about.grants;
  }

  static is(value: unknown): value is Receiver {
    return typeof value === 'object' && value !== null && #received in value;
  }
}

/** A recipient by his keys. */
export interface BobKeys {
  readonly receivingKey: PublicKey;
  readonly reader: Address;
  readonly address: Address | undefined;
}

/** Throws E_CARD, E_SIGNATURE and kin for a card that is none, KEY_NOT_REGISTERED, `ChainError`. */
export async function keysOf(network: Network<ChainReader>, to: Recipient): Promise<BobKeys> {
  if (Receiver.is(to)) return { receivingKey: to.receivingKey, reader: to.reader, address: undefined };
  if (isPinnedRecipient(to)) return bobKeys(to, to.address);
  if (isAccount(to)) {
    const keys = await newestKeys(network, to.address);
    if (keys === undefined) throw notRegistered(to.address);
    return bobKeys(keys, to.address);
  }
  const said = typeof to === 'string' ? readCard(to) : to;
  const { card } = isVerifiedCard(said) ? said : await verifyCard(said, network.contracts, network.contractJudge);
  return bobKeys(card, card.owner);
}

/** Internal. */
export const isAccount = (to: Exclude<Recipient, Receiver | PinnedRecipient>): to is { readonly address: Address } =>
  typeof to === 'object' && 'address' in to;

const bobKeys = (
  { receivingKey, verifyingKey }: { readonly receivingKey: PublicKey; readonly verifyingKey: PublicKey },
  address: Address | undefined,
): BobKeys => ({ receivingKey, reader: addressOf(verifyingKey), address });

/** Internal. */
export const notRegistered = (address: Address) =>
  new ProtocolError('KEY_NOT_REGISTERED', { field: 'to', got: address });
