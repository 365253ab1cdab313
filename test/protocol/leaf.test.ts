import { readFileSync } from 'node:fs';
import { AbiCoder, keccak256 } from 'ethers';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../lib/protocol/bytes.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { fromHex, type Hex, toHex, zeroHash } from '../../lib/protocol/hex.ts';
import {
  conditionsHash,
  fragmentOfCfrag,
  fragmentOfKfrag,
  keysHash,
  leafHash,
  leafOf,
  policyIdOf,
  sealedKfragHash,
  termsHash,
} from '../../lib/protocol/leaf.ts';

interface Case {
  kfrags: string[];
  cfrags: string[];
  delegating_sk: string;
}
const cases = (
  JSON.parse(readFileSync(new URL('../vectors/umbral-deterministic.json', import.meta.url), 'utf8')) as {
    cases: Case[];
  }
).cases;
const bytes = (hex: string) => fromHex(`0x${hex}`);
/** 381 bytes of MessagePack to the 359 of cfrag_simple: E1 V1 id X and the six fields of the proof. */
const simple = (cfrag: Uint8Array) =>
  concatBytes(
    ...[
      [3, 33],
      [38, 33],
      [73, 32],
      [107, 33],
      [143, 33],
      [178, 33],
      [213, 33],
      [248, 33],
      [283, 32],
      [317, 64],
    ].map(([at = 0, length = 0]) => cfrag.subarray(at, at + length)),
  );

const abi = AbiCoder.defaultAbiCoder();
const word = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;
const account = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;

describe('leaf', () => {
  it('gives a kfrag and its cfrag one fragment, and different shares different ones', () => {
    const seen = new Set<string>();
    let count = 0;
    for (const { kfrags, cfrags } of cases) {
      kfrags.forEach((kfrag, i) => {
        const fragment = fragmentOfKfrag(bytes(kfrag));
        const cfrag = cfrags[i];
        if (cfrag !== undefined) expect(fragmentOfCfrag(simple(bytes(cfrag)))).toBe(fragment);
        seen.add(fragment);
        count++;
      });
    }
    expect(count).toBeGreaterThan(20);
    expect(seen.size).toBe(count);
  });

  it('fixes exactly id, X, U1 and the receiver signature of a cfrag', () => {
    const cfrag = simple(bytes(cases[0]!.cfrags[0]!));
    const fragment = fragmentOfCfrag(cfrag);
    for (let i = 0; i < cfrag.length; i++) {
      const changed = cfrag.slice();
      changed[i]! ^= 1;
      const fixed = (i >= 66 && i < 131) || (i >= 197 && i < 230) || i >= 295;
      expect(fragmentOfCfrag(changed) !== fragment, `byte ${i}`).toBe(fixed);
    }
  });

  it('hashes as Solidity encodes', () => {
    const of = { chainId: 31337, policyManager: account(7), owner: account(8), salt: word(9) };
    expect(policyIdOf(of)).toBe(
      keccak256(abi.encode(['uint256', 'address', 'address', 'bytes32'], [31337, account(7), account(8), word(9)])),
    );
    const terms = {
      sealedKfragHash: word(1),
      keys: word(2),
      reader: account(3),
      byteBudget: 2 ** 53 - 1,
      conditions: word(4),
    };
    expect(termsHash(terms)).toBe(
      keccak256(abi.encode(['bytes32', 'bytes32', 'address', 'uint64', 'bytes32'], Object.values(terms))),
    );
    const leaf = { index: 63, node: account(5), fragment: word(6), terms: word(7) };
    expect(leafHash(leaf)).toBe(
      keccak256(keccak256(abi.encode(['uint256', 'address', 'bytes32', 'bytes32'], Object.values(leaf)))),
    );
  });

  it('hashes the parts up to the leaf', () => {
    const key = (n: number) => new Uint8Array(33).fill(n);
    const keys = [key(1), key(2), key(3)] as const;
    const conditions = new Uint8Array([1]);
    const parts = {
      index: 1,
      node: account(1),
      fragment: word(1),
      sealedKfragHash: word(2),
      keys,
      reader: account(3),
      byteBudget: 5,
      conditions,
    };
    const { leaf, terms, hash } = leafOf(parts);
    expect(terms.keys).toBe(keccak256(concatBytes(...keys)));
    expect(terms.keys).toBe(keysHash({ delegatingKey: keys[0], receivingKey: keys[1], verifyingKey: keys[2] }));
    expect(terms.conditions).toBe(keccak256(conditions));
    expect(leaf.terms).toBe(termsHash(terms));
    expect(hash).toBe(leafHash(leaf));
    expect(leafOf({ ...parts, conditions: null }).terms.conditions).toBe(zeroHash);
    expect(leafOf({ ...parts, node: toHex(fromHex(parts.node)) }).hash).toBe(hash);
  });

  it('refuses other lengths and numbers by field', () => {
    const code = (act: () => unknown): string => {
      try {
        act();
      } catch (error) {
        if (error instanceof ProtocolError) return `${error.code} ${error.field}`;
        throw error;
      }
      return 'accepted';
    };
    expect(code(() => fragmentOfKfrag(new Uint8Array(309)))).toBe('E_LENGTH kfrag');
    expect(code(() => fragmentOfCfrag(new Uint8Array(381)))).toBe('E_LENGTH cfrag');
    expect(code(() => sealedKfragHash(new Uint8Array(362)))).toBe('E_LENGTH sealedKfrag');
    expect(code(() => conditionsHash(new Uint8Array(1025)))).toBe('E_LENGTH conditions');
    expect(code(() => conditionsHash(new Uint8Array(0)))).toBe('E_LENGTH conditions');
    const leaf = { index: 0, node: account(5), fragment: word(6), terms: word(7) };
    expect(code(() => leafHash({ ...leaf, index: -1 }))).toBe('E_NUMBER index');
    expect(code(() => leafHash({ ...leaf, index: 0.5 }))).toBe('E_NUMBER index');
    expect(code(() => leafHash({ ...leaf, node: word(5) }))).toBe('E_HEX node');
    expect(code(() => leafHash({ ...leaf, terms: `0x${'G'.repeat(64)}` }))).toBe('E_HEX terms');
    expect(
      code(() =>
        termsHash({
          sealedKfragHash: word(1),
          keys: word(2),
          reader: account(3),
          byteBudget: 2 ** 53,
          conditions: word(4),
        }),
      ),
    ).toBe('E_NUMBER byteBudget');
  });
});
