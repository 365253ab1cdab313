import { AbiCoder, keccak256 } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { Hex } from '../../../lib/protocol/hex.ts';
import { policyIdOf } from '../../../lib/protocol/leaf.ts';
import { billedEpochs, isServable, quoteExtension, quotePolicy, refundOf } from '../../../lib/protocol/policy.ts';
import { policyVectors } from '../../../scripts/vectors/policy.ts';
import vectors from '../../vectors/policy.json' with { type: 'json' };
import { refusalOf } from '../refusal.ts';

const hex = (text: string): Hex => text as Hex;
const policyOf = ({ rate, ...plain }: (typeof vectors.extended)[number]['policy']) => ({
  ...plain,
  rateWei: BigInt(rate),
});

describe('policy.json', () => {
  it('is what the writer computes', () => {
    expect(JSON.parse(JSON.stringify(policyVectors()))).toEqual(vectors);
  });

  it('ids', () => {
    expect(vectors.policyIds.length).toBe(5);
    for (const { chainId, policyManager, owner, salt, policyId } of vectors.policyIds) {
      const types = ['uint256', 'address', 'address', 'bytes32'];
      expect(policyId).toBe(keccak256(AbiCoder.defaultAbiCoder().encode(types, [chainId, policyManager, owner, salt])));
      const of = { chainId, policyManager: hex(policyManager), owner: hex(owner), salt: hex(salt) };
      expect(policyIdOf(of)).toBe(policyId);
    }
  });

  it('billing at its boundaries', () => {
    for (const value of vectors.created) {
      const { name, epochLength, now, expiresAt, shares, start, end, epochs } = value;
      const rateWei = BigInt(value.rate);
      const quote = quotePolicy({ now, expiresAt, epochLengthSeconds: epochLength, rateWei, shares });
      const depositWei = BigInt(value.deposit);
      expect(quote, name).toEqual({
        start,
        end,
        epochs,
        depositWei,
        depositWithSlipWei: BigInt(value.depositWithSlip),
      });
      // Written out once more, from the sentence of section 1.
      const first = Math.floor(now / epochLength) + 1;
      const last = Math.max(first, Math.floor((expiresAt - 1) / epochLength));
      expect(depositWei).toBe(rateWei * BigInt(shares) * BigInt(last - first + 1));
    }
    for (const { name, epochLength, now, expiresAt, code } of vectors.refused) {
      expect(
        refusalOf(() => billedEpochs({ now, expiresAt, epochLengthSeconds: epochLength })),
        name,
      ).toBe(code);
    }
  });

  it('extension, revocation, service', () => {
    for (const { epochLength, policy, expiresAt, end, payment } of vectors.extended) {
      const quote = quoteExtension({ policy: policyOf(policy), expiresAt, epochLengthSeconds: epochLength });
      expect(quote).toEqual({ end, paymentWei: BigInt(payment) });
    }
    for (const { policy, current, end, refund } of vectors.revoked) {
      expect(refundOf({ policy: policyOf(policy), current })).toEqual({ end, refundWei: BigInt(refund) });
    }
    for (const { createdAt, expiresAt, revoked, timestamp, servable } of vectors.servable) {
      expect(isServable({ createdAt, expiresAt, revoked }, timestamp)).toBe(servable);
    }
  });
});
