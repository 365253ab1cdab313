/** Every decoder on hostile bytes: typed refusal in bounded time, and whatever is accepted encodes to the same bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UmbralError } from '../../lib/umbral/errors.ts';
import {
  Capsule,
  CapsuleFrag,
  KeyFrag,
  PublicKey,
  RecoverableSignature,
  ReencryptionEvidence,
  Scalar,
  SecretKey,
  SecretKeyFactory,
  Signature,
  VerifiedCapsuleFrag,
  VerifiedKeyFrag,
} from '../../lib/umbral/index.ts';
import { cast } from './cast.ts';
import { hex } from './support.ts';

const { alice, signer, capsule, kfrags, cfrags, keys } = cast();
const evidence = ReencryptionEvidence.from({ capsule, cfrag: cfrags[0]!, ...keys });
const signature = signer.signPrehash(new Uint8Array(32));

/** Decoder, canonical sample, and how a decoded value encodes again. */
const decoders: readonly (readonly [string, (b: Uint8Array) => Uint8Array, Uint8Array])[] = [
  ['PublicKey', (b) => PublicKey.fromBytes(b).toBytes(), alice.publicKey.toBytes()],
  ['SecretKey', (b) => SecretKey.fromBytes(b).toSecretBytes(), alice.toSecretBytes()],
  ['Scalar', (b) => Scalar.fromBytes(b).toBytes(), alice.toSecretBytes()],
  ['Signature', (b) => Signature.fromBytes(b).toBytes(), signature.toSignature().toBytes()],
  ['Signature, DER', (b) => Signature.fromDer(b).toDer(), signature.toSignature().toDer()],
  ['RecoverableSignature', (b) => RecoverableSignature.fromBytes(b).toBytes(), signature.toBytes()],
  ['Capsule', (b) => Capsule.fromBytes(b).toBytes(), capsule.toBytes()],
  ['Capsule, simple', (b) => Capsule.fromBytesSimple(b).toBytesSimple(), capsule.toBytesSimple()],
  ['KeyFrag', (b) => KeyFrag.fromBytes(b).toBytes(), kfrags[0]!.toBytes()],
  ['VerifiedKeyFrag', (b) => VerifiedKeyFrag.fromTrustedBytes(b).toBytes(), kfrags[0]!.toBytes()],
  ['CapsuleFrag', (b) => CapsuleFrag.fromBytes(b).toBytes(), cfrags[0]!.toBytes()],
  ['CapsuleFrag, simple', (b) => CapsuleFrag.fromBytesSimple(b).toBytesSimple(), cfrags[0]!.toBytesSimple()],
  ['VerifiedCapsuleFrag', (b) => VerifiedCapsuleFrag.fromTrustedBytes(b).toBytes(), cfrags[0]!.toBytes()],
  ['ReencryptionEvidence', (b) => ReencryptionEvidence.fromBytes(b).toBytes(), evidence.toBytes()],
];

function decodes(decode: (b: Uint8Array) => Uint8Array, input: Uint8Array): boolean {
  const before = hex(input);
  try {
    expect(hex(decode(input))).toBe(before);
    return true;
  } catch (error) {
    if (!(error instanceof UmbralError)) throw error;
    expect(['parse', 'capsule.verify']).toContain(error.code);
    return false;
  } finally {
    expect(hex(input)).toBe(before); // inputs are only read
  }
}

describe.each(decoders)('%s', (_name, decode, sample) => {
  it('takes its own bytes, and no prefix or extension of them', () => {
    expect(decodes(decode, sample)).toBe(true);
    for (let length = 0; length < sample.length; length++)
      expect(decodes(decode, sample.subarray(0, length))).toBe(false);
    expect(decodes(decode, Uint8Array.of(...sample, 0))).toBe(false);
    expect(decodes(decode, Uint8Array.of(0, ...sample))).toBe(false);
  });

  it('keeps its promise on any bytes and on changed ones', () => {
    const changed = fc
      .array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
      .map((edits) => {
        const copy = sample.slice();
        for (const [at, value] of edits) copy[at] = value;
        return copy;
      });
    const exact = fc.uint8Array({ minLength: sample.length, maxLength: sample.length });
    fc.assert(
      fc.property(fc.oneof(changed, exact, fc.uint8Array({ maxLength: 600 })), (input) => {
        decodes(decode, input);
      }),
      { numRuns: 150, interruptAfterTimeLimit: 3_000 },
    );
  });

  it('keeps a copy: a caller who reuses its buffer changes nothing', () => {
    const buffer = sample.slice();
    const returned = decode(buffer);
    buffer.fill(0xaa);
    expect(hex(returned)).toBe(hex(sample));
  });
});

describe('the headers', () => {
  it('are compared byte for byte in every object', () => {
    for (const [name, decode, sample] of decoders.filter(([name]) => /Capsule$|Frag$|Evidence$/.test(name))) {
      // Points and scalars aside, any change of a header byte is refused; 0xc4 and array headers are found by their places.
      const places = [...sample.keys()].filter(
        (i) => sample[i] === 0xc4 && [0x20, 0x21, 0x40].includes(sample[i + 1] ?? 0),
      );
      expect(places.length, name).toBeGreaterThan(2);
      for (const at of [0, places[0]!, places[0]! + 1]) {
        const copy = sample.slice();
        copy[at]! ^= 1;
        expect(decodes(decode, copy), `${name} at ${at}`).toBe(false);
      }
    }
  });

  it('labels of factories are any bytes', () => {
    const factory = SecretKeyFactory.random();
    expect(factory.makeKey(new Uint8Array()).publicKey.equals(factory.makeKey(Uint8Array.of(0)).publicKey)).toBe(false);
  });
});
