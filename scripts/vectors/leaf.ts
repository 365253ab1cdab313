/** leaf.json: fragments, keys, terms, leaves, trees with all proofs, and what must be refused. Source: spec/protocol.md section 3. */
import {
  conditionsHash,
  encodeConditions,
  fragmentOfCfrag,
  fragmentOfKfrag,
  fromHex,
  type Hex,
  keccak,
  keysHash,
  leafHash,
  leafTree,
  type Terms,
  termsHash,
  toHex,
  zeroHash,
} from 'dintel/protocol';
import { placeOf, umbralRun, wordOf } from './people.ts';

/** Cases of umbral-deterministic.json. */
const runs = [0, 4, 8];

const leafNumber = (i: number) => {
  const leaf = { index: i, node: placeOf(`node ${i}`), fragment: wordOf(`fragment ${i}`), terms: wordOf(`terms ${i}`) };
  return { ...leaf, leaf: leafHash(leaf) };
};

const parent = (left: Hex, right: Hex): Hex => keccak(fromHex(left), fromHex(right));

export function leafVectors(): object {
  return {
    about: 'spec/protocol.md section 10, "leaf". A leaf of a tree is leafHash of its four words.',
    fragments: runs.flatMap((run) => {
      const { kfrags, cfrags } = umbralRun(run);
      return cfrags.slice(0, 2).map((cfrag, i) => {
        const kfrag = kfrags[i]!;
        const fragment = fragmentOfKfrag(kfrag);
        if (fragment !== fragmentOfCfrag(cfrag)) throw new Error('a cfrag must have the fragment of its kfrag');
        return { kfrag: toHex(kfrag), cfrag: toHex(cfrag), fragment };
      });
    }),
    keys: runs.map((run) => {
      const [delegatingKey, receivingKey, verifyingKey] = umbralRun(run).keys;
      return {
        delegatingKey: toHex(delegatingKey),
        receivingKey: toHex(receivingKey),
        verifyingKey: toHex(verifyingKey),
        keys: keysHash({ delegatingKey, receivingKey, verifyingKey }),
      };
    }),
    conditions: [
      null,
      encodeConditions({ notBefore: 1_800_000_000 }),
      encodeConditions({ notBefore: 1, notAfter: 2 }),
    ].map((conditions) => ({
      conditions: conditions === null ? null : toHex(conditions),
      hash: conditionsHash(conditions),
    })),
    terms: [0, 1, Number.MAX_SAFE_INTEGER].map((byteBudget, i) => {
      const terms: Terms = {
        sealedKfragHash: wordOf(`sealed ${i}`),
        keys: wordOf(`keys ${i}`),
        reader: placeOf(`reader ${i}`),
        byteBudget,
        conditions: i === 0 ? zeroHash : wordOf(`conditions ${i}`),
      };
      return { ...terms, byteBudget: String(byteBudget), terms: termsHash(terms) };
    }),
    trees: [1, 2, 3, 5, 8, 33, 64].map((shares) => {
      const leaves = Array.from({ length: shares }, (_, i) => leafNumber(i));
      const tree = leafTree(leaves.map(({ leaf }) => leaf));
      return {
        shares,
        depth: tree.depth,
        leaves,
        row: tree.row,
        root: tree.root,
        proofs: leaves.map((_, i) => tree.proof(i)),
      };
    }),
    refused: refused(),
  };
}

function refused(): object[] {
  const shares = 5;
  const leaves = Array.from({ length: shares }, (_, i) => leafNumber(i));
  const tree = leafTree(leaves.map(({ leaf }) => leaf));
  const good = (index: number) => ({ root: tree.root, shares, ...leaves[index]!, proof: tree.proof(index) });
  const { leaf: a } = leaves[0]!;
  const { leaf: b } = leaves[1]!;
  const inner = { name: 'inner node as leaf', root: tree.root, shares, index: 0, proof: tree.proof(0).slice(1) };
  return [
    { name: 'index of a neighbour', ...good(2), index: 3 },
    { name: 'index of the other half', ...good(0), index: 4 },
    { name: 'short proof', ...good(1), proof: tree.proof(1).slice(0, -1) },
    { name: 'long proof', ...good(1), proof: [...tree.proof(1), zeroHash] },
    { name: 'no proof', ...good(1), proof: [] },
    { name: 'proof in another order', ...good(1), proof: tree.proof(1).toReversed() },
    {
      name: 'index = shares, the padding',
      root: tree.root,
      shares,
      index: 5,
      leaf: zeroHash,
      proof: [leaves[4]!.leaf, ...tree.proof(4).slice(1)],
    },
    { name: 'index >= 2^depth', ...good(1), index: 9 },
    {
      name: 'other node',
      ...good(1),
      node: placeOf('stranger'),
      leaf: leafHash({ ...leaves[1]!, node: placeOf('stranger') }),
    },
    { name: 'other root', ...good(1), root: wordOf('root') },
    { ...inner, leaf: parent(a, b) },
  ];
}
