import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { nobleEngine } from '../../../lib/umbral/engine/noble.ts';
import { stream } from '../support.ts';
import { engineContract } from './contract.ts';

engineContract(nobleEngine);

describe('noble: ECDSA', () => {
  it('is byte for byte that of noble-curves, with and without additional data', () => {
    const random = stream(0xecd5a);
    for (let i = 0; i < 20; i++) {
      const [secret, digest, extraEntropy] = [
        random(32),
        i === 0 ? new Uint8Array(32).fill(255) : random(32),
        random(32),
      ];
      const options = { prehash: false, format: 'recovered' } as const;
      const theirs = secp256k1.sign(digest, secret, options);
      const hedged = secp256k1.sign(digest, secret, { ...options, extraEntropy });
      const ours = [nobleEngine.ecdsa.sign(secret, digest), nobleEngine.ecdsa.sign(secret, digest, extraEntropy)];
      for (const [k, each] of [theirs, hedged].entries()) {
        expect(ours[k]).toEqual(Uint8Array.of(...each.subarray(1), each[0]!)); // noble puts the recovery id first
      }
    }
  });
});
