/**
 * The identity has no encoding. Where bytes are compared with a computed point instead of being decoded (spec section 14), its
 * coordinates must not pass for the bytes 02 00…00, which are no point: a capsule or kfrag with them is made in a moment, and a
 * node that promised to serve such a kfrag can never answer.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/umbral/engine/current.ts';
import { nobleEngine } from '../../lib/umbral/engine/noble.ts';
import { wasmEngine } from '../../lib/umbral/engine/wasm.ts';
import type { Engine } from '../../lib/umbral/engine.ts';
import {
  Capsule,
  CapsuleFrag,
  decryptReencrypted,
  dem,
  encrypt,
  generators,
  hashToScalar,
  KeyFrag,
  Point,
  reencrypt,
  Scalar,
  SecretKey,
  Signer,
} from '../../lib/umbral/index.ts';
import { codeOf, text } from './support.ts';

const join = (...parts: readonly (Uint8Array | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const zeros = (length: number) => new Uint8Array(length);
const noPoint = join([2], zeros(32));

const use = useEngine; // no React hook
let before: Engine | undefined;
afterEach(() => {
  if (before) use(before);
});

describe.each([nobleEngine, wasmEngine()!])('$name', (engine) => {
  it('a capsule whose V is O as 02 00…00, with s*G = h*E, is no capsule', () => {
    before = use(engine);
    const r = Scalar.random();
    const e = generators.G.multiply(r).toBytes();
    const s = r.multiply(hashToScalar(text('CAPSULE_POINTS'), e, noPoint)).toBytes();
    expect(codeOf(() => Capsule.fromBytesSimple(join(e, noPoint, s)))).toBe('parse');
  });

  it('a kfrag of rk = 0 with U1 as 02 00…00, rightly signed, is no kfrag', () => {
    before = use(engine);
    const [alice, bob] = [SecretKey.random().publicKey, SecretKey.random().publicKey];
    const signer = new Signer(SecretKey.random());
    const id = crypto.getRandomValues(zeros(32));
    const x = SecretKey.random().publicKey.toBytes();
    const signature = signer.sign(join(id, noPoint, x, [1], alice.toBytes(), [1], bob.toBytes())).toBytes();
    const bytes = join(
      ...[[0x95, 0x91, 0xc4, 0x21], generators.U.toBytes(), [0xc4, 0x20], id, [0xc4, 0x20], zeros(32)],
      ...[[0xc4, 0x21], x, [0x95, 0xc4, 0x21], noPoint, [0xc4, 0x40], signature, [0xc4, 0x40], signature, [0xc3, 0xc3]],
    );
    const keys = { verifyingKey: signer.verifyingKey, delegatingKey: alice, receivingKey: bob };
    expect(codeOf(() => KeyFrag.fromBytes(bytes).verify(keys))).toBe('parse');
  });

  it('shares of nothing, rightly signed and turned, open nothing: their key would be known to everybody', () => {
    before = use(engine);
    const [alice, bob] = [SecretKey.random().publicKey, SecretKey.random()];
    const signer = new Signer(SecretKey.random());
    const keys = { verifyingKey: signer.verifyingKey, delegatingKey: alice, receivingKey: bob.publicKey };
    const { capsule } = encrypt(alice, zeros(1));
    const [x, slope] = [Scalar.random(), Scalar.random()];
    const [precursor, receiver] = [generators.G.multiply(x).toBytes(), bob.publicKey.toBytes()];
    const shared = Point.fromPublicKey(bob.publicKey).multiply(x).toBytes();
    const cfrags = [1, 2].map((n) => {
      const id = zeros(32).fill(n);
      const rk = slope.multiply(hashToScalar(text('POLYNOMIAL_ARG'), precursor, receiver, shared, id)); // f(z) = slope*z
      const u1 = generators.U.multiply(rk).toBytes();
      const signature = signer.sign(join(id, u1, precursor, [1], alice.toBytes(), [1], receiver)).toBytes();
      const bytes = join(
        ...[
          [0x95, 0x91, 0xc4, 0x21],
          generators.U.toBytes(),
          [0xc4, 0x20],
          id,
          [0xc4, 0x20],
          rk.toBytes(),
          [0xc4, 0x21],
        ],
        ...[precursor, [0x95, 0xc4, 0x21], u1, [0xc4, 0x40], signature, [0xc4, 0x40], signature, [0xc3, 0xc3]],
      );
      const turned = reencrypt(capsule, KeyFrag.fromBytes(bytes).verify(keys));
      return CapsuleFrag.fromBytes(turned.toBytes()).verify(capsule, keys);
    });
    const ciphertext = dem.encrypt(noPoint, text('from anybody'), capsule.toBytesSimple());
    const opening = { receivingSecretKey: bob, delegatingKey: alice, capsule, cfrags, ciphertext };
    expect(codeOf(() => decryptReencrypted(opening))).toBe('open.validation');
  });
});
