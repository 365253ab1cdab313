/**
 * Ursula's ports in memory: for the in-memory network of `dintel/testing` and for tests, which set them as they please.
 * Owns: the simplest honest implementation of each port. Nothing here is durable, so a real node must not use it.
 */
import { type Address, type Hex, ProtocolError } from '../../protocol/index.ts';
import type {
  AckLedger,
  ChainView,
  ChunkIndex,
  ChunkRef,
  Head,
  KeyRing,
  KnownLeaf,
  LeafBook,
  MinerView,
  NodeRegistry,
  NonceStore,
  Observer,
  PolicyIndex,
  PolicyView,
  Reencryptor,
  TombstoneStore,
  WorkPlace,
} from './ports.ts';
import { keyNumberOf, ShareWorker } from './share.ts';

/** A view of the chain that is set from outside. */
export class MemoryChainView implements ChainView, PolicyIndex, NodeRegistry {
  current: Head | undefined;
  readonly policies = new Map<Hex, PolicyView>();
  /** Policies that only the RPC knows yet; a read-through brings them into the index. */
  readonly ahead = new Map<Hex, PolicyView>();
  readonly miners = new Map<Address, MinerView>();
  readonly spans: { node: Address; operator: Address; from: number; to: number }[] = [];

  head(): Head | undefined {
    return this.current;
  }

  policy(policyId: Hex): PolicyView | undefined {
    return this.policies.get(policyId);
  }

  async readThrough(policyId: Hex): Promise<PolicyView | undefined> {
    const view = this.ahead.get(policyId);
    if (view !== undefined) this.policies.set(policyId, view);
    return view;
  }

  async isContractSignature(): Promise<boolean> {
    return false;
  }

  miner(node: Address): MinerView | undefined {
    return this.miners.get(node);
  }

  operatorValid(node: Address, operator: Address, epoch: number): boolean {
    return this.spans.some(
      (span) => span.node === node && span.operator === operator && span.from <= epoch && epoch <= span.to,
    );
  }
}

/** Nonces until the process ends. */
export class MemoryNonces implements NonceStore {
  readonly #nonces = new Set<string>();

  seen(reader: Address, nonce: Hex): boolean {
    return this.#nonces.has(reader + nonce);
  }

  async insert(reader: Address, nonce: Hex, _forgetAt: number): Promise<boolean> {
    const key = reader + nonce;
    const fresh = !this.#nonces.has(key);
    this.#nonces.add(key);
    return fresh;
  }
}

/** Leaves until the process ends. */
export class MemoryLeafBook implements LeafBook {
  readonly leaves = new Map<string, KnownLeaf>();

  async remember(leaf: KnownLeaf, _epoch: number): Promise<void> {
    const known = this.find(leaf.policyId, leaf.hash);
    if (known?.proof === undefined) this.leaves.set(leaf.policyId + leaf.hash, leaf);
  }

  find(policyId: Hex, hash: Hex): KnownLeaf | undefined {
    return this.leaves.get(policyId + hash);
  }
}

/** Early notices of revocation. */
export class MemoryTombstones implements TombstoneStore {
  readonly #deadlines = new Map<Hex, number>();

  deadline(policyId: Hex): number | undefined {
    return this.#deadlines.get(policyId);
  }

  async put(policyId: Hex, deadline: number, _signature: Uint8Array): Promise<void> {
    this.#deadlines.set(policyId, Math.max(deadline, this.#deadlines.get(policyId) ?? 0));
  }
}

/** The latest `until` per encrypting key. */
export class MemoryAckLedger implements AckLedger {
  readonly until = new Map<number, number>();

  async record(keyNumber: number, until: number): Promise<void> {
    this.until.set(keyNumber, Math.max(until, this.until.get(keyNumber) ?? 0));
  }
}

/** Reservations and held chunks. */
export class MemoryChunkIndex implements ChunkIndex {
  readonly #byLeaf = new Map<Hex, Map<string, { policyId: Hex; size: number; lapsesAt: number }>>();
  readonly #byPolicy = new Map<Hex, number>();
  readonly #chunks = new Map<string, { size: number; held: boolean }>();

  used(leaf: Hex): number {
    let bytes = 0;
    for (const { size } of this.#byLeaf.get(leaf)?.values() ?? []) bytes += size;
    return bytes;
  }

  usedByPolicy(policyId: Hex): number {
    return this.#byPolicy.get(policyId) ?? 0;
  }

  reservedBy(leaf: Hex, ids: readonly string[]): ReadonlySet<string> {
    const reserved = this.#byLeaf.get(leaf);
    return new Set(ids.filter((id) => reserved?.has(id)));
  }

  total(): number {
    let bytes = 0;
    for (const { size } of this.#chunks.values()) bytes += size;
    return bytes;
  }

  async reserve(policyId: Hex, leaf: Hex, chunks: readonly ChunkRef[], lapsesAt: number): Promise<void> {
    const reserved = this.#byLeaf.get(leaf) ?? new Map<string, { policyId: Hex; size: number; lapsesAt: number }>();
    this.#byLeaf.set(leaf, reserved);
    for (const { id, size } of chunks) {
      const present = reserved.get(id);
      if (present !== undefined) {
        present.lapsesAt = Math.max(present.lapsesAt, lapsesAt);
        continue;
      }
      reserved.set(id, { policyId, size, lapsesAt });
      this.#byPolicy.set(policyId, this.usedByPolicy(policyId) + size);
      const known = this.#chunks.get(id);
      if (known?.held !== true) this.#chunks.set(id, { size: Math.max(size, known?.size ?? 0), held: false });
    }
  }

  async lapse(now: number): Promise<void> {
    for (const [id, chunk] of this.#chunks) {
      if (chunk.held) continue;
      let size = 0;
      for (const claims of this.#byLeaf.values()) {
        const claim = claims.get(id);
        if (claim === undefined) continue;
        if (claim.lapsesAt > now) size = Math.max(size, claim.size);
        else {
          claims.delete(id);
          this.#byPolicy.set(claim.policyId, this.usedByPolicy(claim.policyId) - claim.size);
        }
      }
      if (size === 0) this.#chunks.delete(id);
      else chunk.size = size;
    }
  }

  chunk(id: string): { readonly size: number; readonly held: boolean } | undefined {
    return this.#chunks.get(id);
  }

  async hold(id: string, size: number): Promise<void> {
    this.#chunks.set(id, { size, held: true });
  }
}

/** Work done at once, on this thread, in places that are counted as the pool counts them. */
export class InlineWork implements Reencryptor {
  readonly #keys: Pick<KeyRing, 'encryptingSecret'>;
  readonly #observer: Observer | undefined;
  readonly #maxJobs: number;
  readonly #shares = new ShareWorker();
  #jobs = 0;

  constructor(keys: Pick<KeyRing, 'encryptingSecret'>, observer?: Observer, maxJobs = 100) {
    this.#keys = keys;
    this.#observer = observer;
    this.#maxJobs = maxJobs;
  }

  reserve(_capsules: number): WorkPlace | undefined {
    if (this.#jobs >= this.#maxJobs) return undefined;
    this.#jobs += 1;
    let free = false;
    const release = (): void => {
      if (!free) this.#jobs -= 1;
      free = true;
    };
    return {
      release,
      run: async (job) => {
        const secret = this.#keys.encryptingSecret(keyNumberOf(job));
        try {
          if (secret === undefined) throw new ProtocolError('E_KEY_NUMBER', { field: 'sealedKfrag' });
          return this.#shares.run(job, secret, (use) => this.#observer?.secretUsed?.(use));
        } finally {
          secret?.fill(0);
          release();
        }
      },
    };
  }

  retryAfterS(): number {
    return 1;
  }
}
