/**
 * A notice read by whom it is for. Apart from `notice.ts`, since who grants makes notices and need not load this.
 *
 * Owns: opening an envelope. Owns not: its layout (`notice.ts`). Source: spec/protocol.md section 8.5.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { SecretKey } from '../umbral/keys.ts';
import { concatBytes } from './bytes.ts';
import { decodeCbor } from './cbor.ts';
import { DintelError, refuse } from './errors.ts';
import { idIn, keyIn, orNull, textOf, tupleOf, urisOf } from './fields.ts';
import { maxUris } from './link.ts';
import { aadOf, checkEnvelope, forTwo, type Notice, type NoticePlace, slotBytes } from './notice.ts';
import { openSeal } from './seal.ts';

const zeroNonce = new Uint8Array(12);

/**
 * Open an envelope found on chain. Throws E_LENGTH, `seal.open` (not for this key, or moved from another policy or tag),
 * E_NOTICE (opened, but not well formed).
 */
export function openNotice(receivingSecretKey: SecretKey, place: NoticePlace, envelope: Uint8Array): Notice {
  checkEnvelope(envelope);
  const body = openBody(receivingSecretKey, aadOf(place), envelope);
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

function openBody(receivingSecretKey: SecretKey, aad: Uint8Array, envelope: Uint8Array): Uint8Array {
  if (envelope[0] !== forTwo) return openSeal(receivingSecretKey, 'notice', aad, envelope);
  const front = envelope.subarray(0, 1 + 2 * slotBytes);
  const key = openSlot(receivingSecretKey, aad, front);
  try {
    return chacha20poly1305(key, zeroNonce, concatBytes(aad, front)).decrypt(envelope.subarray(front.length));
  } catch {
    return refuse('seal.open', 'notice', 'the envelope unchanged', 'another');
  } finally {
    key.fill(0);
  }
}

function openSlot(receivingSecretKey: SecretKey, aad: Uint8Array, front: Uint8Array): Uint8Array {
  try {
    return checkKey(openSeal(receivingSecretKey, 'notice', aad, front.subarray(1, 1 + slotBytes)));
  } catch (error) {
    if (!(error instanceof DintelError) || error.code !== 'seal.open') throw error;
    return checkKey(openSeal(receivingSecretKey, 'notice', aad, front.subarray(1 + slotBytes)));
  }
}

/** A seal of another length is a whole notice, or nothing of ours. */
const checkKey = (key: Uint8Array): Uint8Array =>
  key.length === 32 ? key : refuse('seal.open', 'notice', 'a key of 32 bytes', 'another');
