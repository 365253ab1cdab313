/** The short ABIs of the agents say what the generated JSON says. */
import * as chain from 'dintel/chain';
import { Interface } from 'ethers';
import { describe, expect, it } from 'vitest';
import { parseAbi } from '../../lib/chain/parseAbi.ts';
import {
  adjudicatorSignatures,
  dintelTokenSignatures,
  errorSignatures,
  keyRegistrySignatures,
  minerEscrowSignatures,
  policyManagerSignatures,
} from '../../lib/chain/signatures.ts';

const withoutInternal = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, one: unknown) =>
    key === 'internalType' || key === 'anonymous' || (key === 'indexed' && one === false) ? undefined : one,
  );

describe('signatures', () => {
  it.each([
    ['adjudicator', adjudicatorSignatures, chain.adjudicatorAbi],
    ['dintelToken', dintelTokenSignatures, chain.dintelTokenAbi],
    ['keyRegistry', keyRegistrySignatures, chain.keyRegistryAbi],
    ['minerEscrow', minerEscrowSignatures, chain.minerEscrowAbi],
    ['policyManager', policyManagerSignatures, chain.policyManagerAbi],
  ] as const)('of %s', (_name, text, abi) => {
    const wanted = abi.filter(({ type }) => type === 'function' || type === 'event');
    const parsed = parseAbi(text);
    expect(withoutInternal(parsed)).toEqual(withoutInternal(wanted));
    const [ours, theirs] = [parsed, wanted].map((items) => new Interface(items as never));
    expect(ours?.fragments.map((one) => one.format('sighash'))).toEqual(
      theirs?.fragments.map((one) => one.format('sighash')),
    );
  });

  it('of all errors', () => {
    expect(withoutInternal(parseAbi(errorSignatures))).toEqual(withoutInternal(chain.dintelErrorsAbi));
  });

  it.each(['constructor()', 'function f(', 'function f(uint256', 'error X(,)', 'event E(uint256 a'])(
    'refuses %s',
    (text) => {
      expect(() => parseAbi(text)).toThrow(SyntaxError);
    },
  );
});
