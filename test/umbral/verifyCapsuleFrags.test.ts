/** Vladimir's answers (T-U01): every kind of lie at every place is named, and Bob opens with the honest ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arithmetic, useEngine } from '../../lib/umbral/engine/current.ts';
import {
  CapsuleFrag,
  decryptReencrypted,
  generators,
  reencrypt,
  Scalar,
  VerifiedCapsuleFrag,
  verifyCapsuleFrags,
} from '../../lib/umbral/index.ts';
import { cast } from './cast.ts';
import { codeOf } from './support.ts';

const story = cast(2, 4);
const { capsule, cfrags, keys, kfrags, opening, plaintext } = story;
const other = cast(2, 4);
const bytes = cfrags.map((cfrag) => cfrag.toBytes());
const point = () => generators.G.multiply(Scalar.random()).toBytes();
const put = (into: Uint8Array, offset: number, what: Uint8Array) => {
  const copy = into.slice();
  copy.set(what, offset);
  return copy;
};
const field = (of: Uint8Array, offset: number, length: number) => of.slice(offset, offset + length);

/** Each makes a false answer out of the honest answer `i`, and names the code it earns. */
const lies: readonly (readonly [string, (i: number) => Uint8Array, string])[] = [
  ['a random E1', (i) => put(bytes[i]!, 3, point()), 'cfrag.reencryption'],
  ['a random V1', (i) => put(bytes[i]!, 38, point()), 'cfrag.reencryption'],
  ['a random E2', (i) => put(bytes[i]!, 143, point()), 'cfrag.reencryption'],
  ['a random V2', (i) => put(bytes[i]!, 178, point()), 'cfrag.reencryption'],
  ['a random U2', (i) => put(bytes[i]!, 248, point()), 'cfrag.reencryption'],
  ['a random z', (i) => put(bytes[i]!, 283, Scalar.random().toBytes()), 'cfrag.reencryption'],
  [
    'E1 and V1 exchanged',
    (i) => put(put(bytes[i]!, 3, field(bytes[i]!, 38, 33)), 38, field(bytes[i]!, 3, 33)),
    'cfrag.reencryption',
  ],
  ['an answer to another capsule', (i) => reencrypt(other.capsule, kfrags[i]!).toBytes(), 'cfrag.reencryption'],
  ['the answer of another delegation', (i) => reencrypt(capsule, other.kfrags[i]!).toBytes(), 'cfrag.kfrag_signature'],
  ['another commitment', (i) => put(bytes[i]!, 213, point()), 'cfrag.kfrag_signature'],
  ['another precursor', (i) => put(bytes[i]!, 107, point()), 'cfrag.kfrag_signature'],
  ['another id', (i) => put(bytes[i]!, 73, new Uint8Array(32)), 'cfrag.kfrag_signature'],
  ["another fragment's proof", (i) => put(bytes[i]!, 3, field(bytes[(i + 1) % 4]!, 3, 70)), 'cfrag.reencryption'],
];

describe('verifyCapsuleFrags', () => {
  it.each(lies)('names the node that sent %s, wherever it stands; the honest ones open', (_lie, make, code) => {
    for (let i = 0; i < 4; i++) {
      const mixed = bytes.map((honest, k) => CapsuleFrag.fromBytes(k === i ? make(i) : honest));
      const { verified, rejected } = verifyCapsuleFrags(capsule, mixed, keys);
      expect(rejected).toEqual([{ index: i, code }]);
      expect(verified.map((cfrag) => cfrag.id)).toEqual(cfrags.filter((_, k) => k !== i).map((cfrag) => cfrag.id));
      expect(decryptReencrypted({ ...opening, cfrags: verified.slice(0, 2) })).toEqual(plaintext);
    }
  });

  it('says the same as one by one, for any mixture', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(lies.length), { maxLength: 4 }), (kinds) => {
        const mixed = kinds.map((kind, i) => CapsuleFrag.fromBytes(lies[kind]?.[1](i) ?? bytes[i]!));
        const codes = mixed.map((cfrag) => codeOf(() => cfrag.verify(capsule, keys)));
        const { verified, rejected } = verifyCapsuleFrags(capsule, mixed, keys);
        expect(rejected).toEqual(codes.flatMap((code, index) => (code === 'accepted' ? [] : [{ index, code }])));
        expect(verified.length + rejected.length).toBe(mixed.length);
        expect(verified.every((cfrag) => cfrag instanceof VerifiedCapsuleFrag)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('spends one sum on honest answers, with other weights each time, and one more for each when somebody lied', () => {
    const engine = arithmetic();
    const weights: string[] = [];
    useEngine({
      ...engine,
      proofsHold: (equations) => {
        weights.push(equations.weights.join());
        return engine.proofsHold(equations);
      },
    });
    try {
      verifyCapsuleFrags(capsule, cfrags, keys);
      verifyCapsuleFrags(capsule, cfrags, keys);
      expect(weights.length).toBe(2);
      expect(new Set(weights).size).toBe(2);
      verifyCapsuleFrags(capsule, [cfrags[0]!, CapsuleFrag.fromBytes(lies[0]![1](1)), cfrags[2]!], keys);
      expect(weights.length).toBe(2 + 1 + 3);
      verifyCapsuleFrags(capsule, [CapsuleFrag.fromBytes(lies[0]![1](1))], keys);
      expect(weights.length).toBe(2 + 1 + 3 + 1);
    } finally {
      useEngine(engine);
    }
  });

  it('takes nothing for what it is: an empty list', () => {
    expect(verifyCapsuleFrags(capsule, [], keys)).toEqual({ verified: [], rejected: [] });
  });

  it('cannot be made to trust: there is no public constructor and no shape that passes', () => {
    const shaped = Object.assign({}, cfrags[0]);
    expect(() => decryptReencrypted({ ...opening, cfrags: [shaped as unknown as VerifiedCapsuleFrag] })).toThrow(
      'VerifiedCapsuleFrag',
    );
  });
});
