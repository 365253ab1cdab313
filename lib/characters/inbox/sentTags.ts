/**
 * Under which tag a sender announces the next thing to one recipient: the first of their row that was not given out, and at most 19
 * beyond the first that the chain does not show, which is how far the recipient looks: grants that came to nothing leave no gap.
 *
 * Owns: counting, from the chain and a note in the journal that says where to go on. Owns not: the notice (`alice/pay.ts`).
 * Source: protocol.md section 8.5. A tag that is used twice still reaches Bob; it only tells that two notices are for the same person.
 */
import type { ChainReader } from '../../chain/chain.ts';
import { searchLogs } from '../../chain/logs.ts';
import { decodeCbor, encodeCbor } from '../../protocol/cbor.ts';
import { tupleOf, uintOf } from '../../protocol/fields.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import { PairwiseTags, tagGapLimit } from '../../protocol/notice.ts';
import type { PublicKey } from '../../umbral/keys.ts';
import type { Journal } from '../journal.ts';
import type { Network } from '../network.ts';

export interface SentTagsOptions {
  readonly network: Network<ChainReader>;
  readonly keyring: Keyring;
  /** Sealed: it shows to how many people one writes, and how often. */
  readonly journal: Journal;
}

/** One for a sender: turns are taken one after another. */
export class SentTags {
  readonly #options: SentTagsOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SentTagsOptions) {
    this.#options = options;
  }

  /** The next tag for a recipient, written down as used. Throws `ChainError`, `chain.aborted`. */
  next(recipient: PublicKey, signal?: AbortSignal): Promise<Hex> {
    const turn = this.#turn.then(() => this.#take(recipient, signal));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #take(recipient: PublicKey, signal: AbortSignal | undefined): Promise<Hex> {
    const { network, keyring, journal } = this.#options;
    const tags = PairwiseTags.toRecipient(keyring.receiving(), recipient);
    // Its own first tag names the row: it says nothing to whoever does not know the row.
    const name = `tags/${tags.at(0).slice(2)}`;
    const kept = await journal.get(name);
    const [next, unseen, block] = kept ? readKept(kept) : [0, 0, network.deployment.deployedBlock];
    const { blockNumber } = await network.now();
    const first = await firstUnseen(network, tags, unseen, BigInt(block), blockNumber, signal);
    // One that nothing came of is given out again before one that is out of sight.
    const index = next >= first + tagGapLimit ? first : Math.max(first, next);
    await journal.put(name, encodeCbor([index + 1, first, Number(blockNumber)]));
    return tags.at(index);
  }
}

/** Number of the tag behind the last that these blocks show. */
async function firstUnseen(
  network: Network<ChainReader>,
  tags: PairwiseTags,
  start: number,
  fromBlock: bigint,
  toBlock: bigint,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { policyManager, chain } = network;
  for (let next = start; ; ) {
    const ahead = tags.ahead(next);
    let last = -1;
    const query = { addresses: [policyManager.address], abi: policyManager.abi, fromBlock, toBlock };
    const pages = searchLogs(chain, { ...query, event: 'Notice', indexed: { tag: ahead }, ...(signal && { signal }) });
    for await (const { logs } of pages) {
      for (const log of logs) last = Math.max(last, ahead.indexOf(log.args.tag as Hex));
    }
    if (last < 0) return next;
    next += last + 1;
  }
}

/** The number to give out next, that of the first tag not seen on the chain, and the block up to which it was looked for. */
function readKept(bytes: Uint8Array): [number, number, number] {
  const [next, unseen, block] = tupleOf(decodeCbor(bytes, 'tags'), 3, 'tags');
  const count = (value: typeof next, field: string) => uintOf(value, field, 2 ** 32 - 1);
  return [count(next, 'tags.next'), count(unseen, 'tags.unseen'), uintOf(block, 'tags.block', Number.MAX_SAFE_INTEGER)];
}
