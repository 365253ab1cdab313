/**
 * From a verified manifest to open files: asks a quorum of nodes for each batch of files, opens what their answers open.
 *
 * Owns: batches, what is kept for a second try, what a failure means, one result per file. Owns not: one question (`ask.ts`), the
 * schedule (`quorum.ts`), who is quick (`latency.ts`). Source: protocol.md sections 7 and 9 (a retrieval).
 */
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import { headerCapsule, openFile } from '../../protocol/fileDecrypt.ts';
import { type FileHeader, parseFileHeader } from '../../protocol/fileHeader.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import { maxCapsules } from '../../protocol/limits.ts';
import type { ManifestFile } from '../../protocol/manifest.ts';
import type { VerifiedManifest, VerifiedShare } from '../../protocol/manifestVerify.ts';
import { chunkStoreOf, HttpStorage, isStore } from '../../storage/http.ts';
import type { Capsule } from '../../umbral/capsule.ts';
import type { VerifiedCapsuleFrag } from '../../umbral/capsuleFrag.ts';
import { UmbralError } from '../../umbral/errors.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { decryptReencrypted } from '../../umbral/open.ts';
import type { Clock } from '../clock.ts';
import type { SealedJournal } from '../journal.ts';
import type { Network } from '../network.ts';
import { NodeClient } from '../nodeClient.ts';
import type { OnProgress } from '../progress.ts';
import { type AskContext, askNode, judgeAnswer, type WrongAnswer, WrongAnswerError } from './ask.ts';
import type { KeptAnswer } from './evidence.ts';
import { KeptFragments } from './kept.ts';
import { Latencies, random } from './latency.ts';
import { askQuorum } from './quorum.ts';
import { type NodeOutcome, RetrievalError } from './retrievalError.ts';
import { RetrievedFile } from './retrieved.ts';
import { NodeUrls } from './urls.ts';
import type { AnswerVerifier } from './verifier.ts';

/** Milliseconds that a node is given to answer, if nothing else is said. */
export const nodeAnswerMs = 10_000;
/** Milliseconds after which a chunk is asked of another place too. */
const chunkHedgeMs = 500;

export interface EngineOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly verifier: AnswerVerifier | undefined;
  readonly journal: SealedJournal | undefined;
  /** Where a wrong answer over its node's signature goes. */
  readonly keepWrong: (answer: KeptAnswer) => Promise<void>;
}

/** One manifest's files, to be opened. */
export interface EngineJob {
  readonly manifest: VerifiedManifest;
  readonly keyring: Keyring;
  /** Stores to look in beside the cohort's. */
  readonly stores: readonly string[];
  readonly sender: PublicKey;
  readonly knownAuthors: readonly PublicKey[];
  readonly only: ((file: ManifestFile, index: number) => boolean) | undefined;
  readonly hedgeMs: number | undefined;
  readonly nodeTimeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: OnProgress | undefined;
  /** Filled on the way: each node's newest report, and what can be reported on chain. */
  readonly nodes: Map<Address, NodeOutcome>;
  readonly evidence: WrongAnswer[];
}

/** One file of a manifest, by its place there: open, or why not. */
export type FileOutcome =
  | { readonly index: number; readonly file: RetrievedFile; readonly error: undefined }
  | { readonly index: number; readonly file: undefined; readonly error: DintelError | UmbralError };

/** A file whose header reads well. */
interface Sound {
  readonly index: number;
  readonly entry: ManifestFile;
  readonly header: FileHeader;
  readonly capsule: Capsule;
}

export class RetrievalEngine {
  readonly #options: EngineOptions;
  readonly #urls: NodeUrls;
  readonly #latencies: Latencies;
  readonly #kept: KeptFragments;
  readonly #offsets = new Map<Address, number>();
  readonly #storages = new Map<string, HttpStorage>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#kept = new KeptFragments(options.journal);
    this.#urls = new NodeUrls(options.network);
    this.#latencies = new Latencies(() => options.clock.now(), random);
  }

  /**
   * The files in their order, a batch of at most 50 by one question to each node. What concerns one file alone (a damaged header, a
   * key that does not open it) is its outcome; what concerns the policy is the outcome of all that are left. Throws `ChainError`.
   */
  async *open(job: EngineJob): AsyncGenerator<FileOutcome, void, void> {
    const { manifest, signal, onProgress } = job;
    const urls = await this.#urls.of(
      manifest.shares.map(({ node }) => node),
      signal,
    );
    onProgress?.({ type: 'retrieve.state', state: 'asking' });
    const sound: Sound[] = [];
    for (const [index, entry] of manifest.manifest.files.entries()) {
      if (job.only?.(entry, index) === false) continue;
      // One capsule that is none would spoil the whole question: nodes answer all or nothing.
      try {
        const header = parseFileHeader(entry.headerBytes);
        sound.push({ index, entry, header, capsule: headerCapsule(header) });
      } catch (error) {
        yield { index, file: undefined, error: known(error) };
      }
    }
    for (let from = 0; from < sound.length; from += maxCapsules) {
      const batch = sound.slice(from, from + maxCapsules);
      let cfrags: VerifiedCapsuleFrag[][];
      try {
        cfrags = await this.#collect(job, urls, batch);
      } catch (error) {
        if (!(error instanceof RetrievalError)) throw error;
        for (const { index } of sound.slice(from)) yield { index, file: undefined, error };
        return;
      }
      onProgress?.({ type: 'retrieve.state', state: 'enough' });
      onProgress?.({ type: 'retrieve.state', state: 'opening' });
      for (const [i, one] of batch.entries()) {
        try {
          const file = await this.#openOne(job, urls, one, cfrags[i] as VerifiedCapsuleFrag[]);
          yield { index: one.index, file, error: undefined };
        } catch (error) {
          yield { index: one.index, file: undefined, error: known(error) };
        }
      }
    }
  }

  /** Keep a fragment that was verified elsewhere, by its share. */
  async keep(policyId: Hex, capsule: Uint8Array, index: number, cfrag: VerifiedCapsuleFrag): Promise<void> {
    (await this.#kept.of(policyId, capsule)).set(index, cfrag);
    await this.#kept.save(policyId, capsule);
  }

  /** One for the same places, since it remembers which of them dawdle. */
  #storageOf(stores: readonly string[]): HttpStorage {
    const name = stores.join(' ');
    const known =
      this.#storages.get(name) ?? new HttpStorage({ stores, hedgeMs: chunkHedgeMs, fetch: this.#options.fetch });
    this.#storages.set(name, known);
    return known;
  }

  async #openOne(
    job: EngineJob,
    urls: ReadonlyMap<Address, string>,
    { entry, header, capsule }: Sound,
    cfrags: VerifiedCapsuleFrag[],
  ): Promise<RetrievedFile> {
    const { delegatingKey, policyId } = job.manifest.manifest;
    const receivingSecretKey = job.keyring.receiving();
    const { wrapped: ciphertext } = header;
    const fileKey = decryptReencrypted({ receivingSecretKey, delegatingKey, capsule, cfrags, ciphertext });
    try {
      const cohort = [...urls.values()].map(chunkStoreOf);
      const places = [...cohort, ...entry.uris.filter((uri) => uri.endsWith('/')), ...job.stores];
      const storage = this.#storageOf([...new Set(places)].filter(isStore));
      const authors = { sender: job.sender, known: job.knownAuthors };
      const opened = new RetrievedFile(await openFile(header, fileKey), entry, storage, authors);
      await this.#kept.forget(policyId, header.capsule);
      return opened;
    } finally {
      fileKey.fill(0);
    }
  }

  /** Verified fragments of `threshold` shares for each capsule. Throws RetrievalError. */
  async #collect(
    job: EngineJob,
    urls: ReadonlyMap<Address, string>,
    batch: readonly Sound[],
  ): Promise<VerifiedCapsuleFrag[][]> {
    const { manifest, keyring, signal, onProgress, nodes, evidence } = job;
    const { network, clock, fetch, verifier } = this.#options;
    const capsuleBytes = batch.map(({ header }) => header.capsule);
    const { threshold: need, policyId } = manifest.manifest;
    const kept = await Promise.all(capsuleBytes.map((capsule) => this.#kept.of(policyId, capsule)));
    const done = manifest.shares.filter(({ leaf }) => kept.every((shares) => shares.has(leaf.index)));
    const context: AskContext = {
      network,
      manifest,
      reader: keyring.verifying(),
      capsules: batch.map(({ capsule }) => capsule),
      capsuleBytes,
      now: () => clock.now(),
      offsets: this.#offsets,
      verifier,
    };
    const missing = Math.max(0, need - done.length);
    const latencies = this.#latencies;
    const open = latencies.order(
      manifest.shares.filter((share) => !done.includes(share)),
      ({ node }) => node,
    );
    const timeoutMs = job.nodeTimeoutMs ?? nodeAnswerMs;
    const hedgeMs =
      job.hedgeMs ??
      latencies.hedgeMs(
        open.map(({ node }) => node),
        missing,
      );
    const startedMs = clock.now();
    const result = await askQuorum<VerifiedShare, VerifiedCapsuleFrag[]>({
      nodes: missing === 0 ? [] : open,
      need: missing,
      ask: (share, nodeSignal) => {
        const url = urls.get(share.node);
        if (url === undefined) {
          throw new ProtocolError('NODE_UNREACHABLE', { details: `${share.node} announces no usable URL.` });
        }
        const client = new NodeClient({ url, timeoutMs, fetch });
        return askNode(client, share, context, nodeSignal);
      },
      judge: judgeAnswer,
      hedgeMs,
      onReport: ({ key, ...report }) => {
        nodes.set(key.node, { key: key.node, ...report });
        const { state, code, ms = 0 } = report;
        if (state === 'verified') latencies.answered(key.node, ms);
        else if (state === 'silent' || state === 'bad') latencies.failed(key.node);
        onProgress?.({ type: 'node.state', node: key.node, state, ...(code !== undefined && { code }) });
      },
      clock,
      ...(signal && { signal }),
    });
    for (const { key, state } of result.reports) {
      if (state === 'asked' && !signal?.aborted) latencies.waited(key.node, clock.now() - startedMs);
    }
    for (const { key, answer } of result.answers) {
      for (const [i, cfrag] of answer.entries())
        (kept[i] as Map<number, VerifiedCapsuleFrag>).set(key.leaf.index, cfrag);
    }
    for (const { error } of result.reports) {
      if (!(error instanceof WrongAnswerError)) continue;
      evidence.push(error.evidence);
      // It is in the result too: a journal that fails here is no reason to fail a retrieval.
      await this.#options.keepWrong({ ...error.evidence, leaf: error.evidence.share.leaf }).catch(() => undefined);
    }
    if (kept.every((shares) => shares.size >= need)) return kept.map((shares) => [...shares.values()].slice(0, need));
    await Promise.all(capsuleBytes.map((capsule) => this.#kept.save(policyId, capsule)));
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
    const { network } = this.#options;
    const { threshold: need, policyId } = manifest.manifest;
    const order = outcomesOf(manifest, nodes);
    const about = { have, need, nodes: order, evidence };
    if (signal?.aborted) return new RetrievalError('ABORTED', { ...about, cause: signal.reason });
    const [policy, { timestamp }] = await Promise.all([network.policyManager.policy(policyId), network.now()]);
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
}

/** In order of index: who was asked, who answered, who refused and why. */
export function outcomesOf(manifest: VerifiedManifest, nodes: ReadonlyMap<Address, NodeOutcome>): NodeOutcome[] {
  return manifest.shares.map(({ node }) => nodes.get(node) ?? { key: node, state: 'idle', attempts: 0 });
}

/** An error of ours, or what it is not is thrown on. */
function known(error: unknown): DintelError | UmbralError {
  if (error instanceof DintelError || error instanceof UmbralError) return error;
  throw error;
}

/** Whether a policy is over at a time of the chain, and how. */
export function endOf(
  policy: { readonly revoked: boolean; readonly expiresAt: number },
  timestamp: number,
): { readonly code: 'POLICY_REVOKED' | 'POLICY_EXPIRED'; readonly details: string } | undefined {
  const at = new Date(policy.expiresAt * 1000).toISOString();
  if (policy.revoked) return { code: 'POLICY_REVOKED', details: `Revoked by its owner at ${at}.` };
  if (timestamp >= policy.expiresAt) return { code: 'POLICY_EXPIRED', details: `Ended at ${at}.` };
  return undefined;
}
