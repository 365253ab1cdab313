/**
 * Proof for a contract that a proxy answered rightly or wrongly. Owns: ReencryptionEvidence. Owns not: the verdict (the
 * contract's, spec/umbral.md section 9, second half). Source: spec/umbral.md section 9.
 */
import { compress, concat, hex, isZero, item, sameBytes } from './bytes.ts';
import { type Capsule, capsuleParts } from './capsule.ts';
import { type CapsuleFrag, capsuleFragParts, type VerifiedCapsuleFrag } from './capsuleFrag.ts';
import { type CapsuleFragKeys, challengesOf } from './capsuleFragProof.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, UmbralError } from './errors.ts';
import { kfragDigest } from './hash.ts';
import { bytesOfKey, PublicKey } from './keys.ts';
import { booleanByte, EVIDENCE, EVIDENCE_POINTS, type EvidencePoint, parseBoolean } from './layout.ts';
import { decodePoints } from './numbers.ts';
import { recoveryIdFor } from './signature.ts';

export interface EvidenceInput extends CapsuleFragKeys {
  readonly capsule: Capsule;
  /** Usually one that failed verification. */
  readonly cfrag: CapsuleFrag | VerifiedCapsuleFrag;
}

/** Fourteen points, the signed digest and the signature's recovery bit. */
export class ReencryptionEvidence {
  readonly #bytes: Uint8Array;
  readonly #points: Uint8Array;

  private constructor(bytes: Uint8Array, points: Uint8Array) {
    this.#bytes = bytes;
    this.#points = points;
  }

  /**
   * Does not ask whether the proof holds: evidence of a wrong re-encryption is the point. Throws `evidence.recovery` if
   * Alice's signature is not hers over this id, commitment and precursor; `evidence.identity` if z = 0.
   */
  static from({ capsule, cfrag, verifyingKey, delegatingKey, receivingKey }: EvidenceInput): ReencryptionEvidence {
    expectInstance(verifyingKey, PublicKey, 'verifyingKey');
    const a = bytesOfKey(expectInstance(delegatingKey, PublicKey, 'delegatingKey'));
    const b = bytesOfKey(expectInstance(receivingKey, PublicKey, 'receivingKey'));
    const { ePoint, vPoint } = capsuleParts(capsule);
    const parts = capsuleFragParts(cfrag);
    const hash = kfragDigest(parts, a, b);
    const recoveryId = recoveryIdFor(verifyingKey, hash, parts.signature);
    if (recoveryId === undefined) {
      const expected = "Alice's over this id, commitment, precursor and both keys";
      throw new UmbralError('evidence.recovery', { field: 'cfrag, signature', expected, got: 'another' });
    }
    if (isZero(parts.z)) {
      throw new UmbralError('evidence.identity', { field: 'cfrag, z', expected: 'a nonzero scalar', got: 'zero' });
    }
    const [e1, v1, u1, e2, v2, u2] = Array.from({ length: 6 }, (_, i) => item(parts.points(), i, 64));
    const h = challengesOf(capsule, [parts]);
    const products = arithmetic().publicSums([
      { points: ePoint, scalars: parts.z },
      { points: e1!, scalars: h },
      { points: vPoint, scalars: parts.z },
      { points: v1!, scalars: h },
      { u: parts.z },
      { points: u1!, scalars: h },
    ]);
    const [ez, e1h, vz, v1h, uz, u1h] = Array.from({ length: 6 }, (_, i) => item(products, i, 64));
    const points = concat(...[ePoint, ez!, e1!, e1h!, e2!], ...[vPoint, vz!, v1!, v1h!, v2!], ...[uz!, u1!, u1h!, u2!]);
    const encoded = Object.fromEntries(EVIDENCE_POINTS.map((name, i) => [name, compress(item(points, i, 64))]));
    const bytes = EVIDENCE.build({
      ...(encoded as Record<EvidencePoint, Uint8Array>),
      hash,
      signatureV: booleanByte((recoveryId & 1) === 1),
    });
    return new ReencryptionEvidence(bytes, points);
  }

  /** From 528 canonical bytes. Throws `parse`. */
  static fromBytes(bytes: Uint8Array): ReencryptionEvidence {
    const framed = EVIDENCE.frame(bytes);
    parseBoolean(EVIDENCE.field(framed, 'signatureV'), 'evidence, signature v');
    const encoded = concat(...EVIDENCE_POINTS.map((name) => EVIDENCE.field(framed, name)));
    const points = decodePoints(
      encoded,
      EVIDENCE_POINTS.map((name) => `evidence, ${name}`),
    );
    return new ReencryptionEvidence(framed, points);
  }

  /** 528 bytes. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** One of the fourteen points as x || y, 64 bytes: what a contract is given as a hint. */
  point(name: EvidencePoint): Uint8Array {
    return item(this.#points, EVIDENCE_POINTS.indexOf(name), 64).slice();
  }

  /** SHA-256 of what Alice signed, 32 bytes. */
  get messageHash(): Uint8Array {
    return EVIDENCE.field(this.#bytes, 'hash').slice();
  }

  /** Whether R of Alice's signature has an odd y: ecrecover's v is 28 if so, else 27. */
  get signatureV(): boolean {
    return parseBoolean(EVIDENCE.field(this.#bytes, 'signatureV'), 'evidence, signature v');
  }

  equals(other: ReencryptionEvidence): boolean {
    return sameBytes(this.#bytes, expectInstance(other, ReencryptionEvidence, 'other').#bytes);
  }

  toString(): string {
    return `ReencryptionEvidence:${hex(this.messageHash.subarray(0, 8))}`;
  }
}
