/**
 * Notices: how Bob finds what was shared with him. A `Notice(policyId, tag, envelope)` event carries
 *
 *   envelope = SEAL(receiving_B, "notice", policyId || tag, CBOR [manifestId, vk, [uri..], name or null])      at most 512 bytes
 *   tag      = pairwise HMAC-SHA256(k, u32be(i)), or hello K("dintel/1/hello" || u256(chainId) || policyManager || bobAddress),
 *              or 32 random bytes
 *
 * Anyone may reuse a tag: a notice counts only if its envelope opens and its manifest verifies; a vk not known is a request.
 * Owns: tags and envelopes. Owns not: the search for events (lib/chain, characters). Source: spec/protocol.md section 8.5.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { type PublicKey, SecretKey } from '../umbral/index.ts';
import { checkUint, concatBytes, uintBytes, utf8 } from './bytes.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { pairwiseTagBytes, tagSecret } from './derive.ts';
import { DintelError, refuse } from './errors.ts';
import { idIn, keyIn, orNull, textOf, tupleOf, urisOf } from './fields.ts';
import { keccak } from './hash.ts';
import { type Address, fromHex, type Hex, toHex } from './hex.ts';
import { maxUris } from './link.ts';
import { openSeal, sealOverhead, sealWith, sharedPoint } from './seal.ts';

/** Bytes of an envelope, as the contract limits it. */
export const maxEnvelopeBytes = 512;
/** A reader looks this many tags beyond the last one that he saw. */
export const tagGapLimit = 20;

/** What an envelope says; the manifest proves it. */
export interface Notice {
  readonly manifestId: Hex;
  /** The sender's verifying key; whether it is known is the reader's affair. */
  readonly verifyingKey: PublicKey;
  readonly uris: readonly string[];
  /** What the sender calls himself, at most 64 bytes of UTF-8. */
  readonly name: string | undefined;
}

/** Where an envelope is published: both are authenticated. */
export interface NoticePlace {
  readonly policyId: Hex;
  readonly tag: Hex;
}

/**
 * The tags of one direction between two people, known to these two only. Both sides make the same ones: the sender from his
 * secret and the recipient's key, the recipient from his secret and the sender's key.
 */
export class PairwiseTags {
  readonly #secret: Uint8Array;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** For who sends. Keys are receiving keys. */
  static toRecipient(sender: SecretKey, recipient: PublicKey): PairwiseTags {
    return PairwiseTags.#between(sender, recipient, sender.publicKey, recipient);
  }

  /** For who receives. Keys are receiving keys. */
  static fromSender(recipient: SecretKey, sender: PublicKey): PairwiseTags {
    return PairwiseTags.#between(recipient, sender, sender, recipient.publicKey);
  }

  static #between(secret: SecretKey, peer: PublicKey, sender: PublicKey, recipient: PublicKey): PairwiseTags {
    const shared = sharedPoint(secret, peer);
    try {
      return new PairwiseTags(tagSecret(shared, sender.toBytes(), recipient.toBytes()));
    } finally {
      shared.fill(0);
    }
  }

  /** The i-th tag. Throws E_NUMBER. */
  at(i: number): Hex {
    checkUint(i, 32, 'i');
    return toHex(pairwiseTagBytes(this.#secret, i));
  }

  /** The tags to look for when the next unseen one is number `next`: `tagGapLimit` of them. */
  ahead(next: number): readonly Hex[] {
    return Array.from({ length: tagGapLimit }, (_, k) => this.at(next + k));
  }
}

/** The tag under which strangers may write to an address that has opted in. Public, so it tells that Bob was written to. */
export function helloTag(of: { chainId: number; policyManager: Address; bob: Address }): Hex {
  return keccak(
    utf8('dintel/1/hello'),
    uintBytes(of.chainId, 256, 'chainId'),
    fromHex(of.policyManager, 20, 'policyManager'),
    fromHex(of.bob, 20, 'bob'),
  );
}

/** A tag that says nothing to anyone. */
export function randomTag(): Hex {
  return toHex(randomBytes(32));
}

/** Seal a notice to Bob's receiving key. Throws E_LENGTH (more than 512 bytes), E_FIELD, E_COUNT, E_HEX. */
export function sealNotice(receivingKey: PublicKey, place: NoticePlace, notice: Notice): Uint8Array {
  return sealNoticeWith(SecretKey.random(), receivingKey, place, notice);
}

/** The same with a given e, for vectors only. Not exported from the package. */
export function sealNoticeWith(
  ephemeral: SecretKey,
  receivingKey: PublicKey,
  place: NoticePlace,
  notice: Notice,
): Uint8Array {
  const body = encodeCbor([
    fromHex(notice.manifestId, 32, 'manifestId'),
    notice.verifyingKey.toBytes(),
    urisOf(notice.uris, 'uris', maxUris),
    notice.name === undefined ? null : textOf(notice.name, 'name', 64),
  ]);
  if (body.length + sealOverhead > maxEnvelopeBytes) {
    refuse('E_LENGTH', 'envelope', `at most ${maxEnvelopeBytes} bytes`, `${body.length + sealOverhead} bytes`);
  }
  return sealWith(ephemeral, receivingKey, 'notice', aadOf(place), body);
}

/**
 * Open an envelope found on chain. Throws E_LENGTH, `seal.open` (not for this key, or moved from another policy or tag),
 * E_NOTICE (opened, but not well formed).
 */
export function openNotice(receivingSecretKey: SecretKey, place: NoticePlace, envelope: Uint8Array): Notice {
  if (envelope.length > maxEnvelopeBytes) {
    refuse('E_LENGTH', 'envelope', `at most ${maxEnvelopeBytes} bytes`, `${envelope.length} bytes`);
  }
  const body = openSeal(receivingSecretKey, 'notice', aadOf(place), envelope);
  try {
    const [manifestId, vk, uris, name] = tupleOf(decodeCbor(body), 4, 'body');
    return {
      manifestId: idIn(manifestId, 'manifestId'),
      verifyingKey: keyIn(vk, 'verifyingKey'),
      uris: urisOf(uris ?? null, 'uris', maxUris),
      name: orNull(name, (value) => textOf(value, 'name', 64)),
    };
  } catch (error) {
    const field = error instanceof DintelError ? error.field : undefined;
    throw new DintelError('E_NOTICE', { field: field === undefined ? 'envelope' : `envelope.${field}`, cause: error });
  }
}

function aadOf(place: NoticePlace): Uint8Array {
  return concatBytes(fromHex(place.policyId, 32, 'policyId'), fromHex(place.tag, 32, 'tag'));
}
