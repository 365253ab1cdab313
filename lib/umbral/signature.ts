/**
 * Signatures. Owns: Signature and RecoverableSignature with their encodings. Owns not: making them (`signer.ts`).
 * Source: spec/umbral.md section 4.
 */
import { concat, copyBytes, hex, sameBytes } from './bytes.ts';
import { derSignature, parseDerSignature } from './der.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, UmbralError } from './errors.ts';
import { sha256Of } from './hash.ts';
import { PublicKey, pointOfKey } from './keys.ts';
import { checkScalar } from './numbers.ts';

/** Checks that r and s, 32 bytes each, are in [1, n-1]. High s passes here and fails in verification. Throws `parse`. */
export function checkSignature(rs: Uint8Array, field: string): Uint8Array {
  checkScalar(rs.subarray(0, 32), `${field}, r`, true);
  checkScalar(rs.subarray(32, 64), `${field}, s`, true);
  return rs;
}

/** ECDSA over SHA-256 of a message. */
export class Signature {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** From r || s, 64 bytes. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): Signature {
    return new Signature(checkSignature(copyBytes(bytes, 'signature', 64), 'signature'));
  }

  /** From strict DER. Throws `parse`. */
  static fromDer(bytes: Uint8Array): Signature {
    return Signature.fromBytes(parseDerSignature(copyBytes(bytes, 'DER signature')));
  }

  /** r || s, 64 bytes. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  toDer(): Uint8Array {
    return derSignature(this.#bytes);
  }

  /** Whether `verifyingKey` signed `message`. High s is not valid: it would make a second form of each fragment. */
  verify(verifyingKey: PublicKey, message: Uint8Array): boolean {
    return this.verifyPrehash(verifyingKey, sha256Of(copyBytes(message, 'message')));
  }

  /** The same over a 32-byte digest. */
  verifyPrehash(verifyingKey: PublicKey, prehash: Uint8Array): boolean {
    const key = pointOfKey(expectInstance(verifyingKey, PublicKey, 'verifyingKey'));
    return arithmetic().ecdsa.verify(key, copyBytes(prehash, 'prehash', 32), this.#bytes)[0] === 1;
  }

  equals(other: Signature): boolean {
    return sameBytes(this.#bytes, expectInstance(other, Signature, 'other').#bytes);
  }

  toString(): string {
    return `Signature:${hex(this.#bytes.subarray(0, 8))}`;
  }
}

/** A signature over a 32-byte digest from which the signer's key can be computed: r || s || v, v in 0..3. */
export class RecoverableSignature {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** From 65 bytes. v of 27 and 28 is Ethereum's habit, not this form's. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): RecoverableSignature {
    const copy = copyBytes(bytes, 'recoverable signature', 65);
    checkSignature(copy, 'recoverable signature');
    if (copy[64]! <= 3) return new RecoverableSignature(copy);
    const details = { field: 'recoverable signature, v', expected: '0, 1, 2 or 3', got: String(copy[64]) };
    throw new UmbralError('parse', details);
  }

  /** 65 bytes. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Without v. */
  toSignature(): Signature {
    return Signature.fromBytes(this.#bytes.subarray(0, 64));
  }

  /** 0..3: bit 0 is the parity of R's y, bit 1 says that x of R was >= n. */
  get recoveryId(): number {
    return this.#bytes[64]!;
  }

  /** The key that signed this 32-byte digest. Throws `parse`, `signature.verify`. */
  recoverFromPrehash(prehash: Uint8Array): PublicKey {
    return PublicKey.recoverFromPrehash(prehash, this);
  }

  toString(): string {
    return `RecoverableSignature:${hex(this.#bytes.subarray(0, 8))}`;
  }
}

/** `signature` with the recovery id that leads to `key`; undefined if none does. Internal, for evidence. */
export function recoveryIdFor(key: PublicKey, prehash: Uint8Array, signature: Uint8Array): number | undefined {
  for (let v = 0; v < 4; v++) {
    const point = arithmetic().ecdsa.recover(prehash, concat(signature, Uint8Array.of(v)));
    if (point && sameBytes(point, pointOfKey(key))) return v;
  }
  return undefined;
}
