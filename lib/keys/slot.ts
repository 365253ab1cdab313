/**
 * The ways into a vault: what a person brings to make a slot and to open it.
 *
 * Owns: from a password, a passkey's secret, a wallet's signature or a phrase to the 32 bytes that wrap the box key. Owns not: the
 * ceremonies that get those secrets (`passkey.ts`, `wallet.ts`). Source: research/app-sdk.md section 6.
 *
 *   wrapKey = HKDF(secret, salt, "dintel/1/keystore/" || type)      secret: PRF output, r || s, or the root that the phrase writes
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { checkBytes, utf8 } from '../protocol/bytes.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { bytesOf, hexOf, type SecretFacts, type SlotFacts, slotName } from './boxFile.ts';
import { checkPassword, type Stretch } from './password.ts';
import { rootOfPhrase } from './phrase.ts';
import { passwordSlot, type SlotKey } from './strongbox.ts';

/** A secret that a ceremony got. Shapes: `id` hex without 0x, `salt` 32 bytes, `secret` at least 32 bytes; the vault wipes none of it. */
export interface SecretKeyMaterial {
  readonly type: 'passkey' | 'wallet';
  /** A credential's id, or an address without 0x. */
  readonly id: string;
  /** What the ceremony was bound to, and what HKDF is salted with. */
  readonly salt: Uint8Array;
  readonly secret: Uint8Array;
}

/** What makes a new slot. */
export type NewSlot =
  | { readonly type: 'password'; readonly password: string }
  | { readonly type: 'phrase' }
  | (SecretKeyMaterial & { readonly name?: string | undefined });

/** What opens a vault. */
export type Unlock =
  | { readonly type: 'password'; readonly password: string }
  | { readonly type: 'phrase'; readonly phrase: string }
  | Pick<SecretKeyMaterial, 'type' | 'id' | 'secret'>;

/** Salt of a slot that is about to be made; the ceremony is bound to it. */
export const newSalt = (): Uint8Array => randomBytes(32);

/** Throws E_PASSWORD_WEAK, E_TYPE, E_LENGTH, E_FIELD. `root`: the newest one, which a phrase writes. */
export async function makeSlot(slot: NewSlot, root: Uint8Array, stretch: Stretch): Promise<SlotKey> {
  if (slot.type === 'password') return passwordSlot(slot.password, stretch);
  if (slot.type === 'phrase') return phraseSlot(root);
  if (slot.type !== 'passkey' && slot.type !== 'wallet') throw unknownKind();
  const kdf = { name: 'hkdf', salt: hexOf(checkBytes(slot.salt, 32, 'slot.salt')) } as const;
  checkId(slot.id);
  const facts: SecretFacts = { type: slot.type, kdf, id: slot.id, name: slotName(slot.name ?? '') };
  return { facts, wrapKey: secretWrapKey(facts, slot.secret) };
}

/** The phrase of a root as a slot. */
export function phraseSlot(root: Uint8Array): SlotKey {
  const facts: SecretFacts = { type: 'phrase', kdf: { name: 'hkdf', salt: hexOf(newSalt()) }, id: '', name: '' };
  return { facts, wrapKey: secretWrapKey(facts, root) };
}

/**
 * The wrapping key for each slot that `unlock` may open, in order; the caller wipes them.
 * Throws E_PASSWORD_WEAK, E_WORDS, E_TYPE, E_LENGTH before any work.
 */
export async function* wrapKeysFor<S extends SlotFacts>(
  unlock: Unlock,
  slots: readonly S[],
  stretch: Stretch,
): AsyncGenerator<{ readonly slot: S; readonly wrapKey: Uint8Array }, void, void> {
  if (unlock.type === 'password') {
    const password = utf8(checkPassword(unlock.password));
    for (const slot of slots) {
      if (slot.type === 'password') yield { slot, wrapKey: await stretch(password, slot.kdf) };
    }
    password.fill(0);
    return;
  }
  if (unlock.type !== 'phrase' && unlock.type !== 'passkey' && unlock.type !== 'wallet') throw unknownKind();
  const isPhrase = unlock.type === 'phrase';
  const secret = isPhrase ? rootOfPhrase(unlock.phrase) : unlock.secret;
  try {
    for (const slot of slots) {
      if (slot.type === 'password' || slot.type !== unlock.type) continue;
      if (isPhrase || slot.id === unlock.id) yield { slot, wrapKey: secretWrapKey(slot, secret) };
    }
  } finally {
    if (isPhrase) secret.fill(0);
  }
}

function secretWrapKey(facts: SecretFacts, secret: Uint8Array): Uint8Array {
  if (checkBytes(secret, undefined, 'key.secret').length < 32) {
    throw new ProtocolError('E_LENGTH', { field: 'key.secret', expected: 'at least 32 bytes' });
  }
  return hkdf(sha256, secret, bytesOf(facts.kdf.salt), utf8(`dintel/1/keystore/${facts.type}`), 32);
}

function checkId(id: string): void {
  if (!/^(?:[0-9a-f]{2}){1,1023}$/.test(id)) {
    throw new ProtocolError('E_FIELD', { field: 'slot.id', expected: 'lower-case hex without 0x' });
  }
}

function unknownKind(): ProtocolError {
  return new ProtocolError('E_FIELD', { field: 'key.type', expected: 'password, passkey, wallet or phrase' });
}
