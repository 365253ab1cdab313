/**
 * Bob: retrieves what was shared with him. He needs his keys and a chain to read; no coins, no account, no transaction.
 *
 * Owns: his verbs (card, open, retrieve), the order of a retrieval, what a failure means. Owns not: one question
 * (`ask.ts`), the schedule (`quorum.ts`), reading files (`retrieved.ts`). Source: protocol.md sections 7, 8.3, 8.4 and 9.
 */
import type { Chain, ChainReader } from '../../chain/chain.ts';
import type { Deployment } from '../../chain/deployments.ts';
import { readNodeInfos, readRegistry } from '../../chain/registry.ts';
import { formatCard, makeCard } from '../../protocol/card.ts';
import { judgeConditions } from '../../protocol/conditions.ts';
import { DintelError, type ErrorDetails, ProtocolError } from '../../protocol/errors.ts';
import { headerCapsule, openFile } from '../../protocol/fileDecrypt.ts';
import { parseFileHeader } from '../../protocol/fileHeader.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import { maxCapsules } from '../../protocol/limits.ts';
import { type Link, parseLink } from '../../protocol/link.ts';
import type { ManifestFile } from '../../protocol/manifest.ts';
import { manifestIdOf, openManifest } from '../../protocol/manifestSeal.ts';
import { type VerifiedManifest, type VerifiedShare, verifyManifest } from '../../protocol/manifestVerify.ts';
import { capsuleHash } from '../../protocol/request.ts';
import { addressOf } from '../../protocol/signature.ts';
import { chunkStoreOf, HttpStorage } from '../../storage/http.ts';
import { fetchBlob } from '../../storage/uris.ts';
import type { VerifiedCapsuleFrag } from '../../umbral/capsuleFrag.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { decryptReencrypted } from '../../umbral/open.ts';
import { type Clock, checkAbort, systemClock } from '../clock.ts';
import { Network } from '../network.ts';
import { checkNodeUrl, NodeClient } from '../nodeClient.ts';
import type { OnProgress } from '../progress.ts';
import { publicFetch } from '../publicFetch.ts';
import { type AskContext, askNode, judgeAnswer, type WrongAnswer, WrongAnswerError } from './ask.ts';
import type { OpenChallenge } from './challenge.ts';
import { askQuorum, type NodeReport } from './quorum.ts';
import type { Reported, ReportOptions } from './report.ts';
import { reportAnswer } from './reportAnswer.ts';
import { RetrievedFile } from './retrieved.ts';

export interface BobOptions {
  readonly keyring: Keyring;
  /** Reading is enough. */
  readonly chain: ChainReader;
  readonly deployment: Deployment;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
}

export interface CardOptions {
  /** The account that this card speaks for; only his word unless `ownerSignature` proves it. */
  readonly owner?: Address | undefined;
  readonly name?: string | undefined;
  readonly version?: number | undefined;
  readonly ownerSignature?: Uint8Array | undefined;
}

export interface RetrieveOptions {
  /** The link, as text or parsed; or the sealed manifest itself with the key that must have signed it. */
  readonly from: string | Link | { readonly manifest: Uint8Array; readonly verifyingKey: PublicKey };
  /** Only files that this accepts, by their place in the manifest. All if absent. */
  readonly only?: ((file: ManifestFile, index: number) => boolean) | undefined;
  /** Keys of authors that Bob trusts beside the sender's: whose signature makes a file's author proven. */
  readonly knownAuthors?: readonly PublicKey[] | undefined;
  /** Milliseconds after which one more node is asked. Default 300. */
  readonly hedgeMs?: number | undefined;
  /** For one node's answer. Default 10,000. */
  readonly nodeTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface ChallengeOptions extends Pick<RetrieveOptions, 'from' | 'signal'> {
  /** The silent one. */
  readonly node: Address;
  /** Place of the file in the manifest. Default 0. */
  readonly file?: number | undefined;
  /** Pays the bond, which comes back less what an answer costs its node. Any account will do. */
  readonly chain: Chain;
  /** Units: wei. Default: the least that counts now. */
  readonly bondWei?: bigint | undefined;
}

/** One node's part, named by its address. */
export type NodeOutcome = NodeReport<Address>;

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

/** A retrieval that did not come off, with every node's reason. `code`: THRESHOLD_NOT_MET, or what the chain says. */
export class RetrievalError extends DintelError {
  override readonly name = 'RetrievalError';
  readonly have: number;
  readonly need: number;
  readonly nodes: readonly NodeOutcome[];
  readonly evidence: readonly WrongAnswer[];
  constructor(
    code: 'THRESHOLD_NOT_MET' | 'POLICY_REVOKED' | 'POLICY_EXPIRED' | 'ABORTED',
    about: {
      have: number;
      need: number;
      nodes: readonly NodeOutcome[];
      evidence: readonly WrongAnswer[];
    } & ErrorDetails,
  ) {
    super(code, about);
    this.have = about.have;
    this.need = about.need;
    this.nodes = about.nodes;
    this.evidence = about.evidence;
  }
}

export class Bob {
  readonly network: Network;
  readonly #keyring: Keyring;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;
  /** Verified fragments by policy and capsule, then by share: a retry asks only for what is missing. */
  readonly #kept = new Map<string, Map<number, VerifiedCapsuleFrag>>();
  readonly #offsets = new Map<Address, number>();

  private constructor(network: Network, options: BobOptions) {
    this.network = network;
    this.#keyring = options.keyring;
    this.#clock = options.clock ?? systemClock;
    this.#fetch = publicFetch(options.deployment.chainId, options.fetch);
  }

  /** Throws CHAIN_MISMATCH, `ChainError`. */
  static async open(options: BobOptions): Promise<Bob> {
    return new Bob(await Network.open(options.chain, options.deployment), options);
  }

  /** What he is called in requests: an address in form only. */
  get reader(): Address {
    return addressOf(this.#keyring.verifying().publicKey);
  }

  /** His receive card, to hand to Alice by any way. Throws E_CARD, E_FIELD. */
  card(options: CardOptions = {}): string {
    const { version = 0 } = options;
    const card = makeCard(this.network.contracts, {
      ...options,
      receivingSecretKey: this.#keyring.receiving(version),
      verifyingSecretKey: this.#keyring.verifying(version),
      issuedAt: Math.floor(this.#clock.now() / 1000),
    });
    return formatCard(card);
  }

  /**
   * Fetch and verify what was shared, ask the nodes, open the keys. The files are then read as streams; nothing more is
   * asked of nodes but chunks. Throws E_LINK, E_DOMAIN, E_MANIFEST and kin, `seal.open` (not for him), STORAGE_NOT_FOUND,
   * POLICY_UNPAID, POLICY_NOT_STARTED, POLICY_EXPIRED, POLICY_REVOKED (by the chain, not by a node's word), RetrievalError with every node's
   * reason, `ChainError`, ABORTED.
   */
  async retrieve(options: RetrieveOptions): Promise<Retrieved> {
    const { signal, onProgress } = options;
    const state = (name: 'located' | 'opened' | 'checked' | 'asking' | 'enough' | 'opening' | 'done') =>
      onProgress?.({ type: 'retrieve.state', state: name });
    const located = await this.#locate(options);
    state('located');
    const signed = openManifest(located.keyring.receiving(), located.bytes);
    state('opened');
    const manifest = await this.#check(signed, located);
    state('checked');
    const urls = await this.#urls(manifest, signal);
    const entries = manifest.manifest.files.filter((file, index) => options.only?.(file, index) ?? true);
    const headers = entries.map((entry) => parseFileHeader(entry.headerBytes));
    const asked = { ...options, manifest, urls, keyring: located.keyring };
    state('asking');
    const nodes = new Map<Address, NodeOutcome>();
    const evidence: WrongAnswer[] = [];
    const opened: RetrievedFile[] = [];
    const stores = [...urls.values()].map(chunkStoreOf);
    const authors = { sender: located.verifyingKey, known: options.knownAuthors ?? [] };
    for (let from = 0; from < headers.length; from += maxCapsules) {
      const batch = headers.slice(from, from + maxCapsules);
      const capsules = batch.map(headerCapsule);
      const capsuleBytes = batch.map((header) => header.capsule);
      const cfrags = await this.#collect(asked, { capsules, capsuleBytes }, nodes, evidence);
      state('enough');
      state('opening');
      for (const [i, header] of batch.entries()) {
        const fileKey = decryptReencrypted({
          receivingSecretKey: located.keyring.receiving(),
          delegatingKey: manifest.manifest.delegatingKey,
          capsule: capsules[i] as (typeof capsules)[number],
          cfrags: cfrags[i] as VerifiedCapsuleFrag[],
          ciphertext: header.wrapped,
        });
        try {
          const entry = entries[from + i] as ManifestFile;
          const places = [...stores, ...entry.uris.filter((uri) => uri.endsWith('/')), ...located.stores];
          const storage = new HttpStorage({ stores: [...new Set(places)], fetch: this.#fetch });
          opened.push(new RetrievedFile(await openFile(header, fileKey), entry, storage, authors));
        } finally {
          fileKey.fill(0);
        }
        this.#kept.delete(keptName(manifest.manifest.policyId, capsuleHash(header.capsule)));
      }
    }
    state('done');
    const order = manifest.shares.map(
      ({ node }) => nodes.get(node) ?? { key: node, state: 'idle' as const, attempts: 0 },
    );
    return { manifest, files: opened, note: manifest.manifest.note, nodes: order, evidence };
  }

  /**
   * File a wrong answer on chain; its node loses stake, and the account that files it gets a share. Throws `ChainError` with the
   * contract's reason in `revert`, CHAIN_MISMATCH, ABORTED.
   */
  report(answer: WrongAnswer, options: ReportOptions): Promise<Reported> {
    return reportAnswer(this.network.deployment, { ...answer, leaf: answer.share.leaf }, options);
  }

  /**
   * Demand one node's answer for one file on chain. When `wait` of what comes back says "answered", the next retrieval has that
   * share. Throws as `retrieve` does while it opens the manifest, E_FIELD for a node or file that is not in it, and `ChainError` with
   * the contract's reason in `revert` (NodeIdle, ChallengePending, TooLate, …).
   */
  async challenge(options: ChallengeOptions): Promise<OpenChallenge> {
    const { node, chain, bondWei, signal, file: place = 0 } = options;
    const located = await this.#locate({ from: options.from, signal });
    const manifest = await this.#check(openManifest(located.keyring.receiving(), located.bytes), located);
    const file = manifest.manifest.files[place];
    if (file === undefined) {
      const expected = `below ${manifest.manifest.files.length}`;
      throw new ProtocolError('E_FIELD', { field: 'file', expected, got: String(place) });
    }
    const { openChallenge } = await import('./challenge.ts');
    const { capsule } = parseFileHeader(file.headerBytes);
    const kept = this.#keptOf(manifest.manifest.policyId, capsuleHash(capsule));
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
      keep: (index, cfrag) => kept.set(index, cfrag),
    });
  }

  /** Where the manifest is, and for which keys. */
  async #locate(options: Pick<RetrieveOptions, 'from' | 'signal'>): Promise<Located> {
    const { from, signal } = options;
    checkAbort(signal);
    if (typeof from === 'object' && 'manifest' in from) {
      return {
        bytes: from.manifest,
        verifyingKey: from.verifyingKey,
        keyring: this.#keyring,
        stores: [],
        policyId: undefined,
      };
    }
    const link = typeof from === 'string' ? parseLink(from, [this.network.contracts]) : from;
    const id = link.manifestId.slice(2);
    const fetching = { ...(signal && { signal }), fetch: this.#fetch };
    const bytes = await fetchBlob(id, link.uris, fetching).catch(async (error: unknown) => {
      // A link may be older than the places it names: any node may hold it, so all of them are asked.
      if (!(error instanceof ProtocolError) || error.code === 'ABORTED') throw error;
      const registry = await readRegistry(this.network.chain, {
        deployment: this.network.deployment,
        ...(signal && { signal }),
      });
      const stores = registry.all().flatMap(({ info }) => (info ? [chunkStoreOf(info.url)] : []));
      return fetchBlob(
        id,
        stores.filter((store) => !link.uris.includes(store)),
        fetching,
      ).catch(() => {
        throw error;
      });
    });
    if (manifestIdOf(bytes) !== link.manifestId) throw new ProtocolError('STORAGE_CORRUPT', { field: 'manifestId' });
    return {
      bytes,
      verifyingKey: link.verifyingKey,
      keyring: link.bob ?? this.#keyring,
      stores: link.uris.filter((uri) => uri.endsWith('/')),
      policyId: link.policyId,
    };
  }

  /** Manifest against chain and keys. Revoked and expired are the chain's words. */
  async #check(signed: ReturnType<typeof openManifest>, located: Located): Promise<VerifiedManifest> {
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
      reader: {
        receivingKey: located.keyring.receiving().publicKey,
        verifyingKey: located.keyring.verifying().publicKey,
      },
      contracts: this.network.contracts,
      policy,
      operatorValid: (node, operator, epoch) => this.network.operatorValid(node, operator, epoch),
    });
    const ended = endOf(policy, timestamp);
    if (ended) throw new ProtocolError(ended.code, { details: ended.details });
    checkConditions(manifest.manifest.conditions, timestamp);
    return manifest;
  }

  /** Where each node of the cohort answers, by its newest announcement. */
  async #urls(manifest: VerifiedManifest, signal: AbortSignal | undefined): Promise<Map<Address, string>> {
    const nodes = manifest.shares.map(({ node }) => node);
    const { chain, deployment } = this.network;
    const infos = await readNodeInfos(chain, { deployment, nodes, ...(signal && { signal }) });
    const urls = new Map<Address, string>();
    for (const [node, { url }] of infos) {
      try {
        urls.set(node, checkNodeUrl(url));
      } catch {
        // A node that announces nonsense cannot be asked; it is reported as unreachable.
      }
    }
    return urls;
  }

  /** Verified fragments of `threshold` shares for each capsule. Throws RetrievalError. */
  async #collect(
    asked: RetrieveOptions & { manifest: VerifiedManifest; urls: Map<Address, string>; keyring: Keyring },
    batch: Pick<AskContext, 'capsules' | 'capsuleBytes'>,
    nodes: Map<Address, NodeOutcome>,
    evidence: WrongAnswer[],
  ): Promise<VerifiedCapsuleFrag[][]> {
    const { manifest, urls, keyring, signal, onProgress } = asked;
    const { threshold: need, policyId } = manifest.manifest;
    const kept = batch.capsuleBytes.map((capsule) => this.#keptOf(policyId, capsuleHash(capsule)));
    const done = manifest.shares.filter(({ leaf }) => kept.every((shares) => shares.has(leaf.index)));
    const context: AskContext = {
      network: this.network,
      manifest,
      reader: keyring.verifying(),
      ...batch,
      now: () => this.#clock.now(),
      offsets: this.#offsets,
    };
    const missing = Math.max(0, need - done.length);
    const open = shuffled(manifest.shares.filter((share) => !done.includes(share)));
    const timeoutMs = asked.nodeTimeoutMs ?? 10_000;
    const result = await askQuorum<VerifiedShare, VerifiedCapsuleFrag[]>({
      nodes: missing === 0 ? [] : open,
      need: missing,
      ask: (share, nodeSignal) => {
        const url = urls.get(share.node);
        if (url === undefined) {
          throw new ProtocolError('NODE_UNREACHABLE', { details: `${share.node} announces no usable URL.` });
        }
        const client = new NodeClient({ url, timeoutMs, fetch: this.#fetch });
        return askNode(client, share, context, nodeSignal);
      },
      judge: judgeAnswer,
      ...(asked.hedgeMs !== undefined && { hedgeMs: asked.hedgeMs }),
      onReport: ({ key, ...report }) => {
        nodes.set(key.node, { key: key.node, ...report });
        const { state, code } = report;
        onProgress?.({ type: 'node.state', node: key.node, state, ...(code !== undefined && { code }) });
      },
      clock: this.#clock,
      ...(signal && { signal }),
    });
    for (const { key, answer } of result.answers) {
      for (const [i, cfrag] of answer.entries())
        (kept[i] as Map<number, VerifiedCapsuleFrag>).set(key.leaf.index, cfrag);
    }
    for (const { error } of result.reports) if (error instanceof WrongAnswerError) evidence.push(error.evidence);
    if (kept.every((shares) => shares.size >= need)) return kept.map((shares) => [...shares.values()].slice(0, need));
    throw await this.#failure(manifest, Math.min(...kept.map((shares) => shares.size)), nodes, evidence, signal);
  }

  /** Why it did not come off: the chain is asked before any node is blamed. */
  async #failure(
    manifest: VerifiedManifest,
    have: number,
    nodes: ReadonlyMap<Address, NodeOutcome>,
    evidence: readonly WrongAnswer[],
    signal: AbortSignal | undefined,
  ): Promise<RetrievalError> {
    const { threshold: need, policyId } = manifest.manifest;
    const order = manifest.shares.map(
      ({ node }) => nodes.get(node) ?? { key: node, state: 'idle' as const, attempts: 0 },
    );
    const about = { have, need, nodes: order, evidence };
    if (signal?.aborted) return new RetrievalError('ABORTED', { ...about, cause: signal.reason });
    const [policy, { timestamp }] = await Promise.all([
      this.network.policyManager.policy(policyId),
      this.network.now(),
    ]);
    const ended = policy && endOf(policy, timestamp);
    if (ended) return new RetrievalError(ended.code, { ...about, details: ended.details });
    const reasons = order
      .filter(({ state }) => state !== 'verified')
      .map(({ key, state, code }) => `${key.slice(0, 8)} ${code ?? state}`);
    return new RetrievalError('THRESHOLD_NOT_MET', {
      ...about,
      expected: `${need} verified answers`,
      got: `${have}`,
      details: reasons.join(', '),
    });
  }

  #keptOf(policyId: Hex, capsule: Hex): Map<number, VerifiedCapsuleFrag> {
    const name = keptName(policyId, capsule);
    let shares = this.#kept.get(name);
    if (!shares) {
      shares = new Map();
      this.#kept.set(name, shares);
    }
    return shares;
  }
}

interface Located {
  readonly bytes: Uint8Array;
  readonly verifyingKey: PublicKey;
  readonly keyring: Keyring;
  readonly stores: readonly string[];
  /** What the link says; the manifest must agree. */
  readonly policyId: Hex | undefined;
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

const keptName = (policyId: Hex, capsule: Hex): string => `${policyId}/${capsule}`;

/** Whether a policy is over at a time of the chain, and how. */
function endOf(
  policy: { readonly revoked: boolean; readonly expiresAt: number },
  timestamp: number,
): { readonly code: 'POLICY_REVOKED' | 'POLICY_EXPIRED'; readonly details: string } | undefined {
  const at = new Date(policy.expiresAt * 1000).toISOString();
  if (policy.revoked) return { code: 'POLICY_REVOKED', details: `Revoked by its owner at ${at}.` };
  if (timestamp >= policy.expiresAt) return { code: 'POLICY_EXPIRED', details: `Ended at ${at}.` };
  return undefined;
}

/** In no order that anybody chose: load spreads, and no node is always the first to know. */
function shuffled<T>(items: readonly T[]): T[] {
  const list = [...items];
  const random = crypto.getRandomValues(new Uint32Array(list.length));
  for (let i = list.length - 1; i > 0; i--) {
    const j = (random[i] as number) % (i + 1);
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
  return list;
}
