/**
 * Names of a policy and of its shares: policyId, fragment, keys, terms, leaf, each a keccak hash of public bytes. Owns: the byte
 * layouts. Owns not: the tree (tree.ts), money and time (policy.ts), the seal itself (seal.ts). Source: spec/protocol.md section 3.
 */
import { addressWord, bytes32Word, uintWord } from './abi.ts';
import { checkBytes } from './bytes.ts';
import { refuse } from './errors.ts';
import { keccak, keccakBytes } from './hash.ts';
import { type Address, type Hex, zeroHash } from './hex.ts';
import { maxConditionBytes } from './limits.ts';

/** Bytes of a sealed kfrag: u32be(keyNumber) and SEAL of 310 bytes. */
export const sealedKfragBytes = 363;
export const kfragBytes = 310;
export const cfragBytes = 359;
export const capsuleBytes = 98;
export const publicKeyBytes = 33;

/** The struct of the contracts: what `settle`, challenges and evidence carry of a share. */
export interface Leaf {
  /** Place in the tree, from 0. */
  readonly index: number;
  readonly node: Address;
  readonly fragment: Hex;
  readonly terms: Hex;
}

/** What the terms of a leaf are hashed over. Units: byteBudget in bytes of chunks kept for the policy, 0 = none. */
export interface Terms {
  /** K(sealedKfrag). */
  readonly sealedKfragHash: Hex;
  /** {@link keysHash}. */
  readonly keys: Hex;
  readonly reader: Address;
  readonly byteBudget: number;
  /** {@link conditionsHash}. */
  readonly conditions: Hex;
}

/** The three Umbral keys of a policy, 33 bytes each. */
export interface PolicyKeys {
  readonly delegatingKey: Uint8Array;
  readonly receivingKey: Uint8Array;
  readonly verifyingKey: Uint8Array;
}

/** A leaf with all its parts, as messages carry it; hashes to a {@link Leaf} by {@link leafOf}. */
export interface LeafParts {
  readonly index: number;
  readonly node: Address;
  readonly fragment: Hex;
  readonly sealedKfragHash: Hex;
  /** pk_A, pk_B, vk in this order. */
  readonly keys: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly reader: Address;
  readonly byteBudget: number;
  /** The condition bytes, or null for none. */
  readonly conditions: Uint8Array | null;
}

/**
 * policyId = K(abi.encode(chainId, policyManager, owner, salt)): bound to the owner, so nobody can take it first.
 * Throws E_NUMBER, E_HEX.
 */
export function policyIdOf(of: { chainId: number | bigint; policyManager: Address; owner: Address; salt: Hex }): Hex {
  return keccak(
    uintWord(of.chainId, 256, 'chainId'),
    addressWord(of.policyManager, 'policyManager'),
    addressWord(of.owner, 'owner'),
    bytes32Word(of.salt, 'salt'),
  );
}

/** K(sealedKfrag). Shape: 363 bytes. Throws E_LENGTH. */
export function sealedKfragHash(sealedKfrag: Uint8Array): Hex {
  return keccak(checkBytes(sealedKfrag, sealedKfragBytes, 'sealedKfrag'));
}

/**
 * fragment = K(id || ser(X) || ser(U1) || sig_receiver), 162 bytes: every field that a cfrag copies from its kfrag. Compressed
 * bytes and no point arithmetic: what is hashed is what travels and is signed, also when it is not on the curve.
 * Shape: 310 bytes of KeyFrag.toBytes(). Throws E_LENGTH. Offsets: spec/umbral.md section 10.
 */
export function fragmentOfKfrag(kfrag: Uint8Array): Hex {
  checkBytes(kfrag, kfragBytes, 'kfrag');
  return keccak(kfrag.subarray(39, 71), kfrag.subarray(107, 140), kfrag.subarray(143, 176), kfrag.subarray(244, 308));
}

/** The same fragment from what came back. Shape: 359 bytes of cfrag_simple. Throws E_LENGTH. */
export function fragmentOfCfrag(cfrag: Uint8Array): Hex {
  checkBytes(cfrag, cfragBytes, 'cfrag');
  return keccak(cfrag.subarray(66, 131), cfrag.subarray(197, 230), cfrag.subarray(295, 359));
}

/** keys = K(ser(pk_A) || ser(pk_B) || ser(vk)), 99 bytes. Throws E_LENGTH. */
export function keysHash(keys: PolicyKeys): Hex {
  return keccak(
    checkBytes(keys.delegatingKey, publicKeyBytes, 'delegatingKey'),
    checkBytes(keys.receivingKey, publicKeyBytes, 'receivingKey'),
    checkBytes(keys.verifyingKey, publicKeyBytes, 'verifyingKey'),
  );
}

/** 32 zero bytes for none, else K of the condition bytes. Throws E_LENGTH for none of them or more than 1 KiB. */
export function conditionsHash(conditions: Uint8Array | null): Hex {
  if (conditions === null) return zeroHash;
  checkBytes(conditions, undefined, 'conditions');
  if (conditions.length === 0 || conditions.length > maxConditionBytes) {
    refuse('E_LENGTH', 'conditions', `1 to ${maxConditionBytes} bytes`, `${conditions.length} bytes`);
  }
  return keccak(conditions);
}

/** terms = K(abi.encode(K(sealedKfrag), keys, reader, uint64 byteBudget, conditions)). Throws E_NUMBER, E_HEX. */
export function termsHash(terms: Terms): Hex {
  return keccak(
    bytes32Word(terms.sealedKfragHash, 'sealedKfragHash'),
    bytes32Word(terms.keys, 'keys'),
    addressWord(terms.reader, 'reader'),
    uintWord(terms.byteBudget, 64, 'byteBudget'),
    bytes32Word(terms.conditions, 'conditions'),
  );
}

/**
 * leaf = K(K(abi.encode(uint256 index, address node, bytes32 fragment, bytes32 terms))). The outer preimage has 32 bytes, an
 * inner node's 64, so that one is never taken for the other. Throws E_NUMBER, E_HEX.
 */
export function leafHash(leaf: Leaf): Hex {
  return keccak(
    keccakBytes(
      uintWord(leaf.index, 256, 'index'),
      addressWord(leaf.node, 'node'),
      bytes32Word(leaf.fragment, 'fragment'),
      bytes32Word(leaf.terms, 'terms'),
    ),
  );
}

/** The parts hashed up to the leaf. Throws E_LENGTH, E_NUMBER, E_HEX with the field. */
export function leafOf(parts: LeafParts): { readonly leaf: Leaf; readonly terms: Terms; readonly hash: Hex } {
  const [delegatingKey, receivingKey, verifyingKey] = parts.keys;
  const terms: Terms = {
    sealedKfragHash: parts.sealedKfragHash,
    keys: keysHash({ delegatingKey, receivingKey, verifyingKey }),
    reader: parts.reader,
    byteBudget: parts.byteBudget,
    conditions: conditionsHash(parts.conditions),
  };
  const leaf: Leaf = { index: parts.index, node: parts.node, fragment: parts.fragment, terms: termsHash(terms) };
  return { leaf, terms, hash: leafHash(leaf) };
}
