/**
 * Notices on the chain that are for me: found by the tags of people whom I know, by my hello tag, or by trying every one.
 *
 * Owns: which logs are asked for, tag windows, opening envelopes. Owns not: whom to believe, what was shared (`inbox.ts`).
 * Source: protocol.md section 8.5; research/app-sdk.md section 5.1 (options C and D).
 *
 * By tags: one filter for at most 1,000 of them, each pair of keys looking 20 beyond the last that was seen, and 20 before it, since
 * a grant that waited for its wallet comes after a later one; tags that come into sight on the way are searched over the same blocks. By trial: every notice of the chain is tried with every key of mine, one
 * multiplication each, which is what a new device does once.
 */
import type { ChainReader } from '../../chain/chain.ts';
import { searchLogs } from '../../chain/logs.ts';
import { DintelError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import { type Notice, PairwiseTags, tagGapLimit } from '../../protocol/notice.ts';
import { openNotice } from '../../protocol/openNotice.ts';
import { checkSignal } from '../../protocol/streams.ts';
import type { PublicKey, SecretKey } from '../../umbral/keys.ts';
import type { Network } from '../network.ts';

/** How a notice was found. */
export type FoundBy = 'contact' | 'hello' | 'trial' | 'link';

/** A notice that opened. */
export interface FoundNotice {
  readonly policyId: Hex;
  readonly tag: Hex;
  readonly notice: Notice;
  /** Which of my keyrings opened it. */
  readonly keyring: Keyring;
  readonly blockNumber: bigint;
  readonly foundBy: FoundBy;
}

/** What the search reports after each page of blocks. */
export type OnBlocks = (block: bigint, toBlock: bigint) => void;

interface SearchOptions {
  readonly network: Network<ChainReader>;
  readonly keyrings: readonly Keyring[];
  readonly fromBlock: bigint;
  readonly toBlock: bigint;
  readonly signal?: AbortSignal | undefined;
  readonly onBlocks?: OnBlocks | undefined;
}

/** Topics of one filter: what public RPCs take without complaint. */
const maxTopics = 1_000;

/** The tags of one pair of keys, mine and a sender's, as far as they were seen. */
export class TagRow {
  readonly mine: PublicKey;
  readonly theirs: PublicKey;
  /** Number of the first tag behind all that were seen. */
  next: number;
  readonly #tags: PairwiseTags;

  constructor(mine: SecretKey, theirs: PublicKey, next = 0) {
    this.mine = mine.publicKey;
    this.theirs = theirs;
    this.next = next;
    this.#tags = PairwiseTags.fromSender(mine, theirs);
  }

  /** Number of the first tag in sight: some before `next` may have been given to grants that are not finished yet. */
  get start(): number {
    return Math.max(0, this.next - tagGapLimit);
  }

  /** Tags in sight, from number `from` on. */
  inSight(from = this.start): Hex[] {
    return Array.from({ length: Math.max(0, this.end - from) }, (_, i) => this.#tags.at(from + i));
  }

  /** Number of the first tag that is out of sight. */
  get end(): number {
    return this.next + tagGapLimit;
  }

  /** Look for some again: the chain that showed them has changed. */
  rewind(): void {
    this.next = this.start;
  }

  /** Go on behind those that were seen. */
  advance(seen: ReadonlySet<Hex>): void {
    for (let last = 0; last >= 0; ) {
      last = this.inSight(this.next).findLastIndex((tag) => seen.has(tag));
      this.next += last + 1;
    }
  }
}

/**
 * By the tags of rows, which move on as tags are seen, and by a hello tag. A notice may come twice. Throws `ChainError`, ABORTED.
 */
export async function* findByTags(
  options: SearchOptions & { readonly rows: readonly TagRow[]; readonly hello?: Hex | undefined },
): AsyncGenerator<FoundNotice, void, void> {
  const { keyrings, rows, hello } = options;
  const placeOf = new Map<Hex, { readonly row: TagRow; readonly index: number }>();
  const look = (row: TagRow, from: number): Hex[] => {
    const tags = row.inSight(from);
    for (const [i, tag] of tags.entries()) placeOf.set(tag, { row, index: from + i });
    return tags;
  };
  const open = openerOf(keyrings);
  let wanted = [...(hello ? [hello] : []), ...rows.flatMap((row) => look(row, row.start))];
  while (wanted.length > 0) {
    const further: Hex[] = [];
    for (let at = 0; at < wanted.length; at += maxTopics) {
      for await (const one of notices(options, wanted.slice(at, at + maxTopics))) {
        const place = placeOf.get(one.tag);
        if (place !== undefined && place.index >= place.row.next) {
          const seen = place.row.end;
          place.row.next = place.index + 1;
          further.push(...look(place.row, seen));
        }
        const found = open(one);
        if (found) yield { ...one, ...found, foundBy: place === undefined ? 'hello' : 'contact' };
      }
    }
    wanted = further;
  }
}

/** Every notice of these blocks, tried with every key. Throws `ChainError`, ABORTED. */
export async function* findByTrial(options: SearchOptions): AsyncGenerator<FoundNotice, void, void> {
  const open = openerOf(options.keyrings);
  for await (const one of notices(options, undefined)) {
    const found = open(one);
    if (found) yield { ...one, ...found, foundBy: 'trial' };
  }
}

interface Sealed {
  readonly policyId: Hex;
  readonly tag: Hex;
  readonly envelope: Uint8Array;
  readonly blockNumber: bigint;
}

async function* notices(
  { network, fromBlock, toBlock, signal, onBlocks }: SearchOptions,
  tags: readonly Hex[] | undefined,
): AsyncGenerator<Sealed, void, void> {
  const { policyManager, chain } = network;
  const pages = searchLogs(chain, {
    addresses: [policyManager.address],
    abi: policyManager.abi,
    event: 'Notice',
    ...(tags && { indexed: { tag: tags } }),
    fromBlock,
    toBlock,
    ...(signal && { signal }),
  });
  for await (const page of pages) {
    for (const log of page.logs) {
      checkSignal(signal);
      const event = policyManager.decode(log);
      if (event.event !== 'Notice') continue;
      const { id: policyId, tag, envelope } = event.args;
      yield { policyId, tag, envelope, blockNumber: event.blockNumber };
    }
    onBlocks?.(page.toBlock, toBlock);
  }
}

/** Opens with the key that fits; undefined for what is not for me, or says nothing sensible. Keys are derived once. */
function openerOf(keyrings: readonly Keyring[]) {
  const keys = keyrings.map((keyring) => ({ keyring, secret: keyring.receiving() }));
  return (one: Sealed) => openWith(keys, one);
}

function openWith(
  keys: readonly { readonly keyring: Keyring; readonly secret: SecretKey }[],
  { policyId, tag, envelope }: Sealed,
) {
  for (const { keyring, secret } of keys) {
    try {
      return { notice: openNotice(secret, { policyId, tag }, envelope), keyring };
    } catch (error) {
      if (!(error instanceof DintelError)) throw error;
      if (error.code === 'E_NOTICE') return undefined;
    }
  }
  return undefined;
}
