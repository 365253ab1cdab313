/**
 * `/v1/info`: what a node says of itself, signed by its operator. Owns: the answer and how often it is signed anew.
 * Source: protocol.md section 7 and section 4 (`NodeInfo`).
 */
import {
  type InfoAnswer,
  maxCapsules,
  maxChunkBytes,
  maxConditionBytes,
  maxJsonBytes,
  maxProofWords,
  maxReservedChunks,
  nodeInfoOf,
} from '../../protocol/index.ts';
import { epochOf, freshHead, headAnswer } from './policies.ts';
import type { UrsulaPorts } from './ports.ts';
import { signWithOperator } from './sign.ts';

/** Bounds that a client should know before it asks. */
const limits: InfoAnswer['limits'] = {
  bodyBytes: maxJsonBytes,
  chunkBytes: maxChunkBytes,
  capsules: maxCapsules,
  proofWords: maxProofWords,
  conditionBytes: maxConditionBytes,
  reservedChunks: maxReservedChunks,
};

/** Seconds for which one signature is shown again: anybody may ask, so asking must not cost a signature each time. */
const signedForS = 10;

type Signed = Pick<InfoAnswer, 'url' | 'encryptingKey' | 'keyNumber' | 'peerId' | 'issuedAt' | 'signature'>;

/** Answers `/v1/info` from the view of the chain. */
export class InfoDesk {
  readonly #ports: UrsulaPorts;
  #signed: Signed | undefined;

  constructor(ports: UrsulaPorts) {
    this.#ports = ports;
  }

  /** Throws E_CHAIN_STALE. A node that is not bonded (yet) shows empty `url` and `peerId`, rate 0 and availability 0. */
  answer(): InfoAnswer {
    const { network, node, keys, registry } = this.#ports;
    const head = freshHead(this.#ports);
    const { chainId, adjudicator, policyManager, escrow } = network;
    const miner = registry.miner(node);
    return {
      node,
      operator: keys.operator,
      ...this.#sign(miner?.url ?? '', miner?.peerId ?? ''),
      protocol: [1],
      domain: { chainId, adjudicator, policyManager, escrow },
      head: headAnswer(head),
      epoch: epochOf(this.#ports, head.timestamp),
      minRate: miner?.minRate ?? 0n,
      availableUntil: miner?.availableUntil ?? 0,
      limits,
    };
  }

  #sign(url: string, peerId: string): Signed {
    const { keys, clock, node } = this.#ports;
    const now = Math.floor(clock.nowMs() / 1000);
    const { keyNumber, publicKey: encryptingKey } = keys.encryptingKey();
    const last = this.#signed;
    const fresh =
      last !== undefined &&
      last.url === url &&
      last.peerId === peerId &&
      last.keyNumber === keyNumber &&
      Math.abs(now - last.issuedAt) < signedForS;
    if (fresh) return last;
    const info = nodeInfoOf({ node, url, encryptingKey, keyNumber, peerId, issuedAt: now });
    this.#signed = {
      url,
      encryptingKey,
      keyNumber,
      peerId,
      issuedAt: now,
      signature: signWithOperator(this.#ports, 'NodeInfo', info),
    };
    return this.#signed;
  }
}
