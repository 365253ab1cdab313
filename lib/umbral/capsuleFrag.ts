/**
 * A proxy's answer. Owns: CapsuleFrag (untrusted) and VerifiedCapsuleFrag, their encodings. Owns not: the equations
 * between the two (`capsuleFragProof.ts`). Source: spec/umbral.md sections 7 and 10.
 */
import { concat, hex, sameBytes } from './bytes.ts';
import type { Capsule } from './capsule.ts';
import { type CapsuleFragKeys, faultError, findFaults, proven } from './capsuleFragProof.ts';
import { expectInstance } from './errors.ts';
import { CAPSULE_FRAG, CAPSULE_FRAG_SIMPLE } from './layout.ts';
import { checkScalar, decodePoints } from './numbers.ts';
import { checkSignature } from './signature.ts';

/** The fields of a cfrag, encoded, and its points decoded. Views, not copies. */
export interface CapsuleFragParts {
  readonly e1: Uint8Array;
  readonly v1: Uint8Array;
  readonly id: Uint8Array;
  readonly x: Uint8Array;
  readonly e2: Uint8Array;
  readonly v2: Uint8Array;
  readonly u1: Uint8Array;
  readonly u2: Uint8Array;
  readonly z: Uint8Array;
  readonly signature: Uint8Array;
  /**
   * The engine's points: E1, V1, U1, E2, V2, U2 in the order of its proof equations, then X. A function, because a proxy that
   * made them from an already checked kfrag never needs those of X and U1.
   */
  readonly points: () => Uint8Array;
  /** What the proof was checked for, when it was checked here: the capsule's simple form, Alice's and Bob's keys, encoded. */
  readonly proven?: {
    readonly capsule: Uint8Array;
    readonly delegatingKey: Uint8Array;
    readonly receivingKey: Uint8Array;
  };
}

/** Internal. Takes both kinds: evidence is made of unverified fragments too. */
export let capsuleFragParts: (cfrag: CapsuleFrag | VerifiedCapsuleFrag) => CapsuleFragParts;
/** For the verifier and for re-encryption, which hold the proof in their hands. Internal. */
export let verifiedCapsuleFragOf: (parts: CapsuleFragParts) => VerifiedCapsuleFrag;

/** What both kinds show; copies. */
class Shown {
  readonly #parts: CapsuleFragParts;

  protected constructor(parts: CapsuleFragParts) {
    this.#parts = parts;
  }

  static {
    capsuleFragParts = (cfrag) => expectInstance<Shown>(cfrag, Shown, 'cfrag').#parts;
  }

  /** The kfrag's 32-byte id. */
  get id(): Uint8Array {
    return this.#parts.id.slice();
  }

  /** ser(X). */
  get precursor(): Uint8Array {
    return this.#parts.x.slice();
  }

  /** ser(U1). */
  get commitment(): Uint8Array {
    return this.#parts.u1.slice();
  }

  /** r || s of Alice's signature for the receiver. */
  get signatureForReceiver(): Uint8Array {
    return this.#parts.signature.slice();
  }

  /** 381 bytes. */
  toBytes(): Uint8Array {
    return CAPSULE_FRAG.build(this.#parts);
  }

  /** E1 V1 id X E2 V2 U1 U2 z signature without headers, 359 bytes: what a contract reads. */
  toBytesSimple(): Uint8Array {
    return CAPSULE_FRAG_SIMPLE.build(this.#parts);
  }
}

/** A capsule fragment from somewhere. Only verification makes it usable. */
export class CapsuleFrag extends Shown {
  private constructor(parts: CapsuleFragParts) {
    super(parts);
  }

  /** From 381 canonical bytes. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): CapsuleFrag {
    return new CapsuleFrag(parse(bytes, CAPSULE_FRAG));
  }

  /** From the 359 bytes of the simple form. Throws `parse`. */
  static fromBytesSimple(bytes: Uint8Array): CapsuleFrag {
    return new CapsuleFrag(parse(bytes, CAPSULE_FRAG_SIMPLE));
  }

  /** Checks Alice's signature, then the proof. Throws `cfrag.kfrag_signature`, `cfrag.reencryption`. */
  verify(capsule: Capsule, keys: CapsuleFragKeys): VerifiedCapsuleFrag {
    const [fault] = findFaults(capsule, [capsuleFragParts(this)], keys);
    if (fault) throw faultError(fault);
    return verifiedCapsuleFragOf(proven(capsule, capsuleFragParts(this), keys));
  }

  equals(other: CapsuleFrag): boolean {
    return sameBytes(this.toBytes(), expectInstance(other, CapsuleFrag, 'other').toBytes());
  }

  override toString(): string {
    return `CapsuleFrag:${hex(capsuleFragParts(this).id.subarray(0, 8))}`;
  }
}

/** A cfrag whose proxy has proven that it did what it should. Made by verification and by `reencrypt`. */
export class VerifiedCapsuleFrag extends Shown {
  readonly #verified = true;

  private constructor(parts: CapsuleFragParts) {
    super(parts);
  }

  static {
    verifiedCapsuleFragOf = (parts) => new VerifiedCapsuleFrag(parts);
  }

  /** What was made here, not what was lent this prototype. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && #verified in value;
  }

  /**
   * Skips verification: only for bytes that you verified before and kept where nobody else can write. Throws `parse`.
   */
  static fromTrustedBytes(bytes: Uint8Array): VerifiedCapsuleFrag {
    return new VerifiedCapsuleFrag(parse(bytes, CAPSULE_FRAG));
  }

  equals(other: VerifiedCapsuleFrag): boolean {
    return sameBytes(this.toBytes(), expectInstance(other, VerifiedCapsuleFrag, 'other').toBytes());
  }

  override toString(): string {
    return `VerifiedCapsuleFrag:${hex(capsuleFragParts(this).id.subarray(0, 8))}`;
  }
}

const POINT_FIELDS = ['e1', 'v1', 'u1', 'e2', 'v2', 'u2', 'x'] as const;
const POINT_NAMES = POINT_FIELDS.map((name) => `cfrag, ${name.toUpperCase()}`);

/** Everything that needs no key: frame, points, ranges. Throws `parse`. */
function parse(bytes: Uint8Array, form: typeof CAPSULE_FRAG): CapsuleFragParts {
  const framed = form.frame(bytes);
  const field = (name: Parameters<typeof form.field>[1]) => form.field(framed, name);
  const z = checkScalar(field('z'), 'cfrag, z');
  const signature = checkSignature(field('signature'), 'cfrag, signature');
  const points = decodePoints(concat(...POINT_FIELDS.map(field)), POINT_NAMES);
  return {
    e1: field('e1'),
    v1: field('v1'),
    id: field('id'),
    x: field('x'),
    e2: field('e2'),
    v2: field('v2'),
    u1: field('u1'),
    u2: field('u2'),
    z,
    signature,
    points: () => points,
  };
}
