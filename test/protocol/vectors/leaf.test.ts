import { describe, expect, it } from 'vitest';
import { fromHex, type Hex } from '../../../lib/protocol/hex.ts';
import {
  conditionsHash,
  fragmentOfCfrag,
  fragmentOfKfrag,
  keysHash,
  leafHash,
  termsHash,
} from '../../../lib/protocol/leaf.ts';
import { checkInTree, isInTree, leafTree } from '../../../lib/protocol/tree.ts';
import { leafVectors } from '../../../scripts/vectors/leaf.ts';
import vectors from '../../vectors/leaf.json' with { type: 'json' };
import { refusalOf } from '../refusal.ts';

const hex = (text: string): Hex => text as Hex;

describe('leaf.json', () => {
  it('is what the writer computes', () => {
    expect(JSON.parse(JSON.stringify(leafVectors()))).toEqual(vectors);
  });

  it('fragments, keys, conditions, terms', () => {
    for (const { kfrag, cfrag, fragment } of vectors.fragments) {
      expect(fragmentOfKfrag(fromHex(kfrag))).toBe(fragment);
      expect(fragmentOfCfrag(fromHex(cfrag))).toBe(fragment);
    }
    for (const { delegatingKey, receivingKey, verifyingKey, keys } of vectors.keys) {
      const three = {
        delegatingKey: fromHex(delegatingKey),
        receivingKey: fromHex(receivingKey),
        verifyingKey: fromHex(verifyingKey),
      };
      expect(keysHash(three)).toBe(keys);
    }
    for (const { conditions, hash } of vectors.conditions) {
      expect(conditionsHash(conditions === null ? null : fromHex(conditions))).toBe(hash);
    }
    for (const { sealedKfragHash, keys, reader, byteBudget, conditions, terms } of vectors.terms) {
      const parts = {
        sealedKfragHash: hex(sealedKfragHash),
        keys: hex(keys),
        reader: hex(reader),
        byteBudget: Number(byteBudget),
      };
      expect(termsHash({ ...parts, conditions: hex(conditions) })).toBe(terms);
    }
  });

  it('trees and every proof', () => {
    let proven = 0;
    for (const { shares, leaves, row, root, proofs, depth } of vectors.trees) {
      const hashes = leaves.map(({ index, node, fragment, terms, leaf }) => {
        expect(leafHash({ index, node: hex(node), fragment: hex(fragment), terms: hex(terms) })).toBe(leaf);
        return hex(leaf);
      });
      const tree = leafTree(hashes);
      expect([tree.root, tree.depth, tree.row]).toEqual([root, depth, row]);
      hashes.forEach((leaf, index) => {
        const proof = (proofs[index] ?? []).map(hex);
        expect(tree.proof(index)).toEqual(proof);
        expect(isInTree({ root: hex(root), leaf, index, shares, proof })).toBe(true);
        proven++;
      });
    }
    expect(proven).toBe(116);
  });

  it('refusals', () => {
    expect(vectors.refused.length).toBe(11);
    for (const { name, root, leaf, index, shares, proof } of vectors.refused) {
      const of = { root: hex(root), leaf: hex(leaf), index, shares, proof: proof.map(hex) };
      expect(isInTree(of), name).toBe(false);
      expect(
        refusalOf(() => checkInTree(of)),
        name,
      ).toBe('E_LEAF');
    }
  });
});
