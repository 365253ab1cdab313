/**
 * What this device asked a wallet to do: a list that survives reloads. Only what is public anyway is kept (hash, account, title).
 *
 * Owns: the list and its place in localStorage. Owns not: sending (`useAct`), watching after a reload (`useWatch`), how it looks.
 */
import type { Address, Hex } from 'dintel/chain';
import type { Proposal } from './proposal';

/**
 * trying (simulated, nothing sent), sign (the wallet asks its owner), sent, of a contract wallet perhaps proposed (others must sign), then one end: mined, failed (on chain), refused (the trial
 * run said no: nothing was sent), declined, dropped, replaced. Of a signature: sign, then signed or declined.
 */
export type Stage =
  | 'trying'
  | 'sign'
  | 'sent'
  | 'proposed'
  | 'mined'
  | 'signed'
  | 'failed'
  | 'refused'
  | 'declined'
  | 'dropped'
  | 'replaced';

export interface Tracked {
  readonly id: string;
  readonly title: string;
  readonly chainId: number;
  readonly account: Address;
  readonly stage: Stage;
  /** What the wallet shows: who is called, and what is paid with it, in decimal wei. */
  readonly to?: Address;
  readonly valueWei?: string;
  /** What was signed, if this is a signature and no transaction: never the signature itself. */
  readonly typed?: {
    readonly primaryType: string;
    readonly contract: Address;
    readonly message: Readonly<Record<string, string>>;
  };
  /** Of what the wallet said it sent; once that is known, of the transaction that the chain has. */
  readonly hash?: Hex;
  /** What was asked for, to be found again where the hash is of no transaction. */
  readonly proposal?: Proposal;
  /** Its place among the account's transactions: by it a replaced one is told from a dropped one. */
  readonly nonce?: number;
  /** Where it was mined. */
  readonly block?: number;
  /** Why it failed: a sentence. */
  readonly why?: string;
  /** Milliseconds since 1970: when it began, when it came to its end. */
  readonly at: number;
  readonly endedAt?: number;
}

const key = 'dintel.activity';
const kept = 40;
/** How long a proposal is watched. */
const patienceMs = 30 * 86_400_000;
const listeners = new Set<() => void>();
let list: readonly Tracked[] | undefined;
const none: readonly Tracked[] = [];

/** Whether it can still change. */
export const isOpen = ({ stage }: Tracked): boolean => ['trying', 'sign', 'sent', 'proposed'].includes(stage);

/** Newest first. */
export function tracked(): readonly Tracked[] {
  list ??= load();
  return list;
}

/** What the exported page was made with. */
export const trackedAtFirst = (): readonly Tracked[] => none;

export function subscribeTracked(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Adds one, or changes the one of this id. */
export function track(change: Partial<Tracked> & Pick<Tracked, 'id'>): void {
  const before = tracked();
  const old = before.find(({ id }) => id === change.id);
  const merged = { ...old, ...change } as Tracked;
  const next = isOpen(merged) || merged.endedAt !== undefined ? merged : { ...merged, endedAt: Date.now() };
  set(old === undefined ? [next, ...before].slice(0, kept) : before.map((one) => (one === old ? next : one)));
}

/** Forgets what has ended. */
export const forgetEnded = (): void => set(tracked().filter(isOpen));

function set(next: readonly Tracked[]): void {
  list = next;
  try {
    localStorage.setItem(key, JSON.stringify(next));
  } catch {
    // A browser without storage: the list lives as long as the page.
  }
  for (const listener of listeners) listener();
}

/** Nobody waits for other signers for ever. */
function givenUp(one: Tracked): Tracked {
  const isOld = one.stage === 'proposed' && Date.now() - one.at > patienceMs;
  return isOld ? { ...one, stage: 'dropped', endedAt: Date.now() } : one;
}

function load(): readonly Tracked[] {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? '[]') as readonly Tracked[];
    // What had no hash when the page went was never sent by it.
    return stored.filter((one) => !isOpen(one) || one.hash !== undefined).map(givenUp);
  } catch {
    return [];
  }
}
