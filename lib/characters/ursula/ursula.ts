/**
 * Ursula: judges requests, re-encrypts, signs. One object for all her routes, pure but for her ports.
 * Owns: which function answers what, and how often one reader may ask. Owns not: HTTP, storage, chain, threads.
 */
import type { ChallengeAnswer } from '../../chain/adjudicator.ts';
import type {
  AckAnswer,
  AckBody,
  Hex,
  InfoAnswer,
  PolicyAnswer,
  ReencryptAnswer,
  ReencryptBody,
  ReservationAnswer,
  ReservationBody,
  RevocationAnswer,
  RevocationBody,
} from '../../protocol/index.ts';
import { ackFor } from './ack.ts';
import { type BucketLimits, TokenBuckets } from './bucket.ts';
import { answerChallenge, type OpenChallenge } from './challenge.ts';
import { admitChunk, reserveChunks, type StorageLimits } from './chunks.ts';
import { InfoDesk } from './info.ts';
import { freshHead, policyAnswer } from './policies.ts';
import type { UrsulaPorts } from './ports.ts';
import { reencryptFor } from './reencrypt.ts';
import { noticeRevocation } from './revocation.ts';
import { openSealedRequest, type SealedRequest } from './sealed.ts';

/** What an operator may set. */
export interface UrsulaOptions {
  /** Capsules per reader. A burst must allow one full request of 50. */
  readonly perReader?: BucketLimits;
  /** Bytes of chunks that the node keeps for all policies together; 0 = none. */
  readonly storageBytes?: number;
  /** Bytes of chunks kept for any one policy; default an eighth of `storageBytes`. */
  readonly policyStorageBytes?: number;
}

const defaultPerReader: BucketLimits = { burst: 400, perSecond: 50 };
const defaultStorageBytes = 10 * 2 ** 30;
/** A policy may take this part of the room, so that no single one, however cheap, leaves none to the others. */
const policyPart = 8;

/** The core of a node. */
export class Ursula {
  readonly ports: UrsulaPorts;
  readonly #readers: TokenBuckets;
  readonly #storage: StorageLimits;
  readonly #info: InfoDesk;
  /** Ends when the reservations that wait for room have ended. */
  #reserving: Promise<unknown> = Promise.resolve();

  constructor(ports: UrsulaPorts, options: UrsulaOptions = {}) {
    this.ports = ports;
    this.#readers = new TokenBuckets(options.perReader ?? defaultPerReader);
    const storageBytes = options.storageBytes ?? defaultStorageBytes;
    const policyStorageBytes = options.policyStorageBytes ?? Math.floor(storageBytes / policyPart);
    this.#storage = { storageBytes, policyStorageBytes };
    this.#info = new InfoDesk(ports);
  }

  /** Can she judge requests now? Throws E_CHAIN_STALE. */
  checkReady(): void {
    freshHead(this.ports);
  }

  /** `/v1/info`. Throws E_CHAIN_STALE. */
  info(): InfoAnswer {
    return this.#info.answer();
  }

  /** `/v1/acks`. Errors: {@link ackFor}. */
  ack(body: AckBody): Promise<AckAnswer> {
    return ackFor(this.ports, body);
  }

  /** `/v1/reencrypt`. Errors: {@link reencryptFor}. */
  reencrypt(body: ReencryptBody): Promise<ReencryptAnswer> {
    return reencryptFor(this.ports, this.#readers, body);
  }

  /** What `Adjudicator.answer` takes. Errors: {@link answerChallenge}. */
  answerChallenge(challenge: OpenChallenge): Promise<ChallengeAnswer> {
    return answerChallenge(this.ports, challenge);
  }

  /** `/v1/revocations`. Errors: {@link noticeRevocation}. */
  revoke(body: RevocationBody): Promise<RevocationAnswer> {
    return noticeRevocation(this.ports, body);
  }

  /** `/v1/policies/{policyId}`. Throws E_CHAIN_STALE, E_POLICY. */
  policy(policyId: Hex): Promise<PolicyAnswer> {
    return policyAnswer(this.ports, policyId);
  }

  /** `/v1/reservations`. Errors: {@link reserveChunks}. */
  reserve(body: ReservationBody): Promise<ReservationAnswer> {
    return reserveChunks(this.ports, this.#storage, body, (work) => {
      const turn = this.#reserving.then(work);
      this.#reserving = turn.catch(() => undefined);
      return turn;
    });
  }

  /** Before a chunk's bytes are read: `store` them or they are `held`. Throws E_NOT_RESERVED, E_LENGTH. */
  admitChunk(id: string, size: number): 'store' | 'held' {
    return admitChunk(this.ports, id, size);
  }

  /** The request inside `/v1/sealed`. Throws E_SEAL, E_KEY_NUMBER. */
  openSealed(octets: Uint8Array): SealedRequest {
    return openSealedRequest(this.ports, octets);
  }
}
