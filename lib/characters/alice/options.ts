/**
 * What Alice's doors take and say. Owns: these shapes. Owns not: the doors (`alice.ts`), how options are checked (`mistakes.ts`, `quote.ts`),
 * what is done with a grant that stands (`extend.ts`, `revoke.ts`, `rotate.ts` say their own).
 */
import type { Chain } from '../../chain/chain.ts';
import type { Deployment } from '../../chain/deployments.ts';
import { isObject } from '../../protocol/came.ts';
import type { TimeWindow } from '../../protocol/conditions.ts';
import type { DintelError } from '../../protocol/errors.ts';
import type { Address } from '../../protocol/hex.ts';
import type { Keyring } from '../../protocol/keys.ts';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal.ts';
import type { OnProgress } from '../progress.ts';
import type { SealedFile } from '../sealedFile.ts';
import type { Grant } from './grant.ts';
import type { Recipient } from './recipient.ts';

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
   * Which key of the label the files are encrypted for (`alice.rotateLabel`). Default: the version that opens the files, of the
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

/** Whether several get a grant each. */
export const isMany = (options: GrantOptions | GrantManyOptions): options is GrantManyOptions =>
  isObject(options) && Array.isArray(options.to);
