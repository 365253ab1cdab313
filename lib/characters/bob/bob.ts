/**
 * Bob: retrieves what was shared with him. He needs his keys and a chain to read; no coins, no account, no transaction.
 *
 * Owns: his verbs (card, retrieve, retrieveAll, challenge, evidence, report), what is checked before any node is asked. Owns not: asking
 * (`engine.ts`), reading files (`retrieved.ts`). Source: protocol.md sections 7, 8.3, 8.4 and 9.
 */
import type { Chain, ChainReader } from '../../chain/chain.ts';
import type { Deployment } from '../../chain/deployments.ts';
import { isRevert } from '../../chain/errors.ts';
import { readRegistry } from '../../chain/registry.ts';
import { came } from '../../protocol/came.ts';
import { judgeConditions } from '../../protocol/conditions.ts';
import { DintelError, ProtocolError, refuse } from '../../protocol/errors.ts';
import type { SignedAnswer } from '../../protocol/evidence.ts';
import { parseFileHeader } from '../../protocol/fileHeader.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import { Keyring } from '../../protocol/keys.ts';
import { type Link, parseLink } from '../../protocol/link.ts';
import type { ManifestFile } from '../../protocol/manifest.ts';
import { manifestIdOf, openManifest } from '../../protocol/manifestSeal.ts';
import { type VerifiedManifest, verifyManifest } from '../../protocol/manifestVerify.ts';
import { addressOf } from '../../protocol/signature.ts';
import { checkSignal } from '../../protocol/streams.ts';
import { chunkStoreOf } from '../../storage/http.ts';
import { fetchBlob } from '../../storage/uris.ts';
import { UmbralError } from '../../umbral/errors.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { type CardOptions, cardOf } from '../card.ts';
import { type Clock, systemClock } from '../clock.ts';
import { attempt, explained } from '../explain.ts';
import { type Journal, sealedFor } from '../journal.ts';
import { Keyrings, readerOf } from '../keyrings.ts';
import { mergeLimited } from '../merge.ts';
import { Network } from '../network.ts';
import type { OnProgress } from '../progress.ts';
import { publicFetch } from '../publicFetch.ts';
import type { WrongAnswer } from './ask.ts';
import type { OpenChallenge } from './challenge.ts';
import { type EngineJob, endOf, nodeAnswerMs, outcomesOf, RetrievalEngine } from './engine.ts';
import type { KeptAnswer, KeptEvidence } from './evidence.ts';
import type { Reported, ReportOptions } from './report.ts';
import { reportAnswer } from './reportAnswer.ts';
import type { NodeOutcome } from './retrievalError.ts';
import type { RetrievedFile } from './retrieved.ts';
import type { AnswerVerifier } from './verifier.ts';

/** A manifest is a few kilobytes: a place that takes longer for it is not waited for. */
const manifestHedgeMs = 150;

/** What Bob is opened with. */
export interface BobOptions {
  /** His keys: `vault.keyring()`; in tests `Keyring.random()`. */
  readonly keyring: Keyring;
  /**
   * Keyrings of roots before that one, newest first (`vault.keyrings().slice(1)`). What was shared with one of them opens with it, and what
   * the journal keeps under it is read. Cards are of `keyring`.
   */
  readonly former?: readonly Keyring[] | undefined;
  /** Reading is enough. */
  readonly chain: ChainReader;
  /** The contracts: what an app's `/dintel.json` has under `deployment`. */
  readonly deployment: Deployment;
  /** Who checks the nodes' proofs: a Worker of the page (`workerVerifier`), so that it stays smooth. Here and now if absent. */
  readonly verifier?: AnswerVerifier | undefined;
  /**
   * Where the verified answers of a retrieval that did not come off are kept, so that a retry asks only for what is missing, and wrong
   * answers until they have convicted ({@link Bob.evidence}), both also after a reload. Entries are sealed under the vault key. Default:
   * while this Bob lives.
   */
  readonly journal?: Journal | undefined;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

/** Which link, which of its files, and how long nodes are waited for. */
export interface RetrieveOptions {
  /** The link, as text or parsed; or the sealed manifest itself with the key that must have signed it. */
  readonly from: string | Link | { readonly manifest: Uint8Array; readonly verifyingKey: PublicKey };
  /** Only files that this accepts, by their place in the manifest. All if absent. */
  readonly only?: ((file: ManifestFile, index: number) => boolean) | undefined;
  /** Keys of authors that Bob trusts beside the sender's: whose signature makes a file's author proven. */
  readonly knownAuthors?: readonly PublicKey[] | undefined;
  /** Milliseconds after which one more node is asked. Default 300. */
  readonly hedgeMs?: number | undefined;
  /** For one node's answer, and for each place that is asked for the manifest. Default 10,000. */
  readonly nodeTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Which node is to answer before the contract, for which file, and who pays the bond. */
export interface ChallengeOptions extends Pick<RetrieveOptions, 'from' | 'signal' | 'onProgress'> {
  /** The silent one. */
  readonly node: Address;
  /** Place of the file in the manifest. Default 0. */
  readonly file?: number | undefined;
  /** Pays the bond, which comes back less what an answer costs its node. Any account will do. */
  readonly chain: Chain;
  /** Units: wei. Default: the least that counts now. */
  readonly bondWei?: bigint | undefined;
}

/** What a retrieval gave. */
export interface Retrieved {
  readonly manifest: VerifiedManifest;
  readonly files: readonly RetrievedFile[];
  readonly note: string | undefined;
  /** In order of index: who was asked, who answered, who refused and why. */
  readonly nodes: readonly NodeOutcome[];
  /** Wrong answers over their nodes' signatures, met on the way: each can be reported. */
  readonly evidence: readonly WrongAnswer[];
}

/** Many links, each as {@link RetrieveOptions.from}. */
export interface RetrieveAllOptions extends Omit<RetrieveOptions, 'from' | 'only'> {
  readonly from: readonly RetrieveOptions['from'][];
  /** Only files that this accepts, by link and by place in its manifest. All if absent. */
  readonly only?: ((file: ManifestFile, index: number, link: number) => boolean) | undefined;
  /** Links at once. Default 4. */
  readonly width?: number | undefined;
}

/**
 * One file of many, or why it is not there. `link`: place in `from`; `index`: place in its manifest, undefined if that did not open.
 * `nodes` and `evidence`: of its link so far, as {@link Retrieved} has them; both empty if no node was asked.
 */
export type RetrievedItem = Pick<Retrieved, 'nodes' | 'evidence'> & RetrievedOne;

type RetrievedOne =
  | {
      readonly link: number;
      readonly index: number;
      readonly file: RetrievedFile;
      readonly manifest: VerifiedManifest;
      readonly error: undefined;
    }
  | {
      readonly link: number;
      readonly index: number | undefined;
      readonly file: undefined;
      readonly manifest: VerifiedManifest | undefined;
      readonly error: DintelError | UmbralError;
    };

/** Bob retrieves what was shared with him. He needs his keys and a chain to read; no coins, no account. Made by {@link Bob.open}. */
export class Bob {
  readonly network: Network;
  readonly #keyrings: Keyrings;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;
  readonly #engine: RetrievalEngine;
  /** Few ever meet a liar: what keeps evidence is loaded when there is some. */
  readonly #kept: () => Promise<KeptEvidence>;

  private constructor(network: Network, options: BobOptions) {
    this.network = network;
    this.#keyrings = new Keyrings(options.keyring, options.former);
    this.#clock = options.clock ?? systemClock;
    this.#fetch = publicFetch(options.deployment.chainId, options.fetch);
    const { verifier } = options;
    const journal = options.journal && sealedFor(options.keyring, options.journal, options.former);
    let kept: KeptEvidence | undefined;
    this.#kept = async () => {
      const { KeptEvidence } = await import('../later.ts');
      kept ??= new KeptEvidence(journal, options.deployment.adjudicator);
      return kept;
    };
    const keepWrong = async (answer: KeptAnswer) => (await this.#kept()).keep(answer);
    const world = { network, clock: this.#clock, fetch: this.#fetch };
    this.#engine = new RetrievalEngine({ ...world, verifier, journal, keepWrong });
  }

  /** Throws E_FIELD, CHAIN_MISMATCH, `ChainError`. */
  static async open(options: BobOptions): Promise<Bob> {
    return attempt('bob', options, async () => {
      if (!(options.keyring instanceof Keyring)) refuse('E_FIELD', 'keyring', 'a Keyring');
      return new Bob(await Network.open(options.chain, options.deployment), options);
    });
  }

  /** What he is called in requests: an address in form only. */
  get reader(): Address {
    return addressOf(this.#keyrings.newest.verifying().publicKey);
  }

  /** His receive card, to hand to Alice by any way. Throws E_CARD, E_FIELD. */
  card(options: CardOptions = {}): string {
    return cardOf({ network: this.network, keyring: this.#keyrings.newest, clock: this.#clock }, options);
  }

  /**
   * Fetch and verify what was shared, ask the nodes, open the keys. The files are then read as streams; nothing more is
   * asked of nodes but chunks. Throws E_FIELD, E_LINK, E_DOMAIN, E_MANIFEST and kin, `seal.open` (not for his keyrings), STORAGE_NOT_FOUND,
   * POLICY_UNPAID, POLICY_NOT_STARTED, POLICY_EXPIRED, POLICY_REVOKED (by the chain, not by a node's word), RetrievalError with every node's
   * reason, `ChainError`, ABORTED.
   */
  async retrieve(options: RetrieveOptions): Promise<Retrieved> {
    return attempt('retrieve', options, () => this.#retrieve(options));
  }

  async #retrieve(options: RetrieveOptions): Promise<Retrieved> {
    const { onProgress } = options;
    const { manifest, located } = await this.#open(options);
    const nodes = new Map<Address, NodeOutcome>();
    const evidence: WrongAnswer[] = [];
    const files: RetrievedFile[] = [];
    for await (const { file, error } of this.#engine.open(jobOf(options, { manifest, located, nodes, evidence }))) {
      if (error) throw error;
      files.push(file);
    }
    onProgress?.({ type: 'retrieve.state', state: 'done' });
    return { manifest, files, note: manifest.manifest.note, nodes: outcomesOf(manifest, nodes), evidence };
  }

  /**
   * Many links at once, each file with its own result as soon as it is there: one that fails does not disturb the others. Files of
   * one link are asked for together, one question to each node for up to 50. Throws E_FIELD, E_NUMBER, ABORTED and what is no error of
   * ours; everything else is an item. A consumer who stops early stops the work.
   */
  async *retrieveAll(options: RetrieveAllOptions): AsyncGenerator<RetrievedItem, void, void> {
    await attempt('retrieveAll', options, async () => {
      const { from, width = 4, signal } = options;
      if (!Array.isArray(from)) refuse('E_FIELD', 'from', 'a list');
      if (!Number.isSafeInteger(width) || width < 1)
        refuse('E_NUMBER', 'width', 'a whole number from 1', came(width, true));
      checkSignal(signal);
    });
    const { from, only, width = 4, signal } = options;
    yield* mergeLimited(from, width, (one, link, stopped) =>
      this.#items(
        {
          ...options,
          from: one,
          only: only && ((file, index) => only(file, index, link)),
          signal: signal ? AbortSignal.any([signal, stopped]) : stopped,
        },
        link,
      ),
    );
    checkSignal(signal);
  }

  async *#items(options: RetrieveOptions, link: number): AsyncGenerator<RetrievedItem, void, void> {
    let manifest: VerifiedManifest | undefined;
    const nodes = new Map<Address, NodeOutcome>();
    const evidence: WrongAnswer[] = [];
    const told = (of: VerifiedManifest) => ({ nodes: outcomesOf(of, nodes), evidence: [...evidence] });
    try {
      const opened = await this.#open(options);
      ({ manifest } = opened);
      const job = jobOf(options, { ...opened, nodes, evidence });
      for await (const outcome of this.#engine.open(job)) {
        yield { link, ...outcome, manifest: opened.manifest, ...told(opened.manifest) };
      }
    } catch (cause) {
      const error = await explained('retrieve', options, cause);
      if (!(error instanceof DintelError) && !(error instanceof UmbralError)) throw error;
      const known = manifest ? told(manifest) : { nodes: [], evidence: [] };
      yield { link, index: undefined, file: undefined, manifest, error, ...known };
    }
  }

  /** Fetched, opened, and checked against chain and keys. */
  async #open(
    options: Pick<RetrieveOptions, 'from' | 'nodeTimeoutMs' | 'signal' | 'onProgress'>,
  ): Promise<{ manifest: VerifiedManifest; located: Opened }> {
    const state = (name: 'locating' | 'located' | 'opened' | 'checked') =>
      options.onProgress?.({ type: 'retrieve.state', state: name });
    state('locating');
    const found = await this.#locate(options);
    state('located');
    const { keyring, opened } = found.keyrings.openWith((one) => openManifest(one.receiving(), found.bytes));
    const located = { ...found, keyring };
    state('opened');
    const manifest = await this.#check(opened, located);
    state('checked');
    return { manifest, located };
  }

  /**
   * Wrong answers that nodes have signed, from this and earlier visits, one for each node and epoch, oldest first: each can be reported,
   * until it has convicted or is too old to. Throws what the journal throws.
   */
  async evidence(): Promise<readonly KeptAnswer[]> {
    return (await this.#kept()).list();
  }

  /**
   * File a wrong answer on chain; its node loses stake, and the account that files it gets a share. It is kept no longer then, nor when
   * the contract says that it can convict no more. Throws `ChainError` with the contract's reason in `revert` (AlreadyJudged,
   * EvidenceExpired, …), CHAIN_MISMATCH, ABORTED.
   */
  async report(answer: WrongAnswer | SignedAnswer, options: ReportOptions): Promise<Reported> {
    const signed: SignedAnswer = 'share' in answer ? { ...answer, leaf: answer.share.leaf } : answer;
    // What is kept too long is told by the contract: a journal that fails here takes nothing from the reporter.
    const forget = () =>
      this.#kept()
        .then((kept) => kept.forget(signed))
        .catch(() => undefined);
    try {
      const reported = await reportAnswer(this.network.deployment, signed, options);
      await forget();
      return reported;
    } catch (error) {
      if (isRevert(error, 'AlreadyJudged') || isRevert(error, 'EvidenceExpired')) await forget();
      throw error;
    }
  }

  /**
   * Demand one node's answer for one file on chain. When `wait` of what comes back says "answered", the next retrieval has that
   * share. Throws as `retrieve` does while it opens the manifest, E_FIELD for a node or file that is not in it, and `ChainError` with
   * the contract's reason in `revert` (NodeIdle, ChallengePending, TooLate, …).
   */
  async challenge(options: ChallengeOptions): Promise<OpenChallenge> {
    const { node, chain, bondWei, signal, onProgress, file: place = 0 } = options;
    const { manifest, located } = await this.#open(options);
    const file = manifest.manifest.files[place];
    if (file === undefined) {
      const expected = `below ${manifest.manifest.files.length}`;
      throw new ProtocolError('E_FIELD', { field: 'file', expected, got: String(place) });
    }
    const { openChallenge } = await import('../later.ts');
    const { capsule } = parseFileHeader(file.headerBytes);
    return openChallenge({
      deployment: this.network.deployment,
      manifest,
      node,
      capsule,
      reader: located.keyring.verifying(),
      chain,
      bondWei,
      clock: this.#clock,
      signal,
      onProgress,
      keep: (index, cfrag) => this.#engine.keep(manifest.manifest.policyId, capsule, index, cfrag),
      keepWrong: async (answer) => (await this.#kept()).keep({ ...answer, fault: 'challenge' }),
    });
  }

  /** Where the manifest is, and for which keys. */
  async #locate(options: Pick<RetrieveOptions, 'from' | 'nodeTimeoutMs' | 'signal'>): Promise<Located> {
    const { from, nodeTimeoutMs: timeoutMs = nodeAnswerMs, signal } = options;
    checkSignal(signal);
    if (typeof from === 'object' && 'manifest' in from) {
      return {
        bytes: from.manifest,
        verifyingKey: from.verifyingKey,
        keyrings: this.#keyrings,
        stores: [],
        policyId: undefined,
      };
    }
    const link = typeof from === 'string' ? parseLink(from, [this.network.contracts]) : from;
    const id = link.manifestId.slice(2);
    const fetching = { ...(signal && { signal }), fetch: this.#fetch, hedgeMs: manifestHedgeMs, timeoutMs };
    const bytes = await fetchBlob(id, link.uris, { ...fetching, retries: 0 }).catch(async (error: unknown) => {
      // A link may be older than the places it names: any node may hold it, so all of them are asked, and these once more.
      if (!(error instanceof ProtocolError) || error.code === 'ABORTED') throw error;
      const registry = await readRegistry(this.network.chain, {
        deployment: this.network.deployment,
        ...(signal && { signal }),
      });
      const stores = registry.all().flatMap(({ info }) => (info ? [chunkStoreOf(info.url)] : []));
      const places = [...new Set([...link.uris, ...stores])];
      return fetchBlob(id, places, { ...fetching, retries: 1 }).catch(() => {
        checkSignal(signal);
        throw error;
      });
    });
    if (manifestIdOf(bytes) !== link.manifestId) throw new ProtocolError('STORAGE_CORRUPT', { field: 'manifestId' });
    return {
      bytes,
      verifyingKey: link.verifyingKey,
      keyrings: link.bob ? new Keyrings(link.bob) : this.#keyrings,
      stores: link.uris.filter((uri) => uri.endsWith('/')),
      policyId: link.policyId,
    };
  }

  /** Manifest against chain and keys. Revoked and expired are the chain's words. */
  async #check(signed: ReturnType<typeof openManifest>, located: Opened): Promise<VerifiedManifest> {
    const { policyId } = signed.manifest;
    if (located.policyId !== undefined && located.policyId !== policyId) {
      throw new ProtocolError('E_MANIFEST', { field: 'policyId', expected: located.policyId, got: policyId });
    }
    const [policy, { timestamp }] = await Promise.all([
      this.network.policyManager.policy(policyId),
      this.network.now(),
    ]);
    if (policy === undefined) throw new ProtocolError('POLICY_UNPAID', { field: 'policyId', got: policyId });
    const manifest = await verifyManifest(signed, {
      verifyingKey: located.verifyingKey,
      reader: readerOf(located.keyring),
      contracts: this.network.contracts,
      policy,
      operatorValid: (node, operator, epoch) => this.network.operatorValid(node, operator, epoch),
    });
    const ended = endOf(policy, timestamp);
    if (ended) throw new ProtocolError(ended.code, { details: ended.details });
    checkConditions(manifest.manifest.conditions, timestamp);
    return manifest;
  }
}

function jobOf(
  options: RetrieveOptions,
  about: Pick<EngineJob, 'manifest' | 'nodes' | 'evidence'> & { readonly located: Opened },
): EngineJob {
  const { located, ...job } = about;
  const { only, hedgeMs, nodeTimeoutMs, signal, onProgress, knownAuthors = [] } = options;
  const { keyring, stores, verifyingKey: sender } = located;
  return { ...job, keyring, stores, sender, knownAuthors, only, hedgeMs, nodeTimeoutMs, signal, onProgress };
}

interface Located {
  readonly bytes: Uint8Array;
  readonly verifyingKey: PublicKey;
  /** Of whom it may be for. */
  readonly keyrings: Keyrings;
  readonly stores: readonly string[];
  /** What the link says; the manifest must agree. */
  readonly policyId: Hex | undefined;
}

interface Opened extends Located {
  /** To which it is sealed. */
  readonly keyring: Keyring;
}

/** What every node would say of the time, said without asking them, with the second in `data`. An unknown condition is refused by name: E_CONDITION. */
function checkConditions(conditions: Uint8Array | undefined, timestamp: number): void {
  const verdict = conditions && judgeConditions(conditions, timestamp);
  if (!verdict || verdict.allowed) return;
  const pending = verdict.code === 'E_PENDING';
  const seconds = pending ? verdict.from : verdict.since;
  const at = new Date(seconds * 1000).toISOString();
  throw new ProtocolError(pending ? 'POLICY_NOT_STARTED' : 'POLICY_EXPIRED', {
    details: pending ? `Access begins at ${at}.` : `Access ended at ${at}.`,
    data: pending ? { notBefore: seconds } : { notAfter: seconds },
    retryable: pending,
  });
}
