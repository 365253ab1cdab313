/** A cohort as PolicyManager takes it: leaves, root, and the proof of each leaf, all in place order. */
import { type Address, type Hex, leafHash, leafTree } from 'dintel/protocol';
import { hash } from './world.ts';

export function cohortOf(nodes: readonly string[], seed: string) {
  const leaves = nodes.map((node, index) => ({
    index,
    node: node as Address,
    fragment: hash(`${seed} f${index}`) as Hex,
    terms: hash(seed) as Hex,
  }));
  const tree = leafTree(leaves.map(leafHash));
  return { leaves, root: tree.root, proofs: leaves.map(({ index }) => tree.proof(index)) };
}
