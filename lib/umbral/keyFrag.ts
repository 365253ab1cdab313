/**
 * What Alice gives to a proxy. Owns: KeyFrag (untrusted) and VerifiedKeyFrag, their encoding and verification.
 * Owns not: making them (`generateKFrags.ts`). Source: spec/umbral.md sections 6 and 10.
 */
import { concat, encodes, hex, sameBytes } from './bytes.ts';
import { arithmetic } from './engine/current.ts';
import { expectInstance, UmbralError } from './errors.ts';
import { kfragDigest, U_BYTES } from './hash.ts';
import { bytesOfKey, PublicKey, pointOfKey } from './keys.ts';
import { booleanByte, KEY_FRAG, parseBoolean } from './layout.ts';
import { checkScalar, decodePoints } from './numbers.ts';
import { checkSignature } from './signature.ts';

/** The fields of a kfrag, encoded, as views into its 310 bytes. */
export interface KeyFragParts {
  readonly bytes: Uint8Array;
  readonly id: Uint8Array;
  /** Secret of the proxy. */
  readonly rk: Uint8Array;
  /** ser(X) and ser(U1). */
  readonly x: Uint8Array;
  readonly u1: Uint8Array;
  readonly signatureForProxy: Uint8Array;
  readonly signatureForReceiver: Uint8Array;
  readonly delegatingKeySigned: boolean;
  readonly receivingKeySigned: boolean;
}

/** Keys for {@link KeyFrag.verify}. The two last must be given where the kfrag's signature binds them. */
export interface KeyFragKeys {
  readonly verifyingKey: PublicKey;
  readonly delegatingKey?: PublicKey | undefined;
  readonly receivingKey?: PublicKey | undefined;
  /**
   * Also check the signature that Bob will check (needs both keys). Else someone on the path can spoil it unseen, and the
   * proxy's honest cfrags are refused. Default false, as in the reference.
   */
  readonly checkReceiverSignature?: boolean | undefined;
}

/** Internal. */
export let keyFragParts: (kfrag: VerifiedKeyFrag) => KeyFragParts;
let partsOfAny: (kfrag: Shown) => KeyFragParts;
/** A kfrag from parts that hold by construction. Internal. */
export let verifiedKeyFragOf: (bytes: Uint8Array) => VerifiedKeyFrag;

/** The public facts that a kfrag's bytes show; copies. */
class Shown {
  readonly #parts: () => KeyFragParts;

  protected constructor(parts: KeyFragParts) {
    this.#parts = () => parts; // a closure, so that printing the object does not show rk
  }

  static {
    partsOfAny = (kfrag) => kfrag.#parts();
  }

  /** 32 random bytes that name the fragment. */
  get id(): Uint8Array {
    return this.#parts().id.slice();
  }

  /** ser(X), the same in all fragments of one generation. */
  get precursor(): Uint8Array {
    return this.#parts().x.slice();
  }

  /** ser(U1) = ser(rk*U). */
  get commitment(): Uint8Array {
    return this.#parts().u1.slice();
  }

  /** r || s over the id, commitment, precursor and both keys: what Bob checks in each cfrag. */
  get signatureForReceiver(): Uint8Array {
    return this.#parts().signatureForReceiver.slice();
  }

  get delegatingKeySigned(): boolean {
    return this.#parts().delegatingKeySigned;
  }

  get receivingKeySigned(): boolean {
    return this.#parts().receivingKeySigned;
  }

  /** 310 bytes, which hold the proxy's secret. */
  toBytes(): Uint8Array {
    return this.#parts().bytes.slice();
  }
}

/** A key fragment from somewhere. Only {@link KeyFrag.verify} makes it usable. */
export class KeyFrag extends Shown {
  readonly #committed: boolean;

  private constructor(parts: KeyFragParts, committed: boolean) {
    super(parts);
    this.#committed = committed;
  }

  /**
   * From 310 canonical bytes. Throws `parse`. Computes rk*U here rather than in `verify`: equality with ser(U1) also proves
   * that U1 is a point, which saves its decompression. Source: spec section 14.
   */
  static fromBytes(bytes: Uint8Array): KeyFrag {
    const parts = partsOf(bytes);
    const committed = encodes(arithmetic().secretProducts([{ base: 'U', scalars: parts.rk }]), parts.u1);
    const points = committed ? parts.x : concat(parts.x, parts.u1);
    decodePoints(points, ['kfrag, precursor', 'kfrag, commitment']);
    return new KeyFrag(parts, committed);
  }

  /**
   * Checks, in this order: U1 = rk*U, the keys that the flags ask for are given, the signature for the proxy, and on request
   * the one for the receiver. Throws `kfrag.commitment`, `kfrag.delegating_key_missing`, `kfrag.receiving_key_missing`,
   * `kfrag.signature`. Source: spec section 6.
   */
  verify({ verifyingKey, delegatingKey, receivingKey, checkReceiverSignature = false }: KeyFragKeys): VerifiedKeyFrag {
    const parts = partsOfAny(this);
    const { delegatingKeySigned, receivingKeySigned } = parts;
    const signer = pointOfKey(expectInstance(verifyingKey, PublicKey, 'verifyingKey'));
    const a = delegatingKey && bytesOfKey(expectInstance(delegatingKey, PublicKey, 'delegatingKey'));
    const b = receivingKey && bytesOfKey(expectInstance(receivingKey, PublicKey, 'receivingKey'));
    if (!this.#committed) {
      throw new UmbralError('kfrag.commitment', { field: 'kfrag, commitment', expected: 'rk*U', got: 'another point' });
    }
    if (!a && (delegatingKeySigned || checkReceiverSignature)) throw missing('delegating');
    if (!b && (receivingKeySigned || checkReceiverSignature)) throw missing('receiving');
    const digests = [kfragDigest(parts, delegatingKeySigned ? a : undefined, receivingKeySigned ? b : undefined)];
    const signatures = [parts.signatureForProxy];
    const oneCheckServesBoth =
      delegatingKeySigned && receivingKeySigned && sameBytes(parts.signatureForProxy, parts.signatureForReceiver);
    if (checkReceiverSignature && !oneCheckServesBoth) {
      digests.push(kfragDigest(parts, a, b));
      signatures.push(parts.signatureForReceiver);
    }
    const valid = arithmetic().ecdsa.verify(signer, concat(...digests), concat(...signatures));
    if (valid.includes(0)) {
      const which = valid[0] === 0 ? 'proxy' : 'receiver';
      const got = 'a signature of another key or message';
      throw new UmbralError('kfrag.signature', {
        field: `kfrag, signature for ${which}`,
        expected: 'a valid one',
        got,
      });
    }
    return verifiedKeyFragOf(parts.bytes);
  }

  equals(other: KeyFrag): boolean {
    return sameBytes(partsOfAny(this).bytes, partsOfAny(expectInstance(other, KeyFrag, 'other')).bytes);
  }

  override toString(): string {
    return `KeyFrag:${hex(partsOfAny(this).id.subarray(0, 8))}`;
  }
}

/** A kfrag whose maker is known. Made by `KeyFrag.verify` and `generateKFrags`; the only thing that re-encrypts. */
export class VerifiedKeyFrag extends Shown {
  readonly #verified = true;

  private constructor(parts: KeyFragParts) {
    super(parts);
  }

  static {
    keyFragParts = (kfrag) => partsOfAny(expectInstance(kfrag, VerifiedKeyFrag, 'kfrag'));
    verifiedKeyFragOf = (bytes) => new VerifiedKeyFrag(viewsOf(bytes));
  }

  /** What was made here, not what was lent this prototype. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && #verified in value;
  }

  /**
   * Skips verification: only for bytes that you verified before and kept where nobody else can write. A kfrag that came
   * over a network goes through `KeyFrag.fromBytes(..).verify(..)`. Throws `parse`.
   */
  static fromTrustedBytes(bytes: Uint8Array): VerifiedKeyFrag {
    const parts = partsOf(bytes);
    decodePoints(concat(parts.x, parts.u1), ['kfrag, precursor', 'kfrag, commitment']);
    return new VerifiedKeyFrag(parts);
  }

  equals(other: VerifiedKeyFrag): boolean {
    return sameBytes(partsOfAny(this).bytes, keyFragParts(other).bytes);
  }

  override toString(): string {
    return `VerifiedKeyFrag:${hex(partsOfAny(this).id.subarray(0, 8))}`;
  }
}

const missing = (role: 'delegating' | 'receiving') =>
  new UmbralError(`kfrag.${role}_key_missing`, { field: `${role}Key`, expected: 'a PublicKey', got: 'undefined' });

/** Frame, ranges and the constant U; not the points. */
function partsOf(bytes: Uint8Array): KeyFragParts {
  const framed = KEY_FRAG.frame(bytes);
  const parts = viewsOf(framed);
  if (!sameBytes(KEY_FRAG.field(framed, 'u'), U_BYTES)) {
    throw new UmbralError('parse', { field: 'kfrag, U', expected: 'the generator U', got: 'other bytes' });
  }
  checkScalar(parts.rk, 'kfrag, key');
  checkSignature(parts.signatureForProxy, 'kfrag, signature for proxy');
  checkSignature(parts.signatureForReceiver, 'kfrag, signature for receiver');
  return parts;
}

function viewsOf(framed: Uint8Array): KeyFragParts {
  const field = (name: Parameters<typeof KEY_FRAG.field>[1]) => KEY_FRAG.field(framed, name);
  return {
    bytes: framed,
    id: field('id'),
    rk: field('rk'),
    x: field('x'),
    u1: field('u1'),
    signatureForProxy: field('signatureForProxy'),
    signatureForReceiver: field('signatureForReceiver'),
    delegatingKeySigned: parseBoolean(field('delegatingKeySigned'), 'kfrag, delegating key signed'),
    receivingKeySigned: parseBoolean(field('receivingKeySigned'), 'kfrag, receiving key signed'),
  };
}

/** The canonical bytes of a kfrag from its fields. Internal, for the generator. */
export const buildKeyFrag = (
  parts: Omit<KeyFragParts, 'bytes' | 'delegatingKeySigned' | 'receivingKeySigned'>,
  flags: { readonly delegatingKeySigned: boolean; readonly receivingKeySigned: boolean },
): Uint8Array =>
  KEY_FRAG.build({
    ...parts,
    u: U_BYTES,
    delegatingKeySigned: booleanByte(flags.delegatingKeySigned),
    receivingKeySigned: booleanByte(flags.receivingKeySigned),
  });
