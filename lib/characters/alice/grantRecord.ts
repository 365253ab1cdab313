/**
 * What is written down of a grant, complete enough that another process can go on from any point. It holds shares of a
 * key until every node has acknowledged its own: it lies in a journal that is sealed under the vault key, and nowhere else.
 *
 * Owns: the record and its bytes. Owns not: what happens next (`grantMachine.ts`). Source: protocol.md section 9.
 */
import { fromUtf8 } from '../../protocol/bytes.ts';
import { DintelError, ProtocolError } from '../../protocol/errors.ts';
import { type Address, fromHex, type Hex, toHex } from '../../protocol/hex.ts';

/** In this order; `failed` and `abandoned` are ends. */
export type GrantState =
  | 'draft'
  | 'acked'
  | 'sealed'
  | 'sent'
  | 'mined'
  | 'active'
  | 'published'
  | 'failed'
  | 'abandoned';

/** A node that can take the place of one that refuses, in the order of the draw. */
export interface Reserve {
  readonly node: Address;
  readonly url: string;
  readonly encryptingKey: Uint8Array;
  readonly keyNumber: number;
}

/** A node's promise for its leaf. Units: wei, seconds, epochs. */
export interface AckRecord {
  readonly rate: bigint;
  readonly until: number;
  readonly lastStart: number;
  readonly epoch: number;
  readonly signature: Uint8Array;
}

/** One share. `kfrag` is there until all are acknowledged. */
export interface Member extends Reserve {
  readonly kfrag: Uint8Array | undefined;
  readonly sealedKfrag: Uint8Array;
  readonly fragment: Hex;
  readonly ack: AckRecord | undefined;
}

/** A file as the manifest will name it, without the places. Units: `size` plaintext bytes. */
interface GrantedFile {
  readonly headerId: Hex;
  readonly indexId: Hex;
  readonly headerBytes: Uint8Array;
  readonly size: number;
  readonly chunks: number;
  /** Who vouches for it: key and signature. */
  readonly author?: { readonly key: Uint8Array; readonly signature: Uint8Array } | undefined;
}

/** Why the nodes are these: anybody with the chain can draw again. */
export interface DrawRecord {
  readonly seed: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  /** Drawn, but passed over before the draft, with the code of the reason. */
  readonly skipped: readonly { readonly node: Address; readonly code: string }[];
}

export interface GrantRecord {
  readonly version: 1;
  readonly policyId: Hex;
  /** Grants to several Bobs that one transaction pays have the same word here. */
  readonly batch?: Hex | undefined;
  readonly state: GrantState;
  readonly failure: { readonly code: string; readonly message: string } | undefined;

  readonly chainId: number;
  readonly policyManager: Address;
  readonly adjudicator: Address;
  readonly escrow: Address;
  readonly owner: Address;
  readonly salt: Hex;
  readonly threshold: number;
  readonly shares: number;
  readonly rateWei: bigint;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly byteBudget: number;
  readonly conditions: Uint8Array | undefined;

  readonly delegatingKey: Uint8Array;
  readonly receivingKey: Uint8Array;
  readonly verifyingKey: Uint8Array;
  readonly reader: Address;

  readonly label: string;
  readonly labelVersion: number;
  readonly note: string | undefined;
  /** Whether the chain gets a notice that only Alice can open, so that a new device finds the manifest. */
  readonly selfNotice: boolean;
  /** Under which tag Bob finds the grant on the chain; undefined: he needs the link. */
  readonly noticeTag?: Hex | undefined;
  readonly files: readonly GrantedFile[];

  readonly draw: DrawRecord;
  readonly cohort: readonly Member[];
  /** Further kfrags of the same call; empty from `acked` on: each is a full share. */
  readonly spares: readonly Uint8Array[];
  readonly reserves: readonly Reserve[];
  /** Nodes that were in the cohort and refused. */
  readonly refused: readonly { readonly node: Address; readonly code: string; readonly message: string }[];

  /** Of the manifest: 0, and one more with each extension. */
  readonly revision?: number | undefined;
  /** From `sealed` on. */
  readonly manifest: { readonly bytes: Uint8Array; readonly id: Hex } | undefined;
  /**
   * Manifests whose transaction may have been sent before their Acks were renewed, newest last. If one of these is mined after
   * all, the chain's notice names its manifest, so it is published too.
   */
  readonly earlierManifests?: readonly { readonly bytes: Uint8Array; readonly id: Hex }[];
  /** From `sent` on, unless another process sent it. */
  readonly transactionHash: Hex | undefined;
  /** Last epoch in which the contract takes what was last sent, also when it was dropped since; undefined: nothing was, as far as known. */
  readonly sentUntil?: number | undefined;
  /** From `mined` on. */
  readonly createdBlock: bigint | undefined;
  /** From `published` on: nodes that have not been shown their leaf, without which they cannot claim their fee. */
  readonly unshown?: readonly Address[] | undefined;
  /** How often something had to be done again: acks renewed, the transaction sent anew. */
  readonly attempts: number;
}

/** Names in the journal. */
export const grantPrefix = 'grants/';
export const grantName = (policyId: Hex): string => `${grantPrefix}${policyId.slice(2)}`;

/** JSON with two kinds of values that JSON has not. */
export function encodeRecord(record: GrantRecord): Uint8Array {
  // JSON is well-formed text whatever is in it.
  return new TextEncoder().encode(JSON.stringify(plain(record)));
}

/** The same as JSON has it: several times as quick as a replacer, and a record is written down seven times. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return { $int: value.toString() };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { $bytes: toHex(value) };
  if (Array.isArray(value)) return value.map(plain);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = plain((value as Record<string, unknown>)[name]);
  return copy;
}

/** Our own bytes back. Throws VERSION_UNSUPPORTED, E_DECRYPT (not one of ours). */
export function decodeRecord(bytes: Uint8Array): GrantRecord {
  let record: GrantRecord;
  try {
    record = JSON.parse(fromUtf8(bytes), (_key, value: unknown) => {
      if (value !== null && typeof value === 'object') {
        if ('$bytes' in value) return fromHex(value.$bytes as Hex);
        if ('$int' in value) return BigInt(value.$int as string);
      }
      return value;
    }) as GrantRecord;
  } catch (cause) {
    throw new ProtocolError('E_DECRYPT', { field: 'grant', details: 'The record of a grant is damaged.', cause });
  }
  if (record.version !== 1) throw new ProtocolError('VERSION_UNSUPPORTED', { field: 'grant.version', expected: '1' });
  return record;
}

/** The record at its end: without secrets, with the reason. */
export function failedRecord(record: GrantRecord, error: unknown): GrantRecord {
  const code = error instanceof DintelError ? error.code : 'E_INTERNAL';
  const message = error instanceof DintelError ? (error.details ?? error.shortMessage) : 'An unexpected error.';
  return { ...withoutShares(record), state: 'failed', failure: { code, message } };
}

/** Nothing of the record can re-encrypt any more; sealed shares stay, which only their nodes can open. */
export function withoutShares(record: GrantRecord): GrantRecord {
  return {
    ...record,
    spares: [],
    reserves: [],
    cohort: record.cohort.map((member) => ({ ...member, kfrag: undefined })),
  };
}
