import { concat, keccak256 } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { keccak } from '../../lib/protocol/hash.ts';
import { type Hex, zeroHash } from '../../lib/protocol/hex.ts';
import { checkInTree, isInTree, leafTree, treeDepth } from '../../lib/protocol/tree.ts';

const leaves = (n: number): Hex[] => Array.from({ length: n }, (_, i) => keccak(new Uint8Array([i, n])));

describe('tree', () => {
  it('proves every place under its own index and no other', () => {
    let accepted = 0;
    for (const shares of [1, 2, 3, 5, 8, 33, 64]) {
      const list = leaves(shares);
      const tree = leafTree(list);
      expect(tree.row.length).toBe(2 ** tree.depth);
      for (let i = 0; i < shares; i++) {
        const proof = tree.proof(i);
        for (let index = 0; index < tree.row.length + 1; index++) {
          const ok = isInTree({ root: tree.root, leaf: list[i]!, index, shares, proof });
          expect(ok, `${i} of ${shares} at ${index}`).toBe(index === i);
          if (ok) accepted++;
        }
      }
    }
    expect(accepted).toBe(116);
  });

  it('has the parents of the specification', () => {
    const [a, b, c] = leaves(3) as [Hex, Hex, Hex];
    const tree = leafTree([a, b, c]);
    expect(tree.root).toBe(keccak256(concat([keccak256(concat([a, b])), keccak256(concat([c, zeroHash]))])));
    expect(tree.proof(2)).toEqual([zeroHash, keccak256(concat([a, b]))]);
    expect(leafTree([a]).root).toBe(a);
  });

  it('refuses short and long proofs, inner nodes as leaves, padding as a leaf, junk', () => {
    const list = leaves(5);
    const { root, proof } = leafTree(list);
    const good = { root, leaf: list[4]!, index: 4, shares: 5, proof: proof(4) };
    expect(isInTree(good)).toBe(true);
    checkInTree(good);
    const bad: Partial<Record<keyof typeof good, unknown>>[] = [
      { proof: good.proof.slice(1) },
      { proof: [...good.proof, zeroHash] },
      { proof: [] },
      { proof: ['0x', ...good.proof.slice(1)] },
      { proof: null },
      { index: 5 },
      { index: -1 },
      { index: 4.5 },
      { index: Number.NaN },
      { shares: 0 },
      { shares: 65 },
      { shares: 4 },
      { shares: 9 },
      { root: zeroHash },
      { leaf: good.leaf.toUpperCase() },
      { leaf: zeroHash, index: 5, proof: proof(4) },
    ];
    for (const change of bad)
      expect(isInTree({ ...good, ...change } as typeof good), JSON.stringify(change)).toBe(false);
    // The inner node over leaves 0 and 1 with the proof of its own height.
    const inner = keccak256(concat([list[0]!, list[1]!])) as Hex;
    expect(isInTree({ root, leaf: inner, index: 0, shares: 5, proof: proof(0).slice(1) })).toBe(false);
    expect(isInTree({ root, leaf: inner, index: 0, shares: 3, proof: proof(0).slice(1) })).toBe(true); // why shares come from the chain, and leaves are hashed twice
    expect(() => checkInTree({ ...good, index: 3 })).toThrow(ProtocolError);
    for (const shares of [0, 65, 1.5, Number.NaN]) expect(() => treeDepth(shares)).toThrow(ProtocolError);
    expect(() => leafTree([])).toThrow(ProtocolError);
    expect(() => leafTree(list).proof(5)).toThrow(ProtocolError);
  });

  it('changes its root with any leaf or order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
          minLength: 2,
          maxLength: 64,
          selector: String,
        }),
        fc.nat(),
        fc.nat(),
        (raw, i, j) => {
          const list = raw.map((bytes) => keccak(bytes));
          const a = i % list.length;
          const b = j % list.length;
          fc.pre(a !== b);
          const { root, proof } = leafTree(list);
          const swapped = list.slice();
          [swapped[a], swapped[b]] = [list[b]!, list[a]!];
          expect(leafTree(swapped).root).not.toBe(root);
          expect(isInTree({ root, leaf: list[a]!, index: b, shares: list.length, proof: proof(a) })).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});
