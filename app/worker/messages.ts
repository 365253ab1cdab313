/**
 * What crosses between a page and a person's worker. Structured clones: bytes, bigints and files go as they are.
 *
 * Owns: the shapes. Owns not: what the methods do (`person.ts`), how a call is made (`../session/session.ts`).
 */
import type { ProgressEvent } from 'dintel';
import type { SiteConfig } from '../siteConfig.ts';

/** Where a person's keys come from: the demo's seed, or the vault of this browser, which is locked at first. */
export type KeySource = { readonly seed: string } | { readonly vault: string };

/** The first message. */
export interface Begin {
  readonly begin: {
    readonly site: SiteConfig;
    readonly keys: KeySource;
    /** The account that pays, if there is a wallet; requests to it go back to the page. */
    readonly account: `0x${string}` | undefined;
    /** Prefix of links: where this app is. */
    readonly origin: string;
    /** What the person is called on cards and in notices. */
    readonly name: string | undefined;
  };
}

/** Page to worker. */
export type ToWorker =
  | Begin
  | {
      readonly call: number;
      readonly method: string;
      readonly args: unknown;
      /** Whether the wallet may be asked for this call; such calls are made one at a time. */
      readonly acts: boolean;
      /** Whether the page asks by itself, again and again: then it does not say that somebody is here. */
      readonly polled: boolean;
    }
  /** Somebody is here: the time until the keys lock themselves starts anew. */
  | { readonly touch: true }
  | { readonly abort: number }
  | { readonly answer: number; readonly result?: unknown; readonly fault?: Fault };

/** Worker to page. */
export type ToPage =
  | { readonly locked: true }
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly fault: Fault }
  | { readonly call: number; readonly progress: ProgressEvent }
  | { readonly ask: number; readonly call: number; readonly method: string; readonly params: unknown };

/** One node's part in a retrieval, without what cannot be cloned. */
export interface NodeOutcomeView {
  readonly node: `0x${string}`;
  readonly state: 'idle' | 'asked' | 'verified' | 'refused' | 'silent' | 'bad';
  readonly code?: string | undefined;
  readonly ms?: number | undefined;
}

/** An error as data: what lib said, and of a failed retrieval every node's part. */
export interface Fault {
  readonly code: string | undefined;
  readonly message: string;
  readonly shortMessage?: string | undefined;
  readonly details?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly revert?: { readonly name: string | undefined } | undefined;
  readonly have?: number | undefined;
  readonly need?: number | undefined;
  readonly nodes?: readonly NodeOutcomeView[] | undefined;
  /** How many signed wrong answers the worker keeps for a report. */
  readonly evidence?: number | undefined;
  readonly data?: unknown;
}
