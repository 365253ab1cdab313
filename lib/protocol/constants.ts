/**
 * The constants of section 1 that are fixed by deployment. Contracts hold the same numbers; lib and node read epochLength from
 * the chain and use the rest as rules. Local values keep every number of epochs and change only seconds.
 * Owns not: limits of messages (limits.ts). Source: spec/protocol.md section 1.
 */

/** Units: seconds, epochs, basis points as named. */
export interface NetworkConstants {
  readonly epochLengthSeconds: number;
  /** Bits may be voided while current <= e + disputeEpochs; an epoch is final from e + disputeEpochs + 1. */
  readonly disputeEpochs: number;
  readonly evidenceEpochs: number;
  readonly unbondingEpochs: number;
  readonly challengeWindowSeconds: number;
  readonly claimEpochs: number;
  readonly maxLeaseEpochs: number;
  /** Depth at which a creation counts on a layer-2 chain; 3 on a layer-1 chain. */
  readonly creationDepth: number;
  readonly headAgeSeconds: number;
}

export const production: NetworkConstants = {
  epochLengthSeconds: 86_400,
  disputeEpochs: 2,
  evidenceEpochs: 14,
  unbondingEpochs: 21,
  challengeWindowSeconds: 43_200,
  claimEpochs: 90,
  maxLeaseEpochs: 8,
  creationDepth: 1,
  headAgeSeconds: 60,
};

export const local: NetworkConstants = {
  ...production,
  epochLengthSeconds: 30,
  challengeWindowSeconds: 15,
  creationDepth: 0,
};

/** A policy has 1 to 64 shares on chain; the library's generateKFrags allows 255. */
export const maxShares = 64;
/** A policy bills at most this many epochs. */
export const maxPolicyEpochs = 1024;
/** A signed request lives at most this long, and may be at most `skewSeconds` ahead of the node's clock. */
export const requestLifetimeSeconds = 120;
export const skewSeconds = 30;
/** An Ack binds to billing that starts at most this many epochs after it. */
export const ackStartEpochs = 2;
/** Plaintext bytes of a chunk, and its bytes with the tag. */
export const chunkPlainBytes = 1_048_576;
export const chunkBytes = 1_048_592;

/** Name and version of the EIP-712 domain. Source: section 4. */
export const domainName = 'Dintel';
export const domainVersion = '1';
