/**
 * Many keys from one seed. Owns: SecretKeyFactory. Owns not: what labels mean. Source: spec/umbral.md section 3, table.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { concat, copyBytes, utf8, wipe } from './bytes.ts';
import { UmbralError } from './errors.ts';
import { hashToScalarBytes, hkdf } from './hash.ts';
import { SecretKey } from './keys.ts';

/** A 32-byte seed that derives secrets, keys and further factories by label. Labels are any bytes, also none. */
export class SecretKeyFactory {
  readonly #seed: Uint8Array;
  #disposed = false;

  private constructor(seed: Uint8Array) {
    this.#seed = seed;
  }

  static random(): SecretKeyFactory {
    return new SecretKeyFactory(randomBytes(32));
  }

  /** From 32 secret, uniformly random bytes; the caller wipes its copy. Throws `parse` for any other length. */
  static fromSeed(seed: Uint8Array): SecretKeyFactory {
    return new SecretKeyFactory(copyBytes(seed, 'seed', 32));
  }

  /** A secret key. */
  makeKey(label: Uint8Array): SecretKey {
    const info = concat(utf8('KEY_DERIVATION/'), copyBytes(label, 'label'));
    const material = this.#derive(info, 64);
    const scalar = hashToScalarBytes(info, material); // the tag is the whole info string
    try {
      return SecretKey.fromBytes(scalar);
    } finally {
      wipe(material, scalar);
    }
  }

  /** 64 secret bytes, to be wiped by the caller. */
  makeSecret(label: Uint8Array): Uint8Array {
    return this.#derive(concat(utf8('SECRET_DERIVATION/'), copyBytes(label, 'label')), 64);
  }

  /** A factory of its own, from which this one cannot be computed. */
  makeFactory(label: Uint8Array): SecretKeyFactory {
    return new SecretKeyFactory(this.#derive(concat(utf8('FACTORY_DERIVATION/'), copyBytes(label, 'label')), 32));
  }

  /** Overwrites the seed. Keys made before live on. */
  dispose(): void {
    wipe(this.#seed);
    this.#disposed = true;
  }

  toString(): string {
    return 'SecretKeyFactory:...';
  }

  #derive(info: Uint8Array, length: number): Uint8Array {
    if (!this.#disposed) return hkdf(this.#seed, info, length);
    throw new UmbralError('parse', { field: 'factory', expected: 'a living factory', got: 'one that was disposed of' });
  }
}
