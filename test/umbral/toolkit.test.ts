/** The toolkit, used as somebody would who prototypes another scheme: ECIES, a Schnorr proof; and its refusals. */
import { describe, expect, it } from 'vitest';
import {
  dem,
  deriveBytes,
  generators,
  hashToScalar,
  Point,
  Scalar,
  SecretKey,
  Signature,
  Signer,
} from '../../lib/umbral/index.ts';
import { bytes, codeOf, hex, text } from './support.ts';

const { G, U } = generators;

describe('points and scalars', () => {
  const [a, b] = [Scalar.random(), Scalar.random()];

  it('form a group and a field', () => {
    expect(
      G.multiply(a)
        .add(G.multiply(b))
        .equals(G.multiply(a.add(b))),
    ).toBe(true);
    expect(
      U.multiply(a)
        .multiply(b)
        .equals(U.multiply(a.multiply(b))),
    ).toBe(true);
    expect(a.multiply(a.invert()).equals(Scalar.fromBytes(bytes('01'.padStart(64, '0'))))).toBe(true);
    expect(a.subtract(b).add(b).equals(a)).toBe(true);
    expect(a.add(a.negate()).isZero).toBe(true);
    expect(G.add(Point.identity).equals(G)).toBe(true);
    expect(G.subtract(G).isIdentity).toBe(true);
    expect(G.negate().equals(G)).toBe(false);
    expect(
      Point.publicSum([
        { point: G, scalar: a },
        { point: U, scalar: b },
      ]).equals(G.multiply(a).add(U.multiply(b))),
    ).toBe(true);
    expect(Point.publicSum([]).isIdentity).toBe(true);
  });

  it('become keys and come back', () => {
    const key = SecretKey.random();
    const point = Point.fromPublicKey(key.publicKey);
    expect(G.multiply(Scalar.fromBytes(key.toSecretBytes())).equals(point)).toBe(true);
    expect(point.toPublicKey().equals(key.publicKey)).toBe(true);
    expect(Point.fromBytes(point.toBytes()).equals(point)).toBe(true);
    const { x, y } = point.toAffine();
    expect(hex(key.publicKey.toUncompressed())).toBe(hex(x) + hex(y));
  });

  it('refuse what has no meaning', () => {
    const zero = Scalar.fromBytes(new Uint8Array(32));
    expect(codeOf(() => zero.invert())).toBe('parse');
    expect(codeOf(() => Point.identity.toBytes())).toBe('parse');
    expect(codeOf(() => Point.identity.toAffine())).toBe('parse');
    expect(codeOf(() => G.multiply(zero).toPublicKey())).toBe('parse');
    expect(codeOf(() => G.add({} as Point))).toBe('parse');
    expect(codeOf(() => a.add(3 as unknown as Scalar))).toBe('parse');
    expect(codeOf(() => deriveBytes(new Uint8Array(), new Uint8Array(), 0))).toBe('parse');
    expect(codeOf(() => deriveBytes(new Uint8Array(), new Uint8Array(), 8161))).toBe('parse');
  });
});

describe('other schemes', () => {
  it('ECIES', () => {
    const recipient = SecretKey.random();
    const e = Scalar.random();
    const seed = Point.fromPublicKey(recipient.publicKey).multiply(e).toBytes();
    const sealed = dem.encrypt(seed, text('for you'), text('purpose'));
    const again = G.multiply(e).multiply(Scalar.fromBytes(recipient.toSecretBytes())).toBytes();
    expect(dem.decrypt(again, sealed, text('purpose'))).toEqual(text('for you'));
    expect(codeOf(() => dem.decrypt(again, sealed, text('another')))).toBe('dem.auth');
    expect(codeOf(() => dem.decrypt(again, sealed.subarray(0, 23), text('purpose')))).toBe('dem.too_short');
  });

  it('a proof of equal logarithms to G and U', () => {
    const k = Scalar.random();
    const [A, B] = [G.multiply(k), U.multiply(k)];
    const t = Scalar.random();
    const commitments = [G.multiply(t), U.multiply(t)];
    const c = hashToScalar(text('DLEQ'), ...[A, B, ...commitments].map((point) => point.toBytes()));
    const z = t.add(c.multiply(k));
    expect(G.multiply(z).equals(commitments[0]!.add(A.multiply(c)))).toBe(true);
    expect(U.multiply(z).equals(commitments[1]!.add(B.multiply(c)))).toBe(true);
    expect(G.multiply(z).equals(commitments[1]!.add(A.multiply(c)))).toBe(false);
  });
});

describe('DER', () => {
  const signature = new Signer(SecretKey.random()).sign(text('x'));
  const integer = (hexContent: string) =>
    bytes(`02${(hexContent.length / 2).toString(16).padStart(2, '0')}${hexContent}`);
  const sequence = (...parts: Uint8Array[]) => {
    const body = parts.flatMap((part) => [...part]);
    return Uint8Array.of(0x30, body.length, ...body);
  };

  it('is one form only', () => {
    expect(Signature.fromDer(sequence(integer('01'), integer('02'))).toBytes()[31]).toBe(1);
    expect(Signature.fromDer(sequence(integer('0080'), integer('02'))).toBytes()[31]).toBe(0x80);
    const wrong = [
      sequence(integer('0001'), integer('02')),
      sequence(integer('80'), integer('02')),
      sequence(integer(''), integer('02')),
      sequence(integer('01'), integer('02'), integer('03')),
      sequence(integer('01')),
      sequence(integer('00'), integer('01')),
      sequence(integer(`01${'00'.repeat(32)}`), integer('01')),
      sequence(integer(`00${'ff'.repeat(32)}`), integer('01')),
      Uint8Array.of(...signature.toDer(), 0),
      Uint8Array.of(0x30, 0x81, ...signature.toDer().subarray(1)),
      signature.toDer().subarray(0, 20),
      new Uint8Array(),
    ];
    for (const [i, der] of wrong.entries())
      expect(
        codeOf(() => Signature.fromDer(der)),
        `case ${i}`,
      ).toBe('parse');
  });
});
