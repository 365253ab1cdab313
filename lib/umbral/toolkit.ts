/**
 * For people who prototype other schemes on the same group. Owns: Point, Scalar, the generators, hashToScalar, the KDF and
 * the DEM as separate tools. Owns not: arithmetic (the engine) nor the scheme itself. Source: spec/umbral.md sections 1, 2, 5.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { compress, concat, copyBytes, hex, isZero, sameBytes, wipe } from './bytes.ts';
import { demDecrypt, demEncryptWith } from './dem.ts';
import { arithmetic } from './engine/current.ts';
import type { FixedBase } from './engine.ts';
import { expectInstance, UmbralError } from './errors.ts';
import { hashToScalarBytes, hkdf, U_BYTES } from './hash.ts';
import { type PublicKey, pointOfKey, publicKeyOfPoint } from './keys.ts';
import { checkScalar, decodePoints, randomScalar } from './numbers.ts';

let bytesOf: (scalar: Scalar) => Uint8Array;
let scalarOf: (bytes: Uint8Array) => Scalar;
let fixedPoint: (point: Uint8Array, base: FixedBase) => Point;

/** An integer mod n. Treated as secret: constant-time arithmetic, shown to nobody but who asks for its bytes. */
export class Scalar {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Uniform in [1, n-1]. */
  static random(): Scalar {
    return new Scalar(randomScalar());
  }

  /** From 32 bytes, big-endian, below n; 0 is allowed. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): Scalar {
    return new Scalar(checkScalar(copyBytes(bytes, 'scalar', 32), 'scalar'));
  }

  /** 32 bytes, big-endian. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  add(other: Scalar): Scalar {
    return new Scalar(arithmetic().scalars.add(this.#bytes, bytesOf(other)));
  }

  subtract(other: Scalar): Scalar {
    return new Scalar(arithmetic().scalars.sub(this.#bytes, bytesOf(other)));
  }

  multiply(other: Scalar): Scalar {
    return new Scalar(arithmetic().scalars.mul(this.#bytes, bytesOf(other)));
  }

  negate(): Scalar {
    return new Scalar(arithmetic().scalars.negate(this.#bytes));
  }

  /** Throws `parse` for 0, which has no inverse. */
  invert(): Scalar {
    if (!this.isZero) return new Scalar(arithmetic().scalars.invert(this.#bytes));
    throw new UmbralError('parse', { field: 'scalar', expected: 'a nonzero scalar', got: 'zero' });
  }

  get isZero(): boolean {
    return isZero(this.#bytes);
  }

  equals(other: Scalar): boolean {
    return sameBytes(this.#bytes, bytesOf(other));
  }

  /** Overwrites the scalar with 0. */
  dispose(): void {
    wipe(this.#bytes);
  }

  toString(): string {
    return 'Scalar:...';
  }

  static {
    bytesOf = (scalar) => expectInstance(scalar, Scalar, 'scalar').#bytes;
    scalarOf = (bytes) => new Scalar(bytes);
  }
}

/** An element of the group, the identity included. */
export class Point {
  readonly #point: Uint8Array;
  readonly #fixed: FixedBase | undefined;

  private constructor(point: Uint8Array, fixed?: FixedBase) {
    this.#point = point;
    this.#fixed = fixed;
  }

  static {
    fixedPoint = (point, base) => new Point(point, base);
  }

  static get identity(): Point {
    return new Point(new Uint8Array(64));
  }

  /** From 33 bytes, SEC1 compressed, strict; the identity has no such form. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): Point {
    return new Point(decodePoints(copyBytes(bytes, 'point', 33), ['point']));
  }

  static fromPublicKey(key: PublicKey): Point {
    return new Point(pointOfKey(key));
  }

  /** 33 bytes. Throws `parse` for the identity. */
  toBytes(): Uint8Array {
    return compress(this.#finite());
  }

  /** x and y, 32 bytes each. Throws `parse` for the identity. */
  toAffine(): { readonly x: Uint8Array; readonly y: Uint8Array } {
    const point = this.#finite();
    return { x: point.slice(0, 32), y: point.slice(32) };
  }

  /** Throws `parse` for the identity, which is no key. */
  toPublicKey(): PublicKey {
    return publicKeyOfPoint(this.#finite());
  }

  /** Public. */
  add(other: Point): Point {
    return new Point(arithmetic().addPoints(this.#point, expectInstance(other, Point, 'other').#point));
  }

  /** Public. */
  subtract(other: Point): Point {
    return this.add(expectInstance(other, Point, 'other').negate());
  }

  /** Public. */
  negate(): Point {
    return new Point(arithmetic().negatePoints(this.#point));
  }

  /** By a secret scalar, constant-time. */
  multiply(scalar: Scalar): Point {
    return new Point(arithmetic().secretProducts([{ base: this.#fixed ?? this.#point, scalars: bytesOf(scalar) }]));
  }

  /** sum of scalars[i] * points[i], variable time: only for scalars that everybody may know. */
  static publicSum(terms: readonly { readonly point: Point; readonly scalar: Scalar }[]): Point {
    const points = concat(...terms.map(({ point }) => expectInstance(point, Point, 'point').#point));
    const scalars = concat(...terms.map(({ scalar }) => bytesOf(scalar)));
    return new Point(arithmetic().publicSums([{ points, scalars }]));
  }

  get isIdentity(): boolean {
    return isZero(this.#point);
  }

  equals(other: Point): boolean {
    return sameBytes(this.#point, expectInstance(other, Point, 'other').#point);
  }

  toString(): string {
    return `Point:${this.isIdentity ? 'identity' : hex(this.toBytes().subarray(0, 8))}`;
  }

  #finite(): Uint8Array {
    if (!this.isIdentity) return this.#point;
    throw new UmbralError('parse', { field: 'point', expected: 'a point with an encoding', got: 'the identity' });
  }
}

/** G of the curve, and U whose discrete logarithm to G nobody knows; both with fast multiplication. */
export const generators = {
  get G(): Point {
    const one = new Uint8Array(32);
    one[31] = 1;
    return fixedPoint(arithmetic().publicSums([{ g: one }]), 'G');
  },
  get U(): Point {
    return fixedPoint(decodePoints(U_BYTES, ['U']), 'U');
  },
} as const;

/** H(tag, parts...) in [1, n-1]; parts are joined without lengths, so give them fixed ones. Source: spec section 2. */
export const hashToScalar = (tag: Uint8Array, ...parts: readonly Uint8Array[]): Scalar =>
  scalarOf(hashToScalarBytes(copyBytes(tag, 'tag'), ...parts.map((part, i) => copyBytes(part, `parts[${i}]`))));

/** HKDF-SHA-256 without salt. Units: `length` in bytes, at most 8160. Throws `parse`. */
export function deriveBytes(ikm: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 1 || length > 255 * 32) {
    throw new UmbralError('parse', { field: 'length', expected: '1 to 8160 bytes', got: String(length) });
  }
  return hkdf(copyBytes(ikm, 'ikm'), copyBytes(info, 'info'), length);
}

/** The scheme's symmetric cipher under a 33-byte (or any) seed: nonce (24, fresh) || body || tag (16). */
export const dem = {
  encrypt: (keySeed: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array =>
    demEncryptWith(
      randomBytes(24),
      copyBytes(keySeed, 'keySeed'),
      copyBytes(plaintext, 'plaintext'),
      copyBytes(associatedData, 'associatedData'),
    ),
  /** Throws `dem.too_short`, `dem.auth`. */
  decrypt: (keySeed: Uint8Array, ciphertext: Uint8Array, associatedData: Uint8Array): Uint8Array =>
    demDecrypt(
      copyBytes(keySeed, 'keySeed'),
      copyBytes(ciphertext, 'ciphertext'),
      copyBytes(associatedData, 'associatedData'),
    ),
} as const;
