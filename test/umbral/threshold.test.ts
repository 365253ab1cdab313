/** What the threshold promises: M fragments open, M-1 do not, M with Bob's key give everything (T-U02, T-U03, T-U06). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arithmetic, useEngine } from '../../lib/umbral/engine/current.ts';
import type { Engine } from '../../lib/umbral/engine.ts';
import { sharedSecret, shareIndices } from '../../lib/umbral/hash.ts';
import {
  Capsule,
  decryptOriginal,
  decryptReencrypted,
  encrypt,
  generateKFrags,
  Point,
  reencrypt,
  reencryptMany,
  Scalar,
  SecretKey,
  Signer,
} from '../../lib/umbral/index.ts';
import { keyFragParts } from '../../lib/umbral/keyFrag.ts';
import { randomScalars } from '../../lib/umbral/numbers.ts';
import { cast } from './cast.ts';
import { codeOf, hex } from './support.ts';

/** All subsets of 0..count-1 with `size` elements. */
function subsets(count: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return Array.from({ length: count - from }, (_, i) => from + i).flatMap((first) =>
    subsets(count, size - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

const pick = (list: Uint8Array, indices: readonly number[]) =>
  Uint8Array.from(indices.flatMap((i) => [...list.subarray(32 * i, 32 * i + 32)]));

/** sum of lambda_i * y_i, in hex; what a set of shares believes f(0) to be. */
function interpolate(xs: Uint8Array, ys: Uint8Array): string {
  const { scalars } = arithmetic();
  const products = scalars.mul(scalars.lagrangeAtZero(xs)!, ys);
  let sum: Uint8Array = new Uint8Array(32);
  for (let i = 0; i < products.length; i += 32) sum = scalars.add(sum, products.subarray(i, i + 32));
  return hex(sum);
}

describe('the threshold', () => {
  it('for all (M, N) to (7, 10): every set of M-1 shares misses f(0), every set of M hits it', () => {
    for (let shares = 1; shares <= 10; shares++) {
      for (let threshold = 1; threshold <= Math.min(7, shares); threshold++) {
        const coefficients = randomScalars(threshold);
        const xs = randomScalars(shares);
        const ys = arithmetic().scalars.evaluate(coefficients, xs);
        const secret = hex(coefficients.subarray(0, 32));
        for (const set of subsets(shares, threshold)) expect(interpolate(pick(xs, set), pick(ys, set))).toBe(secret);
        if (threshold === 1) continue;
        for (const set of subsets(shares, threshold - 1)) {
          expect(interpolate(pick(xs, set), pick(ys, set))).not.toBe(secret);
        }
      }
    }
  });

  it.each(subsets(5, 2).flatMap(([m, n]) => (m! >= 1 ? [[m!, n!] as const] : [])))(
    'with real fragments, %i of %i: every smaller set is refused, every set that size opens, in any order',
    (threshold, shares) => {
      const { verified, opening, plaintext } = cast(threshold, shares);
      const open = (set: readonly number[]) => decryptReencrypted({ ...opening, cfrags: set.map((i) => verified[i]!) });
      for (const set of subsets(shares, threshold)) expect(open([...set].reverse())).toEqual(plaintext);
      expect(open([...verified.keys()])).toEqual(plaintext);
      for (const set of subsets(shares, threshold - 1)) {
        expect(codeOf(() => open(set))).toBe(set.length === 0 ? 'open.no_cfrags' : 'open.validation');
      }
    },
  );

  it('Bob and M nodes together compute the delegating key, and M-1 do not: the known limit of the family', () => {
    const { alice, bob, kfrags } = cast(2, 3);
    const parts = kfrags.map(keyFragParts);
    const { x } = parts[0]!;
    const receivingKey = bob.publicKey.toBytes();
    const dh = Point.fromBytes(x).multiply(Scalar.fromBytes(bob.toSecretBytes())).toBytes();
    const d = sharedSecret(x, receivingKey, dh);
    const attack = (set: readonly number[]) => {
      const xs = shareIndices(
        x,
        receivingKey,
        dh,
        set.map((i) => parts[i]!.id),
      );
      const f0 = interpolate(xs, Uint8Array.from(set.flatMap((i) => [...parts[i]!.rk])));
      return hex(
        arithmetic().scalars.mul(
          Uint8Array.from(f0.match(/../g)!, (b) => Number.parseInt(b, 16)),
          d,
        ),
      );
    };
    expect(attack([0, 2])).toBe(hex(alice.toSecretBytes()));
    expect(attack([1])).not.toBe(hex(alice.toSecretBytes()));
  });

  it('any plaintext, both ways, whoever signs which key', () => {
    const signer = new Signer(SecretKey.random());
    const [alice, bob] = [SecretKey.random(), SecretKey.random()];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        fc.boolean(),
        (plaintext, signDelegatingKey, signReceivingKey) => {
          const { capsule, ciphertext } = encrypt(alice.publicKey, plaintext);
          expect(ciphertext.length).toBe(plaintext.length + 40);
          expect(decryptOriginal(alice, capsule, ciphertext)).toEqual(plaintext);
          const [kfrag] = generateKFrags({
            delegatingSecretKey: alice,
            receivingKey: bob.publicKey,
            signer,
            threshold: 1,
            shares: 1,
            signDelegatingKey,
            signReceivingKey,
          });
          const opening = { receivingSecretKey: bob, delegatingKey: alice.publicKey, capsule, ciphertext };
          expect(decryptReencrypted({ ...opening, cfrags: [reencrypt(capsule, kfrag!)] })).toEqual(plaintext);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('many capsules at once give what one by one gives', () => {
    const { alice, bob, kfrags } = cast(1, 1);
    const messages = [0, 1, 2].map((i) => encrypt(alice.publicKey, Uint8Array.of(i)));
    const cfrags = reencryptMany(
      messages.map(({ capsule }) => capsule),
      kfrags[0]!,
    );
    for (const [i, message] of messages.entries()) {
      const opening = { receivingSecretKey: bob, delegatingKey: alice.publicKey, ...message };
      expect(decryptReencrypted({ ...opening, cfrags: [cfrags[i]!] })).toEqual(Uint8Array.of(i));
    }
    expect(reencryptMany([], kfrags[0]!)).toEqual([]);
  });
});

describe('forged capsules', () => {
  it('never reach a secret multiplication', () => {
    const { capsule } = cast(1, 1);
    const simple = capsule.toBytesSimple();
    let secretCalls = 0;
    const counting: Engine = {
      ...arithmetic(),
      secretProducts: () => {
        secretCalls++;
        throw new Error('a secret was about to be used');
      },
    };
    const before = useEngine(counting);
    try {
      for (let i = 0; i < 100; i++) {
        const forged = simple.slice();
        forged[97 - (i % 32)]! ^= 1 + (i >> 5);
        expect(codeOf(() => Capsule.fromBytesSimple(forged))).toMatch(/^(capsule\.verify|parse)$/);
      }
    } finally {
      useEngine(before);
    }
    expect(secretCalls).toBe(0);
  });
});
