/**
 * The capsule: what re-encryption turns. Owns: Capsule, its encodings and its self-check, which every decoder runs, so that
 * a Capsule in memory is always a true one. Owns not: making and opening it (`encrypt.ts`, `open.ts`).
 * Source: spec/umbral.md sections 5 and 10.
 */
import { encodes, hex, sameBytes } from './bytes.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, UmbralError } from './errors.ts';
import { capsuleChallenge } from './hash.ts';
import { CAPSULE, CAPSULE_SIMPLE } from './layout.ts';
import { checkScalar, decodePoints } from './numbers.ts';

/** What the rest of the scheme needs of a capsule. Views and points, not copies. */
export interface CapsuleParts {
  /** ser(E), ser(V) and s: 33, 33, 32 bytes. */
  readonly e: Uint8Array;
  readonly v: Uint8Array;
  readonly s: Uint8Array;
  /** E and V as the engine's points. */
  readonly ePoint: Uint8Array;
  readonly vPoint: Uint8Array;
  /** h. */
  readonly challenge: Uint8Array;
  /** ser(E) || ser(V) || s, 98 bytes: the associated data of the ciphertext. */
  readonly simple: Uint8Array;
}

/** Internal. */
export let capsuleParts: (capsule: Capsule) => CapsuleParts;
/** From parts that hold by construction. Internal. */
export let capsuleOfParts: (parts: Omit<CapsuleParts, 'simple'>) => Capsule;

/** (E, V, s) with s*G = V + h*E. */
export class Capsule {
  readonly #parts: CapsuleParts;

  private constructor(parts: Omit<CapsuleParts, 'simple'>) {
    this.#parts = { ...parts, simple: CAPSULE_SIMPLE.build(parts) };
  }

  static {
    capsuleParts = (capsule) => expectInstance(capsule, Capsule, 'capsule').#parts;
    capsuleOfParts = (parts) => new Capsule(parts);
  }

  /** From 105 canonical bytes. Throws `parse`, `capsule.verify`. */
  static fromBytes(bytes: Uint8Array): Capsule {
    const framed = CAPSULE.frame(bytes);
    return check(CAPSULE.field(framed, 'e'), CAPSULE.field(framed, 'v'), CAPSULE.field(framed, 's'));
  }

  /** From the 98 bytes of the simple form. Throws `parse`, `capsule.verify`. */
  static fromBytesSimple(bytes: Uint8Array): Capsule {
    const framed = CAPSULE_SIMPLE.frame(bytes);
    const field = (name: 'e' | 'v' | 's') => CAPSULE_SIMPLE.field(framed, name);
    return check(field('e'), field('v'), field('s'));
  }

  /** 105 bytes. */
  toBytes(): Uint8Array {
    return CAPSULE.build(this.#parts);
  }

  /** ser(E) || ser(V) || s, 98 bytes. */
  toBytesSimple(): Uint8Array {
    return this.#parts.simple.slice();
  }

  equals(other: Capsule): boolean {
    return sameBytes(this.#parts.simple, capsuleParts(other).simple);
  }

  toString(): string {
    return `Capsule:${hex(this.#parts.s.subarray(0, 8))}`;
  }
}

/** The capsule of untrusted parts. Only E is decompressed: V is what the equation yields. Source: spec sections 5 and 14. */
function check(e: Uint8Array, v: Uint8Array, s: Uint8Array): Capsule {
  checkScalar(s, 'capsule, s');
  const engine = arithmetic();
  const ePoint = decodePoints(e, ['capsule, E']);
  const challenge = capsuleChallenge(e, v);
  const minusH = engine.scalars.negate(challenge);
  const vPoint = engine.publicSums([{ g: s, points: ePoint, scalars: minusH }]); // V = s*G - h*E
  if (!encodes(vPoint, v)) {
    decodePoints(v, ['capsule, V']); // an invalid V is `parse`, a wrong one is not
    throw new UmbralError('capsule.verify', { field: 'capsule', expected: 's*G = V + h*E', got: 'another sum' });
  }
  if (sameBytes(e.subarray(1), v.subarray(1)) && e[0] !== v[0]) {
    // V = -E: the key seed would be the identity, which has no encoding. Departure from the reference, which crashes.
    throw new UmbralError('capsule.verify', { field: 'capsule', expected: 'E + V not the identity', got: 'V = -E' });
  }
  return capsuleOfParts({ e, v, s, ePoint, vPoint, challenge });
}
