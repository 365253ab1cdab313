/**
 * Receipt: a node's signed word for one cfrag. What it names convicts the node if it is false. Owns: how it is made and when Bob
 * takes an answer for one. Owns not: the cfrag's own proof (lib/umbral). Source: spec/protocol.md sections 4, 6 and 7.
 */
import { checkBytes } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccak } from './hash.ts';
import type { Hex } from './hex.ts';
import { cfragBytes } from './leaf.ts';
import type { Contracts, Receipt } from './messages.ts';
import { capsuleHash } from './request.ts';
import { type Signers, type VerifiedMessage, verifyTyped } from './typed.ts';

export type VerifiedReceipt = VerifiedMessage<'Receipt'>;

/** K of cfrag_simple. Shape: 359 bytes. Throws E_LENGTH. */
export function cfragHash(cfrag: Uint8Array): Hex {
  return keccak(checkBytes(cfrag, cfragBytes, 'cfrag'));
}

/** The receipt for these very bytes. `request`: digest of the Request, or the challengeId. Throws E_LENGTH. */
export function receiptOf(of: {
  policyId: Hex;
  leaf: Hex;
  epoch: number;
  request: Hex;
  capsule: Uint8Array;
  cfrag: Uint8Array;
}): Receipt {
  const { policyId, leaf, epoch, request } = of;
  return { policyId, leaf, epoch, request, capsule: capsuleHash(of.capsule), cfrag: cfragHash(of.cfrag) };
}

/**
 * Bob's check of one answer: the receipt rebuilt from his own policy, leaf, request and capsule and the cfrag that came must have
 * been signed by an operator valid for the node at `epoch`, and |epoch - his epoch| <= 1. A failure is no answer ("unsigned").
 * Throws E_SIGNATURE, E_CLOCK (epoch), E_LENGTH.
 */
export function verifyReceipt(of: {
  contracts: Contracts;
  policyId: Hex;
  leaf: Hex;
  request: Hex;
  capsule: Uint8Array;
  cfrag: Uint8Array;
  epoch: number;
  signature: Uint8Array;
  /** Operators of the node that are valid at `epoch`. */
  operators: Signers;
  /** The epoch of Bob's own head. */
  currentEpoch: number;
}): VerifiedReceipt {
  if (Math.abs(of.epoch - of.currentEpoch) > 1) {
    throw new ProtocolError('E_CLOCK', {
      field: 'epoch',
      expected: `${of.currentEpoch}, or one beside`,
      got: String(of.epoch),
    });
  }
  return verifyTyped('Receipt', of.contracts, receiptOf(of), of.signature, of.operators);
}
