/** Trust is a type, also for callers without a type checker: a prototype that was lent, and members that were put in place, prove nothing. */
import { describe, expect, it } from 'vitest';
import {
  CapsuleFrag,
  decryptReencrypted,
  KeyFrag,
  reencrypt,
  VerifiedCapsuleFrag,
  VerifiedKeyFrag,
} from '../../lib/umbral/index.ts';
import { cast } from './cast.ts';
import { codeOf } from './support.ts';

describe('a lent prototype', () => {
  const { capsule, cfrags, kfrags, opening, plaintext, verified } = cast();

  it('does not make a kfrag re-encrypt', () => {
    const unverified = KeyFrag.fromBytes(kfrags[0]!.toBytes());
    const lent = Object.setPrototypeOf(unverified, VerifiedKeyFrag.prototype) as VerifiedKeyFrag;
    expect(codeOf(() => reencrypt(capsule, lent))).toBe('parse');
    expect(codeOf(() => reencrypt(capsule, Object.create(VerifiedKeyFrag.prototype) as VerifiedKeyFrag))).toBe('parse');
  });

  it('does not make cfrags open', () => {
    const lent = cfrags.map(
      (cfrag) => Object.setPrototypeOf(cfrag, VerifiedCapsuleFrag.prototype) as VerifiedCapsuleFrag,
    );
    expect(codeOf(() => decryptReencrypted({ ...opening, cfrags: lent }))).toBe('parse');
    const bare = Object.create(VerifiedCapsuleFrag.prototype) as VerifiedCapsuleFrag;
    expect(codeOf(() => decryptReencrypted({ ...opening, cfrags: [bare] }))).toBe('parse');
  });

  it('what was verified holds nothing that can be replaced', () => {
    const strangers = cast().verified;
    for (const [i, one] of verified.entries()) Object.assign(one, strangers[i]);
    expect(decryptReencrypted({ ...opening, cfrags: verified })).toEqual(plaintext);
    expect(verified.flatMap((one) => Object.keys(one))).toEqual([]);
    expect(CapsuleFrag.fromBytes(verified[0]!.toBytes())).not.toBeInstanceOf(VerifiedCapsuleFrag);
  });
});
