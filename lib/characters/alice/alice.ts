/**
 * Alice: delegates, and may then go offline.
 *
 * Owns: her verbs (quote, grant, resume, extend, revoke, grants, encrypt, rotateLabel). Owns not: their options (`options.ts`), what a
 * grant costs (`quote.ts`), how it is drafted (`draft.ts`) and goes on (`grantMachine.ts`), keys at rest (node/keystore, app), the chain
 * library (adapters).
 * Source: DESIGN sections 2 and 4 to 7; protocol.md sections 5.2, 8 and 9; research/app-sdk.md 1.1.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import type { Chain } from '../../chain/chain.ts';
import type { PolicyRecord } from '../../chain/policyManager.ts';
import { RegistryReader } from '../../chain/registry.ts';
import { checkUint } from '../../protocol/bytes.ts';
import { came, isObject } from '../../protocol/came.ts';
import { encodeConditions, parseConditions } from '../../protocol/conditions.ts';
import { DintelError, ProtocolError, refuse } from '../../protocol/errors.ts';
import { textOf } from '../../protocol/fields.ts';
import { type Address, type Hex, toHex } from '../../protocol/hex.ts';
import { labelBytes } from '../../protocol/keys.ts';
import { maxManifestFiles, maxNoteBytes } from '../../protocol/manifest.ts';
import { type ByteSource, checkSignal } from '../../protocol/streams.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { type CardOptions, cardOf } from '../card.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type EncryptOptions, Enrico } from '../enrico/enrico.ts';
import { attempt } from '../explain.ts';
import { SentTags } from '../inbox/sentTags.ts';
import { type Journal, MemoryJournal, sealedFor } from '../journal.ts';
import { Keyrings } from '../keyrings.ts';
import { Network } from '../network.ts';
import type { OnProgress } from '../progress.ts';
import { publicFetch } from '../publicFetch.ts';
import type { SealedFile } from '../sealedFile.ts';
import { Batch } from './batch.ts';
import { draftOne } from './draft.ts';
import type { Extended, ExtendOptions } from './extend.ts';
import { Grant, type GrantHost } from './grant.ts';
import { type ActsOptions, grantActs, showLeaves } from './grantActs.ts';
import { driveGrant, isFinal, mayBeMined } from './grantMachine.ts';
import { decodeRecord, encodeRecord, type GrantRecord, grantName, grantPrefix } from './grantRecord.ts';
import type { GrantSummary, ReadGrantsOptions } from './grants.ts';
import { Labels } from './labels.ts';
import { openerOf } from './opener.ts';
import {
  type AliceOptions,
  type GrantManyOptions,
  type GrantOptions,
  type GrantOutcome,
  type GrantQuote,
  isMany,
  type QuoteOptions,
} from './options.ts';
import { payPolicies } from './pay.ts';
import { Introductions } from './probe.ts';
import { prepare } from './quote.ts';
import { keysOf, type Recipient } from './recipient.ts';
import type { Revoked, RevokeOptions } from './revoke.ts';
import type { LabelReceivers, ReceiversOptions, RotatedLabel, RotateOptions } from './rotate.ts';

/** What she does with a grant that stands; loaded when it is first asked for. */
const later = () => import('../later.ts');

/**
 * Alice delegates: she encrypts under labels, grants others access through nodes, for a time, and may then go offline. Made by
 * {@link Alice.open}.
 */
export class Alice {
  readonly network: Network<Chain>;
  readonly #keyrings: Keyrings;
  readonly #journal: Journal;
  readonly #unsealed: Journal;
  readonly #labels: Labels;
  readonly #sentTags: SentTags;
  readonly #depth: number;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;
  readonly #batches = new Map<Hex, Batch>();
  readonly #introductions: Introductions;
  readonly #registry: RegistryReader;

  private constructor(network: Network<Chain>, labels: Labels, options: AliceOptions & { readonly journal: Journal }) {
    this.network = network;
    this.#keyrings = new Keyrings(options.keyring, options.former);
    this.#labels = labels;
    this.#unsealed = options.journal;
    this.#journal = sealedFor(options.keyring, options.journal, options.former);
    this.#sentTags = new SentTags({ network, keyring: options.keyring, journal: this.#journal });
    this.#depth = options.depth ?? (options.deployment.chainId === 31337 ? 0 : 1);
    this.#clock = options.clock ?? systemClock;
    this.#introductions = new Introductions(this.#clock);
    this.#registry = new RegistryReader(network.chain, network.deployment);
    this.#fetch = publicFetch(options.deployment.chainId, options.fetch);
  }

  /** Throws E_FIELD, CHAIN_MISMATCH, `ChainError`, KEY_LOCKED, E_DECRYPT (a damaged journal). */
  static async open(options: AliceOptions): Promise<Alice> {
    return attempt('alice', options, async () => {
      const { keyring, chain, deployment, journal = new MemoryJournal() } = options;
      const [network, labels] = await Promise.all([Network.open(chain, deployment), Labels.open({ keyring, journal })]);
      return new Alice(network, labels, { ...options, journal });
    });
  }

  /** What a quote, the search for a label's key, and a draft stand on. */
  get #place() {
    return {
      network: this.network,
      registry: this.#registry,
      keyrings: this.#keyrings,
      labels: this.#labels,
      unsealed: this.#unsealed,
      sentTags: this.#sentTags,
      introductions: this.#introductions,
      fetch: this.#fetch,
    };
  }

  /** Her account: owner of her policies. */
  get address(): Address {
    return this.network.chain.account;
  }
  /** What her kfrags and manifests are signed with; who gets a link learns it. */
  get verifyingKey(): PublicKey {
    return this.#keyrings.newest.verifying().publicKey;
  }
  get receivingKey(): PublicKey {
    return this.#keyrings.newest.receiving().publicKey;
  }
  /**
   * Who she is, for Bob: he adds it to his `People`, and her grants appear in his `Inbox` without a link (`announce: 'contact'`, the
   * default). The same card as {@link Bob.card} of her keyring, so that others can share with her too. Throws E_CARD, E_FIELD.
   */
  card(options: CardOptions = {}): string {
    return cardOf({ network: this.network, keyring: this.#keyrings.newest, clock: this.#clock }, options);
  }
  /** What Enrico encrypts with: public, one per label and version. Default: the present version. Throws E_LABEL. */
  delegatingKey(label: string, version?: number): PublicKey {
    return this.#labels.key(label, version);
  }
  /** Which version of the label is the present one, as far as this journal knows: 0 until it is rotated. Throws E_LABEL. */
  labelVersion(label: string): number {
    return this.#labels.version(label);
  }

  /** Encrypt under one of her labels, for its present version; any Enrico can do the same with `delegatingKey(label)`. */
  encrypt(
    source: ByteSource,
    options: Omit<EncryptOptions, 'delegatingKey'> & { readonly label: string; readonly labelVersion?: number },
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (!isObject(options)) refuse('E_FIELD', 'options', '{ label }', came(options));
    const { label, labelVersion, ...rest } = options;
    if (labelVersion !== undefined) checkUint(labelVersion, 32, 'labelVersion');
    return new Enrico(this.delegatingKey(label, labelVersion)).encrypt(source, rest);
  }

  /**
   * What a grant would cost and whether it can be had, without signing or sending anything.
   * Throws E_FIELD, E_THRESHOLD, E_SHARES_MAX, E_DURATION, NOT_ENOUGH_NODES, `ChainError`, ABORTED.
   */
  async quote(options: QuoteOptions): Promise<GrantQuote> {
    return attempt('quote', options, async () => (await prepare(this.#place, options)).quote);
  }

  /**
   * Share files with Bob. Resolves when he can retrieve. Every step is in the journal before it is taken, so that {@link Alice.resume}
   * finishes what a crash cut short: if the journal is durable (`FolderJournal`, `IndexedDbPlace`; the default is memory) and the
   * ciphertext is too (`savedFile`, a stored blob; `heldFile` is memory), since nodes get it only after the payment. Throws as `quote`, INSUFFICIENT_FUNDS, E_SIGNATURE and kin for a false card,
   * KEY_NOT_REGISTERED, what the wallet or contract says, ABORTED.
   *
   * With a list in `to` each Bob gets a grant of his own, and one transaction pays them all; it resolves with an outcome for
   * each, in order. Throws as before for what concerns them all, and E_COUNT unless they are 1 to 32.
   */
  async grant(options: GrantOptions): Promise<Grant>;
  async grant(options: GrantManyOptions): Promise<readonly GrantOutcome[]>;
  async grant(options: GrantOptions | GrantManyOptions): Promise<Grant | readonly GrantOutcome[]> {
    if (!isMany(options)) return (await this.draft(options)).wait({ signal: options.signal });
    const { signal } = options;
    const grants = await this.draft(options);
    const ends = await Promise.allSettled(grants.map((grant) => grant.wait({ signal })));
    checkSignal(signal);
    return grants.map((grant, index) => {
      const end = ends[index] as PromiseSettledResult<Grant>;
      const error: unknown = end.status === 'rejected' ? end.reason : undefined;
      if (error !== undefined && !(error instanceof DintelError)) throw error;
      return { to: options.to[index] as Recipient, grant, error };
    });
  }

  /** The same without going on: nodes are chosen and everything is written down, nothing is sent or paid. */
  async draft(options: GrantOptions): Promise<Grant>;
  async draft(options: GrantManyOptions): Promise<readonly Grant[]>;
  async draft(options: GrantOptions | GrantManyOptions): Promise<Grant | readonly Grant[]> {
    return attempt('grant', options, () => this.#draft(options));
  }

  async #draft(options: GrantOptions | GrantManyOptions): Promise<Grant | readonly Grant[]> {
    const { label, files, note, signal, onProgress } = options;
    checkSignal(signal);
    labelBytes(label);
    if (note !== undefined) textOf(note, 'note', maxNoteBytes, true);
    if (files.length < 1 || files.length > maxManifestFiles) {
      refuse('E_COUNT', 'files', `1 to ${maxManifestFiles} files`, `${files.length}`);
    }
    const conditions = options.conditions && encodeConditions(options.conditions);
    if (conditions) parseConditions(conditions);
    const opener = await openerOf(this.#place, files, label, options.labelVersion);
    const wanted = isMany(options) ? options.to : [options.to];
    const prepared = await prepare(this.#place, { ...options, recipients: wanted.length });
    const { quote } = prepared;
    const bobs = await Promise.all(wanted.map((to) => keysOf(this.network, to)));
    if (!quote.affordable) {
      throw new ProtocolError('INSUFFICIENT_FUNDS', {
        expected: `${quote.totalWei} wei`,
        got: `${quote.balanceWei} wei`,
      });
    }
    const batch = wanted.length > 1 ? toHex(randomBytes(16)) : undefined;
    const probed = new Map();
    const records: GrantRecord[] = [];
    for (const bob of bobs) {
      records.push(await draftOne(this.#place, options, { ...prepared, bob, opener, conditions, batch, probed }));
    }
    // All are written down before any goes on: a crash leaves none half known.
    for (const record of records) await this.#save(record);
    const grants = records.map((record) => this.#handle(record, files, onProgress));
    checkSignal(signal);
    return isMany(options) ? grants : (grants[0] as Grant);
  }

  /** Grants that were begun and are neither published nor given up; `wait` goes on with each. */
  async unfinished(
    options: { readonly files?: readonly SealedFile[]; readonly onProgress?: OnProgress } = {},
  ): Promise<Grant[]> {
    return (await this.#records())
      .filter((record) => !isFinal(record))
      .map((record) => this.#handle(record, options.files ?? [], options.onProgress));
  }

  /** A grant of this journal by its id, in whatever state. */
  async find(policyId: Hex): Promise<Grant | undefined> {
    const record = await this.#recordOf(policyId);
    return record && this.#handle(record, [], undefined);
  }

  /**
   * Finish everything that is unfinished, as a process that died has left it in the journal. `files`: its ciphertext, for what the nodes do
   * not have yet (`savedFileAt`, `openSealedFile(blobRange(blob))`); without it such a grant throws STORAGE_NOT_FOUND. One after another, grants of one batch together; what cannot be finished now is
   * thrown at its turn: as `grant`, and E_DECRYPT or E_SIGNATURE for what needs a keyring that `former` lacks.
   */
  async *resume(
    options: {
      readonly files?: readonly SealedFile[];
      readonly signal?: AbortSignal;
      readonly onProgress?: OnProgress;
    } = {},
  ): AsyncGenerator<Grant, void, void> {
    const { signal } = options;
    const groups = new Map<Hex, Grant[]>();
    for (const grant of await this.unfinished(options)) {
      const name = grant.batch ?? grant.policyId;
      groups.set(name, [...(groups.get(name) ?? []), grant]);
    }
    await this.#showLeaves(options);
    for (const group of groups.values()) {
      const ends = await Promise.allSettled(group.map((grant) => grant.wait({ signal })));
      for (const end of ends) if (end.status === 'fulfilled') yield end.value;
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    }
  }

  /**
   * Make a grant longer: same nodes, same shares, same link; nothing is uploaded but a new manifest. Only where the grant was made,
   * since its record is needed. Throws STORAGE_NOT_FOUND (no record), E_REPLAY (unfinished: `resume` it first), POLICY_REVOKED,
   * POLICY_EXPIRED, E_DURATION, NOT_ENOUGH_NODES with every reason, E_SIGNATURE (its keyring is not in `former`), `ChainError`, ABORTED.
   */
  async extend(options: ExtendOptions): Promise<Extended> {
    const { policyId, signal, onProgress } = options;
    checkSignal(signal);
    const record = await this.#recordOf(policyId);
    const acts = grantActs(this.#actsOptions({ files: [], signal, onProgress }));
    const { extendRecord } = await later();
    const { record: next, ...told } = await extendRecord(record, { ...options, network: this.network, acts });
    await this.#save(next);
    const grant = this.#handle(next, [], onProgress);
    return { ...told, grant: await grant.wait({ signal }) };
  }

  /**
   * End a policy now, for good. Resolves when mined; honest nodes refuse from the next poll on. It cannot be undone and
   * cannot take back what Bob has already opened. Throws `ChainError` (`revert` AlreadyRevoked, NotOwner, PolicyOver, …).
   */
  async revoke(options: RevokeOptions): Promise<Revoked> {
    const { network } = this;
    const { revokePolicy } = await later();
    return revokePolicy(options, { network, recordOf: (policyId) => this.#recordOf(policyId), fetch: this.#fetch });
  }

  /**
   * All her policies, newest first, from the chain alone: state and money from the contract, label, files and recipient from
   * the manifest, where it can still be fetched. Brings back, too, how far other devices have rotated each label, as far as they have
   * granted since. Throws `ChainError`, ABORTED.
   */
  async *grants(
    options: Pick<ReadGrantsOptions, 'signal' | 'onProgress'> = {},
  ): AsyncGenerator<GrantSummary, void, void> {
    const { readGrants } = await later();
    const summaries = readGrants({
      network: this.network,
      keyrings: this.#keyrings,
      owner: this.address,
      manifestOf: async (policyId) => (await this.#recordOf(policyId))?.manifest?.bytes,
      fetch: this.#fetch,
      ...options,
    });
    for await (const summary of summaries) {
      const { label, manifest } = summary;
      if (label !== undefined && manifest) await this.#labels.meet(label, manifest.manifest.delegatingKey);
      yield summary;
    }
  }

  /**
   * Who can retrieve under a label now, of whatever version: each a recipient for another grant, with the policies to revoke.
   * Throws E_LABEL, `ChainError`, ABORTED.
   */
  async receivers(options: ReceiversOptions): Promise<LabelReceivers> {
    const { receiversOf } = await later();
    return receiversOf(this, this.#labels, options);
  }

  /**
   * A new key for a label: what is encrypted from now on, here or by any Enrico who is told, is for that. It takes nothing back:
   * who has a grant keeps what was encrypted for the key of that grant until this ends or is revoked, and nobody has a grant of the new
   * key but by `regrant`, or by `grant` afterwards. Written down in the journal before it resolves; other open instances of this journal
   * see it when they are opened anew, other devices when they read `grants` and something was granted since.
   *
   * Throws, before anything is changed: E_LABEL, E_FIELD (`except` names nobody who receives), what `grant` throws for a false card,
   * `ChainError`, ABORTED. Throws when the label is rotated, and stays so: what `regrant.files` throws, and what `grant` throws.
   */
  async rotateLabel(options: RotateOptions): Promise<RotatedLabel> {
    const { rotateLabel } = await later();
    return rotateLabel(this, this.#labels, options);
  }

  /** The policy as the contract has it now. */
  policy(policyId: Hex): Promise<PolicyRecord | undefined> {
    return this.network.policyManager.policy(policyId);
  }

  #handle(record: GrantRecord, files: readonly SealedFile[], onProgress: OnProgress | undefined): Grant {
    const { network } = this;
    const batch = record.batch === undefined ? undefined : this.#batchOf(record.batch, onProgress);
    const host: GrantHost = {
      save: (next) => this.#save(next),
      mayBePaid: async (record) =>
        (await this.policy(record.policyId)) !== undefined || mayBeMined(record, (await network.now()).epoch),
      receipt: async (paid, signal) => (await later()).receiptOf(network, paid, signal),
      drive: (start, signal, onRecord) => {
        batch?.enter(start.policyId);
        return driveGrant(start, {
          acts: grantActs(this.#actsOptions({ files, batch, signal, onProgress })),
          save: async (next) => {
            await this.#save(next);
            onRecord(next);
          },
          onState: (next) => onProgress?.({ type: 'grant.state', policyId: next.policyId, state: next.state }),
          signal,
        }).finally(() => batch?.leave(start.policyId));
      },
    };
    return new Grant(record, host);
  }

  #actsOptions(about: Pick<ActsOptions, 'files' | 'batch' | 'signal' | 'onProgress'>): ActsOptions {
    const own = {
      network: this.network,
      keyrings: this.#keyrings,
      depth: this.#depth,
      introductions: this.#introductions,
    };
    return { ...about, ...own, clock: this.#clock, fetch: this.#fetch };
  }

  /** Nodes that missed it when a grant was published are shown their leaf, as long as the policy lives. */
  async #showLeaves(options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress }): Promise<void> {
    const { timestamp } = await this.network.now();
    for (const record of await this.#records()) {
      const { state, unshown = [], expiresAt } = record;
      if (state !== 'published' || unshown.length === 0 || timestamp >= expiresAt) continue;
      const left = await showLeaves(record, unshown, this.#actsOptions(options));
      if (left.length < unshown.length) await this.#save({ ...record, unshown: left });
    }
  }

  /** Everything of this account in the journal. */
  async #records(): Promise<GrantRecord[]> {
    const entries = await Promise.all((await this.#journal.names(grantPrefix)).map((name) => this.#journal.get(name)));
    return entries
      .flatMap((bytes) => (bytes ? [decodeRecord(bytes)] : []))
      .filter(({ owner, chainId }) => owner === this.address && chainId === this.network.chain.chainId);
  }

  #batchOf(id: Hex, onProgress: OnProgress | undefined): Batch {
    const known = this.#batches.get(id);
    if (known) return known;
    const { network } = this;
    const batch = new Batch({
      currentEpoch: async () => (await network.now()).epoch,
      pay: (records) => payPolicies(records, { network, keyrings: this.#keyrings, onProgress }),
    });
    this.#batches.set(id, batch);
    return batch;
  }

  async #recordOf(policyId: Hex): Promise<GrantRecord | undefined> {
    const bytes = await this.#journal.get(grantName(policyId));
    return bytes && decodeRecord(bytes);
  }

  #save(record: GrantRecord): Promise<void> {
    return this.#journal.put(grantName(record.policyId), encodeRecord(record));
  }
}
