/**
 * Every structure that is signed: its exact EIP-712 type string, the contract that is its domain, its fields in TypeScript.
 * Owns: the words of the signatures. Owns not: hashing and recovery (typed.ts), what each message means (ack.ts, request.ts, …).
 * Widths: times, epochs, counts are numbers; amounts of wei and nonces bigint; 32-byte names and addresses lower-case Hex.
 * Source: spec/protocol.md section 4.
 */
import type { Address, Hex } from './hex.ts';

/** A node accepts this leaf of this policy at >= rate, until a time, if billing starts no later than lastStart. */
export interface Ack {
  readonly policyId: Hex;
  readonly leaf: Hex;
  /** Wei per leaf and epoch. */
  readonly rate: bigint;
  /** Seconds. */
  readonly until: number;
  /** Epoch: an old Ack cannot bind to new terms. */
  readonly lastStart: number;
  /** Says which operator signed. */
  readonly epoch: number;
}

/** Bob asks one node to re-encrypt; capsules are K of each 98-byte capsule_simple, in order. */
export interface Request {
  readonly policyId: Hex;
  readonly leaf: Hex;
  readonly node: Address;
  readonly reader: Address;
  readonly capsules: readonly Hex[];
  readonly nonce: Hex;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A node's word for one cfrag: request = digest of the Request or the challengeId, capsule and cfrag are keccak hashes. */
export interface Receipt {
  readonly policyId: Hex;
  readonly leaf: Hex;
  readonly epoch: number;
  readonly request: Hex;
  readonly capsule: Hex;
  readonly cfrag: Hex;
}

/** Alice reserves room: chunks = K(ids in a row), size = sum of their bytes. */
export interface Reservation {
  readonly policyId: Hex;
  readonly leaf: Hex;
  readonly chunks: Hex;
  readonly size: number;
  readonly expiresAt: number;
}

/** A node about itself; encryptingKey = K(33 bytes). */
export interface NodeInfo {
  readonly node: Address;
  readonly url: string;
  readonly encryptingKey: Hex;
  readonly keyNumber: number;
  readonly peerId: string;
  readonly issuedAt: number;
}

/** The owner's consent to a policy that a sponsor pays. */
export interface PolicyFor {
  readonly owner: Address;
  readonly sponsor: Address;
  readonly salt: Hex;
  readonly root: Hex;
  readonly shares: number;
  readonly rate: bigint;
  readonly expiresAt: number;
  readonly deadline: number;
}

/** Early notice to nodes and `revokeBySig`: the same bytes. */
export interface Revocation {
  readonly policyId: Hex;
  readonly deadline: number;
}

export interface Extension {
  readonly policyId: Hex;
  readonly expiresAt: number;
  readonly deadline: number;
}

export interface Heartbeat {
  readonly node: Address;
  readonly firstEpoch: number;
  readonly count: number;
  readonly nonce: bigint;
  readonly deadline: number;
}

export interface OperatorConsent {
  readonly node: Address;
  readonly deadline: number;
}

/** keys = K(ser(receiving) || ser(verifying)). */
export interface KeyRegistration {
  readonly owner: Address;
  readonly keys: Hex;
  readonly version: number;
  readonly deadline: number;
}

export interface KeyPossession {
  readonly owner: Address;
  readonly keys: Hex;
  readonly version: number;
}

/** All structures by name. */
export interface Messages {
  readonly Ack: Ack;
  readonly Request: Request;
  readonly Receipt: Receipt;
  readonly Reservation: Reservation;
  readonly NodeInfo: NodeInfo;
  readonly PolicyFor: PolicyFor;
  readonly Revocation: Revocation;
  readonly Extension: Extension;
  readonly Heartbeat: Heartbeat;
  readonly OperatorConsent: OperatorConsent;
  readonly KeyRegistration: KeyRegistration;
  readonly KeyPossession: KeyPossession;
}

export type MessageName = keyof Messages;

/** The chain and contracts that a message is for; what a node announces, and `domain` in bodies. */
export interface Domain {
  readonly chainId: number;
  readonly adjudicator: Address;
  readonly policyManager: Address;
  readonly escrow: Address;
}

/** {@link Domain} with the registry of keys, which nodes do not need. */
export interface Contracts extends Domain {
  readonly keyRegistry?: Address | undefined;
}

/** Exact type strings, and whose verifyingContract each is. */
export const structures = {
  Ack: {
    contract: 'adjudicator',
    type: 'Ack(bytes32 policyId,bytes32 leaf,uint256 rate,uint64 until,uint32 lastStart,uint32 epoch)',
  },
  Request: {
    contract: 'adjudicator',
    type: 'Request(bytes32 policyId,bytes32 leaf,address node,address reader,bytes32[] capsules,bytes32 nonce,uint64 issuedAt,uint64 expiresAt)',
  },
  Receipt: {
    contract: 'adjudicator',
    type: 'Receipt(bytes32 policyId,bytes32 leaf,uint32 epoch,bytes32 request,bytes32 capsule,bytes32 cfrag)',
  },
  Reservation: {
    contract: 'adjudicator',
    type: 'Reservation(bytes32 policyId,bytes32 leaf,bytes32 chunks,uint64 size,uint64 expiresAt)',
  },
  NodeInfo: {
    contract: 'adjudicator',
    type: 'NodeInfo(address node,string url,bytes32 encryptingKey,uint32 keyNumber,string peerId,uint64 issuedAt)',
  },
  PolicyFor: {
    contract: 'policyManager',
    type: 'PolicyFor(address owner,address sponsor,bytes32 salt,bytes32 root,uint8 shares,uint96 rate,uint40 expiresAt,uint256 deadline)',
  },
  Revocation: { contract: 'policyManager', type: 'Revocation(bytes32 policyId,uint256 deadline)' },
  Extension: { contract: 'policyManager', type: 'Extension(bytes32 policyId,uint40 expiresAt,uint256 deadline)' },
  Heartbeat: {
    contract: 'escrow',
    type: 'Heartbeat(address node,uint32 firstEpoch,uint8 count,uint256 nonce,uint256 deadline)',
  },
  OperatorConsent: { contract: 'escrow', type: 'OperatorConsent(address node,uint256 deadline)' },
  KeyRegistration: {
    contract: 'keyRegistry',
    type: 'KeyRegistration(address owner,bytes32 keys,uint32 version,uint256 deadline)',
  },
  KeyPossession: { contract: 'keyRegistry', type: 'KeyPossession(address owner,bytes32 keys,uint32 version)' },
} as const satisfies Record<
  MessageName,
  { contract: Exclude<keyof Contracts, 'chainId'>; type: `${string}(${string})` }
>;
