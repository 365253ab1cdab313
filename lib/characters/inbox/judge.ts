/**
 * What one entry of the inbox is, by the chain and by whom I know.
 *
 * Owns: whose it is, whether it lives, its manifest fetched and verified. Owns not: which entries there are (`inbox.ts`).
 * Source: protocol.md section 8.3 ("Bob must check") and 8.5.
 */
import type { ChainReader } from '../../chain/chain.ts';
import type { PolicyRecord } from '../../chain/policyManager.ts';
import { readRegistry } from '../../chain/registry.ts';
import { sameAddress } from '../../protocol/address.ts';
import type { Code } from '../../protocol/codes.ts';
import { DintelError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import type { Link } from '../../protocol/link.ts';
import { openManifest } from '../../protocol/manifestSeal.ts';
import { type VerifiedManifest, verifyManifest } from '../../protocol/manifestVerify.ts';
import { chunkStoreOf } from '../../storage/http.ts';
import { fetchBlob } from '../../storage/uris.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { type Keyrings, readerOf } from '../keyrings.ts';
import type { Network } from '../network.ts';
import { allKeys, type People } from '../people/people.ts';
import type { Person } from '../people/person.ts';
import { lookupKeys } from '../people/registry.ts';
import type { Entry } from './entry.ts';
import type { FoundBy } from './found.ts';

/** One thing that was shared with me. */
export interface InboxItem {
  readonly policyId: Hex;
  /** For `bob.retrieve({ from: item.link })`. */
  readonly link: Link;
  /** By the chain, at its newest block. */
  readonly state: 'live' | 'expired' | 'revoked';
  /** Somebody whom I know: his account owns the policy, or his key signed the manifest. Only named as the signer: undefined. */
  readonly from: Person | undefined;
  /** From nobody that I know, as far as is proven, and not accepted. */
  readonly isRequest: boolean;
  /** What the sender calls himself: only his word. */
  readonly claimedName: string | undefined;
  readonly owner: Address;
  /** Units: seconds. */
  readonly expiresAt: number;
  readonly blockNumber: bigint;
  readonly foundBy: FoundBy;
  /** What was shared; undefined with `missing` saying why. */
  readonly manifest: VerifiedManifest | undefined;
  readonly missing: Code | 'REQUEST' | undefined;
  /** Which of my keys it is for; undefined as long as the manifest is. */
  readonly keyring: Keyring | undefined;
}

export interface JudgeOptions {
  readonly network: Network<ChainReader>;
  readonly keyrings: Keyrings;
  readonly people: People;
  readonly fetch: typeof fetch;
  /** Whether strangers become known by the registry. */
  readonly learns: boolean;
  /** Whether what is not on this device is fetched, for items that live and are no requests. */
  readonly fetches: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** An item, and the sealed manifest that was verified for it. */
export interface Judged {
  readonly item: InboxItem;
  readonly bytes: Uint8Array | undefined;
}

type Opened =
  | { readonly bytes: Uint8Array; readonly manifest: VerifiedManifest; readonly keyring: Keyring }
  | { readonly missing: Code | 'REQUEST'; readonly isFalse: boolean };

/** For one reading: people and time are read once. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #known: readonly Person[];
  readonly #timestamp: number;
  readonly #met = new Map<string, Promise<Person | undefined>>();
  #stores: Promise<readonly string[]> | undefined;

  private constructor(options: JudgeOptions, known: readonly Person[], timestamp: number) {
    this.#options = options;
    this.#known = known;
    this.#timestamp = timestamp;
  }

  static async open(options: JudgeOptions): Promise<Judge> {
    const [known, { timestamp }] = await Promise.all([options.people.list(), options.network.now()]);
    return new Judge(options, known, timestamp);
  }

  /** `undefined` if the chain knows no such policy. Throws `ChainError`, ABORTED. */
  async judge(entry: Entry): Promise<Judged | undefined> {
    const { contracts, policyManager: manager } = this.#options.network;
    const { policyId, verifyingKey, manifestId, uris } = entry;
    const policy = await manager.policy(policyId);
    if (policy === undefined) return undefined;
    const state = policy.revoked ? 'revoked' : this.#timestamp >= policy.expiresAt ? 'expired' : 'live';
    const sender = await this.#sender(verifyingKey, policy.owner);
    const isUnasked = sender === undefined && !entry.accepted;
    // Anybody can name the key of a person who has no account; until a manifest verifies, that is all the notice does.
    const isOwners = sender?.address !== undefined;
    const opened: Opened = isUnasked
      ? { missing: 'REQUEST', isFalse: false }
      : await this.#open(entry, policy, { state, isTrusted: isOwners || entry.accepted });
    // Who names another's key cannot sign with it: what does not verify is from nobody.
    const isFalse = 'missing' in opened && opened.isFalse;
    const isProven = 'manifest' in opened || (isOwners && !isFalse);
    // Under a tag of two only these two write; who copies one is told by the manifest.
    const isTheirs = isProven || entry.accepted || (entry.foundBy === 'contact' && !isFalse);
    const { chainId, policyManager } = contracts;
    const item: InboxItem = {
      policyId,
      link: { chainId, policyManager, policyId, manifestId, verifyingKey, uris, bob: undefined },
      state,
      from: isProven ? sender : undefined,
      isRequest: isUnasked || isFalse || !isTheirs,
      claimedName: entry.name,
      owner: policy.owner,
      expiresAt: policy.expiresAt,
      blockNumber: BigInt(entry.blockNumber),
      foundBy: entry.foundBy,
      manifest: 'manifest' in opened ? opened.manifest : undefined,
      missing: 'missing' in opened ? opened.missing : undefined,
      keyring: 'keyring' in opened ? opened.keyring : undefined,
    };
    return { item, bytes: 'bytes' in opened ? opened.bytes : entry.manifest };
  }

  /** Whether it is a key of somebody whom I know. */
  knows(verifyingKey: PublicKey): boolean {
    return this.#personOf(verifyingKey) !== undefined;
  }

  /** The revision of a sealed manifest that was verified before. */
  revisionOf(bytes: Uint8Array): number {
    return this.#openWithAny(bytes).opened.manifest.revision;
  }

  /** The owner of a policy becomes known if he has registered the key that signs it. */
  async introduce(owner: Address, verifyingKey: PublicKey): Promise<Person | undefined> {
    const { network, people } = this.#options;
    const registered = await lookupKeys(network, owner);
    return registered?.verifyingKey.equals(verifyingKey) ? people.add({ address: owner }) : undefined;
  }

  /** Somebody known by this key, unless another account owns the policy: anyone can name another's key. */
  async #sender(verifyingKey: PublicKey, owner: Address): Promise<Person | undefined> {
    const known = this.#personOf(verifyingKey);
    if (known !== undefined) {
      return known.address === undefined || sameAddress(known.address, owner) ? known : undefined;
    }
    if (!this.#options.learns) return undefined;
    const name = `${owner}/${verifyingKey.toBytes().join()}`;
    const met = this.#met.get(name) ?? this.introduce(owner, verifyingKey);
    this.#met.set(name, met);
    return met;
  }

  #personOf(verifyingKey: PublicKey): Person | undefined {
    return this.#known.find((one) => allKeys(one).some((keys) => keys.verifyingKey.equals(verifyingKey)));
  }

  /** From this device or from where the notice says; what is wrong with it is its code. */
  async #open(
    entry: Entry,
    policy: PolicyRecord,
    { state, isTrusted }: Pick<InboxItem, 'state'> & { readonly isTrusted: boolean },
  ): Promise<Opened> {
    const { network, fetches } = this.#options;
    try {
      const bytes =
        entry.manifest ?? (fetches && state === 'live' ? await this.#fetchManifest(entry, isTrusted) : undefined);
      if (bytes === undefined) {
        const ended = state === 'revoked' ? 'POLICY_REVOKED' : 'POLICY_EXPIRED';
        return { missing: state === 'live' ? 'STORAGE_NOT_FOUND' : ended, isFalse: false };
      }
      const { opened, keyring } = this.#openWithAny(bytes);
      const manifest = await verifyManifest(opened, {
        verifyingKey: entry.verifyingKey,
        reader: readerOf(keyring),
        contracts: network.contracts,
        policy,
        operatorValid: (node, operator, epoch) => network.operatorValid(node, operator, epoch),
      });
      return { bytes, manifest, keyring };
    } catch (error) {
      // What the chain or the person says is not about this item.
      if (!(error instanceof DintelError) || error.name === 'ChainError') throw error;
      if (error.code === 'ABORTED' || error.code === 'KEY_LOCKED') throw error;
      return { missing: error.code, isFalse: !error.retryable };
    }
  }

  #openWithAny(bytes: Uint8Array) {
    return this.#options.keyrings.openWith((one) => openManifest(one.receiving(), bytes));
  }

  /** Of whoever is not trusted yet only nodes are asked: a place of his own would learn where I am and when I read. */
  async #fetchManifest({ manifestId, uris }: Entry, isTrusted: boolean): Promise<Uint8Array> {
    const { signal, fetch } = this.#options;
    const id = manifestId.slice(2);
    const fetching = { fetch, ...(signal && { signal }) };
    const nodes = isTrusted ? undefined : await this.#nodeStores();
    const named = uris.filter((uri) => nodes?.includes(uri) ?? true);
    try {
      return await fetchBlob(id, named, fetching);
    } catch (error) {
      if (!(error instanceof DintelError) || error.code === 'ABORTED') throw error;
      // A notice may be older than the places it names: any node may hold it.
      const others = (await this.#nodeStores()).filter((store) => !named.includes(store));
      return fetchBlob(id, others, fetching).catch(() => {
        throw error;
      });
    }
  }

  /** Stores of all nodes, read once. */
  #nodeStores(): Promise<readonly string[]> {
    const { network, signal } = this.#options;
    const { chain, deployment } = network;
    this.#stores ??= readRegistry(chain, { deployment, ...(signal && { signal }) }).then((registry) =>
      registry.all().flatMap(({ info }) => (info ? [chunkStoreOf(info.url)] : [])),
    );
    return this.#stores;
  }
}
