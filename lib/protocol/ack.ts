/**
 * Ack: a node's promise to serve one leaf. Owns: its terms. Owns not: when a node gives one (lib/characters/ursula).
 * Source: spec/protocol.md section 4 and section 7, `/v1/acks`.
 */
import { ackStartEpochs } from './constants.ts';
import type { Hex } from './hex.ts';
import type { Ack, Contracts } from './messages.ts';
import { type Signers, type VerifiedMessage, verifyTyped } from './typed.ts';

export type VerifiedAck = VerifiedMessage<'Ack'>;

/** The Ack that a node gives in `epoch`: billing may start at most two epochs later, then Alice asks again. */
export function ackOf(of: { policyId: Hex; leaf: Hex; rate: bigint; until: number; epoch: number }): Ack {
  const { policyId, leaf, rate, until, epoch } = of;
  return { policyId, leaf, rate, until, lastStart: epoch + ackStartEpochs, epoch };
}

/** Throws E_SIGNATURE unless an operator valid for the node at `ack.epoch` signed it. */
export function verifyAck(of: {
  contracts: Contracts;
  ack: Ack;
  signature: Uint8Array;
  operators: Signers;
}): VerifiedAck {
  return verifyTyped('Ack', of.contracts, of.ack, of.signature, of.operators);
}

/** Whether an Ack binds its node to a policy at a time. Units: wei, epochs, seconds. Boundaries: section 1 (t <= until). */
export function ackCovers(
  ack: Ack,
  policy: { policyId: Hex; rate: bigint; start: number },
  leaf: Hex,
  now: number,
): boolean {
  return (
    ack.policyId === policy.policyId &&
    ack.leaf === leaf &&
    policy.rate >= ack.rate &&
    policy.start <= ack.lastStart &&
    now <= ack.until
  );
}
