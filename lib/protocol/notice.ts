/**
 * Notices: how Bob finds what was shared with him. A `Notice(policyId, tag, envelope)` event carries
 *
 *   envelope = SEAL(receiving_B, "notice", policyId || tag, body)             body = CBOR [manifestId, vk, [uri..], name or null]
 *   for two  = 01 || SEAL(receiving_B, "notice", policyId || tag, key) || SEAL(receiving_A, the same)
 *                 || ChaCha20-Poly1305(key, nonce zero, aad = policyId || tag || all before, body)               at most 512 bytes
 *   tag      = pairwise HMAC-SHA256(k, u32be(i)), or hello K("dintel/1/hello" || u256(chainId) || policyManager || bobAddress),
 *              or 32 random bytes
 *
 * Anyone may reuse a tag: a notice counts only if its envelope opens and its manifest verifies; a vk not known is a request.
 * An envelope for two tells Bob, and Alice's next device, in the one event that pays the policy. A seal begins with 02 or 03.
 * Owns: tags and how envelopes are made. Owns not: how they are opened (`openNotice.ts`), the search for events (lib/chain,
 * characters). Source: spec/protocol.md section 8.5.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { type PublicKey, SecretKey } from '../umbral/keys.ts';
import { sharedPoint } from '../umbral/sharedPoint.ts';
import { checkUint, concatBytes, uintBytes, utf8 } from './bytes.ts';
import { encodeCbor } from './cbor.ts';
import { pairwiseTagBytes, tagSecret } from './derive.ts';
import { refuse } from './errors.ts';
import { textOf, urisOf } from './fields.ts';
import { keccak } from './hash.ts';
import { type Address, fromHex, type Hex, toHex } from './hex.ts';
import { maxUris } from './link.ts';
import { sealOverhead, sealWith } from './seal.ts';

/** Bytes of an envelope, as the contract limits it. */
export const maxEnvelopeBytes = 512;
/** A reader looks this many tags beyond the last one that he saw. */
export const tagGapLimit = 20;

/** First byte of an envelope for two. Internal. */
export const forTwo = 1;
export const slotBytes = 32 + sealOverhead;
const zeroNonce = new Uint8Array(12);

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
  /** Those that were asked for: a window of them is looked at again and again. */
  readonly #made = new Map<number, Hex>();

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
    const tag = this.#made.get(i) ?? toHex(pairwiseTagBytes(this.#secret, i));
    this.#made.set(i, tag);
    return tag;
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

/** Seal a notice to Bob's receiving key, or to his and the sender's own. Throws E_LENGTH (more than 512 bytes), E_FIELD, E_COUNT, E_HEX. */
export function sealNotice(
  readers: PublicKey | readonly [PublicKey, PublicKey],
  place: NoticePlace,
  notice: Notice,
): Uint8Array {
  if (!isPair(readers)) return sealNoticeWith(SecretKey.random(), readers, place, notice);
  const key = randomBytes(32);
  const ephemerals = [SecretKey.random(), SecretKey.random()] as const;
  try {
    return sealNoticeForTwoWith(key, ephemerals, readers, place, notice);
  } finally {
    key.fill(0);
    for (const ephemeral of ephemerals) ephemeral.dispose();
  }
}

const isPair = (readers: PublicKey | readonly [PublicKey, PublicKey]): readers is readonly [PublicKey, PublicKey] =>
  Array.isArray(readers);

/** The same with a given e, for vectors only. Not exported from the package. */
export function sealNoticeWith(
  ephemeral: SecretKey,
  receivingKey: PublicKey,
  place: NoticePlace,
  notice: Notice,
): Uint8Array {
  return checkEnvelope(sealWith(ephemeral, receivingKey, 'notice', aadOf(place), bodyOf(notice)));
}

/** The same for two, with a given key and given e, for vectors only. Not exported from the package. */
export function sealNoticeForTwoWith(
  key: Uint8Array,
  ephemerals: readonly [SecretKey, SecretKey],
  readers: readonly [PublicKey, PublicKey],
  place: NoticePlace,
  notice: Notice,
): Uint8Array {
  const aad = aadOf(place);
  const slots = readers.map((reader, i) => sealWith(ephemerals[i] as SecretKey, reader, 'notice', aad, key));
  const front = concatBytes(Uint8Array.of(forTwo), ...slots);
  const cipher = chacha20poly1305(key, zeroNonce, concatBytes(aad, front));
  return checkEnvelope(concatBytes(front, cipher.encrypt(bodyOf(notice))));
}

function bodyOf(notice: Notice): Uint8Array {
  return encodeCbor([
    fromHex(notice.manifestId, 32, 'manifestId'),
    notice.verifyingKey.toBytes(),
    urisOf(notice.uris, 'uris', maxUris),
    notice.name === undefined ? null : textOf(notice.name, 'name', 64),
  ]);
}

/** Internal. */
export function checkEnvelope(envelope: Uint8Array): Uint8Array {
  if (envelope.length <= maxEnvelopeBytes) return envelope;
  return refuse('E_LENGTH', 'envelope', `at most ${maxEnvelopeBytes} bytes`, `${envelope.length} bytes`);
}

/** What an envelope is bound to. Internal. */
export function aadOf(place: NoticePlace): Uint8Array {
  return concatBytes(fromHex(place.policyId, 32, 'policyId'), fromHex(place.tag, 32, 'tag'));
}
