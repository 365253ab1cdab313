/**
 * What Ursula's core needs from the world around her: a view of the chain, durable small tables, keys, a clock and hands
 * for heavy work. The core owns every decision (who may be served, in which order it is asked); a port only remembers,
 * reports or signs, and never judges.
 *
 * Owns: the interfaces. Owns not: how they are kept (node/store: SQLite, node/watcher, node/keystore, node/pool; the
 * in-memory ones for tests are in `memoryPorts.ts`).
 * Conventions: ids and addresses are lower-case Hex, so that they are usable as map keys as they are; bytes are
 * Uint8Array; times are whole seconds unless the name ends in Ms; amounts of money are bigint wei. A synchronous method
 * answers from memory or a local table in microseconds; a Promise means durable (fsynced, group commit is fine) or remote.
 * Source: protocol.md sections 2, 4, 7 and 9; DESIGN sections 6 and 8.
 */
import type { Address, Domain, Hex, Leaf, Receipt } from '../../protocol/index.ts';

/** Constants of one network, fixed when the node starts. */
export interface Network extends Domain {
  /** Seconds in an epoch, as read from MinerEscrow. */
  readonly epochLength: number;
  /** Creation depth c: a creation or extension counts when its block is this many blocks below the head (0 = at once). */
  readonly depth: number;
}

/** The newest block of the index: everything the core judges is judged as of this block. */
export interface Head {
  readonly number: bigint;
  readonly hash: Hex;
  /** Block timestamp, seconds: the only time by which policies are judged. */
  readonly timestamp: number;
  /** Own clock, milliseconds, when the watcher last heard from the RPC that this is the head. */
  readonly seenAtMs: number;
}

/**
 * One policy as of the head. Depth rules are already applied by the fold, which alone knows the blocks:
 * `expiresAt` and `end` include an extension only once it is at depth c; `revokedAt` is set from depth 0 on, and after a
 * re-org took the revocation away it stays set until its absence is at depth c; a creation re-orged out is `confirmations`
 * -1 while the index still remembers it (E_PENDING), and unknown after.
 */
export interface PolicyView {
  readonly policyId: Hex;
  readonly owner: Address;
  readonly sponsor: Address;
  readonly root: Hex;
  readonly shares: number;
  /** Wei per leaf and epoch. */
  readonly rate: bigint;
  /** First and last billed epoch. */
  readonly start: number;
  readonly end: number;
  /** Seconds, half open: at this second the answer is no. */
  readonly expiresAt: number;
  /** Blocks on top of the creation's block: head.number - created; -1 when a re-org removed it. */
  readonly confirmations: number;
  readonly revokedAt?: number;
}

/** Policies folded from PolicyManager's events. */
export interface PolicyIndex {
  /** From the index alone; undefined = not known at this head. Read afresh at every call: it changes between two awaits. */
  policy(policyId: Hex): PolicyView | undefined;
  /**
   * Ask the RPC once for a policy that the index lacks, because Bob may be faster than the poll. It may pull the watcher
   * forward or read contract state; undefined = the chain knows none. Bounded (about 2 s), coalesced per id; never throws
   * for an unreachable RPC: undefined then too.
   */
  readThrough(policyId: Hex): Promise<PolicyView | undefined>;
}

/** The view of the chain. */
export interface ChainView {
  /** undefined = no view to trust: first sync unfinished, re-org deeper than the window, providers disagree. */
  head(): Head | undefined;
  /**
   * True iff `signature` over `digest` (32 bytes) is good for an owner that is a contract (ERC-1271), at the head.
   * The core asks only after plain recovery did not give the owner. Unreachable RPC: false.
   */
  isContractSignature(owner: Address, digest: Hex, signature: Uint8Array): Promise<boolean>;
}

/** A node as folded from MinerEscrow's events. */
export interface MinerView {
  readonly node: Address;
  readonly operator: Address;
  /** Stake in token units, jailed or not. */
  readonly stake: bigint;
  /** Bonded = has at least the minimum stake, is not jailed and has no full exit under way. */
  readonly bonded: boolean;
  /** Last epoch for which the node takes work. */
  readonly availableUntil: number;
  /** Set once a full exit is requested: no heartbeat from this epoch on. */
  readonly exitEpoch?: number;
  /** Wei per leaf and epoch below which it takes no policy. */
  readonly minRate: bigint;
  readonly url: string;
  /** 33 bytes. */
  readonly encryptingKey: Uint8Array;
  readonly keyNumber: number;
  /** The bytes announced on chain as text: UTF-8 if they are, else 0x hex; empty for none. */
  readonly peerId: string;
}

/** Nodes and their operators, folded from MinerEscrow's events. */
export interface NodeRegistry {
  miner(node: Address): MinerView | undefined;
  /** Was `operator` the key of `node` in `epoch` (spans inclusive at both ends)? */
  operatorValid(node: Address, operator: Address, epoch: number): boolean;
}

/** Nonces of requests, remembered until their request can no longer be valid, across restarts. */
export interface NonceStore {
  seen(reader: Address, nonce: Hex): boolean;
  /**
   * Remember (reader, nonce) until `forgetAt` (seconds, own clock). Resolves when it is durable: true, or false if it was
   * there already. Of two concurrent inserts exactly one gets true. May gather many inserts into one transaction.
   * Rejects on disk trouble; then nothing may be served.
   */
  insert(reader: Address, nonce: Hex, forgetAt: number): Promise<boolean>;
}

/** What the node has signed for: its own record, should somebody show a receipt of it. */
export interface ReceiptLog {
  /** Durable when it resolves, before the answer leaves. Rejects on disk trouble; then nothing may be served. */
  record(receipts: readonly Receipt[]): Promise<void>;
}

/** A leaf of this node as it was shown to it: what it takes to be paid for it and to answer a challenge of it. */
export interface KnownLeaf {
  readonly policyId: Hex;
  readonly leaf: Leaf;
  readonly hash: Hex;
  readonly sealedKfragHash: Hex;
  /** ser(pk_A), ser(pk_B), ser(vk). */
  readonly keys: readonly [Uint8Array, Uint8Array, Uint8Array];
  /** Siblings under the policy's root, judged; undefined while the leaf was only acknowledged, when there is no root yet. */
  readonly proof: readonly Hex[] | undefined;
}

/** Leaves that this node serves. Nothing on the chain lists them: only those who ask name them. */
export interface LeafBook {
  /** Keep it, once; a proof completes one kept without. `epoch`: that of the head now. Durable when it resolves. */
  remember(leaf: KnownLeaf, epoch: number): Promise<void>;
  find(policyId: Hex, hash: Hex): KnownLeaf | undefined;
}

/** Early notices of revocation: an owner's signed word that is not yet mined. */
export interface TombstoneStore {
  /** Deadline (seconds, chain time) of the notice for this policy, or undefined. The longest one, if several came. */
  deadline(policyId: Hex): number | undefined;
  /** Durable when it resolves. The 65-byte (or ERC-1271) signature is kept: the node may have to relay `revokeBySig`. */
  put(policyId: Hex, deadline: number, signature: Uint8Array): Promise<void>;
}

/** For each encrypting key the latest time it was acknowledged under, which decides when it may be erased. */
export interface AckLedger {
  /** Raise the largest `until` of `keyNumber` to at least `until` (seconds). Durable when it resolves, before the Ack leaves. */
  record(keyNumber: number, until: number): Promise<void>;
}

/** One chunk of a reservation: `id` = lower-case 64 hex of SHA-256, no 0x; `size` bytes. */
export interface ChunkRef {
  readonly id: string;
  readonly size: number;
}

/** Which chunks are promised and held. The bytes themselves are files, written before `hold`. */
export interface ChunkIndex {
  /** Bytes reserved for this leaf so far, each chunk id once. */
  used(leaf: Hex): number;
  /** The same for all leaves of a policy that are this node's. */
  usedByPolicy(policyId: Hex): number;
  /** Those of `ids` that this leaf has reserved already: they cost no budget again. */
  reservedBy(leaf: Hex, ids: readonly string[]): ReadonlySet<string>;
  /** Bytes of all chunks that are reserved or held, each id once: what the node's disk limit is compared with. */
  total(): number;
  /**
   * Add the chunks to the leaf's reservation, one transaction; those present stay, and wait longer. What is not held by `lapsesAt`
   * (seconds, own clock) is no longer reserved. Durable when it resolves.
   */
  reserve(policyId: Hex, leaf: Hex, chunks: readonly ChunkRef[], lapsesAt: number): Promise<void>;
  /** Let go of the claims whose bytes have not come by `now`. */
  lapse(now: number): Promise<void>;
  /**
   * Reserved by at least one policy or held; undefined = neither. `size`: its true size once held, until then the largest that
   * any reservation named (someone else's false size must not keep the true bytes out).
   */
  chunk(id: string): { readonly size: number; readonly held: boolean } | undefined;
  /** The file is complete and fsynced: from now on `chunk(id).held`. Durable when it resolves. */
  hold(id: string, size: number): Promise<void>;
}

/** The node's keys. Secrets leave only as the copies named here. */
export interface KeyRing {
  /** Operator address, whose key signs Ack, Receipt and NodeInfo. */
  readonly operator: Address;
  /** 65 bytes r || s || v (27 or 28, low s) over a 32-byte digest, deterministic (RFC 6979). */
  signDigest(digest: Uint8Array): Uint8Array;
  /** The key announced on chain now: what `/v1/info` shows. */
  encryptingKey(): { readonly keyNumber: number; readonly publicKey: Uint8Array };
  /** A fresh copy of a 32-byte encrypting secret, which the caller wipes; undefined = erased or not yet made (E_KEY_NUMBER). */
  encryptingSecret(keyNumber: number): Uint8Array | undefined;
}

/** The machine's clock: request window, head age, buckets. Never a policy's time. */
export interface Clock {
  nowMs(): number;
}

/** What the core tells the outside while it works. Every member is optional and must not throw. */
export interface Observer {
  /** A secret is about to be used: `seal` an encrypting key, `kfrag` a re-encryption share, `operator` the signing key. */
  secretUsed?(kind: 'seal' | 'kfrag' | 'operator'): void;
  /** That many capsules were re-encrypted and signed for. */
  served?(capsules: number): void;
  /** Something that must not happen did (own proof false, own fragment wrong): page the operator. No secrets in it. */
  alarm?(event: string, fields: Readonly<Record<string, string | number>>): void;
}

/** A share to open once and capsules to re-encrypt: steps 12 to 14. Structured-clone friendly, so that it crosses to a worker. */
export interface ReencryptJob {
  readonly policyId: Hex;
  readonly index: number;
  readonly node: Address;
  /** As the leaf commits to them. */
  readonly fragment: Hex;
  readonly sealedKfragHash: Hex;
  readonly sealedKfrag: Uint8Array;
  /** ser(pk_A), ser(pk_B), ser(vk). */
  readonly keys: readonly [Uint8Array, Uint8Array, Uint8Array];
  /** 98 bytes each, checked for length only. None: open and check the share, which is what an Ack needs. */
  readonly capsules: readonly Uint8Array[];
}

/** A place in the bounded queue, taken before any secret is touched. Use it once: `run` or `release`. */
export interface WorkPlace {
  /**
   * 359-byte cfrags in order, each verified by the node itself. Rejects with ProtocolError: E_KEY_NUMBER, an E_KFRAG or
   * E_KFRAG_… that says which check of the share failed, E_CAPSULE_INVALID with the index, E_INTERNAL.
   */
  run(job: ReencryptJob): Promise<readonly Uint8Array[]>;
  release(): void;
}

/** Where secrets are used: a pool of worker threads in the node, the same function inline in tests. */
export interface Reencryptor {
  /** A place for a job of that many capsules; undefined = the queue is full (E_BUSY). */
  reserve(capsules: number): WorkPlace | undefined;
  /** Seconds after which a refused client should try again, by the backlog. */
  retryAfterS(): number;
}

/** All of it together: what `new Ursula(...)` takes. */
export interface UrsulaPorts {
  /** The stake wallet this process works for. */
  readonly node: Address;
  readonly network: Network;
  readonly chain: ChainView;
  readonly policies: PolicyIndex;
  readonly registry: NodeRegistry;
  readonly nonces: NonceStore;
  /** Absent: nothing is remembered of what was signed. */
  readonly receipts?: ReceiptLog;
  /** Absent: nothing is remembered of what could be settled, and no challenge can be answered. */
  readonly leaves?: LeafBook;
  readonly tombstones: TombstoneStore;
  readonly acks: AckLedger;
  readonly chunks: ChunkIndex;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly work: Reencryptor;
  readonly observer?: Observer;
}
