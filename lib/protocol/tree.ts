/**
 * The cohort's Merkle tree: positional, not sorted, so that a proof binds the place of a leaf (sorted pairs would let one share
 * stand twice). Owns: root, proofs, verification. Owns not: what a leaf is (leaf.ts). Source: spec/protocol.md section 3, "Tree".
 */
import { maxShares } from './constants.ts';
import { ProtocolError, refuse } from './errors.ts';
import { keccak } from './hash.ts';
import { checkHex, fromHex, type Hex, isHex, zeroHash } from './hex.ts';

/** A tree over the leaf hashes of a policy in order of index. */
export interface LeafTree {
  readonly root: Hex;
  /** Row 0: the leaves, filled with zero words up to 2^depth. */
  readonly row: readonly Hex[];
  readonly depth: number;
  /** The siblings of leaf `index` from the bottom; `depth` words. Throws E_COUNT for an index that no leaf has. */
  readonly proof: (index: number) => readonly Hex[];
}

/** d = ceil(log2(shares)), 0 for one share. Throws E_SHARES_MAX. */
export function treeDepth(shares: number): number {
  if (!Number.isSafeInteger(shares) || shares < 1 || shares > maxShares) {
    refuse('E_SHARES_MAX', 'shares', `1 to ${maxShares}`, String(shares));
  }
  return Math.ceil(Math.log2(shares));
}

const parent = (left: Hex, right: Hex): Hex => keccak(fromHex(left), fromHex(right));

/** Shape: 1 to 64 leaf hashes. Throws E_SHARES_MAX, E_HEX. */
export function leafTree(leaves: readonly Hex[]): LeafTree {
  const depth = treeDepth(leaves.length);
  const row = Array.from({ length: 2 ** depth }, (_, place) =>
    place < leaves.length ? checkHex(leaves[place], 32, `leaves[${place}]`) : zeroHash,
  );
  const rows: Hex[][] = [row];
  for (let height = 0; height < depth; height++) {
    const below = rows[height]!;
    rows.push(Array.from({ length: below.length / 2 }, (_, place) => parent(below[2 * place]!, below[2 * place + 1]!)));
  }
  return {
    root: rows[depth]![0]!,
    row,
    depth,
    proof(index) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) {
        refuse('E_COUNT', 'index', `0 to ${leaves.length - 1}`, String(index));
      }
      return Array.from({ length: depth }, (_, height) => rows[height]![(index >> height) ^ 1]!);
    },
  };
}

/**
 * Whether `leaf` (a leaf hash) stands at place `index` of the tree of `shares` leaves with this root: exactly d siblings, index <
 * shares, and the walk up ends at the root. Never throws: anything malformed is not in the tree.
 */
export function isInTree(of: { root: Hex; leaf: Hex; index: number; shares: number; proof: readonly Hex[] }): boolean {
  const { root, leaf, index, shares, proof } = of;
  if (!Number.isSafeInteger(shares) || shares < 1 || shares > maxShares) return false;
  if (!Number.isSafeInteger(index) || index < 0 || index >= shares) return false;
  if (!Array.isArray(proof) || proof.length !== treeDepth(shares)) return false;
  if (!isHex(leaf, 32) || !isHex(root, 32)) return false;
  let current = leaf;
  for (let height = 0; height < proof.length; height++) {
    const sibling: unknown = proof[height];
    if (!isHex(sibling, 32)) return false;
    current = (index >> height) % 2 === 0 ? parent(current, sibling) : parent(sibling, current);
  }
  return current === root;
}

/** The same as a check. Throws E_LEAF. */
export function checkInTree(of: { root: Hex; leaf: Hex; index: number; shares: number; proof: readonly Hex[] }): void {
  if (!isInTree(of)) {
    throw new ProtocolError('E_LEAF', { field: 'proof', expected: 'the siblings of the leaf up to the root on chain' });
  }
}
