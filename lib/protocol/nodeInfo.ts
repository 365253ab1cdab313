/**
 * NodeInfo: what a node says of itself, signed by its operator, so that a URL proves which node answers there.
 * Source: spec/protocol.md sections 4 and 7, `/v1/info`.
 */
import { checkBytes } from './bytes.ts';
import { keccak } from './hash.ts';
import type { Address } from './hex.ts';
import { publicKeyBytes } from './leaf.ts';
import type { Contracts, NodeInfo } from './messages.ts';
import { type Signers, type VerifiedMessage, verifyTyped } from './typed.ts';

export type VerifiedNodeInfo = VerifiedMessage<'NodeInfo'>;

/** The message for these parts. Shape: encryptingKey 33 bytes. Units: issuedAt seconds. Throws E_LENGTH. */
export function nodeInfoOf(of: {
  node: Address;
  url: string;
  encryptingKey: Uint8Array;
  keyNumber: number;
  peerId: string;
  issuedAt: number;
}): NodeInfo {
  const { node, url, keyNumber, peerId, issuedAt } = of;
  const encryptingKey = keccak(checkBytes(of.encryptingKey, publicKeyBytes, 'encryptingKey'));
  return { node, url, encryptingKey, keyNumber, peerId, issuedAt };
}

/** Throws E_SIGNATURE unless an operator of the node signed it. */
export function verifyNodeInfo(of: {
  contracts: Contracts;
  info: NodeInfo;
  signature: Uint8Array;
  operators: Signers;
}): VerifiedNodeInfo {
  return verifyTyped('NodeInfo', of.contracts, of.info, of.signature, of.operators);
}
