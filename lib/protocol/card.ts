/**
 * A receive card: how Bob tells Alice his keys. `dintel:card:1.<base64url>` of
 *   CBOR [chainId, owner or null, receiving, verifying, version, issuedAt, name or null,
 *         popReceiving 65, popVerifying 65, ownerSignature or null]
 *
 * Both keys sign a KeyPossession for the owner (zero address if null), so that nobody passes off another's key as his own.
 * The owner, if there is one, signs a KeyRegistration of the keys with deadline = issuedAt: it proves that he agrees, and the
 * registry, which takes it until that second only, cannot be fed from cards. The name is Bob's own word.
 * Owns: the text, its checks, its proofs. Owns not: the registry (lib/chain). Source: spec/protocol.md sections 4 and 8.4.
 */
import type { PublicKey, SecretKey } from '../umbral/keys.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { concatBytes } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { DintelError, refuse } from './errors.ts';
import { addressIn, bytesOf, keyIn, orNull, textOf, tupleOf, uintOf } from './fields.ts';
import { keccak } from './hash.ts';
import { type Address, fromHex, type Hex, zeroAddress } from './hex.ts';
import type { Contracts } from './messages.ts';
import { addressOf } from './signature.ts';
import { type ContractJudge, signTyped, verifyContractSigned, verifyTyped } from './typed.ts';

const prefix = 'dintel:card:';
/** Characters of a whole card. */
export const maxCardLength = 1_500;

/** What a card says; {@link verifyCard} proves it. Units: issuedAt in seconds. */
export interface Card {
  readonly chainId: number;
  readonly owner: Address | undefined;
  readonly receivingKey: PublicKey;
  readonly verifyingKey: PublicKey;
  /** Version of the keys, rising on rotation. */
  readonly version: number;
  readonly issuedAt: number;
  /** At most 64 bytes of UTF-8. */
  readonly name: string | undefined;
  readonly popReceiving: Uint8Array;
  readonly popVerifying: Uint8Array;
  /** 65 bytes, or more of a contract wallet; undefined if nobody vouches. */
  readonly ownerSignature: Uint8Array | undefined;
}

/** What Bob puts on a card, with the two secret keys that prove it. */
export interface CardContents {
  readonly owner?: Address | undefined;
  readonly receivingSecretKey: SecretKey;
  readonly verifyingSecretKey: SecretKey;
  readonly version?: number | undefined;
  readonly issuedAt: number;
  readonly name?: string | undefined;
  readonly ownerSignature?: Uint8Array | undefined;
}

/** keys = K(ser(receiving) || ser(verifying)), as KeyRegistration and KeyPossession name them. */
export function keyPairHash(receivingKey: PublicKey, verifyingKey: PublicKey): Hex {
  return keccak(concatBytes(receivingKey.toBytes(), verifyingKey.toBytes()));
}

/** Make and sign a card. Throws E_CARD for two equal keys, E_FIELD, E_LENGTH, E_NUMBER. */
export function makeCard(contracts: Contracts, contents: CardContents): Card {
  const receivingKey = contents.receivingSecretKey.publicKey;
  const verifyingKey = contents.verifyingSecretKey.publicKey;
  const { owner, version = 0, issuedAt, name, ownerSignature } = contents;
  const possession = { owner: owner ?? zeroAddress, keys: keyPairHash(receivingKey, verifyingKey), version };
  const card: Card = {
    chainId: contracts.chainId,
    owner,
    receivingKey,
    verifyingKey,
    version,
    issuedAt,
    name,
    popReceiving: signTyped('KeyPossession', contents.receivingSecretKey, contracts, possession),
    popVerifying: signTyped('KeyPossession', contents.verifyingSecretKey, contracts, possession),
    ownerSignature,
  };
  return parseCard(formatCard(card));
}

/** The message that the owner's wallet signs for a card. */
export function cardRegistration(
  card: Pick<Card, 'owner' | 'receivingKey' | 'verifyingKey' | 'version' | 'issuedAt'>,
): {
  readonly owner: Address;
  readonly keys: Hex;
  readonly version: number;
  readonly deadline: number;
} {
  const { owner, receivingKey, verifyingKey, version, issuedAt } = card;
  if (owner === undefined) return refuse('E_CARD', 'owner', 'an address', 'none');
  return { owner, keys: keyPairHash(receivingKey, verifyingKey), version, deadline: issuedAt };
}

/** The card as text. Throws E_CARD (too long), E_FIELD, E_LENGTH, E_NUMBER, E_HEX. */
export function formatCard(card: Card): string {
  const body = encodeCbor([
    card.chainId,
    card.owner === undefined ? null : fromHex(card.owner, 20, 'owner'),
    card.receivingKey.toBytes(),
    card.verifyingKey.toBytes(),
    card.version,
    card.issuedAt,
    card.name ?? null,
    card.popReceiving,
    card.popVerifying,
    card.ownerSignature ?? null,
  ]);
  const text = `${prefix}1.${toBase64url(body)}`;
  if (text.length > maxCardLength) refuse('E_CARD', 'card', `at most ${maxCardLength} characters`, `${text.length}`);
  return text;
}

/** Read a card; nothing is proven yet. Throws E_CARD (damaged), E_BRAND (no card), E_VERSION (made by a newer version). */
export function parseCard(text: string): Card {
  if (typeof text !== 'string') refuse('E_TYPE', 'card', 'text', typeof text);
  if (text.length > maxCardLength) refuse('E_CARD', 'card', `at most ${maxCardLength} characters`, `${text.length}`);
  if (!text.startsWith(prefix)) refuse('E_BRAND', 'card', `${prefix}1. and data`, 'another text');
  const rest = text.slice(prefix.length);
  const [, version, data] = /^(\d+)\.(.*)$/s.exec(rest) ?? refuse('E_CARD', 'card', `${prefix}1. and data`);
  if (version !== '1') refuse('E_VERSION', 'card', 'version 1', `version ${version?.slice(0, 8)}`);
  try {
    return decodeCard(fromBase64url(data as string, 'E_CARD', 'card'));
  } catch (error) {
    if (error instanceof DintelError && error.code === 'E_CARD') throw error;
    const { field, expected, got } = error instanceof DintelError ? error : {};
    throw new DintelError('E_CARD', { field: field ? `card.${field}` : 'card', expected, got, cause: error });
  }
}

function decodeCard(bytes: Uint8Array): Card {
  const items = tupleOf(decodeCbor(bytes), 10, 'body');
  const [chainId, owner, receiving, verifying, version, issuedAt, name, popReceiving, popVerifying, signature] = items;
  const card: Card = {
    chainId: uintOf(chainId, 'chainId', Number.MAX_SAFE_INTEGER, 1),
    owner: orNull(owner, (value) => addressIn(value, 'owner')),
    receivingKey: keyIn(receiving, 'receiving'),
    verifyingKey: keyIn(verifying, 'verifying'),
    version: uintOf(version, 'version', 0xffffffff),
    issuedAt: uintOf(issuedAt, 'issuedAt', 2 ** 40 - 1),
    name: orNull(name, (value) => textOf(value, 'name', 64)),
    popReceiving: bytesOf(popReceiving, 'popReceiving', 65),
    popVerifying: bytesOf(popVerifying, 'popVerifying', 65),
    ownerSignature: orNull(signature, (value) => bytesOf(value, 'ownerSignature', 65, 512)),
  };
  if (card.receivingKey.equals(card.verifyingKey))
    refuse('E_CARD', 'verifying', 'a key of its own', 'the receiving key');
  if (card.owner === zeroAddress) refuse('E_CARD', 'owner', 'null for none', 'the zero address');
  if (card.owner === undefined && card.ownerSignature !== undefined) {
    refuse('E_CARD', 'ownerSignature', 'null without an owner', 'a signature');
  }
  return card;
}

/** A card whose keys are proven to be held. Made by {@link verifyCard} only. */
class VerifiedCard {
  readonly #verified = true;
  readonly card: Card;
  /** The address that agreed by its signature; undefined: only Bob's word connects owner and keys. */
  readonly provenOwner: Address | undefined;

  constructor(card: Card, provenOwner: Address | undefined) {
    this.card = card;
    this.provenOwner = provenOwner;
  }

  /** Bob's `reader` address in requests. */
  get reader(): Address {
    return addressOf(this.card.verifyingKey);
  }

  static is(value: unknown): value is VerifiedCard {
    return typeof value === 'object' && value !== null && #verified in value;
  }
}

export type { VerifiedCard };

/** Whether a value was made by {@link verifyCard}; for callers without a type checker. */
export function isVerifiedCard(value: unknown): value is VerifiedCard {
  return VerifiedCard.is(value);
}

/**
 * Check both proofs of possession and, if there is one, the owner's signature (`judge` answers for owners that are contracts).
 * Throws E_DOMAIN (another chain), E_SIGNATURE (a proof or the owner's signature is wrong), E_FIELD (no registry given).
 */
export async function verifyCard(card: Card, contracts: Contracts, judge?: ContractJudge): Promise<VerifiedCard> {
  if (card.chainId !== contracts.chainId) refuse('E_DOMAIN', 'chainId', `${contracts.chainId}`, `${card.chainId}`);
  const { receivingKey, verifyingKey, version, owner = zeroAddress } = card;
  const possession = { owner, keys: keyPairHash(receivingKey, verifyingKey), version };
  verifyTyped('KeyPossession', contracts, possession, card.popReceiving, addressOf(receivingKey));
  verifyTyped('KeyPossession', contracts, possession, card.popVerifying, addressOf(verifyingKey));
  if (card.ownerSignature === undefined || card.owner === undefined) return new VerifiedCard(card, undefined);
  const message = cardRegistration(card);
  await verifyContractSigned('KeyRegistration', contracts, message, card.ownerSignature, card.owner, judge);
  return new VerifiedCard(card, card.owner);
}
