/**
 * Opening a share and re-encrypting with it: steps 12 to 14 of `/v1/reencrypt`, and the check that an Ack stands on. The only
 * file where an encrypting secret or a kfrag is used, so that one counter sees every use.
 * Owns: the order of checks, the cache of opened shares, the node's distrust of its own arithmetic. Owns not: whether the
 * request may be served at all, queues, threads. Pure and synchronous: it runs in a worker thread or inline.
 * Source: protocol.md section 3 ("How a leaf proves the kfrag") and section 7, steps 12 to 14.
 */
import {
  fragmentOfCfrag,
  fragmentOfKfrag,
  fromHex,
  kfragBytes,
  openSealedKfrag,
  ProtocolError,
  sealedKfragHash,
  sealedKfragKeyNumber,
  type WireCode,
} from '../../protocol/index.ts';
import {
  Capsule,
  CapsuleFrag,
  KeyFrag,
  PublicKey,
  reencryptMany,
  SecretKey,
  UmbralError,
  type VerifiedKeyFrag,
} from '../../umbral/index.ts';
import type { ReencryptJob } from './ports.ts';

/** The encrypting key that a job asks for. Throws E_LENGTH. */
export function keyNumberOf(job: Pick<ReencryptJob, 'sealedKfrag'>): number {
  return sealedKfragKeyNumber(job.sealedKfrag);
}

/** Which secret is used: an encrypting key, a re-encryption share, the operator's key. */
export type SecretUse = 'seal' | 'kfrag' | 'operator';

/** Called right before each use of a secret; one call per capsule for `kfrag`. */
export type SecretCounter = (use: SecretUse) => void;

interface Share {
  usedAtMs: number;
  readonly kfrag: VerifiedKeyFrag;
  readonly delegatingKey: PublicKey;
  readonly receivingKey: PublicKey;
  readonly verifyingKey: PublicKey;
}

/** Order n of the curve, big-endian: x coordinates from here on cannot be judged on chain and are refused. */
const order = fromHex('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 32);

/** Offsets of E1, V1, X, E2, V2, U1, U2 in cfrag_simple. */
const pointOffsets: readonly number[] = [0, 33, 98, 131, 164, 197, 230];

/** How long an opened share that nobody asks for stays in memory. One of a revoked or expired policy is not asked for. */
export const shareIdleMs = 300_000;

/** Opens shares and re-encrypts, remembering the shares that it opened last. */
export class ShareWorker {
  /** In order of last use: Map keeps insertion order and a used share is put back at the end. */
  readonly #cache = new Map<string, Share>();
  readonly #cacheSize: number;
  readonly #nowMs: () => number;

  /** `cacheSize`: opened shares kept in memory; the least recently used go first. `nowMs`: any clock that does not jump. */
  constructor(cacheSize = 1_000, nowMs: () => number = () => performance.now()) {
    this.#cacheSize = cacheSize;
    this.#nowMs = nowMs;
  }

  /** Opened shares in memory. */
  get size(): number {
    return this.#cache.size;
  }

  /** Forget the shares that were not used for {@link shareIdleMs}; to be called every now and then. */
  forgetIdle(): void {
    const before = this.#nowMs() - shareIdleMs;
    for (const [key, { usedAtMs }] of this.#cache) {
      if (usedAtMs > before) return;
      this.#cache.delete(key);
    }
  }

  /**
   * Open and check the share, check every capsule, re-encrypt them all: 359-byte cfrags in order. No capsule is multiplied
   * by a secret before all of them passed their own check. `secret`: 32 bytes of the encrypting key that the sealed kfrag
   * names; the caller wipes it. Throws ProtocolError: E_KFRAG (other bytes than the leaf's), E_KFRAG_SEAL, _PARSE,
   * _COMMITMENT, _SIGNATURE, _RECEIVER, _FLAGS, E_LEAF (fragment), E_CAPSULE_INVALID, E_INTERNAL.
   */
  run(job: ReencryptJob, secret: Uint8Array, count: SecretCounter): readonly Uint8Array[] {
    const share = this.#share(job, secret, count);
    const capsules = job.capsules.map(parseCapsule);
    for (const _ of capsules) count('kfrag');
    return reencryptMany(capsules, share.kfrag).map((cfrag, i) =>
      proveToOneself(job, share, capsules[i] as Capsule, cfrag.toBytesSimple()),
    );
  }

  #share(job: ReencryptJob, secret: Uint8Array, count: SecretCounter): Share {
    if (sealedKfragHash(job.sealedKfrag) !== job.sealedKfragHash) {
      throw new ProtocolError('E_KFRAG', { field: 'sealedKfrag', expected: 'the bytes whose hash the leaf names' });
    }
    // Everything that decided the result of opening is in the key: a share cached for one policy is found for no other.
    this.forgetIdle();
    const key = [job.policyId, job.index, job.node, job.fragment, job.sealedKfragHash, ...job.keys].join();
    const cached = this.#cache.get(key);
    const share = cached ?? openShare(job, secret, count);
    share.usedAtMs = this.#nowMs();
    this.#cache.delete(key);
    this.#cache.set(key, share);
    if (this.#cache.size > this.#cacheSize) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    return share;
  }
}

function openShare(job: ReencryptJob, secret: Uint8Array, count: SecretCounter): Share {
  const [delegatingKey, receivingKey, verifyingKey] = job.keys.map((bytes, i) => parseKey(bytes, i)) as [
    PublicKey,
    PublicKey,
    PublicKey,
  ];
  count('seal');
  let bytes: Uint8Array;
  const key = SecretKey.fromBytes(secret);
  try {
    bytes = openSealedKfrag(key, job, job.sealedKfrag);
  } catch (error) {
    throw new ProtocolError('E_KFRAG_SEAL', { field: 'sealedKfrag', cause: error });
  } finally {
    key.dispose();
  }
  try {
    if (bytes.length !== kfragBytes) throw new ProtocolError('E_KFRAG_PARSE', { field: 'sealedKfrag' });
    if (bytes[308] !== 0xc3 || bytes[309] !== 0xc3) throw new ProtocolError('E_KFRAG_FLAGS', { field: 'sealedKfrag' });
    count('kfrag'); // U1 = rk*U
    // sig_receiver is checked too: with a bad one the node's honest cfrags would look false to Bob.
    const kfrag = KeyFrag.fromBytes(bytes).verify({
      verifyingKey,
      delegatingKey,
      receivingKey,
      checkReceiverSignature: true,
    });
    if (fragmentOfKfrag(bytes) !== job.fragment) {
      throw new ProtocolError('E_LEAF', { field: 'leaf.fragment', expected: 'the fragment of the sealed kfrag' });
    }
    return { kfrag, delegatingKey, receivingKey, verifyingKey, usedAtMs: 0 };
  } catch (error) {
    if (error instanceof UmbralError) {
      throw new ProtocolError(kfragCode(error), { field: 'sealedKfrag', cause: error });
    }
    throw error;
  } finally {
    bytes.fill(0);
  }
}

function kfragCode({ code, field }: UmbralError): WireCode {
  if (code === 'kfrag.commitment') return 'E_KFRAG_COMMITMENT';
  if (code !== 'kfrag.signature') return 'E_KFRAG_PARSE';
  return field?.includes('receiver') === true ? 'E_KFRAG_RECEIVER' : 'E_KFRAG_SIGNATURE';
}

function parseKey(bytes: Uint8Array, i: number): PublicKey {
  try {
    return PublicKey.fromBytes(bytes);
  } catch (error) {
    throw new ProtocolError('E_FIELD', { field: `leaf.keys[${i}]`, expected: 'a point of the curve', cause: error });
  }
}

function parseCapsule(bytes: Uint8Array, index: number): Capsule {
  try {
    return Capsule.fromBytesSimple(bytes);
  } catch (error) {
    throw new ProtocolError('E_CAPSULE_INVALID', { field: `capsules[${index}]`, data: { index }, cause: error });
  }
}

/** The node stakes itself on these bytes: it checks them first as Bob and the Adjudicator would. */
function proveToOneself(job: ReencryptJob, share: Share, capsule: Capsule, cfrag: Uint8Array): Uint8Array {
  const doubt = (what: string, cause?: unknown): never => {
    throw new Error(`own re-encryption is wrong: ${what}`, { cause });
  };
  try {
    CapsuleFrag.fromBytesSimple(cfrag).verify(capsule, share);
  } catch (error) {
    doubt('proof', error);
  }
  if (pointOffsets.some((offset) => !isBelowOrder(cfrag.subarray(offset + 1, offset + 33)))) doubt('x >= n');
  if (fragmentOfCfrag(cfrag) !== job.fragment) doubt('fragment');
  return cfrag;
}

/** Big-endian comparison; public values. */
function isBelowOrder(x: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (x[i] as number) - (order[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
