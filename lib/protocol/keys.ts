/**
 * A person's keys: everything one 32-byte root derives. The key that signs is never the key that decrypts, and each label
 * has a delegating key of its own, because Bob with a threshold of colluding nodes can compute that one key.
 *
 * Owns: derivation paths, the rules for labels. Owns not: how the root is kept (keystores), a node's keys (`nodeKeys.ts`),
 * the scalar rule (`SecretKeyFactory.makeKey`). Source: spec/protocol.md section 2.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import type { SecretKey } from '../umbral/keys.ts';
import { SecretKeyFactory } from '../umbral/secretKeyFactory.ts';
import { checkBytes, concatBytes, fromUtf8, u32be, utf8 } from './bytes.ts';
import { labelsSeed, personSeed, vaultSecret } from './derive.ts';
import { refuse } from './errors.ts';
import { sha256 } from './hash.ts';

/** A label has at most this many bytes of UTF-8 after normalisation. */
export const maxLabelBytes = 1024;

/**
 * A label as the bytes that keys are derived from: Unicode NFC, then UTF-8, 1..1024 bytes.
 * Throws E_LABEL for an empty or too long label and for a lone surrogate, which has no UTF-8.
 */
export function labelBytes(label: string): Uint8Array {
  if (typeof label !== 'string') refuse('E_LABEL', 'label', 'text', typeof label);
  if (/\p{Surrogate}/u.test(label)) refuse('E_LABEL', 'label', 'well-formed Unicode', 'a lone surrogate');
  const bytes = utf8(label.normalize('NFC'));
  if (bytes.length < 1 || bytes.length > maxLabelBytes) {
    refuse('E_LABEL', 'label', `1 to ${maxLabelBytes} bytes of UTF-8`, `${bytes.length}`);
  }
  return bytes;
}

/** The inverse of {@link labelBytes}, for a label that came back from a seal. Throws E_UTF8, E_LABEL. */
export function parseLabel(bytes: Uint8Array): string {
  const label = fromUtf8(bytes, 'label');
  if (label !== label.normalize('NFC')) refuse('E_LABEL', 'label', 'Unicode NFC', 'another form');
  labelBytes(label);
  return label;
}

/**
 * The root and what it derives. Versions v start at 0 and rise on rotation. A person's own keys are made once and belong to the
 * keyring; each delegating key is made anew, by two HKDFs, and callers may keep it. `dispose` wipes the root and the person's keys;
 * after it every method throws KEY_LOCKED. JavaScript cannot promise that no copy is left.
 */
export class Keyring {
  readonly #root: Uint8Array;
  readonly #own = new Map<string, SecretKey>();
  #locked = false;

  private constructor(root: Uint8Array) {
    this.#root = root;
  }

  /** A new person. */
  static random(): Keyring {
    return new Keyring(randomBytes(32));
  }

  /** From 32 secret bytes, which are copied. Throws E_TYPE, E_LENGTH. */
  static fromRoot(root: Uint8Array): Keyring {
    return new Keyring(Uint8Array.from(checkBytes(root, 32, 'root')));
  }

  /** A copy of the root, for a keystore or a link that anyone may open. The caller wipes it. */
  toSecretBytes(): Uint8Array {
    return Uint8Array.from(this.#open());
  }

  /** Signs kfrags, manifests and reservations (Alice), requests (Bob). Its address is Bob's `reader`. */
  verifying(version = 0): SecretKey {
    return this.#person('verifying/', version);
  }

  /** Opens what is sealed to this person; Umbral's pk_B. */
  receiving(version = 0): SecretKey {
    return this.#person('receiving/', version);
  }

  /** Umbral's sk_A for one label. Throws E_LABEL. */
  delegating(label: string, version = 0): SecretKey {
    const path = concatBytes(sha256(labelBytes(label)), u32be(version, 'version'));
    return makeKey(labelsSeed(this.#open()), path);
  }

  /** 32 bytes for local state and grant drafts. The caller wipes them. */
  vaultKey(): Uint8Array {
    return vaultSecret(this.#open());
  }

  /** Forget the root, and the keys that sign and open. */
  dispose(): void {
    this.#root.fill(0);
    for (const key of this.#own.values()) key.dispose();
    this.#own.clear();
    this.#locked = true;
  }

  #person(path: string, version: number): SecretKey {
    const root = this.#open();
    const name = `${path}${version}`;
    const made = this.#own.get(name);
    if (made !== undefined) return made;
    const key = makeKey(personSeed(root), concatBytes(utf8(path), u32be(version, 'version')));
    this.#own.set(name, key);
    return key;
  }

  #open(): Uint8Array {
    if (this.#locked) refuse('KEY_LOCKED', 'root', 'an open keyring', 'one that was disposed of');
    return this.#root;
  }
  toString(): string {
    return 'Keyring:...';
  }
}

function makeKey(seed: Uint8Array, path: Uint8Array): SecretKey {
  const factory = SecretKeyFactory.fromSeed(seed);
  try {
    return factory.makeKey(path);
  } finally {
    factory.dispose();
    seed.fill(0);
  }
}
