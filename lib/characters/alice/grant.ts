/**
 * A grant in hand: what it is, how far it is, what Bob needs. Owns: the handle. Owns not: how it gets there
 * (`grantMachine.ts`), what the chain says of it later (`Alice.grants`).
 */
import { isCommonCode } from '../../protocol/codes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { formatLink } from '../../protocol/link.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { PublicKey } from '../../umbral/keys.ts';
import { isCommitted, isFinal } from './grantMachine.ts';
import { type GrantRecord, type GrantState, withoutShares } from './grantRecord.ts';
import { urisOfRecord } from './recordTree.ts';

/** What a grant needs of Alice. */
export interface GrantHost {
  /** Goes on from a record; `onRecord` gets every record that was written down, also when it ends in an error. */
  drive(
    record: GrantRecord,
    signal: AbortSignal | undefined,
    onRecord: (record: GrantRecord) => void,
  ): Promise<GrantRecord>;
  save(record: GrantRecord): Promise<void>;
  /** Whether it is on the chain, or what was sent may still come there. Throws `ChainError`. */
  mayBePaid(record: GrantRecord): Promise<boolean>;
  /** What the chain has of the payment. */
  receipt(record: GrantRecord, signal: AbortSignal | undefined): Promise<GrantReceipt | undefined>;
}

/** The payment as the chain has it. Units: wei, gas, epochs (both billed). `gasUsed`, `feeWei`: of the whole transaction. */
export interface GrantReceipt {
  readonly policyId: Hex;
  readonly transactionHash: Hex;
  readonly blockNumber: bigint;
  readonly gasUsed: bigint;
  readonly feeWei: bigint;
  readonly depositWei: bigint;
  readonly start: number;
  readonly end: number;
  /** Policies that this transaction paid. */
  readonly policies: number;
}

/** The node of one share. */
export interface GrantNode {
  readonly index: number;
  readonly node: Address;
  readonly url: string;
}

/** One grant. Everything it knows is written down: after a reload `Alice.grant*` gives the same handle again. */
export class Grant {
  #record: GrantRecord;
  readonly #host: GrantHost;
  #running: Promise<GrantRecord> | undefined;

  constructor(record: GrantRecord, host: GrantHost) {
    this.#record = record;
    this.#host = host;
  }

  /** What the grant is called on the chain, and by `revoke` and `extend`. */
  get policyId(): Hex {
    return this.#record.policyId;
  }
  /** The same word in all grants of one batch; `Alice.resume` finishes those together. */
  get batch(): Hex | undefined {
    return this.#record.batch;
  }
  get status(): GrantState {
    return this.#record.state;
  }
  get failure(): { readonly code: string; readonly message: string } | undefined {
    return this.#record.failure;
  }
  /** How many nodes must answer. */
  get threshold(): number {
    return this.#record.threshold;
  }
  /** How many nodes hold a share. */
  get shares(): number {
    return this.#record.shares;
  }
  get label(): string {
    return this.#record.label;
  }
  /** Seconds. */
  get expiresAt(): number {
    return this.#record.expiresAt;
  }
  /** Bob, as requests name him. */
  get reader(): Address {
    return this.#record.reader;
  }
  get nodes(): readonly GrantNode[] {
    return this.#record.cohort.map(({ node, url }, index) => ({ index, node, url }));
  }
  get transactionHash(): Hex | undefined {
    return this.#record.transactionHash;
  }
  get manifestId(): Hex | undefined {
    return this.#record.manifest?.id;
  }
  /** The sealed manifest, to hand to Bob by any other way. From `sealed` on. */
  get manifestBytes(): Uint8Array | undefined {
    return this.#record.manifest?.bytes.slice();
  }
  /** Why these nodes: seed, block, who was passed over and who refused. Anybody can draw again. */
  get selection(): Pick<GrantRecord, 'draw' | 'refused'> {
    return { draw: this.#record.draw, refused: this.#record.refused };
  }

  /**
   * Go on until Bob can retrieve. Throws what may pass (then call it again), NOT_ENOUGH_NODES or the contract's refusal
   * when it has ended as `failed`, ABORTED.
   */
  async wait(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<this> {
    checkSignal(options.signal);
    // Two callers wait for the same work; it is never done twice side by side.
    this.#running ??= this.#host
      .drive(this.#record, options.signal, (record) => {
        this.#record = record;
      })
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
    const { failure } = this.#record;
    if (failure) {
      throw new ProtocolError(isCommonCode(failure.code) ? failure.code : 'NODE_REFUSED', {
        details: `The grant has failed. ${failure.message}`,
        retryable: false,
      });
    }
    return this;
  }

  /** What was paid, from the chain; undefined as long as nothing is. Throws `ChainError`, ABORTED, which say nothing against the grant. */
  receipt(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<GrantReceipt | undefined> {
    return this.#host.receipt(this.#record, options.signal);
  }

  /**
   * Give up a grant that is not paid yet. Throws E_REPLAY once it may be on chain, by the record or by the chain: finish or revoke it
   * instead; also while `wait` goes on, which may be paying at this moment: abort it first. Throws `ChainError`.
   */
  async abandon(): Promise<void> {
    this.#checkIdle();
    const isPaid = isCommitted(this.#record) || (!isFinal(this.#record) && (await this.#host.mayBePaid(this.#record)));
    if (isPaid) {
      throw new ProtocolError('E_REPLAY', { details: 'The policy is paid, or may be: finish it or revoke it.' });
    }
    this.#checkIdle();
    if (isFinal(this.#record)) return;
    this.#record = { ...withoutShares(this.#record), state: 'abandoned' };
    await this.#host.save(this.#record);
  }

  #checkIdle(): void {
    if (this.#running) {
      throw new ProtocolError('E_REPLAY', { details: 'The grant is going on: stop it, then see how far it came.' });
    }
  }

  /**
   * What Bob needs, as a link: `<origin>/open#d1.…`. `origin` is where your page lies that opens links (it reads what stands behind the
   * #, which no server is sent, and gives the whole to `bob.retrieve({ from })`); the path is always `/open`. Without one the link begins
   * with https://dintel.invalid, which is no page: good for `from`, not to be clicked. It holds no key: only Bob can open what it names.
   * From `sealed` on; it works once the grant is published. Throws E_URL, E_LINK.
   */
  link(options: { readonly origin?: string } = {}): string {
    const { manifest, chainId, policyManager, policyId, verifyingKey } = this.#record;
    if (!manifest) throw new ProtocolError('E_LINK', { details: 'The grant has no manifest yet; wait for it.' });
    return formatLink(options.origin ?? 'https://dintel.invalid', {
      chainId,
      policyManager,
      policyId,
      manifestId: manifest.id,
      verifyingKey: PublicKey.fromBytes(verifyingKey),
      uris: urisOfRecord(this.#record, 8),
      bob: undefined,
    });
  }
}
