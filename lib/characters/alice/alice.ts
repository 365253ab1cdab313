/**
 * Alice: delegates, and may then go offline.
 *
 * Owns: her verbs (quote, grant, resume, extend, revoke, grants, encrypt, rotateLabel) and their options. Owns not: the steps of a grant
 * (`grantMachine.ts`), keys at rest (node/keystore, app), the chain library (adapters).
 * Source: DESIGN sections 2 and 4 to 7; protocol.md sections 5.2, 8 and 9; research/app-sdk.md 1.1.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import type { Chain } from '../../chain/chain.ts';
import type { Deployment } from '../../chain/deployments.ts';
import { ChainError } from '../../chain/errors.ts';
import type { PolicyRecord } from '../../chain/policyManager.ts';
import { RegistryReader } from '../../chain/registry.ts';
import { checkUint } from '../../protocol/bytes.ts';
import { came, isObject } from '../../protocol/came.ts';
import { encodeConditions, parseConditions, type TimeWindow } from '../../protocol/conditions.ts';
import { maxPolicyEpochs, maxShares } from '../../protocol/constants.ts';
import { DintelError, ProtocolError, refuse } from '../../protocol/errors.ts';
import { textOf } from '../../protocol/fields.ts';
import { openFileKey } from '../../protocol/fileDecrypt.ts';
import type { FileHeader } from '../../protocol/fileHeader.ts';
import { type Address, type Hex, toHex } from '../../protocol/hex.ts';
import { type Keyring, labelBytes } from '../../protocol/keys.ts';
import { policyIdOf } from '../../protocol/leaf.ts';
import { type FileAuthor, maxManifestFiles, maxNoteBytes, signAuthor } from '../../protocol/manifest.ts';
import { helloTag } from '../../protocol/notice.ts';
import { epochAt, quotePolicy, secondsOf } from '../../protocol/policy.ts';
import { type ByteSource, checkSignal } from '../../protocol/streams.ts';
import { UmbralError } from '../../umbral/errors.ts';
import { generateKFrags } from '../../umbral/generateKFrags.ts';
import type { PublicKey, SecretKey } from '../../umbral/keys.ts';
import { Signer } from '../../umbral/signer.ts';
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
import { type SealedFile, sealedSizeOf } from '../sealedFile.ts';
import { Batch } from './batch.ts';
import type { Extended, ExtendOptions } from './extend.ts';
import { Grant, type GrantHost } from './grant.ts';
import { type ActsOptions, grantActs, sealMember, showLeaves } from './grantActs.ts';
import { driveGrant, isFinal, mayBeMined } from './grantMachine.ts';
import { decodeRecord, encodeRecord, type GrantRecord, grantName, grantPrefix } from './grantRecord.ts';
import type { GrantSummary, ReadGrantsOptions } from './grants.ts';
import { Labels } from './labels.ts';
import { maxPolicies, payPolicies } from './pay.ts';
import { type ChainCandidate, chainCandidates, chooseCohort, Introductions, toReserve } from './probe.ts';
import { type BobKeys, keysOf, type Recipient } from './recipient.ts';
import type { Revoked, RevokeOptions } from './revoke.ts';
import type { LabelReceivers, ReceiversOptions, RotatedLabel, RotateOptions } from './rotate.ts';
import { samplerSeed, suggestRate } from './sampler.ts';

/** Kfrags made beyond the shares at most, for nodes that refuse; erased once all have promised. */
const spareShares = 8;
/** Room for the manifest and later revisions in every node's budget. */
const manifestRoomBytes = 2 * 1_048_576;
/** What creating a policy with a notice costs at most, for an account that cannot pay the estimate itself. */
const usualCreationGas = 130_000n;

/** What Alice is opened with. */
export interface AliceOptions {
  /** Her keys: `vault.keyring()`; in tests `Keyring.random()`. */
  readonly keyring: Keyring;
  /**
   * Keyrings of roots before that one, newest first (`vault.keyrings().slice(1)`). What is in the journal or on the chain under one of them
   * is read, and grants that were begun with it go on with it; files of its labels can be shared again. What is new is signed by `keyring`.
   */
  readonly former?: readonly Keyring[] | undefined;
  /** The chain with her account, which pays: of `ethersChain`, `viemChain` or `eip1193Chain`. */
  readonly chain: Chain;
  /** The contracts: what an app's `/dintel.json` has under `deployment`. */
  readonly deployment: Deployment;
  /** Where unfinished grants are kept. Default: memory, which a crash loses. Entries are sealed under the vault key. */
  readonly journal?: Journal;
  /** Blocks on top of a creation before it counts; what the nodes are configured for. Default 0 on 31337, else 1. */
  readonly depth?: number;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/** What decides the price of a grant. */
export interface QuoteOptions {
  /** How many nodes must answer Bob. From 1 to `shares`. */
  readonly threshold: number;
  /** How many nodes hold a share: so many less `threshold` may fail. Each is paid. At most 32. */
  readonly shares: number;
  /** When access ends: a date, or seconds since 1970. */
  readonly until: Date | number;
  /** Wei per share and epoch. Default: the lowest that twice as many nodes as needed accept. */
  readonly rateWei?: bigint | undefined;
  /** For how many Bobs, one policy each; `grant` counts them itself. Default 1, at most 32. */
  readonly recipients?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** What a grant (or one to each of several) would cost, before anything is signed. Units: wei, gas, epochs, seconds. */
export interface GrantQuote {
  readonly rateWei: bigint;
  readonly epochs: number;
  readonly depositWei: bigint;
  readonly gas: bigint;
  readonly gasPriceWei: bigint;
  /** Deposit and gas, at the price that would be offered. */
  readonly totalWei: bigint;
  readonly balanceWei: bigint;
  readonly affordable: boolean;
  readonly expiresAt: number;
  /** Nodes that the chain does not speak against, at this rate. */
  readonly candidates: number;
  readonly skipped: readonly { readonly node: Address; readonly code: string }[];
}

/** What is shared, with whom, through how many nodes, until when. */
export interface GrantOptions extends Omit<QuoteOptions, 'recipients'> {
  /** Bob: his card (`bob.card()`), `{ address }` if he has registered his keys, or one of `people.recipient(id)`. */
  readonly to: Recipient;
  /** The label that the files were encrypted under: its key is what is delegated, so whoever holds a grant of it may be given more of it. */
  readonly label: string;
  /**
   * Which key of the label the files are encrypted for ({@link Alice.rotateLabel}). Default: the version that opens the files, of the
   * present one, those before it and the next 16, then those of `former` roots. What is given is a version of the present root.
   */
  readonly labelVersion?: number | undefined;
  /** Encrypted files (`openSealedFile`, `storedFile`); the ciphertext is not touched. */
  readonly files: readonly SealedFile[];
  /** A line for Bob, encrypted like the files. */
  readonly note?: string | undefined;
  /** Alice's signature on each file, so that Bob reads them as hers. Without it he is told "author not proven". Default false. */
  readonly vouch?: boolean | undefined;
  /** Access from and until, beside the policy's own end: dates, or seconds since 1970. */
  readonly conditions?: TimeWindow | undefined;
  /** Put a notice on chain that only Alice can open, so that `grants` works on a new device. Default true; 7,000 gas. */
  readonly selfNotice?: boolean | undefined;
  /**
   * How Bob finds the grant without a link: under a tag that only the two of you can make (`contact`, the default: he must know
   * you), under his public hello tag (`hello`: the world sees that he was written to; `to` must have an address), or not at all.
   */
  readonly announce?: 'contact' | 'hello' | 'none' | undefined;
}

/** The same for several Bobs, who learn nothing of each other: a policy and a draw of nodes for each, one transaction for all. */
export interface GrantManyOptions extends Omit<GrantOptions, 'to'> {
  readonly to: readonly Recipient[];
}

/** How one of several grants ended: `error` is why its `grant` is not published (yet: `resume` goes on if it can). */
export interface GrantOutcome {
  readonly to: Recipient;
  readonly grant: Grant;
  readonly error: DintelError | undefined;
}

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
    return attempt('quote', options, async () => (await this.#prepare(options)).quote);
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
    const opener = await this.#openerOf(files, label, options.labelVersion);
    const wanted = isMany(options) ? options.to : [options.to];
    const prepared = await this.#prepare({ ...options, recipients: wanted.length });
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
      records.push(await this.#draftOne(options, { ...prepared, bob, opener, conditions, batch, probed }));
    }
    // All are written down before any goes on: a crash leaves none half known.
    for (const record of records) await this.#save(record);
    const grants = records.map((record) => this.#handle(record, files, onProgress));
    checkSignal(signal);
    return isMany(options) ? grants : (grants[0] as Grant);
  }

  /** Nodes and shares for one Bob. */
  async #draftOne(
    options: GrantOptions | GrantManyOptions,
    about: Prepared & {
      readonly bob: BobKeys;
      readonly opener: LabelKey;
      readonly conditions: Uint8Array | undefined;
      readonly batch: Hex | undefined;
      readonly probed: Map<Address, Promise<void>>;
    },
  ): Promise<GrantRecord> {
    const { threshold, shares, label, note, signal, onProgress } = options;
    const { quote, candidates, epoch, bob, opener, conditions, batch, probed } = about;
    const salt = toHex(randomBytes(32));
    const draw = await this.#blockForDraw();
    const seed = samplerSeed(salt, draw.blockHash);
    const { cohort, reserves, skipped } = await chooseCohort({
      network: this.network,
      candidates,
      shares,
      seed,
      epoch,
      rateWei: quote.rateWei,
      probed,
      introductions: this.#introductions,
      fetch: this.#fetch,
      signal,
      onProgress,
    });
    checkSignal(signal);
    const { contracts } = this.network;
    const policyId = policyIdOf({ ...contracts, owner: this.address, salt });
    const signer = new Signer(this.#keyrings.newest.verifying());
    const kfrags = generateKFrags({
      delegatingSecretKey: opener.secretKey,
      receivingKey: bob.receivingKey,
      signer,
      threshold,
      // Only a reserve can take the place of one that refuses.
      shares: shares + Math.min(spareShares, reserves.length),
    }).map((kfrag) => kfrag.toBytes());
    const { timestamp } = await this.network.now();
    return {
      version: 1,
      policyId,
      ...(batch && { batch }),
      state: 'draft',
      failure: undefined,
      chainId: contracts.chainId,
      policyManager: contracts.policyManager,
      adjudicator: contracts.adjudicator,
      escrow: contracts.escrow,
      owner: this.address,
      salt,
      threshold,
      shares,
      rateWei: quote.rateWei,
      expiresAt: quote.expiresAt,
      createdAt: timestamp,
      byteBudget: budgetOf(options.files),
      conditions,
      delegatingKey: opener.secretKey.publicKey.toBytes(),
      receivingKey: bob.receivingKey.toBytes(),
      verifyingKey: signer.verifyingKey.toBytes(),
      reader: bob.reader,
      label,
      labelVersion: opener.version,
      note,
      selfNotice: options.selfNotice ?? true,
      noticeTag: await this.#noticeTag(bob, options),
      files: options.files.map(({ header, indexId, size, chunkIds }) => ({
        headerId: header.id,
        indexId,
        headerBytes: header.bytes,
        size,
        chunks: chunkIds.length,
        ...(options.vouch && { author: authorBytes(signAuthor(signer, header.id, indexId)) }),
      })),
      draw: { seed, ...draw, skipped: [...quote.skipped, ...skipped] },
      cohort: cohort.map((node, index) => sealMember(policyId, index, kfrags[index] as Uint8Array, toReserve(node))),
      spares: kfrags.slice(shares),
      reserves: reserves.map(toReserve),
      refused: [],
      manifest: undefined,
      transactionHash: undefined,
      createdBlock: undefined,
      attempts: 0,
    };
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

  async #prepare(options: QuoteOptions): Promise<Prepared> {
    const { threshold, shares, recipients = 1, signal, onProgress } = options;
    checkCounts(threshold, shares);
    checkRecipients(recipients);
    checkSignal(signal);
    const expiresAt = secondsOf(options.until, 'until');
    const { network } = this;
    const { chain, escrow, policyManager } = network;
    const { timestamp, epoch } = await network.now();
    checkSignal(signal);
    checkEnd(expiresAt, timestamp, (epoch + 1 + maxPolicyEpochs) * network.epochLength);
    const lastEpoch = Math.max(epoch + 1, epochAt(expiresAt - 1, network.epochLength));
    const [registry, minStake, balanceWei] = await Promise.all([
      this.#registry.read({ ...(signal && { signal }), ...(onProgress && { onProgress }) }),
      escrow.minStake(),
      chain.balance(this.address),
    ]);
    const { candidates, skipped } = chainCandidates(registry, { epoch, lastEpoch, minStake });
    const rateWei =
      options.rateWei ??
      suggestRate(
        candidates.map((one) => one.minRateWei),
        shares,
      );
    const { depositWei: depositEachWei, epochs } = quotePolicy({
      now: timestamp,
      expiresAt,
      epochLengthSeconds: network.epochLength,
      rateWei,
      shares,
    });
    const willing = candidates.filter((one) => one.minRateWei <= rateWei).length;
    if (willing < shares) {
      throw new ProtocolError('NOT_ENOUGH_NODES', {
        expected: `${shares} nodes`,
        got: `${willing} at ${rateWei} wei per epoch until epoch ${lastEpoch}`,
        details: skipped.map(({ node, code }) => `${node.slice(0, 8)} ${code}`).join(', ') || undefined,
        data: { skipped, willing },
      });
    }
    const depositWei = depositEachWei * BigInt(recipients);
    const trials = Array.from({ length: recipients }, () => ({
      terms: { salt: toHex(randomBytes(32)), root: toHex(randomBytes(32)), shares, rate: rateWei, expiresAt },
      note: { tag: toHex(randomBytes(32)), envelope: randomBytes(400) },
    }));
    const [only] = trials;
    const trial =
      only && recipients === 1
        ? policyManager.request('createPolicy', [only.terms, only.note])
        : policyManager.request('createPolicies', [trials.map(({ terms }) => terms), trials.map(({ note }) => note)]);
    const { gas, gasPriceWei } = await this.#price(trial, depositWei, recipients);
    const totalWei = depositWei + gas * gasPriceWei;
    const affordable = balanceWei >= totalWei;
    const quote = {
      rateWei,
      epochs,
      depositWei,
      gas,
      gasPriceWei,
      totalWei,
      balanceWei,
      affordable,
      expiresAt,
      candidates: willing,
      skipped,
    };
    return { quote, candidates, epoch };
  }

  /** Gas of the creation; an account that cannot pay gets the usual figure at the present price. */
  async #price(request: ReturnType<Network<Chain>['policyManager']['request']>, valueWei: bigint, count: number) {
    try {
      return await this.network.chain.estimate({ ...request, valueWei });
    } catch (error) {
      if (!(error instanceof ChainError) || error.code !== 'chain.funds') throw error;
      const block = await this.network.chain.block('latest');
      return { gas: usualCreationGas * BigInt(count), gasPriceWei: 2n * (block?.baseFeePerGas ?? 10n ** 9n) };
    }
  }

  /** A block that is a little old: whoever makes the newest one cannot choose the nodes by it. */
  async #blockForDraw(): Promise<{ blockNumber: bigint; blockHash: Hex }> {
    const { blockNumber } = await this.network.now();
    const wanted = blockNumber > 2n ? blockNumber - 2n : blockNumber;
    const block = await this.network.chain.block(wanted);
    if (block === undefined) throw new ChainError('chain.rpc', 'The chain lost a block that it had a moment ago.');
    return { blockNumber: block.number, blockHash: block.hash };
  }

  /** Throws E_FIELD (a hello to nobody's address), `ChainError`. */
  async #noticeTag(bob: BobKeys, options: GrantOptions | GrantManyOptions): Promise<Hex | undefined> {
    const { announce = 'contact', signal } = options;
    if (announce === 'none') return undefined;
    if (announce === 'contact') return this.#sentTags.next(bob.receivingKey, signal);
    if (announce === 'hello' && bob.address !== undefined)
      return helloTag({ ...this.network.contracts, bob: bob.address });
    throw new ProtocolError('E_FIELD', {
      field: 'announce',
      expected: 'a recipient with an address',
      got: 'one without',
    });
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

  /** The key of the label that opens all files, of former roots too. Throws E_DECRYPT for the version given, else for the present one. */
  async #openerOf(files: readonly SealedFile[], label: string, given: number | undefined): Promise<LabelKey> {
    const { newest, all } = this.#keyrings;
    for (const keyring of given === undefined ? all : []) {
      const labels = keyring === newest ? this.#labels : await Labels.open({ keyring, journal: this.#unsealed });
      for (const version of labels.versions(label)) {
        const secretKey = keyring.delegating(label, version);
        if (files.every(({ header }) => opensWith(secretKey, header))) return { secretKey, version };
      }
    }
    const version = given ?? this.#labels.version(label);
    const secretKey = newest.delegating(label, version);
    checkLabelOf(files, label, secretKey);
    return { secretKey, version };
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

/** Umbral's sk_A of one version of a label. */
interface LabelKey {
  readonly secretKey: SecretKey;
  readonly version: number;
}

/** What is known before a grant to anybody. */
interface Prepared {
  readonly quote: GrantQuote;
  readonly candidates: ChainCandidate[];
  readonly epoch: number;
}

const isMany = (options: GrantOptions | GrantManyOptions): options is GrantManyOptions =>
  isObject(options) && Array.isArray(options.to);

/** The contract's rule in the caller's words. Units: seconds; `latest` inclusive. */
function checkEnd(until: number, now: number, latest: number): void {
  if (until > now && until <= latest) return;
  const [got, after, last] = [until, now, latest].map((time) => new Date(time * 1000).toISOString());
  throw new ProtocolError('E_DURATION', { field: 'until', expected: `after ${after}, no later than ${last}`, got });
}

function checkRecipients(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1 && count <= maxPolicies) return;
  throw new ProtocolError('E_COUNT', {
    field: 'to',
    expected: `1 to ${maxPolicies} recipients`,
    got: came(count, true),
  });
}

function checkCounts(threshold: number, shares: number): void {
  if (!Number.isSafeInteger(shares) || shares < 1 || shares > maxShares) {
    throw new ProtocolError('E_SHARES_MAX', {
      field: 'shares',
      expected: `1 to ${maxShares}`,
      got: came(shares, true),
    });
  }
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > shares) {
    throw new ProtocolError('E_THRESHOLD', {
      field: 'threshold',
      expected: `1 to ${shares}`,
      got: came(threshold, true),
    });
  }
}

/** Each file must open under the label's own key: Bob would learn of a mistake only when it is paid for. */
function checkLabelOf(files: readonly SealedFile[], label: string, delegatingSecretKey: SecretKey): void {
  for (const [index, { header }] of files.entries()) {
    if (opensWith(delegatingSecretKey, header)) continue;
    throw new ProtocolError('E_DECRYPT', {
      field: `files[${index}]`,
      expected: `a file encrypted for the label "${label}"`,
      got: 'one for another key, or a damaged one',
    });
  }
}

function opensWith(delegatingSecretKey: SecretKey, header: FileHeader): boolean {
  try {
    openFileKey(delegatingSecretKey, header).fill(0);
    return true;
  } catch (error) {
    if (error instanceof DintelError || error instanceof UmbralError) return false;
    throw error;
  }
}

const authorBytes = ({ key, signature }: FileAuthor) => ({ key: key.toBytes(), signature: signature.toBytes() });

/** Bytes that any one node may have to keep. */
function budgetOf(files: readonly SealedFile[]): number {
  const stored = files.map((file) => {
    const chunks = file.chunkIds.reduce((sum, _, index) => sum + sealedSizeOf(file, index), 0);
    return chunks + file.header.bytes.length + file.indexBytes.length;
  });
  return stored.reduce((sum, bytes) => sum + bytes, manifestRoomBytes);
}
