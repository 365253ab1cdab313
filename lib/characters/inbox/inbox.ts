/**
 * Bob's inbox, without a server: notices on the chain and links that he opened, merged by policy.
 *
 * Owns: what was read (cursor), what is kept. Owns not: the search (`found.ts`), what an entry is worth (`judge.ts`), whom I know
 * (`People`), retrieving (`Bob`). Source: protocol.md sections 8.3 and 8.5; research/app-sdk.md section 5.1.
 *
 * A notice counts only if its envelope opens and its manifest verifies under the key of somebody whom I know and whose account owns
 * the policy. Everything else is a request: nothing is fetched for it from places that a stranger named, until it is accepted; it is
 * looked at once, and the newest 200 are kept.
 * Only blocks at the given depth are read; if even these change, the last 256 are read again, and an item whose policy is not on the
 * chain is not shown. A new notice whose policy the chain does not know yet (an RPC that is behind its own logs) is read again.
 */
import type { ChainReader } from '../../chain/chain.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Address, Hex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import { type Link, parseLink } from '../../protocol/link.ts';
import { helloTag } from '../../protocol/notice.ts';
import { anAddress, checkOptions, listOf, optional, type Shapes, someFunction, whole } from '../../protocol/shapes.ts';
import { checkSignal } from '../../protocol/streams.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import { inOrder } from '../clock.ts';
import { aJournal, aKeyring, aNetwork } from '../doors.ts';
import { type Journal, sealedFor } from '../journal.ts';
import { Keyrings } from '../keyrings.ts';
import type { Network } from '../network.ts';
import { allKeys, People } from '../people/people.ts';
import type { OnProgress } from '../progress.ts';
import { publicFetch } from '../publicFetch.ts';
import { type Cursor, cursorName, decodeCursor, encodeCursor, resume } from './cursor.ts';
import { decodeEntry, type Entry, encodeEntry, entryName, entryPrefix } from './entry.ts';
import { type FoundNotice, findByTags, findByTrial, TagRow } from './found.ts';
import { type InboxItem, Judge, type Judged } from './judge.ts';
import { Retries } from './retries.ts';

/** What an inbox stands on. */
export interface InboxOptions {
  readonly network: Network<ChainReader>;
  /** All that things may have been shared with, newest first: `vault.keyrings()`, which is `[keyring, ...former]` of Alice and Bob. */
  readonly keyrings: readonly Keyring[];
  readonly people: People;
  /** Where items and the cursor are kept, sealed under the newest keyring. */
  readonly journal: Journal;
  /** My account, if strangers may write to me under its hello tag. The tag is public. */
  readonly hello?: Address | undefined;
  /** Blocks on top before one is read. Default 0 on 31337, else 1. */
  readonly depth?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** How a search is ended, and who is told how far it is. */
export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

const shapes: Shapes = {
  network: aNetwork,
  keyrings: listOf(aKeyring),
  people: { expected: 'People', fits: (value) => value instanceof People },
  journal: aJournal,
  hello: optional(anAddress),
  depth: optional(whole(0)),
  fetch: optional(someFunction),
};

/** An RPC whose calls are so many blocks behind its logs is waited for. */
const lagBlocks = 64n;
/** Requests kept, the newest ones. */
const maxRequests = 200;
/** Manifests fetched, and policies asked for, at once. */
const width = 16;

/**
 * Bob's inbox, without a server: notices on the chain and links that he opened, merged by policy. What comes of people whom he knows
 * (`People`) is shown; all else is a request.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #keyrings: Keyrings;
  readonly #journal: Journal;
  readonly #fetch: typeof fetch;
  readonly #depth: bigint;
  readonly #retries = new Retries();

  /** Throws E_FIELD, KEY_LOCKED, E_COUNT (no keyring). */
  constructor(options: InboxOptions) {
    checkOptions(options, shapes);
    const [newest, ...former] = options.keyrings;
    if (newest === undefined)
      throw new ProtocolError('E_COUNT', { field: 'keyrings', expected: 'at least 1', got: '0' });
    this.#options = options;
    this.#keyrings = new Keyrings(newest, former);
    this.#journal = sealedFor(newest, options.journal, former);
    const { chainId } = options.network.deployment;
    this.#fetch = publicFetch(chainId, options.fetch);
    this.#depth = BigInt(options.depth ?? (chainId === 31337 ? 0 : 1));
  }

  /**
   * Read what is new on the chain, and try again what could not be fetched before. Yields each item that is new or has its manifest
   * now. A device that has read nothing yet tries every notice; later only tags of people and the hello tag are asked for, for new
   * people over all blocks. Throws `ChainError`, ABORTED; what one sender did wrong is told in his item.
   */
  async *scan(options: ScanOptions = {}): AsyncGenerator<InboxItem, void, void> {
    const kept = await this.#journal.get(cursorName);
    yield* this.#read(kept && decodeCursor(kept), options, false);
  }

  /**
   * Read the whole chain anew with nothing but the keys. People come back from the registry: whoever owns the policy and has
   * registered the key that signs it becomes known, as on first use. Yields everything. Throws as `scan`.
   */
  async *rebuild(options: ScanOptions = {}): AsyncGenerator<InboxItem, void, void> {
    yield* this.#read(undefined, options, true);
  }

  /** Everything that is kept, newest first, with what the chain says now. Nothing is fetched. Throws `ChainError`, ABORTED. */
  async *items(options: ScanOptions = {}): AsyncGenerator<InboxItem, void, void> {
    const entries = (await this.#entries()).sort((a, b) => b.blockNumber - a.blockNumber);
    const judge = await this.#judge(options, { fetches: false });
    for await (const judged of inOrder(entries, width, (entry) => judge.judge(entry))) {
      if (judged) yield judged.item;
      checkSignal(options.signal);
    }
  }

  /** Open a link and keep it. Its sender needs not be known. Throws E_LINK, E_VERSION, E_DOMAIN, POLICY_UNPAID, `ChainError`. */
  async addLink(link: string | Link, options: ScanOptions = {}): Promise<InboxItem> {
    const { network } = this.#options;
    const said = typeof link === 'string' ? parseLink(link, [network.contracts]) : link;
    if (said.bob !== undefined) {
      const details = 'A link that anyone may open is not kept: open it.';
      throw new ProtocolError('E_LINK', { field: 'link', details });
    }
    const { policyId, manifestId, verifyingKey, uris } = said;
    const blockNumber = Number((await network.now()).blockNumber);
    const what = { policyId, manifestId, verifyingKey, uris, name: undefined, manifest: undefined };
    return this.#keep({ ...what, blockNumber, foundBy: 'link', accepted: true }, options);
  }

  /**
   * Take a request. Its sender becomes known if his account has registered the key that signs.
   * Throws E_FIELD (no such item), POLICY_UNPAID, `ChainError`.
   */
  async accept(policyId: Hex, options: ScanOptions = {}): Promise<InboxItem> {
    const entry = await this.#entry(policyId);
    const policy = await this.#options.network.policyManager.policy(policyId);
    const judge = await this.#judge(options, {});
    if (policy) await judge.introduce(policy.owner, entry.verifyingKey);
    return this.#keep({ ...entry, accepted: true }, options);
  }

  /** Try again to fetch what an item names. Throws E_FIELD, POLICY_UNPAID, `ChainError`. */
  async refresh(policyId: Hex, options: ScanOptions = {}): Promise<InboxItem> {
    return this.#keep(await this.#entry(policyId), options);
  }

  /** Forget an item here; it stays on the chain, and `rebuild` finds it again. */
  async remove(policyId: Hex): Promise<void> {
    await this.#journal.delete(entryName(policyId));
  }

  async *#read(
    cursor: Cursor | undefined,
    options: ScanOptions,
    learns: boolean,
  ): AsyncGenerator<InboxItem, void, void> {
    const { network } = this.#options;
    checkSignal(options.signal);
    const toBlock = (await network.now()).blockNumber - this.#depth;
    const end = toBlock < 0n ? undefined : await network.chain.block(toBlock);
    if (end === undefined) return;
    const seen = new Set<Hex>();
    const found = new Map<Hex, FoundNotice>();
    const rows = await this.#find(cursor, toBlock, { seen, found }, options);
    const kept = new Map((await this.#entries()).map((entry) => [entry.policyId, entry]));
    const judge = await this.#judge(options, { learns });
    const read = [...found.values()].map((one) => entryOf(one, kept.get(one.policyId)));
    const waiting = [...kept.values()].filter(({ policyId, manifest }) => !manifest && !found.has(policyId));
    const old = new Set(learns ? [] : this.#oldRequests([...read, ...waiting], judge));
    for (const entry of old) if (kept.has(entry.policyId)) await this.remove(entry.policyId);
    // A stranger's stays as it is until he is known or it is accepted.
    const again = waiting.filter((entry) => isAsked(entry, judge) && this.#retries.isDue(entry.policyId));
    const work = [...read, ...again].filter((entry) => !old.has(entry));
    let done = 0;
    const judged = inOrder(work, width, async (entry) => {
      const result = await judge.judge(entry);
      options.onProgress?.({ type: 'inbox.items', done: ++done, total: work.length });
      return { result, entry };
    });
    let readTo = toBlock;
    for await (const { result, entry } of judged) {
      checkSignal(options.signal);
      if (result === undefined) {
        const block = BigInt(entry.blockNumber);
        if (block > toBlock - lagBlocks && block <= readTo) readTo = block - 1n;
        continue;
      }
      this.#retries.note(result.item);
      const before = kept.get(entry.policyId);
      if (!isBetter(judge, result, entry, before)) continue;
      await this.#store(entry, result);
      const isNew = before === undefined || before.manifestId !== entry.manifestId;
      if (isNew || learns || (!before.manifest && result.item.manifest)) yield result.item;
    }
    // People who were met on the way have rows too.
    const all = learns ? await this.#rows(undefined) : rows;
    if (cursor === undefined) for (const row of all) row.advance(seen);
    const last = readTo === toBlock ? end : await network.chain.block(readTo);
    if (last === undefined) return;
    await this.#journal.put(
      cursorName,
      encodeCursor({ block: readTo, hash: last.hash, hello: this.#hello(), rows: all }),
    );
  }

  /** Requests beyond the newest ones: each costs its sender a wei, and Bob room and questions to the chain. */
  #oldRequests(entries: readonly Entry[], judge: Judge): readonly Entry[] {
    return entries
      .filter((entry) => !entry.manifest && (!isAsked(entry, judge) || this.#retries.isRequest(entry.policyId)))
      .sort((a, b) => b.blockNumber - a.blockNumber)
      .slice(maxRequests);
  }

  /** Fills `into` with the latest notice of each policy; gives the rows as far as they were seen. */
  async #find(
    cursor: Cursor | undefined,
    toBlock: bigint,
    into: { readonly seen: Set<Hex>; readonly found: Map<Hex, FoundNotice> },
    { signal, onProgress }: ScanOptions,
  ): Promise<readonly TagRow[]> {
    const { network, keyrings } = this.#options;
    const first = BigInt(network.deployment.deployedBlock);
    const onBlocks = (block: bigint, last: bigint) => onProgress?.({ type: 'inbox.blocks', block, toBlock: last });
    const search = { network, keyrings, toBlock, signal, onBlocks };
    const mine = keyrings.map((keyring) => keyring.verifying().publicKey);
    const take = async (notices: AsyncIterable<FoundNotice>) => {
      for await (const one of notices) {
        into.seen.add(one.tag);
        // An envelope for two opens for its sender as well.
        if (mine.some((key) => key.equals(one.notice.verifyingKey))) continue;
        const before = into.found.get(one.policyId);
        if (before === undefined || before.blockNumber <= one.blockNumber) into.found.set(one.policyId, one);
      }
    };
    const rows = await this.#rows(cursor);
    if (cursor === undefined) {
      await take(findByTrial({ ...search, fromBlock: first }));
      return rows;
    }
    const known = new Set(cursor.rows.map(rowName));
    const hello = this.#hello();
    const goesOn = hello === cursor.hello;
    const old = rows.filter((row) => known.has(rowName(row)));
    const { fromBlock, isChanged } = await resume(network.chain, cursor, first);
    if (isChanged) for (const row of old) row.rewind();
    await take(findByTags({ ...search, fromBlock, rows: old, hello: goesOn ? hello : undefined }));
    // Who is new to me may have written long ago.
    const fresh = rows.filter((row) => !known.has(rowName(row)));
    await take(findByTags({ ...search, fromBlock: first, rows: fresh, hello: goesOn ? undefined : hello }));
    return rows;
  }

  /** One row for each of my keys with each key of everybody. */
  async #rows(cursor: Cursor | undefined): Promise<readonly TagRow[]> {
    const { keyrings, people } = this.#options;
    const next = new Map(cursor?.rows.map((row) => [rowName(row), row.next]));
    const senders = (await people.list()).flatMap((person) => allKeys(person).map(({ receivingKey }) => receivingKey));
    return keyrings.flatMap((keyring) => {
      const key = keyring.receiving();
      return senders.map((theirs) => new TagRow(key, theirs, next.get(rowName({ mine: key.publicKey, theirs }))));
    });
  }

  #hello(): Hex | undefined {
    const { hello, network } = this.#options;
    return hello && helloTag({ ...network.contracts, bob: hello });
  }

  #judge(options: ScanOptions, how: { readonly learns?: boolean; readonly fetches?: boolean }): Promise<Judge> {
    const { network, people } = this.#options;
    const { learns = false, fetches = true } = how;
    const keyrings = this.#keyrings;
    return Judge.open({ network, keyrings, people, fetch: this.#fetch, learns, fetches, signal: options.signal });
  }

  async #keep(entry: Entry, options: ScanOptions): Promise<InboxItem> {
    const judge = await this.#judge(options, {});
    const judged = await judge.judge(entry);
    if (judged === undefined) throw new ProtocolError('POLICY_UNPAID', { field: 'policyId', got: entry.policyId });
    this.#retries.note(judged.item);
    await this.#store(entry, judged);
    return judged.item;
  }

  #store(entry: Entry, { bytes }: Judged): Promise<void> {
    return this.#journal.put(entryName(entry.policyId), encodeEntry({ ...entry, manifest: bytes }));
  }

  async #entries(): Promise<Entry[]> {
    const names = await this.#journal.names(entryPrefix);
    const records = await Promise.all(names.map((name) => this.#journal.get(name)));
    return records.flatMap((bytes) => (bytes ? [decodeEntry(bytes)] : []));
  }

  async #entry(policyId: Hex): Promise<Entry> {
    const bytes = await this.#journal.get(entryName(policyId));
    if (bytes === undefined)
      throw new ProtocolError('E_FIELD', { field: 'policyId', expected: 'an item of the inbox' });
    return decodeEntry(bytes);
  }
}

/** Whether Bob wants to see it: he took it, or it names a key that he knows. */
const isAsked = (entry: Entry, judge: Judge): boolean => entry.accepted || judge.knows(entry.verifyingKey);

const rowName = ({ mine, theirs }: { readonly mine: PublicKey; readonly theirs: PublicKey }): string =>
  `${mine.toBytes().join()}/${theirs.toBytes().join()}`;

/** A notice as an entry; what was kept of the same manifest, and that its sender was accepted, stays. */
function entryOf({ policyId, notice, blockNumber, foundBy }: FoundNotice, before: Entry | undefined): Entry {
  const { manifestId, verifyingKey, uris, name } = notice;
  const same = before?.verifyingKey.equals(verifyingKey) ? before : undefined;
  return {
    ...{ policyId, manifestId, verifyingKey, uris, name, foundBy },
    blockNumber: Number(blockNumber),
    accepted: same?.accepted ?? false,
    manifest: same?.manifestId === manifestId ? same.manifest : undefined,
  };
}

/** What was verified before is not given up for a manifest that cannot be had, is false or is an older revision. */
function isBetter(judge: Judge, { item }: Judged, entry: Entry, before: Entry | undefined): boolean {
  if (before?.manifest === undefined || before.manifestId === entry.manifestId) return true;
  return item.manifest !== undefined && item.manifest.manifest.revision >= judge.revisionOf(before.manifest);
}
