/**
 * What keys at rest say. Owns: codes and sentences of lib/keys, apart from the others because who brings his keys along need not load
 * them. Source: research/app-sdk.md section 2.
 */
import type { CodeEntry } from './codes.ts';

const no = false;
const yes = true;

/** These never cross the wire. */
export const keyCodes = {
  E_PASSWORD: {
    retryable: no,
    sentence:
      'The password or key is wrong, or the keys were changed after they were written. Try again, or restore a backup.',
  },
  E_PASSWORD_WEAK: {
    retryable: no,
    sentence: 'This is no password: too short, too long, or with control characters. Choose another.',
  },
  E_KEYSTORE_FORMAT: {
    retryable: no,
    sentence:
      'These are no keys that can be read here. Restore them from a backup, or use the version that wrote them.',
  },
  E_KDF_BOUNDS: {
    retryable: no,
    sentence: 'The keys ask for more work than any of ours do. Restore them from a backup.',
  },
  E_SLOT: {
    retryable: no,
    sentence: 'This way of unlocking is not there, is there already, or is the last one. Choose another.',
  },
  E_PASSKEY: {
    retryable: no,
    sentence: 'This passkey or browser cannot unlock keys (no PRF). Use a password or a wallet.',
  },
  E_STORE: {
    retryable: yes,
    sentence: 'The keys cannot be read or written on this device. Allow storage for this site and try again.',
  },
  E_VAULT_MISSING: { retryable: no, sentence: 'There are no keys on this device. Make some, or bring them along.' },
  E_VAULT_EXISTS: {
    retryable: no,
    sentence: 'There are keys on this device already. Unlock them, or erase them first.',
  },
  E_VAULT_CHANGED: {
    retryable: yes,
    sentence: 'The keys were changed elsewhere in the meantime, perhaps in another tab. Unlock them again.',
  },
  SIGNER_NOT_DETERMINISTIC: {
    retryable: no,
    sentence: 'This wallet signs differently each time, so it cannot unlock keys. Use a password or passkey.',
  },
  SIGNER_IS_CONTRACT: {
    retryable: no,
    sentence: 'A contract wallet cannot do this. Use a password, a passkey or a plain account.',
  },
} as const satisfies Record<string, CodeEntry>;
