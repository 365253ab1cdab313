/**
 * What comes to Ursula and what she answers, already parsed: the typed side of the route table. Parsing, hex and JSON are
 * lib/protocol's (routes.ts). Source: protocol.md section 7.
 */
import type { Address, Domain, Hex, LeafParts } from '../../protocol/index.ts';

/** Body of `/v1/acks`. Units: wei per leaf and epoch, seconds. */
export interface AckBody {
  readonly domain: Domain;
  readonly policyId: Hex;
  readonly leaf: LeafParts;
  readonly sealedKfrag: Uint8Array;
  readonly rate: bigint;
  readonly until: number;
}

/** The terms of an Ack as they travel beside its signature. */
export interface AckTerms {
  readonly rate: bigint;
  readonly until: number;
  readonly lastStart: number;
  readonly epoch: number;
}

/** Answer of `/v1/acks`. */
export interface AckAnswer {
  readonly ack: AckTerms;
  readonly signature: Uint8Array;
}

/** Body of `/v1/reencrypt`. */
export interface ReencryptBody {
  readonly domain: Domain;
  readonly policyId: Hex;
  readonly leaf: LeafParts;
  readonly proof: readonly Hex[];
  readonly sealedKfrag: Uint8Array;
  readonly ack?: (AckTerms & { readonly signature: Uint8Array }) | undefined;
  readonly capsules: readonly Uint8Array[];
  readonly request: {
    readonly node: Address;
    readonly reader: Address;
    readonly nonce: Hex;
    readonly issuedAt: number;
    readonly expiresAt: number;
    readonly signature: Uint8Array;
  };
}

/** The newest block a judgement stands on. */
export interface HeadAnswer {
  readonly number: number;
  readonly hash: Hex;
  readonly timestamp: number;
}

/** Answer of `/v1/reencrypt`: one receipt per capsule, in order, all or nothing. */
export interface ReencryptAnswer {
  readonly epoch: number;
  readonly head: HeadAnswer;
  readonly results: readonly { readonly cfrag: Uint8Array; readonly signature: Uint8Array }[];
}

/** Body of `/v1/revocations`. */
export interface RevocationBody {
  readonly domain: Domain;
  readonly policyId: Hex;
  readonly deadline: number;
  readonly signature: Uint8Array;
}

/** Answer of `/v1/policies/{policyId}`. */
export interface PolicyAnswer {
  readonly state: 'pending' | 'servable' | 'expired' | 'revoked' | 'tombstoned';
  readonly confirmations: number;
  readonly start: number;
  readonly end: number;
  readonly expiresAt: number;
  readonly revokedAt?: number;
  readonly head: HeadAnswer;
}

/** Body of `/v1/reservations`. */
export interface ReservationBody {
  readonly domain: Domain;
  readonly policyId: Hex;
  readonly leaf: LeafParts;
  readonly proof: readonly Hex[];
  readonly chunks: readonly { readonly id: string; readonly size: number }[];
  readonly reservation: { readonly expiresAt: number; readonly signature: Uint8Array };
}

/** Answer of `/v1/reservations`, in bytes: what this request added, what the leaf uses now, what it may. */
export interface ReservationAnswer {
  readonly reserved: number;
  readonly used: number;
  readonly budget: number;
}
