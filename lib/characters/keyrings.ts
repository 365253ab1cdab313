/**
 * A person's keyrings: that of the present root, and those of roots before it. What is new is made with the newest; what was begun or
 * shared with another stays with that one.
 *
 * Owns: which of them it is. Owns not: roots (`keys/vault.ts`), when they are wiped (who made the keyrings; a locked one throws KEY_LOCKED).
 */
import { DintelError, ProtocolError } from '../protocol/errors.ts';
import type { Keyring } from '../protocol/keys.ts';
import { PublicKey } from '../umbral/keys.ts';

export class Keyrings {
  readonly newest: Keyring;
  /** Newest first. */
  readonly all: readonly Keyring[];

  constructor(newest: Keyring, former: readonly Keyring[] = []) {
    this.newest = newest;
    this.all = [newest, ...former];
  }

  /** The one that signs with this key, 33 bytes. Throws E_SIGNATURE if none does, KEY_LOCKED. */
  of(verifyingKey: Uint8Array): Keyring {
    const key = PublicKey.fromBytes(verifyingKey);
    const found = this.all.find((one) => one.verifying().publicKey.equals(key));
    if (found) return found;
    throw new ProtocolError('E_SIGNATURE', {
      field: 'verifyingKey',
      details: 'This was begun with another keyring, perhaps of a root before: give that in `former`.',
    });
  }

  /** What the first to which it is sealed makes of it. Throws `seal.open` if it is sealed to none, what `open` throws beside that. */
  openWith<T>(open: (keyring: Keyring) => T): { readonly keyring: Keyring; readonly opened: T } {
    let cause: DintelError | undefined;
    for (const keyring of this.all) {
      try {
        return { keyring, opened: open(keyring) };
      } catch (error) {
        if (!(error instanceof DintelError) || error.code !== 'seal.open') throw error;
        cause = error;
      }
    }
    throw new ProtocolError('seal.open', {
      field: cause?.field,
      details: 'It is for somebody else, or for a root before: give the keyring of that in `former`.',
      cause,
    });
  }
}

/** Who reads with a keyring, as a manifest names him. */
export const readerOf = (keyring: Keyring) => ({
  receivingKey: keyring.receiving().publicKey,
  verifyingKey: keyring.verifying().publicKey,
});
