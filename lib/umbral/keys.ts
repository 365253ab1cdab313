/**
 * Key pairs. Owns: SecretKey, PublicKey. Owns not: deriving keys from a seed (`secretKeyFactory.ts`), signing (`signer.ts`).
 * Source: spec/umbral.md sections 1, 3 and 10.
 */
import { compress, copyBytes, hex, sameBytes, wipe } from './bytes.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, UmbralError } from './errors.ts';
import { checkScalar, decodePoints, randomScalar } from './numbers.ts';
import type { RecoverableSignature } from './signature.ts';

/** Makes a PublicKey from an engine's 64-byte point that is not the identity. Internal. */
export let publicKeyOfPoint: (point: Uint8Array) => PublicKey;
/** The engine's point of a key; not a copy. Internal. */
export let pointOfKey: (key: PublicKey) => Uint8Array;
/** ser of a key; not a copy. Internal. */
export let bytesOfKey: (key: PublicKey) => Uint8Array;

/** A point of the curve that is not the identity: a receiving, delegating or verifying key. */
export class PublicKey {
  readonly #bytes: Uint8Array;
  readonly #point: Uint8Array;

  private constructor(bytes: Uint8Array, point: Uint8Array) {
    this.#bytes = bytes;
    this.#point = point;
  }

  static {
    publicKeyOfPoint = (point) => new PublicKey(compress(point), point);
    pointOfKey = (key) => key.#point;
    bytesOfKey = (key) => key.#bytes;
  }

  /** From 33 bytes, SEC1 compressed, strict. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): PublicKey {
    const copy = copyBytes(bytes, 'public key', 33);
    return new PublicKey(copy, decodePoints(copy, ['public key']));
  }

  /**
   * The key that made a recoverable signature over a 32-byte digest. Throws `parse` (digest not 32 bytes) or
   * `signature.verify` (no such key). Source: spec section 4.
   */
  static recoverFromPrehash(prehash: Uint8Array, signature: RecoverableSignature): PublicKey {
    const point = arithmetic().ecdsa.recover(copyBytes(prehash, 'prehash', 32), signature.toBytes());
    if (point) return publicKeyOfPoint(point);
    const details = { field: 'signature', expected: 'one made by some key', got: 'one that no key can have made' };
    throw new UmbralError('signature.verify', details);
  }

  /** 33 bytes, SEC1 compressed. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** 64 bytes, x then y: the last 20 bytes of its keccak-256 are the Ethereum address. */
  toUncompressed(): Uint8Array {
    return this.#point.slice();
  }

  equals(other: PublicKey): boolean {
    return sameBytes(this.#bytes, expectInstance(other, PublicKey, 'other').#bytes);
  }

  toString(): string {
    return `PublicKey:${hex(this.#bytes.subarray(0, 8))}`;
  }
}

/** Lends the 32 secret bytes to `use` and wipes the copy afterwards. Internal. */
export function withSecret<T>(key: SecretKey, use: (secret: Uint8Array) => T): T {
  const secret = key.toSecretBytes();
  try {
    return use(secret);
  } finally {
    wipe(secret);
  }
}

/** A scalar in [1, n-1]. Shows itself to nobody; `toSecretBytes` says what it does. */
export class SecretKey {
  readonly #secret: Uint8Array;
  #publicKey: PublicKey | undefined;
  #disposed = false;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  static random(): SecretKey {
    return new SecretKey(randomScalar());
  }

  /** From 32 bytes, big-endian, in [1, n-1]. The caller keeps (and wipes) its own copy. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): SecretKey {
    const copy = copyBytes(bytes, 'secret key', 32);
    try {
      return new SecretKey(checkScalar(copy, 'secret key', true));
    } catch (error) {
      wipe(copy);
      throw error;
    }
  }

  /** 32 bytes, to be wiped by the caller. Throws `parse` after `dispose`. */
  toSecretBytes(): Uint8Array {
    if (!this.#disposed) return this.#secret.slice();
    throw new UmbralError('parse', { field: 'secret key', expected: 'a living key', got: 'one that was disposed of' });
  }

  /** sk*G; computed once. */
  get publicKey(): PublicKey {
    this.#publicKey ??= withSecret(this, (scalars) =>
      publicKeyOfPoint(arithmetic().secretProducts([{ base: 'G', scalars }])),
    );
    return this.#publicKey;
  }

  /** Overwrites the key. Its public key lives on if it was asked for before. */
  dispose(): void {
    wipe(this.#secret);
    this.#disposed = true;
  }

  toString(): string {
    return 'SecretKey:...';
  }
}
