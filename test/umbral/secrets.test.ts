/** What the library shows and hides: printing, serialising, disposing, and the list of what the package exports. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { capsuleFragParts } from '../../lib/umbral/capsuleFrag.ts';
import * as published from '../../lib/umbral/index.ts';
import { cast } from './cast.ts';
import { codeOf, hex, text } from './support.ts';

const { Scalar, SecretKey, SecretKeyFactory, Signer } = published;

describe('secrets', () => {
  const secret = SecretKey.random();
  const factory = SecretKeyFactory.random();
  const kfrag = cast(1, 1).kfrags[0]!;
  const rk = hex(kfrag.toBytes().subarray(73, 105));
  type Secretive =
    | published.SecretKey
    | published.SecretKeyFactory
    | published.Signer
    | published.Scalar
    | published.KeyFrag
    | published.VerifiedKeyFrag;
  const seen: readonly (readonly [string, Secretive, string])[] = [
    ['SecretKey', secret, hex(secret.toSecretBytes())],
    ['SecretKeyFactory', factory, hex(factory.makeSecret(text('x')))],
    ['Signer', new Signer(secret), hex(secret.toSecretBytes())],
    ['Scalar', Scalar.fromBytes(secret.toSecretBytes()), hex(secret.toSecretBytes())],
    ['VerifiedKeyFrag', kfrag, rk],
    ['KeyFrag', published.KeyFrag.fromBytes(kfrag.toBytes()), rk],
  ];

  it.each(seen)('%s shows nothing of its secret, however it is printed', (_name, value, hidden) => {
    const decimals = Array.from(hidden.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).join(',');
    const ways = [
      String(value),
      `${JSON.stringify(value)}`,
      inspect(value, { depth: 10, showHidden: true }),
      JSON.stringify(Object.entries(value)),
    ];
    for (const way of ways) {
      expect(way).not.toContain(hidden);
      expect(way.replaceAll(' ', '')).not.toContain(decimals);
      expect(way.length).toBeLessThan(400);
    }
  });

  it('short text forms are those of the reference', () => {
    expect([String(secret), String(factory), String(new Signer(secret))]).toEqual([
      'SecretKey:...',
      'SecretKeyFactory:...',
      'Signer:...',
    ]);
    expect(String(kfrag)).toBe(`VerifiedKeyFrag:${hex(kfrag.id.subarray(0, 8))}`);
  });

  it('bytes handed out are copies', () => {
    secret.toSecretBytes().fill(0);
    secret.publicKey.toBytes().fill(0);
    kfrag.toBytes().fill(0);
    expect(secret.publicKey.equals(SecretKey.fromBytes(secret.toSecretBytes()).publicKey)).toBe(true);
    expect(hex(kfrag.toBytes().subarray(73, 105))).toBe(rk);
  });

  it('a cfrag carries no buffer of the kfrag that made it', () => {
    const story = cast(1, 1);
    const cfrag = published.reencrypt(story.capsule, story.kfrags[0]!);
    const inner = hex(story.kfrags[0]!.toBytes().subarray(73, 105));
    const buffers = Object.values(capsuleFragParts(cfrag)).filter((part) => part instanceof Uint8Array);
    expect(buffers.length).toBe(10);
    for (const { buffer } of buffers) expect(hex(new Uint8Array(buffer))).not.toContain(inner);
  });

  it('what was disposed of refuses to work', () => {
    const gone = SecretKey.random();
    const signer = new Signer(gone);
    const lost = SecretKeyFactory.random();
    gone.dispose();
    lost.dispose();
    expect(codeOf(() => gone.toSecretBytes())).toBe('parse');
    expect(codeOf(() => gone.publicKey)).toBe('parse');
    expect(codeOf(() => signer.sign(text('x')))).toBe('parse');
    expect(codeOf(() => lost.makeKey(text('x')))).toBe('parse');
    const scalar = Scalar.random();
    scalar.dispose();
    expect(scalar.isZero).toBe(true);
  });

  it('an error never carries input bytes', () => {
    const value = 'c0ffee'.repeat(11).slice(0, 64);
    const bad = Uint8Array.from(`ff${'ff'.repeat(15)}${value}`.match(/../g)!.slice(0, 32), (pair) =>
      Number.parseInt(pair, 16),
    );
    try {
      SecretKey.fromBytes(bad);
      expect.unreachable();
    } catch (error) {
      expect(inspect(error)).not.toContain('c0ffee');
    }
  });
});

describe('the package', () => {
  it('exports exactly this, and nothing that takes its own randomness', () => {
    expect(Object.keys(published).sort()).toEqual([
      'Capsule',
      'CapsuleFrag',
      'EngineNotReady',
      'KeyFrag',
      'Point',
      'PublicKey',
      'RecoverableSignature',
      'ReencryptionEvidence',
      'Scalar',
      'SecretKey',
      'SecretKeyFactory',
      'Signature',
      'Signer',
      'UmbralError',
      'VerifiedCapsuleFrag',
      'VerifiedKeyFrag',
      'decryptOriginal',
      'decryptReencrypted',
      'dem',
      'deriveBytes',
      'encrypt',
      'engine',
      'generateKFrags',
      'generators',
      'hashToScalar',
      'ready',
      'reencrypt',
      'reencryptMany',
      'verifyCapsuleFrags',
    ]);
    expect(Object.keys(published).filter((name) => /With$|useEngine/.test(name))).toEqual([]);
  });

  it('is one module under its own name', async () => {
    const named = await import('dintel/umbral');
    expect(named.SecretKey).toBe(published.SecretKey);
    expect(['noble', 'wasm']).toContain(named.engine());
  });
});
